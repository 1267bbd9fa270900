import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// Who holds many roles, itself and by teams, and what it costs to know: one statement, and rows as many as roles.

const d1 = countingD1()
const who: Record<string, Who> = { basic: 'rolf:pass' }

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const give = (column: string, owner: number, orgId: number, uid: string) =>
  run(`INSERT INTO role_assignments (role_uid, org_id, ${column}, created_at) VALUES (?, ?, ?, 0)`, uid, orgId, owner)

async function cost(caller: Who) {
  await as(caller).get('/api/user')
  d1.reset()
  const { status } = await call(caller, 'GET', '/api/user', { bindings: { DB: d1.db } })
  return { status, ...d1.count }
}

beforeAll(async () => {
  const rolf = await person('rolf')
  who.cookie = await logIn('rolf', 'pass')
  who.token = { token: textIn((await as('rolf:pass').post('/api/user/tokens', { name: 't' })).body, 'key') }
  for (let n = 0; n < 10; n++) {
    const grants = JSON.stringify([['users:read', `global.users:id:${n}`]])
    await run(
      `INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (?, 0, ?, 1, 0, 0, ?)`,
      `r${n}`,
      `r${n}`,
      grants,
    )
  }
  for (let n = 0; n < 5; n++) {
    await give('user_id', rolf, n % 2, `r${n}`)
    const team = numberIn((await as(root).post('/api/teams', { name: `t${n}` })).body, 'teamId')
    await as(root).post(`/api/teams/${team}/members`, { userId: rolf })
    await give('team_id', team, 1, `r${5 + n}`)
  }
})

describe('who holds five roles and is on five teams with one each', () => {
  it.each(['basic', 'cookie', 'token'])('costs one trip and at most 40 rows by %s', async (kind) => {
    const { status, trips, rowsRead, rowsWritten } = await cost(who[kind])
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 1, rowsWritten: 0 })
    expect(rowsRead).toBeLessThanOrEqual(40)
  })

  it('may do what all of them allow', async () => {
    const { body } = await as(who.basic).get('/api/access-control/user/permissions')
    const held: unknown = Reflect.get(Object(body), 'users:read')
    expect(Array.isArray(held) && held.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `global.users:id:${n}`))
  })
})
