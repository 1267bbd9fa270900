import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, logIn, numberIn, person, root } from './support/client.ts'

// Whoever manages accounts without being able to raise any gains nothing over those that may do more than a basic role:
// by a new password, e-mail or login one becomes them, and by deleting or disabling them one is rid of them.

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const give = (column: 'user_id' | 'team_id', owner: number, orgId: number, uid: string) =>
  run(`INSERT INTO role_assignments (role_uid, org_id, ${column}, created_at) VALUES (?, ?, ?, 0)`, uid, orgId, owner)

const manages = [
  'users:read',
  'users:write',
  'users:delete',
  'users:disable',
  'users:enable',
  'users.password:write',
].map((action) => [action, 'global.users:*'])

const desk = as('desk:pass')
const ids: Record<string, number> = {}

beforeAll(async () => {
  await run(
    "INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES ('desk', 0, 'desk', 1, 0, 0, ?)",
    JSON.stringify(manages),
  )
  await give('user_id', await person('desk'), 0, 'desk')
  // Of no team and no Admin of an org, so that nothing but this keeps them out of reach.
  ids['a server admin'] = await person('chief')
  await as(root).put(`/api/admin/users/${ids['a server admin']}/permissions`, { isGrafanaAdmin: true })
  ids['somebody with a role in one org'] = await person('local')
  await give('user_id', ids['somebody with a role in one org'], 1, 'fixed_buZastUG3reWyQpPemcWjGqPAd0')
  ids['somebody with a role in every org'] = await person('everywhere')
  await give('user_id', ids['somebody with a role in every org'], 0, 'fixed_buZastUG3reWyQpPemcWjGqPAd0')
  ids['somebody with a role by a team'] = await person('teamed')
  const team = numberIn((await as(root).post('/api/teams', { name: 'Roled' })).body, 'teamId')
  await as(root).post(`/api/teams/${team}/members`, { userId: ids['somebody with a role by a team'] })
  await give('team_id', team, 1, 'fixed_buZastUG3reWyQpPemcWjGqPAd0')
})

const changes: [string, (id: number) => Promise<{ status: number; body: unknown; headers: Headers }>][] = [
  ['given a password', (id) => desk.put(`/api/admin/users/${id}/password`, { password: 'stolen' })],
  ['renamed', (id) => desk.put(`/api/users/${id}`, { login: `l${id}`, email: 'desk@example.org' })],
  ['disabled', (id) => desk.post(`/api/admin/users/${id}/disable`)],
  ['enabled', (id) => desk.post(`/api/admin/users/${id}/enable`)],
  ['deleted', (id) => desk.del(`/api/admin/users/${id}`)],
]

describe.each([
  'a server admin',
  'somebody with a role in one org',
  'somebody with a role in every org',
  'somebody with a role by a team',
])('%s', (kind) => {
  it.each(changes)('is not %s by whoever could not raise them', async (_, change) => {
    const id = ids[kind] ?? 0
    const before = await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first()
    const { status, body, headers } = await change(id)
    expect({ status, body, missing: headers.get('X-Missing-Permission') }).toEqual({
      status: 403,
      body: {
        accessErrorId: expect.stringMatching(/^ACE\d{10}$/),
        message:
          "You'll need additional permissions to perform this action. Permissions needed: users.permissions:write",
        title: 'Access denied',
      },
      missing: `users.permissions:write on global.users:id:${id}`,
    })
    expect({ ...(await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first()), last_seen_at: 0 }).toEqual(
      {
        ...before,
        last_seen_at: 0,
      },
    )
  })
})

describe('anybody else', () => {
  it.each(changes)('is %s', async (name, change) => {
    expect((await change(await person(`plain ${name}`))).status).toBe(200)
  })

  it('keeps sessions and tokens where the password stays', async () => {
    const session = await logIn('everywhere', 'pass')
    await as('everywhere:pass').post('/api/user/tokens', { name: 'kept' })
    const id = ids['somebody with a role in every org'] ?? 0
    expect((await desk.put(`/api/admin/users/${id}/password`, { password: 'stolen' })).status).toBe(403)
    expect((await as(session).get('/api/user')).status).toBe(200)
    expect((await as(session).get('/api/user/tokens')).body).toHaveLength(1)
  })

  it('is removed from an org with or without the account', async () => {
    const [plain, roled] = [await person('plain member'), await person('roled member')]
    await give('user_id', roled, 0, 'fixed_buZastUG3reWyQpPemcWjGqPAd0')
    await run("UPDATE org_members SET role = 'Admin' WHERE user_id = (SELECT id FROM users WHERE login = 'desk')")
    expect((await desk.del(`/api/org/users/${plain}`)).body).toEqual({ message: 'User deleted' })
    expect((await desk.del(`/api/org/users/${roled}`)).body).toEqual({ message: 'User removed from organization' })
    expect((await as(root).get(`/api/users/${roled}`)).status).toBe(200)
  })

  it('is out of reach from the moment that a role is given', async () => {
    const id = await person('soon')
    expect((await desk.put(`/api/admin/users/${id}/password`, { password: 'pass' })).status).toBe(200)
    await give('user_id', id, 0, 'fixed_buZastUG3reWyQpPemcWjGqPAd0')
    expect((await desk.put(`/api/admin/users/${id}/password`, { password: 'pass' })).status).toBe(403)
  })
})

it('whoever may raise anybody reaches everybody', async () => {
  await run(
    "UPDATE roles SET permissions = ? WHERE uid = 'desk'",
    JSON.stringify([...manages, ['users.permissions:write', 'global.users:*']]),
  )
  const id = ids['somebody with a role in every org'] ?? 0
  expect((await desk.put(`/api/admin/users/${id}/password`, { password: 'new pass' })).status).toBe(200)
})

describe('a team whose roles go beyond theirs', () => {
  it('takes nobody from them, themselves least of all', async () => {
    const lead = await person('lead')
    await as(root).patch(`/api/org/users/${lead}`, { role: 'Admin' })
    const team = numberIn((await as('lead:pass').post('/api/teams', { name: 'Mighty' })).body, 'teamId')
    const members = `/api/teams/${team}/members`
    await as('lead:pass').del(`${members}/${lead}`)
    await give('team_id', team, 1, 'fixed_wjzgHHo_Ux25DJuELn_oiAdB_yM')
    const denied = { status: 403, body: { title: 'Access denied' } }
    expect(await as('lead:pass').post(members, { userId: lead })).toMatchObject(denied)
    expect(await as('lead:pass').put(members, { members: [], admins: ['lead'] })).toMatchObject(denied)
    expect((await as('lead:pass').get(members)).body).toEqual([])
    expect((await as(root).post(members, { userId: lead })).status).toBe(200)
    // Whoever is on it has the roles, and can bring in others.
    expect((await as('lead:pass').post(members, { userId: await person('second') })).status).toBe(200)
    expect((await as('lead:pass').put(members, { members: [], admins: [] })).status).toBe(200)
    expect((await as('lead:pass').post(members, { userId: lead })).status).toBe(403)
  })
})
