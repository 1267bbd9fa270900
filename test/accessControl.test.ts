import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const traced = (status: number, text: string) => ({ status, body: { message: text, traceID: '' } })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})
const own = '/api/access-control/user/permissions'
const of = (id: number) => `/api/access-control/serviceaccounts/${id}`
const one = (id: number) => `/api/serviceaccounts/${id}`
const make = async (name: string, who: Who = root) =>
  numberIn((await as(who).post('/api/serviceaccounts', { name })).body, 'id')

const people: Record<string, number> = {}
const personal = async (who: string, body: object) => ({
  token: textIn((await as(who).post('/api/user/tokens', body)).body, 'key'),
})

let team: number
let theirTeam: number

/** Vic, val and vin are Viewers of org 1, val on its team; olive is Admin of org 2 alone. */
beforeAll(async () => {
  for (const login of ['vic', 'val', 'vin', 'olive']) people[login] = await person(login, { email: `${login}@x.org` })
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  await env.DB.prepare('DELETE FROM org_members WHERE org_id = 1 AND user_id = ?').bind(people.olive).run()
  team = numberIn((await as(root).post('/api/teams', { name: 'Team A', email: 'a@team.org' })).body, 'teamId')
  await as(root).post(`/api/teams/${team}/members`, { userId: people.val })
  theirTeam = numberIn((await as('olive:pass').post('/api/teams', { name: 'Theirs' })).body, 'teamId')
})

describe("the caller's own permissions", () => {
  const member = { 'dashboards:read': ['dashboards:*'], 'orgs.quotas:read': [''], 'orgs:read': [''] }

  it('are what its role gives, each scope once, in alphabetical order', async () => {
    const { text } = await as('vic:pass').get(own)
    expect(text).toBe(JSON.stringify(member))
    const actions = await as('vic:pass').get('/api/access-control/user/actions')
    expect(actions.text).toBe('{"dashboards:read":true,"orgs.quotas:read":true,"orgs:read":true}')
    const { body } = await as(root).get(own)
    expect(body).toMatchObject({
      'users:read': ['global.users:*'],
      'orgs:write': [''],
      'serviceaccounts:read': ['serviceaccounts:*'],
      'serviceaccounts.grants:write': ['serviceaccounts:*'],
    })
    const names = Object.keys(Object(body))
    expect(names).toEqual([...names].sort())
  })

  it('with teams name those', async () => {
    expect((await as('val:pass').get(own)).body).toEqual({ ...member, 'teams:read': [`teams:id:${team}`] })
  })

  it('count in the org of the request', async () => {
    expect((await as('olive:pass').get(own)).body).toHaveProperty('teams:create')
    const inOne = await as('olive:pass').get(own, { 'X-Grafana-Org-Id': '1' })
    expect(inOne.body).toEqual({})
  })

  it("end at the limits of the caller's token, and at what its owner has", async () => {
    const token = await personal('vic:pass', {
      name: 'limits',
      permissions: [
        { action: 'orgs:read' },
        { action: 'dashboards:read', scope: 'dashboards:uid:x' },
        { action: 'users:read', scope: 'global.users:*' },
      ],
    })
    expect((await as(token).get(own)).body).toEqual({ 'dashboards:read': ['dashboards:uid:x'], 'orgs:read': [''] })
  })

  it('of a service account are its role and what it was given', async () => {
    const id = await make('Permitted')
    const token = { token: textIn((await as(root).post(`${one(id)}/tokens`, { name: 't' })).body, 'key') }
    expect((await as(token).get(own)).body).toEqual(member)
    const permissions = [{ action: 'users:read', scope: 'global.users:*' }]
    await as(root).put(`${one(id)}/grants`, { permissions })
    expect((await as(token).get(own)).body).toEqual({ ...member, 'users:read': ['global.users:*'] })
  })
})

