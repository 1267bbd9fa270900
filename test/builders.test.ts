import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import { openDb } from '../src/db/client.ts'
import { orgMembers, orgs, users } from '../src/db/schema.ts'
import { as, root } from './support/client.ts'

const db = openDb(env.DB)
beforeAll(async () => void (await as(root).get('/api/user')))

it('reads a row as its columns have it, alone and in a batch', async () => {
  const one = db.select({ id: users.id, isAdmin: users.isAdmin, isDisabled: users.isDisabled, hash: users.lastSeenAt })
  const found = { id: 1, isAdmin: true, isDisabled: false, hash: null }
  await env.DB.prepare('UPDATE users SET last_seen_at = NULL').run()
  expect(await one.from(users)).toEqual([found])
  expect(await db.batch([one.from(users), db.delete(users).where(eq(users.id, 9))])).toMatchObject([
    [found],
    { meta: { changes: 0 } },
  ])
})

it('puts columns where they were asked for', async () => {
  const rows = db
    .select({ org: { id: orgs.id }, member: { role: orgMembers.role, twice: sql<number>`2 * ${orgMembers.userId}` } })
    .from(orgs)
    .innerJoin(orgMembers, eq(orgMembers.orgId, orgs.id))
  expect(await rows).toEqual([{ org: { id: 1 }, member: { role: 'Admin', twice: 2 } }])
})

it('refuses two columns of one name, of which D1 would give one', async () => {
  const rows = db.select({ org: orgs.id, user: users.id }).from(orgs).innerJoin(users, eq(users.orgId, orgs.id))
  await expect(rows.get()).rejects.toThrow('two columns of one name')
})

it('refuses a column whose name is a number, which would come before all others', async () => {
  const unnamed = db.select({ id: users.id, seven: sql<number>`7` }).from(users)
  await expect(unnamed.get()).rejects.toThrow('a number for the name of a column')
  const named = db.select({ id: users.id, seven: sql<number>`7`.as('seven') }).from(users)
  expect(await named.get()).toEqual({ id: 1, seven: 7 })
  expect(await db.select({ alone: sql<number>`7` }).from(users).get()).toEqual({ alone: 7 })
})

it('reads an expression as it says, with a name of its own or without', async () => {
  const isAdmin = sql`${users.isAdmin}`.mapWith(users.isAdmin)
  const rows = db.select({ plain: isAdmin, named: sql`${users.isAdmin} + 0`.mapWith(users.isAdmin).as('named') })
  expect(await rows.from(users).get()).toEqual({ plain: true, named: true })
})

it('gives nothing where there is nothing, and what a RETURNING says', async () => {
  expect(await db.select().from(users).where(eq(users.id, 9)).get()).toBeUndefined()
  const renamed = db.update(orgs).set({ name: 'Renamed' }).where(eq(orgs.id, 1)).returning({ name: orgs.name })
  expect(await renamed).toEqual([{ name: 'Renamed' }])
})
