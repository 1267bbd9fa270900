import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, numberIn, person, root, textIn } from './support/client.ts'

// How far a role reaches: not beyond its org, not beyond what a holder can carry, not by way of things that were given.

const usersWriter = 'fixed_wjzgHHo_Ux25DJuELn_oiAdB_yM'
const ids: Record<string, number> = {}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const role = (uid: string, permissions: [action: string, scope: string][], global = true) =>
  as(root).post('/api/access-control/roles', {
    uid,
    name: uid,
    global,
    permissions: permissions.map(([action, scope]) => ({ action, scope })),
  })
const give = (login: string, roleUid: string, global = false) =>
  as(root).post(`/api/access-control/users/${ids[login]}/roles`, { roleUid, global })

const many = (n: number): [string, string][] =>
  Array.from({ length: n }, (_, i) => ['teams:read', `teams:id:${1_000_000 + i}`])

beforeAll(async () => {
  for (const login of ['eve', 'vic', 'boss', 'desk']) ids[login] = await person(login)
  await as(root).patch(`/api/org/users/${ids.boss}`, { role: 'Admin' })
})

describe('a role given in one org', () => {
  it('reads people in requests to that org, and changes nothing of the whole server', async () => {
    expect((await give('eve', usersWriter)).status).toBe(200)
    const eve = as('eve:pass')
    expect((await eve.get('/api/users')).status).toBe(200)
    for (const refused of [
      eve.post('/api/admin/users', { login: 'made', password: 'pass' }),
      eve.put(`/api/admin/users/${ids.vic}/password`, { password: 'stolen' }),
      eve.put(`/api/admin/users/${ids.eve}/permissions`, { isGrafanaAdmin: true }),
      eve.post(`/api/admin/users/${ids.vic}/disable`),
      eve.del(`/api/admin/users/${ids.vic}`),
      eve.put(`/api/users/${ids.vic}`, { login: 'stolen' }),
    ]) {
      expect((await refused).status).toBe(403)
    }
    expect((await give('eve', usersWriter, true)).status).toBe(200)
    expect((await eve.put(`/api/users/${ids.vic}`, { login: 'vic', name: 'Vic' })).status).toBe(200)
  })
})

describe('a password', () => {
  it("of an org's admin is not set by whoever could not raise them, though their account is disabled", async () => {
    await role('desk', [
      ['users.password:write', 'global.users:*'],
      ['users:disable', 'global.users:*'],
      ['users:enable', 'global.users:*'],
      ['users:write', 'global.users:*'],
    ])
    await give('desk', 'desk', true)
    const desk = as('desk:pass')
    expect((await desk.put(`/api/admin/users/${ids.boss}/password`, { password: 'stolen' })).status).toBe(403)
    expect((await desk.put(`/api/users/${ids.boss}`, { login: 'boss', email: 'desk@example.org' })).status).toBe(403)
    expect((await desk.put(`/api/admin/users/${ids.vic}/password`, { password: 'pass' })).status).toBe(200)
    expect((await desk.post(`/api/admin/users/${ids.boss}/disable`)).status).toBe(200)
    expect((await desk.post(`/api/admin/users/${ids.boss}/enable`)).status).toBe(200)
  })
})

describe('what a holder can carry', () => {
  it('is twenty roles in one org, and as many everywhere', async () => {
    for (let n = 0; n < 21; n++) await role(`many${n}`, [['teams:read', `teams:id:${n}`]], false)
    for (let n = 0; n < 20; n++) expect((await give('vic', `many${n}`)).status).toBe(200)
    expect(await give('vic', 'many20')).toMatchObject({
      status: 400,
      body: { message: 'At most 20 roles can be given to one holder in one organization' },
    })
    const roleUids = Array.from({ length: 21 }, (_, n) => `many${n}`)
    expect((await as(root).put(`/api/access-control/users/${ids.vic}/roles`, { roleUids })).status).toBe(400)
    const { body } = await as(root).get(`/api/access-control/users/${ids.vic}/roles`)
    expect(body).toHaveLength(20)
  })

  it('is a role of a thousand permissions for a person, not for a team or a basic role', async () => {
    await role('huge', many(1000), false)
    const team = numberIn((await as(root).post('/api/teams', { name: 'Huge' })).body, 'teamId')
    const tooLarge = {
      status: 400,
      body: {
        message: 'A role with so many permissions can be given to people and service accounts only: make smaller ones',
      },
    }
    expect((await give('boss', 'huge')).status).toBe(200)
    expect(await as(root).post(`/api/access-control/teams/${team}/roles`, { roleUid: 'huge' })).toMatchObject(tooLarge)
    const builtin = { roleUid: 'huge', builtinRole: 'Viewer' }
    expect(await as(root).post('/api/access-control/builtin-roles', builtin)).toMatchObject(tooLarge)
    await role('growing', many(10), false)
    expect((await as(root).post(`/api/access-control/teams/${team}/roles`, { roleUid: 'growing' })).status).toBe(200)
    const permissions = many(1000).map(([action, scope]) => ({ action, scope }))
    const grown = { name: 'growing', version: 9, permissions }
    expect(await as(root).put('/api/access-control/roles/growing', grown)).toMatchObject({
      status: 400,
      body: { message: 'A role that is given away cannot grow so large: make another' },
    })
  })
})