describe('a service account', () => {
  const edit = ['serviceaccounts:read', 'serviceaccounts:write']
  const all = [
    ...edit,
    'serviceaccounts:delete',
    'serviceaccounts.permissions:read',
    'serviceaccounts.permissions:write',
  ]
  const managed = (role: string) => ({
    id: expect.any(Number),
    roleName: `managed:${role}:permissions`,
    isManaged: true,
    isInherited: false,
  })
  const ofAdmin = () => ({
    ...managed('users:1'),
    userId: 1,
    userLogin: 'admin',
    userAvatarUrl: '/avatar/46d229b033af06a191ff2267bca9ae56',
    actions: all,
    permission: 'Admin',
  })
  const ofTeam = (permission: string, actions: string[]) => ({
    ...managed(`teams:${team}`),
    team: 'Team A',
    teamId: team,
    teamAvatarUrl: '/avatar/ad50b66f37a1aac2417e6bc741f58678',
    actions,
    permission,
  })
  const holders = async (id: number) => {
    const { body } = await as(root).get(of(id))
    if (!Array.isArray(body)) throw new Error('no list')
    return body.map((entry) => [
      Reflect.get(entry, 'userId') ?? `team ${Reflect.get(entry, 'teamId')}`,
      textIn(entry, 'permission'),
    ])
  }

  it('says how it can be given', async () => {
    expect(await as(root).get('/api/access-control/serviceaccounts/description')).toMatchObject({
      status: 200,
      text: '{"assignments":{"users":true,"teams":true,"builtInRoles":false},"permissions":["Edit","Admin"]}',
    })
  })

  it('is given to whoever makes it, and to persons and teams, one by one', async () => {
    const id = await make('One by one')
    expect((await as(root).get(of(id))).body).toStrictEqual([ofAdmin()])
    const admin = as(root)
    expect(await admin.post(`${of(id)}/teams/${team}`, { permission: 'Edit' })).toMatchObject(
      message('Permission updated'),
    )
    expect((await admin.get(of(id))).body).toStrictEqual([ofAdmin(), ofTeam('Edit', edit)])
    expect(await admin.post(`${of(id)}/teams/${team}`, { permission: 'Admin' })).toMatchObject(
      message('Permission updated'),
    )
    expect((await admin.get(of(id))).body).toStrictEqual([ofAdmin(), ofTeam('Admin', all)])
    expect(await admin.post(`${of(id)}/users/${people.vic}`, { permission: 'Edit' })).toMatchObject(
      message('Permission updated'),
    )
    for (const nothing of [{ permission: '' }, {}, { permission: null }]) {
      expect(await admin.post(`${of(id)}/users/${people.vic}`, nothing)).toMatchObject(message('Permission removed'))
    }
    expect(await admin.post(`${of(id)}/teams/${team}`, {})).toMatchObject(message('Permission removed'))
    expect(await holders(id)).toEqual([[1, 'Admin']])
  })

  it('is given by a list, which leaves alone whom it does not name', async () => {
    const id = await make('By a list')
    const set = (permissions: unknown) => as(root).post(of(id), { permissions })
    const updated = message('Permissions updated')
    expect(
      await set([
        { userId: people.vic, permission: 'Edit' },
        { teamId: team, permission: 'Admin' },
      ]),
    ).toMatchObject(updated)
    expect(await holders(id)).toEqual([
      [1, 'Admin'],
      [people.vic, 'Edit'],
      [`team ${team}`, 'Admin'],
    ])
    expect(
      await set([
        { userId: 1, teamId: 0, permission: '' },
        { userId: people.vic, permission: 'Edit' },
        { userId: people.vic, teamId: null, permission: 'Admin' },
        { teamId: team },
      ]),
    ).toMatchObject(updated)
    expect(await holders(id)).toEqual([[people.vic, 'Admin']])
    for (const nothing of [[], null, undefined]) expect(await set(nothing)).toMatchObject(updated)
    expect(await holders(id)).toEqual([[people.vic, 'Admin']])
    expect(await set([{ userId: 999, permission: '' }])).toMatchObject(updated)
    await as(root).del(one(id))
  })

  it('takes many at once', async () => {
    const id = await make('Many')
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1499)
       INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at)
       SELECT i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 0, 0 FROM n`,
    ).run()
    await env.DB.prepare(
      "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT 1, id, 'Viewer', 0 FROM users WHERE id BETWEEN 1000 AND 1499",
    ).run()
    const permissions = Array.from({ length: 500 }, (_, n) => ({ userId: 1000 + n, permission: 'Edit' }))
    expect((await as(root).post(of(id), { permissions })).status).toBe(200)
    expect(await holders(id)).toHaveLength(501)
  })

  const user = () => ({ userId: people.vic, permission: 'Edit' })
  it.each<[string, () => object, string]>([
    ['an unknown user', () => ({ userId: 9999, permission: 'Edit' }), 'user not found'],
    ["another org's user", () => ({ userId: people.olive, permission: 'Edit' }), 'user not found'],
    ['an unknown team', () => ({ teamId: 9999, permission: 'Edit' }), 'team not found'],
    ["another org's team", () => ({ teamId: theirTeam, permission: 'Edit' }), 'team not found'],
    ['a permission that is none', () => ({ userId: people.vic, permission: 'View' }), 'no such permission: View'],
    ['nobody', () => ({ permission: 'Edit' }), 'either a user or a team is needed'],
    ['both', () => ({ userId: people.vic, teamId: team, permission: 'Edit' }), 'either a user or a team is needed'],
    ['a role', () => ({ builtInRole: 'Viewer', permission: 'Edit' }), 'a service account cannot be given to a role'],
  ])('is given to nobody of a list with %s', async (name, entry, why) => {
    const id = await make(`All or nothing: ${name}`)
    const permissions = [user(), { userId: 1, permission: '' }, entry()]
    expect(await as(root).post(of(id), { permissions })).toMatchObject(traced(400, `failed to set permissions: ${why}`))
    expect(await holders(id)).toEqual([[1, 'Admin']])
  })

  it.each<[string, () => string, unknown, object]>([
    [
      'an unknown user',
      () => '/users/9999',
      { permission: 'Edit' },
      traced(400, 'failed to set user permission: user not found'),
    ],
    [
      "another org's user",
      () => `/users/${people.olive}`,
      { permission: 'Edit' },
      traced(400, 'failed to set user permission: user not found'),
    ],
    [
      'user 0',
      () => '/users/0',
      { permission: 'Edit' },
      traced(400, 'failed to set user permission: either a user or a team is needed'),
    ],
    ['letters for a user', () => '/users/abc', { permission: 'Edit' }, traced(400, 'userID is invalid')],
    [
      'an unknown team',
      () => '/teams/9999',
      { permission: 'Edit' },
      traced(400, 'failed to set team permission: team not found'),
    ],
    [
      "another org's team",
      () => `/teams/${theirTeam}`,
      { permission: 'Edit' },
      traced(400, 'failed to set team permission: team not found'),
    ],
    ['letters for a team', () => '/teams/abc', { permission: 'Edit' }, traced(400, 'teamID is invalid')],
    [
      'a permission that is none',
      () => '/users/1',
      { permission: 'View' },
      traced(400, 'failed to set user permission: no such permission: View'),
    ],
    ['a number for one', () => '/users/1', { permission: 4 }, traced(400, 'bad request data')],
    ['half a body', () => '/teams/1', '{', traced(400, 'bad request data')],
    ['a list that is none', () => '', { permissions: {} }, traced(400, 'bad request data')],
    ['a role', () => '/builtInRoles/Viewer', { permission: 'Edit' }, message('Not found', 404)],
  ])('is not given with %s', async (name, path, body, expected) => {
    const id = await make(`Refused: ${name}`)
    expect(await as(root).post(`${of(id)}${path()}`, body)).toMatchObject(expected)
    expect(await holders(id)).toEqual([[1, 'Admin']])
  })

  it.each([
    ['9999', traced(404, 'Failed to retrieve service account')],
    ['abc', traced(400, 'Service Account ID is invalid')],
  ])('that is %s can be given to nobody', async (id, expected) => {
    const path = `/api/access-control/serviceaccounts/${id}`
    expect(await as(root).get(path)).toMatchObject(expected)
    expect(await as(root).post(path, {})).toMatchObject(expected)
    expect(await as(root).post(`${path}/users/1`, { permission: 'Edit' })).toMatchObject(expected)
    expect(await as(root).post(`${path}/teams/1`, { permission: 'Edit' })).toMatchObject(expected)
  })
})

describe('who was given a service account', () => {
  let id: number
  let other: number
  const give = (permission: string, who = people.vic) => as(root).post(`${of(id)}/users/${who}`, { permission })
  const vic = as('vic:pass')

  beforeAll(async () => {
    id = await make('Given')
    other = await make('Not given')
  })

  it('not at all is denied by name, and learns nothing', async () => {
    for (const path of [
      one(id),
      one(9999),
      '/api/serviceaccounts/abc',
      `${one(id)}/tokens`,
      '/api/serviceaccounts/search',
    ]) {
      const answer = await vic.get(path)
      expect(answer).toMatchObject(denied('serviceaccounts:read'))
      expect(answer.headers.get('Content-Type')).toBe('application/json; charset=UTF-8')
      expect(answer.text.endsWith('}\n')).toBe(true)
    }
    expect(await vic.patch(one(id), '{')).toMatchObject(denied('serviceaccounts:write'))
    expect(await vic.del(one(id))).toMatchObject(denied('serviceaccounts:delete'))
    expect(await vic.post(`${one(id)}/tokens`, '{')).toMatchObject(denied('serviceaccounts:write'))
    expect(await vic.get('/api/access-control/serviceaccounts/description')).toMatchObject(
      denied('serviceaccounts.permissions:read'),
    )
    expect(await vic.get(of(id))).toMatchObject(denied('serviceaccounts.permissions:read'))
    expect(await vic.post(of(id), '{')).toMatchObject(denied('serviceaccounts.permissions:write'))
  })

  it('to edit reads, changes and makes tokens: of that account alone', async () => {
    await give('Edit')
    expect((await vic.get(`${one(id)}?accesscontrol=true`)).body).toMatchObject({
      accessControl: { 'serviceaccounts:read': true, 'serviceaccounts:write': true },
    })
    expect((await vic.get(own)).body).toMatchObject({
      'serviceaccounts:read': [`serviceaccounts:id:${id}`],
      'serviceaccounts:write': [`serviceaccounts:id:${id}`],
    })
    expect((await vic.patch(one(id), { isDisabled: false })).status).toBe(200)
    const made = await vic.post(`${one(id)}/tokens`, { name: 'by vic' })
    expect(made.status).toBe(200)
    expect((await vic.get(`${one(id)}/tokens`)).body).toMatchObject([{ name: 'by vic' }])
    expect((await vic.del(`${one(id)}/tokens/${numberIn(made.body, 'id')}`)).status).toBe(200)
    expect((await vic.get('/api/serviceaccounts/search')).body).toMatchObject({
      totalCount: 1,
      serviceAccounts: [{ id }],
    })
    expect((await vic.get('/api/serviceaccounts/search?query=nowhere')).body).toMatchObject({ totalCount: 0 })
    expect(await vic.del(one(id))).toMatchObject(denied('serviceaccounts:delete'))
    expect(await vic.get(of(id))).toMatchObject(denied('serviceaccounts.permissions:read'))
    expect(await vic.post(of(id), { permissions: [user()] })).toMatchObject(denied('serviceaccounts.permissions:write'))
    expect(await vic.get(one(other))).toMatchObject(denied('serviceaccounts:read'))
    expect(await vic.post(`${one(other)}/tokens`, { name: 'n' })).toMatchObject(denied('serviceaccounts:write'))
    expect(await vic.post('/api/serviceaccounts', { name: 'n' })).toMatchObject(denied('serviceaccounts:create'))
    expect(await vic.put(`${one(id)}/grants`, { permissions: [] })).toMatchObject(
      denied('serviceaccounts.grants:write'),
    )
  })

  const user = () => ({ userId: people.vic, permission: 'Admin' })

  it('as Admin gives it to others too', async () => {
    await give('Admin')
    expect((await vic.get('/api/access-control/serviceaccounts/description')).status).toBe(200)
    expect((await vic.get(of(id))).status).toBe(200)
    expect((await vic.post(`${of(id)}/users/${people.vin}`, { permission: 'Edit' })).status).toBe(200)
    expect((await as('vin:pass').get(one(id))).status).toBe(200)
    expect((await vic.post(of(id), { permissions: [{ userId: people.vin }] })).status).toBe(200)
    expect(await as('vin:pass').get(one(id))).toMatchObject(denied('serviceaccounts:read'))
    expect(await vic.post(`${of(other)}/users/${people.vic}`, { permission: 'Edit' })).toMatchObject(
      denied('serviceaccounts.permissions:write'),
    )
  })

  it('may make no token for an account that may do more than they may', async () => {
    await as(root).patch(one(id), { role: 'Admin' })
    const refused = message('A token cannot be made for a service account that may do more than its creator', 403)
    expect(await vic.post(`${one(id)}/tokens`, { name: 'n' })).toMatchObject(refused)
    expect(await vic.patch(one(id), { role: 'Admin' })).toMatchObject(
      traced(403, "can not assign a role higher than user's role"),
    )
    await as(root).patch(one(id), { role: 'Viewer' })
    await as(root).put(`${one(id)}/grants`, { permissions: [{ action: 'users:create' }] })
    expect(await vic.post(`${one(id)}/tokens`, { name: 'n' })).toMatchObject(refused)
    await as(root).put(`${one(id)}/grants`, { permissions: [] })
  })

  it('by a team has it as long as they are on it, and the higher level of two', async () => {
    const val = as('val:pass')
    await as(root).post(`${of(id)}/teams/${team}`, { permission: 'Edit' })
    expect((await val.get(one(id))).status).toBe(200)
    expect(await val.get(of(id))).toMatchObject(denied('serviceaccounts.permissions:read'))
    await give('Admin', people.val)
    expect((await val.get(of(id))).status).toBe(200)
    await give('', people.val)
    await env.DB.prepare('DELETE FROM team_members WHERE user_id = ?').bind(people.val).run()
    expect(await val.get(one(id))).toMatchObject(denied('serviceaccounts:read'))
    expect(await val.get('/api/serviceaccounts/search')).toMatchObject(denied('serviceaccounts:read'))
  })

  it('uses it only within the limits of a token', async () => {
    await give('Admin')
    await as(root).post(`${of(other)}/users/${people.vic}`, { permission: 'Edit' })
    const reading = { action: 'serviceaccounts:read', scope: `serviceaccounts:id:${id}` }
    const token = as(await personal('vic:pass', { name: 'reading', permissions: [reading] }))
    expect((await token.get(one(id))).status).toBe(200)
    expect(await token.get(one(other))).toMatchObject(denied('serviceaccounts:read'))
    expect(await token.del(one(id))).toMatchObject(denied('serviceaccounts:delete'))
    expect((await token.get('/api/serviceaccounts/search')).body).toMatchObject({
      totalCount: 1,
      serviceAccounts: [{ id }],
    })
    expect((await token.get(own)).body).toEqual({ 'serviceaccounts:read': [reading.scope] })
    const elsewhere = { action: 'teams:read', scope: 'teams:*' }
    const none = as(await personal('vic:pass', { name: 'teams', permissions: [elsewhere] }))
    expect(await none.get('/api/serviceaccounts/search')).toMatchObject(denied('serviceaccounts:read'))
    expect((await vic.get('/api/serviceaccounts/search')).body).toMatchObject({ totalCount: 2 })
    await as(root).post(`${of(other)}/users/${people.vic}`, {})
  })

  it('sees with a limited token of an admin only what it is limited to', async () => {
    const reading = { action: 'serviceaccounts:read', scope: `serviceaccounts:id:${other}` }
    const token = as(await personal(root, { name: 'reading', permissions: [reading] }))
    expect((await token.get('/api/serviceaccounts/search')).body).toMatchObject({
      totalCount: 1,
      serviceAccounts: [{ id: other }],
    })
    expect(await token.get(one(id))).toMatchObject(denied('serviceaccounts:read'))
  })

  it('loses it with the org, whatever org the request names', async () => {
    await env.DB.prepare('DELETE FROM org_members WHERE org_id = 1 AND user_id = ?').bind(people.vic).run()
    expect(await vic.get(one(id), { 'X-Grafana-Org-Id': '1' })).toMatchObject(denied('serviceaccounts:read'))
    expect((await vic.get(own, { 'X-Grafana-Org-Id': '1' })).body).toEqual({})
    await as(root).post('/api/orgs/1/users', { loginOrEmail: 'vic', role: 'Viewer' })
  })

  it('deletes it as Admin, and what was given on it goes too', async () => {
    await give('Admin')
    expect(await vic.del(one(id))).toMatchObject(message('Service account deleted'))
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM service_account_permissions WHERE service_account_id = ?')
        .bind(id)
        .first('n'),
    ).toBe(0)
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()
  let id: number

  async function cost(who: Who, method: string, path: string, body?: unknown) {
    await as(who).get('/api/user')
    d1.reset()
    const { status } = await call(who, method, path.replace(':id', String(id)), { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  beforeAll(async () => {
    id = await make('Budget')
    await as(root).post(`${of(id)}/users/${people.vic}`, { permission: 'Admin' })
  })

  it.each(
    [root, 'vic:pass'].flatMap((who) =>
      [
        own,
        '/api/access-control/user/actions',
        '/api/access-control/serviceaccounts/description',
        '/api/access-control/serviceaccounts/:id',
        '/api/serviceaccounts/:id',
        '/api/serviceaccounts/:id/tokens',
        '/api/serviceaccounts/search',
      ].map((path) => [path, who]),
    ),
  )('GET %s by %s, two trips and a few rows', async (path = '', who) => {
    const { status, trips, rowsRead, rowsWritten } = await cost(who, 'GET', path)
    expect({ status, rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
    expect(trips).toBeLessThanOrEqual(2)
    expect(rowsRead).toBeLessThanOrEqual(250)
  })

  it.each([
    ['POST', '/api/access-control/serviceaccounts/:id', { permissions: [{ userId: 1, permission: 'Edit' }] }],
    ['POST', '/api/access-control/serviceaccounts/:id/users/1', { permission: 'Admin' }],
    ['POST', '/api/access-control/serviceaccounts/:id/teams/1', { permission: 'Edit' }],
    ['PATCH', '/api/serviceaccounts/:id', { name: 'Renamed' }],
    ['POST', '/api/serviceaccounts/:id/tokens', { name: 'by vic' }],
    ['DELETE', '/api/serviceaccounts/:id', undefined],
  ])('%s %s by whom it was given to, three trips', async (method, path, body) => {
    const { status, trips } = await cost('vic:pass', method, path, body)
    expect(status).toBe(200)
    expect(trips).toBeLessThanOrEqual(3)
  })
})
