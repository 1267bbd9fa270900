import { and, eq, exists, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { orgMembers, orgs, users } from '../db/schema.ts'
import { maxRows, type Page } from '../page.ts'
import { prefixRange } from './rules.ts'

export const listOrgsOf = (db: Db, userId: number) =>
  db
    .select({ orgId: orgs.id, name: orgs.name, role: orgMembers.role })
    .from(orgMembers)
    .innerJoin(orgs, eq(orgs.id, orgMembers.orgId))
    .where(eq(orgMembers.userId, userId))
    .orderBy(orgs.name)

/** Whether the person is a member there, and so was switched. */
export async function switchOrg(db: Db, userId: number, orgId: number): Promise<boolean> {
  const membership = db
    .select({ orgId: orgMembers.orgId })
    .from(orgMembers)
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)))
  const { meta } = await db
    .update(users)
    .set({ orgId })
    .where(and(eq(users.id, userId), exists(membership)))
  return meta.changes > 0
}

/** Empty = any. */
export type OrgFilter = { name: string; prefix: string }

const folded = sql`lower(${orgs.name})`

function matches({ name, prefix }: OrgFilter): SQL | undefined {
  const { from, before } = prefixRange(prefix)
  return and(name ? eq(orgs.name, name) : undefined, prefix ? and(gte(folded, from), lt(folded, before)) : undefined)
}

/** Names with a prefix are put in order after they were found: of so many, the first in small letters. */
const maxSorted = 9_900

/** By name, byte by byte. One row more than an answer may hold tells that there are too many. */
export function listOrgs(db: Db, filter: OrgFilter, { perPage, offset }: Page) {
  const found = db.select({ id: orgs.id, name: orgs.name }).from(orgs).where(matches(filter))
  const rows = filter.prefix ? found.orderBy(folded).limit(maxSorted) : found
  const list = rows.as('found')
  return db
    .select({ id: list.id, name: list.name })
    .from(list)
    .orderBy(list.name)
    .limit(Math.min(perPage, maxRows + 1))
    .offset(offset)
}

export const findOrg = (db: Db, id: number) => db.select().from(orgs).where(eq(orgs.id, id)).get()

export type Org = NonNullable<Awaited<ReturnType<typeof findOrg>>>

export const findOrgByName = (db: Db, name: string) => db.select().from(orgs).where(eq(orgs.name, name)).get()

/** With its creator as Admin. Throws a duplicate where the name is taken. */
export async function createOrg(db: Db, name: string, creatorId: number, now: number): Promise<number> {
  const [[created]] = await db.batch([
    db.insert(orgs).values({ name, createdAt: now, updatedAt: now }).returning({ id: orgs.id }),
    db.insert(orgMembers).select(
      db
        .select({
          orgId: orgs.id,
          userId: sql<number>`${creatorId}`.as('user_id'),
          role: sql<'Admin'>`'Admin'`.as('role'),
          createdAt: orgs.createdAt,
          email: sql<string>`''`.as('email'),
          login: sql<string>`''`.as('login'),
        })
        .from(orgs)
        .where(eq(orgs.name, name)),
    ),
  ])
  if (!created) throw new Error('the new org has no id')
  return created.id
}

export type OrgChange = Partial<Omit<Org, 'id' | 'createdAt' | 'updatedAt'>>

/** Whether there is such an org, and so it was changed. Throws a duplicate where the name is taken. */
export async function updateOrg(db: Db, id: number, change: OrgChange, now: number): Promise<boolean> {
  const { meta } = await db
    .update(orgs)
    .set({ ...change, updatedAt: now })
    .where(eq(orgs.id, id))
  return meta.changes > 0
}

/** Whether there was such an org. With it go memberships, teams, keys and the rest, by foreign keys; its members move to another org of theirs by a trigger. */
export const deleteOrg = async (db: Db, id: number) =>
  (await db.delete(orgs).where(eq(orgs.id, id)).returning({ id: orgs.id })).length > 0