describe('what was given to others', () => {
  it("is not had by joining their team: a service account, the team's management", async () => {
    await role('joiner', [['teams.permissions:write', 'teams:*']], false)
    await give('eve', 'joiner')
    const account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'sa', role: 'Admin' })).body, 'id')
    const team = numberIn((await as(root).post('/api/teams', { name: 'Owners' })).body, 'teamId')
    const plain = numberIn((await as(root).post('/api/teams', { name: 'Plain' })).body, 'teamId')
    await as(root).post(`/api/access-control/serviceaccounts/${account}/teams/${team}`, { permission: 'Admin' })
    const eve = as('eve:pass')
    expect((await eve.post(`/api/teams/${team}/members`, { userId: ids.eve })).status).toBe(403)
    expect((await eve.post(`/api/teams/${plain}/members`, { userId: ids.eve })).status).toBe(200)
    expect((await eve.put(`/api/teams/${plain}/members/${ids.eve}`, { permission: 4 })).status).toBe(403)
    expect((await eve.put(`/api/teams/${plain}/members`, { members: [], admins: ['eve'] })).status).toBe(403)
    expect((await eve.put(`/api/teams/${plain}/members`, { members: ['eve'], admins: [] })).status).toBe(200)
  })

  it('is not had by managing who has it', async () => {
    await role(
      'manager',
      [
        ['serviceaccounts.permissions:write', 'serviceaccounts:*'],
        ['serviceaccounts:read', 'serviceaccounts:*'],
      ],
      false,
    )
    await give('eve', 'manager')
    const account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'other', role: 'None' })).body, 'id')
    const self = `/api/access-control/serviceaccounts/${account}/users/${ids.eve}`
    expect((await as('eve:pass').post(self, { permission: 'Admin' })).status).toBe(403)
    expect((await as('eve:pass').post(self, { permission: '' })).status).toBe(200)
  })
})

it('a token that the token of a service account made makes no others', async () => {
  const account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'first', role: 'Admin' })).body, 'id')
  const made = async (who: string | { token: string }, name: string) =>
    as(who).post(`/api/serviceaccounts/${account}/tokens`, { name })
  const first = { token: textIn((await made(root, 'first')).body, 'key') }
  const second = { token: textIn((await made(first, 'second')).body, 'key') }
  const refused = { status: 403, body: { message: "A token that a service account's token made cannot create others" } }
  expect(await made(second, 'third')).toMatchObject(refused)
  expect(await as(second).post('/api/auth/keys', { name: 'k', role: 'Viewer' })).toMatchObject(refused)
  expect((await as(second).get('/api/org')).status).toBe(200)
})

it('an assignment says nothing once its role is that of another org', async () => {
  await as(root).post('/api/orgs', { name: 'Two' })
  await role('swapped', [['teams:create', '']], false)
  await give('eve', 'swapped')
  expect((await as('eve:pass').post('/api/teams', { name: 'Swapped' })).status).toBe(200)
  await run("UPDATE roles SET org_id = 2 WHERE uid = 'swapped'")
  expect((await as('eve:pass').post('/api/teams', { name: 'Swapped again' })).status).toBe(403)
})

it.each(['/api/teams', '/api/serviceaccounts', '/api/auth/keys'])(
  'nothing is made by POST %s in an org that is none',
  async (path) => {
    const body = { name: 'nowhere', role: 'None', permissions: [] }
    await role('maker', [
      ['apikeys:create', ''],
      ['teams:create', ''],
      ['serviceaccounts:create', ''],
    ])
    await run(
      "INSERT OR IGNORE INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES ('maker', 0, ?, 0)",
      ids.desk,
    )
    await run(
      'INSERT OR IGNORE INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (\'maker\', 0, \'maker\', 1, 0, 0, \'[["apikeys:create",""],["teams:create",""],["serviceaccounts:create",""]]\')',
    )
    expect((await as('desk:pass').post(path, body, { 'X-Grafana-Org-Id': '9999' })).status).toBe(404)
  },
)
