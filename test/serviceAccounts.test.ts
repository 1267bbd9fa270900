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
const unknown = traced(404, 'Failed to retrieve service account')
const badData = traced(400, 'Bad request data')
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const picture = '/avatar/5b33c7617a904c4b61ef3031187ce816'

const make = async (name: string, role: string, who: Who = root, headers = {}) =>
  numberIn((await as(who).post('/api/serviceaccounts', { name, role }, headers)).body, 'id')
const tokenOf = async (id: number, name = 't', more: object = {}, who: Who = root, headers = {}) => ({
  token: textIn((await as(who).post(`/api/serviceaccounts/${id}/tokens`, { name, ...more }, headers)).body, 'key'),
})
const inTwo = { 'X-Grafana-Org-Id': '2' }

let mine: number

/** Vic is a Viewer of org 1, olive the Admin of org 2. */
beforeAll(async () => {
  await person('vic')
  await person('olive')
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  mine = await make('My SA', 'viewer')
})

describe('service accounts', () => {
  it('are made, with and without a slash, as Viewers unless it is said otherwise', async () => {
    const { status, text, body } = await as(root).post('/api/serviceaccounts/', { name: 'No Role', isDisabled: true })
    const id = numberIn(body, 'id')
    expect({ status, text }).toEqual({
      status: 201,
      text: `{"id":${id},"name":"No Role","login":"sa-no-role","orgId":1,"isDisabled":true,"role":"Viewer","tokens":0,"avatarUrl":""}`,
    })
    expect(await as(root).del(`/api/serviceaccounts/${id}`)).toMatchObject(message('Service account deleted'))
  })

  it.each([
    ['a taken name', { name: 'My SA' }, traced(400, 'Failed to create service account')],
    ['a name that spells the same login', { name: 'my-sa' }, traced(400, 'Failed to create service account')],
    ['no name', {}, badData],
    ['an empty name', { name: '' }, badData],
    ['a role that is none', { name: 'n', role: 'King' }, badData],
    ['a word for a flag', { name: 'n', isDisabled: 'no' }, badData],
    ['half a body', '{"name": ', badData],
  ])('are not made with %s', async (_, body, expected) => {
    expect(await as(root).post('/api/serviceaccounts', body)).toMatchObject(expected)
  })

  it('have one winner among ten who make the same at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () => as(root).post('/api/serviceaccounts', { name: 'Race' })),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(400)])
    await as(root).del(`/api/serviceaccounts/${numberIn(all.find(({ status }) => status === 201)?.body, 'id')}`)
  })

  it('are shown by themselves, with what the caller may do where it is asked', async () => {
    const shown = {
      id: mine,
      name: 'My SA',
      login: 'sa-my-sa',
      orgId: 1,
      isDisabled: false,
      createdAt: time,
      updatedAt: time,
      avatarUrl: picture,
      role: 'Viewer',
      teams: [],
    }
    expect((await as(root).get(`/api/serviceaccounts/${mine}`)).body).toStrictEqual(shown)
    expect((await as(root).get(`/api/serviceaccounts/${mine}?accesscontrol=true`)).body).toStrictEqual({
      ...shown,
      accessControl: {
        'serviceaccounts.permissions:read': true,
        'serviceaccounts.permissions:write': true,
        'serviceaccounts:delete': true,
        'serviceaccounts:read': true,
        'serviceaccounts:write': true,
      },
    })
  })

  it.each([
    ['9999', unknown],
    ['0', unknown],
    ['-1', unknown],
    ['abc', traced(400, 'Service Account ID is invalid')],
    ['99999999999999999999', traced(400, 'Service Account ID is invalid')],
  ])('are not found by %s', async (id, expected) => {
    const path = `/api/serviceaccounts/${id}`
    const admin = as(root)
    expect(await admin.get(path)).toMatchObject(expected)
    expect(await admin.patch(path, { name: 'n' })).toMatchObject(expected)
    expect(await admin.del(path)).toMatchObject(expected)
    const listed = await admin.get(`${path}/tokens`)
    expect(listed).toMatchObject(id === 'abc' || id.length > 9 ? expected : { status: 200, body: [] })
    expect(await admin.post(`${path}/tokens`, { name: 'n' })).toMatchObject(expected)
    expect(await admin.del(`${path}/tokens/1`)).toMatchObject(expected)
    expect(await admin.get(`${path}/grants`)).toMatchObject(expected)
    expect(await admin.put(`${path}/grants`, { permissions: [] })).toMatchObject(expected)
  })

  it('change only in what is said, and keep their login', async () => {
    const id = await make('Changes', 'Editor')
    const change = async (body: object) => (await as(root).patch(`/api/serviceaccounts/${id}`, body)).body
    expect(await change({ name: 'Changed', role: 'admin' })).toMatchObject({
      id,
      message: 'Service account updated',
      name: 'Changed',
      serviceaccount: { name: 'Changed', login: 'sa-changes', role: 'Admin', isDisabled: false },
    })
    expect(await change({ isDisabled: true, name: null })).toMatchObject({
      serviceaccount: { name: 'Changed', role: 'Admin', isDisabled: true },
    })
    expect(await change({ role: 'None', name: '' })).toMatchObject({
      serviceaccount: { name: 'Changed', role: 'None', isDisabled: true },
    })
    expect(await as(root).patch(`/api/serviceaccounts/${id}`, { role: 'King' })).toMatchObject(badData)
    expect((await as(root).get(`/api/serviceaccounts/${id}`)).body).toMatchObject({ name: 'Changed', role: 'None' })
    await as(root).del(`/api/serviceaccounts/${id}`)
    expect(await as(root).del(`/api/serviceaccounts/${id}`)).toMatchObject(unknown)
  })

  it('of one org are nothing in another, and may have the same name there', async () => {
    const theirs = await make('My SA', 'Admin', 'olive:pass')
    expect((await as('olive:pass').get('/api/serviceaccounts/search')).body).toMatchObject({
      totalCount: 1,
      serviceAccounts: [{ id: theirs, orgId: 2, login: 'sa-my-sa' }],
    })
    for (const [who, id] of [
      ['olive:pass', mine],
      [root, theirs],
    ] as const) {
      const path = `/api/serviceaccounts/${id}`
      expect(await as(who).get(path)).toMatchObject(unknown)
      expect(await as(who).patch(path, { name: 'n' })).toMatchObject(unknown)
      expect(await as(who).del(path)).toMatchObject(unknown)
      expect(await as(who).get(`${path}/tokens`)).toMatchObject({ status: 200, body: [] })
      expect(await as(who).post(`${path}/tokens`, { name: 'n' })).toMatchObject(unknown)
      expect(await as(who).get(`/api/access-control/serviceaccounts/${id}`)).toMatchObject(unknown)
      expect(await as(who).post(`/api/access-control/serviceaccounts/${id}`, {})).toMatchObject(unknown)
    }
    expect((await as(root).get(`/api/serviceaccounts/${theirs}`, inTwo)).status).toBe(200)
  })

  it('never get a higher role than who makes or changes them', async () => {
    await person('ed')
    await env.DB.prepare(
      "UPDATE org_members SET role = 'Editor' WHERE user_id = (SELECT id FROM users WHERE login = 'ed')",
    ).run()
    const id = await make('Lent', 'Viewer')
    const ed = await env.DB.prepare("SELECT id FROM users WHERE login = 'ed'").first('id')
    await as(root).post(`/api/access-control/serviceaccounts/${id}/users/${ed}`, { permission: 'Edit' })
    const tooHigh = traced(403, "can not assign a role higher than user's role")
    expect(await as('ed:pass').patch(`/api/serviceaccounts/${id}`, { role: 'Admin' })).toMatchObject(tooHigh)
    expect((await as('ed:pass').patch(`/api/serviceaccounts/${id}`, { role: 'Editor' })).status).toBe(200)
    expect((await as('ed:pass').post(`/api/serviceaccounts/${id}/tokens`, { name: 'ok' })).status).toBe(200)
    await as(root).patch(`/api/serviceaccounts/${id}`, { role: 'Admin' })
    expect(await as('ed:pass').post(`/api/serviceaccounts/${id}/tokens`, { name: 'no' })).toMatchObject(
      message('A token cannot be made for a service account that may do more than its creator', 403),
    )
  })
})

describe('a search', () => {
  const search = async (query: string) => (await as(root).get(`/api/serviceaccounts/search?${query}`)).body

  beforeAll(async () => {
    const names = ['Zeta', 'alpha', 'Ünit 100%_x', 'Beta']
    for (const name of names) await make(name, 'Viewer')
    const beta = numberIn(await env.DB.prepare("SELECT id FROM service_accounts WHERE name = 'Beta'").first(), 'id')
    await as(root).patch(`/api/serviceaccounts/${beta}`, { isDisabled: true })
    await tokenOf(beta, 'old', { secondsToLive: 1 })
    await env.DB.prepare("UPDATE tokens SET expires_at = 5 WHERE name = 'old'").run()
  })

  it.each([
    ['query=zeta', ['Zeta']],
    ['query=SA-ALPHA', ['alpha']],
    ['query=%25', ['Ünit 100%_x']],
    ['query=_', ['Ünit 100%_x']],
    ['query=nowhere', []],
    ['query=eta&disabled=true', ['Beta']],
    ['disabled=1', ['Beta']],
    ['expiredTokens=true', ['Beta']],
    ['query=alpha&expiredTokens=true', []],
  ])('by %s finds %j', async (query, names) => {
    expect(await search(query)).toMatchObject({
      totalCount: names.length,
      serviceAccounts: names.map((name) => ({ name })),
    })
  })

  it('pages by login, with the total of all', async () => {
    const everyone = await search('')
    const total = numberIn(everyone, 'totalCount')
    expect(everyone).toMatchObject({ page: 1, perPage: 1000 })
    const logins: string[] = []
    for (let page = 1; page <= total; page++) {
      const answer = await search(`perpage=1&page=${page}`)
      expect(answer).toMatchObject({ totalCount: total, page, perPage: 1 })
      const [hit] = Reflect.get(Object(answer), 'serviceAccounts')
      logins.push(textIn(hit, 'login'))
    }
    expect(logins).toEqual([...new Set(logins)].sort())
    expect(await search(`perpage=1&page=${total + 1}`)).toMatchObject({ totalCount: total, serviceAccounts: [] })
    expect(await search('page=x&perpage=-1')).toMatchObject({ totalCount: total, page: 1, perPage: 1000 })
  })

  it('says how many tokens each has, and what the caller may do', async () => {
    expect(await search('query=beta&accesscontrol=true')).toMatchObject({
      serviceAccounts: [{ tokens: 1, isDisabled: true, accessControl: { 'serviceaccounts:read': true } }],
    })
  })
})

describe('their tokens', () => {
  it('are made, shown once and listed by name', async () => {
    const id = await make('Tokens', 'Viewer')
    const path = `/api/serviceaccounts/${id}/tokens`
    const made = await as(root).post(path, { name: 'b', secondsToLive: 3600, role: 'Admin' })
    expect(made).toMatchObject({ status: 200, body: { name: 'b' } })
    expect(textIn(made.body, 'key')).toMatch(/^glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}$/)
    await as(root).post(path, { name: 'a' })
    await as(root).post(path, { name: 'c', secondsToLive: 30 * 24 * 3600 })
    const { text, body } = await as(root).get(path)
    expect(body).toEqual([
      {
        id: expect.any(Number),
        name: 'a',
        created: time,
        lastUsedAt: null,
        expiration: null,
        secondsUntilExpiration: 0,
        hasExpired: false,
      },
      expect.objectContaining({ name: 'b', expiration: time, hasExpired: false }),
      expect.objectContaining({ name: 'c', expiration: time, secondsUntilExpiration: 0, hasExpired: false }),
    ])
    expect(/"secondsUntilExpiration":(3600|359\d)\b/.test(text)).toBe(true)
    expect((await as(root).get(`${path}?metadata=true`)).body).toMatchObject([
      { name: 'a', createdBy: 'user:1' },
      { name: 'b', createdBy: 'user:1' },
      { name: 'c', createdBy: 'user:1' },
    ])
    expect(text).not.toContain('glsa_')
    await env.DB.prepare("UPDATE tokens SET expires_at = 5 WHERE name = 'b'").run()
    expect((await as(root).get(path)).body).toContainEqual(
      expect.objectContaining({ name: 'b', secondsUntilExpiration: 0, hasExpired: true }),
    )
    expect(await as({ token: textIn(made.body, 'key') }).get('/api/org')).toMatchObject(message('Expired API key', 401))
  })

  it.each([
    [
      'a taken name',
      { name: 'taken' },
      message('service account token with given name already exists in the organization', 409),
    ],
    ['a negative life', { name: 'n', secondsToLive: -1 }, message('invalid SecondsToLive value', 400)],
    ['no name', {}, badData],
    ['letters for a life', { name: 'n', secondsToLive: 'x' }, badData],
    ['half a body', '{', badData],
  ])('are not made with %s', async (_, body, expected) => {
    await as(root).post(`/api/serviceaccounts/${mine}/tokens`, { name: 'taken' })
    expect(await as(root).post(`/api/serviceaccounts/${mine}/tokens`, body)).toMatchObject(expected)
  })

  it('may have the same name on another account', async () => {
    expect(
      (await as(root).post(`/api/serviceaccounts/${await make('Other', 'Viewer')}/tokens`, { name: 'taken' })).status,
    ).toBe(200)
  })

  it('act in the org of their account alone, with its role as it is now, by Bearer and Basic', async () => {
    const id = await make('Actor', 'Admin')
    const token = await tokenOf(id)
    expect((await as(token).get('/api/serviceaccounts/search', inTwo)).body).toMatchObject({
      serviceAccounts: expect.arrayContaining([expect.objectContaining({ name: 'Actor', orgId: 1 })]),
    })
    expect((await as(`api_key:${token.token}`).get('/api/auth/keys')).status).toBe(200)
    expect((await as(token).post('/api/serviceaccounts', { name: 'By a machine', role: 'Admin' })).status).toBe(201)
    await as(root).patch(`/api/serviceaccounts/${id}`, { role: 'Viewer' })
    expect(await as(token).get('/api/auth/keys')).toMatchObject(denied('apikeys:read'))
    expect(await as(token).post('/api/serviceaccounts', { name: 'x' })).toMatchObject(denied('serviceaccounts:create'))
  })

  it('end when they are deleted, when their account is, and rest while it is disabled', async () => {
    const id = await make('Ends', 'Admin')
    const [first, second] = [await tokenOf(id, 'first'), await tokenOf(id, 'second')]
    const tokens = `/api/serviceaccounts/${id}/tokens`
    const firstId = await env.DB.prepare("SELECT id FROM tokens WHERE name = 'first'").first('id')
    const invalid = traced(401, 'invalid API key')
    expect(await as(root).del(`/api/serviceaccounts/${mine}/tokens/${firstId}`)).toMatchObject(
      traced(404, 'Failed to delete service account token'),
    )
    expect((await as(first).get('/api/org')).status).toBe(200)
    expect(await as(root).del(`${tokens}/${firstId}`)).toMatchObject(message('Service account token deleted'))
    expect(await as(first).get('/api/org')).toMatchObject(invalid)
    expect(await as(root).del(`${tokens}/abc`)).toMatchObject(traced(400, 'Token ID is invalid'))
    await as(root).patch(`/api/serviceaccounts/${id}`, { isDisabled: true })
    expect(await as(second).get('/api/org')).toMatchObject(message('Service account is disabled', 401))
    await as(root).patch(`/api/serviceaccounts/${id}`, { isDisabled: false })
    expect((await as(second).get('/api/org')).status).toBe(200)
    await as(root).del(`/api/serviceaccounts/${id}`)
    expect(await as(second).get('/api/org')).toMatchObject(invalid)
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM tokens WHERE service_account_id = ?').bind(id).first('n'),
    ).toBe(0)
  })

  it('say when they were used last', async () => {
    const id = await make('Used', 'Viewer')
    await as(await tokenOf(id)).get('/api/org')
    expect((await as(root).get(`/api/serviceaccounts/${id}/tokens`)).body).toMatchObject([{ lastUsedAt: time }])
  })

  it('mistyped are refused without asking the database', async () => {
    const token = (await tokenOf(await make('Typo', 'Viewer'))).token
    const d1 = countingD1()
    const typo = { token: `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}` }
    expect((await call(typo, 'GET', '/api/org', { bindings: { DB: d1.db } })).status).toBe(401)
    expect(d1.count.trips).toBe(0)
  })

  it('are not made by a limited token, which could make itself a successor', async () => {
    const limited = { name: 'only', permissions: [{ action: 'serviceaccounts:write', scope: 'serviceaccounts:*' }] }
    const token = { token: textIn((await as(root).post('/api/user/tokens', limited)).body, 'key') }
    expect(await as(token).post(`/api/serviceaccounts/${mine}/tokens`, { name: 'n' })).toMatchObject(
      message('A token with an expiry or with limited permissions cannot create credentials or raise rights', 403),
    )
  })
})

describe('server-wide permissions', () => {
  const everyUser = 'global.users:*'
  const people = [
    { action: 'users:create', scope: '' },
    ...['users:read', 'users:write', 'users:delete', 'users:disable', 'users.permissions:write'].map((action) => ({
      action,
      scope: everyUser,
    })),
  ]
  let id: number
  let token: { token: string }

  beforeAll(async () => {
    id = await make('Provisioner', 'Viewer')
    token = await tokenOf(id)
  })

  it('are none at first', async () => {
    expect((await as(root).get(`/api/serviceaccounts/${id}/grants`)).body).toEqual({ permissions: [] })
    expect(await as(token).get('/api/users')).toMatchObject(denied('users:read'))
  })

  it('let it manage people without anybody’s password', async () => {
    expect(await as(root).put(`/api/serviceaccounts/${id}/grants`, { permissions: people })).toMatchObject(
      message('Service account permissions updated'),
    )
    expect((await as(root).get(`/api/serviceaccounts/${id}/grants`)).body).toEqual({ permissions: people })
    const made = await as(token).post('/api/admin/users', { login: 'made', password: 'pass' })
    expect(made.status).toBe(200)
    const user = numberIn(made.body, 'id')
    expect((await as(token).get(`/api/users/${user}`)).body).toMatchObject({ login: 'made' })
    expect((await as(token).put(`/api/users/${user}`, { login: 'renamed' })).status).toBe(200)
    expect((await as(token).get('/api/users/lookup?loginOrEmail=renamed')).status).toBe(200)
    expect((await as(token).put(`/api/admin/users/${user}/permissions`, { isGrafanaAdmin: true })).status).toBe(200)
    expect((await as(token).post(`/api/admin/users/${user}/disable`)).status).toBe(200)
    expect((await as(token).del(`/api/admin/users/${user}`)).status).toBe(200)
  })

  it('allow no more than was given, and leave it no person', async () => {
    const other = as(token)
    expect(await other.post('/api/orgs', { name: 'x' })).toMatchObject(denied('orgs:create'))
    expect(await other.get('/api/admin/stats')).toMatchObject(denied('server.stats:read'))
    expect(await other.put('/api/admin/users/2/password', { password: 'pass2' })).toMatchObject(
      denied('users.password:write'),
    )
    expect(await other.get('/api/user')).toMatchObject(message('user not found', 404))
    expect(await other.get('/api/user/orgs')).toMatchObject({ status: 200, body: [] })
    expect(await other.post('/api/orgs/2/users', { loginOrEmail: 'vic', role: 'Admin' })).toMatchObject(
      denied('org.users:add'),
    )
    expect(await other.put(`/api/serviceaccounts/${id}/grants`, { permissions: people })).toMatchObject(
      denied('serviceaccounts.grants:write'),
    )
  })

  it('to make orgs still need a person to be their Admin', async () => {
    const account = await make('Org maker', 'Viewer')
    await as(root).put(`/api/serviceaccounts/${account}/grants`, { permissions: [{ action: 'orgs:create' }] })
    expect(await as(await tokenOf(account)).post('/api/orgs', { name: 'By a machine' })).toMatchObject(
      message('Not a valid organization', 401),
    )
  })

  it.each([
    ['what there is not', { action: 'users:fly', scope: everyUser }],
    ['more than a server admin has', { action: 'users:read', scope: '*' }],
    ['what only a role in the org gives', { action: 'teams:create' }],
  ])('are never %s', async (_, permission) => {
    const before = (await as(root).get(`/api/serviceaccounts/${id}/grants`)).body
    expect(await as(root).put(`/api/serviceaccounts/${id}/grants`, { permissions: [permission] })).toMatchObject(
      denied(permission.action),
    )
    expect((await as(root).get(`/api/serviceaccounts/${id}/grants`)).body).toEqual(before)
  })

  it.each([
    ['no list', {}],
    ['a word', { permissions: 'all' }],
    ['no action', { permissions: [{ scope: 'x' }] }],
    ['an empty action', { permissions: [{ action: '' }] }],
    ['too many', { permissions: Array(101).fill({ action: 'users:create' }) }],
    ['a text that is too long', { permissions: [{ action: 'a'.repeat(191) }] }],
    ['half a body', '{'],
  ])('are not set from %s', async (_, body) => {
    expect(await as(root).put(`/api/serviceaccounts/${id}/grants`, body)).toMatchObject(traced(400, 'bad request data'))
  })

  it('are passed on by an account only as far as it has them', async () => {
    const manager = await make('Manager', 'Viewer')
    const granting = { action: 'serviceaccounts.grants:write', scope: 'serviceaccounts:*' }
    const permissions = [granting, { action: 'users:read', scope: everyUser }]
    await as(root).put(`/api/serviceaccounts/${manager}/grants`, { permissions })
    const by = as(await tokenOf(manager))
    const target = await make('Target', 'Viewer')
    const give = (action: string, scope: string) =>
      by.put(`/api/serviceaccounts/${target}/grants`, { permissions: [{ action, scope }] })
    expect((await give('users:read', 'global.users:id:1')).status).toBe(200)
    expect(await give('users:write', everyUser)).toMatchObject(denied('users:write'))
    expect((await by.put(`/api/serviceaccounts/${manager}/grants`, { permissions: people })).status).toBe(403)
  })

  it("are no org admin's to get: not by a grant, nor by a token of such an account", async () => {
    const theirs = await make('Powerful', 'Viewer', 'olive:pass')
    const olive = as('olive:pass')
    const grants = `/api/serviceaccounts/${theirs}/grants`
    expect(await olive.put(grants, { permissions: people })).toMatchObject(denied('serviceaccounts.grants:write'))
    expect(await olive.get(grants)).toMatchObject(denied('serviceaccounts.grants:write'))
    expect((await as(root).put(grants, { permissions: people }, inTwo)).status).toBe(200)
    const refused = message('A token cannot be made for a service account that may do more than its creator', 403)
    expect(await olive.post(`/api/serviceaccounts/${theirs}/tokens`, { name: 'n' })).toMatchObject(refused)
    const machine = await tokenOf(await make('Helper', 'Admin', 'olive:pass'), 't', {}, 'olive:pass')
    expect(await as(machine).post(`/api/serviceaccounts/${theirs}/tokens`, { name: 'n' })).toMatchObject(refused)
    expect((await as(root).post(`/api/serviceaccounts/${theirs}/tokens`, { name: 'n' }, inTwo)).status).toBe(200)
    await as(root).put(grants, { permissions: [] }, inTwo)
    expect((await olive.post(`/api/serviceaccounts/${theirs}/tokens`, { name: 'now' })).status).toBe(200)
  })

  it('are taken away on the next request', async () => {
    expect((await as(token).get('/api/users')).status).toBe(200)
    await as(root).put(`/api/serviceaccounts/${id}/grants`, { permissions: [] })
    expect(await as(token).get('/api/users')).toMatchObject(denied('users:read'))
    expect((await as(root).get(`/api/serviceaccounts/${id}/grants`)).body).toEqual({ permissions: [] })
  })
})

describe('API keys', () => {
  it('may have no role at all, and then may do nothing', async () => {
    const made = await as(root).post('/api/auth/keys', { name: 'none', role: 'none' })
    expect(made.status).toBe(200)
    const key = as({ token: textIn(made.body, 'key') })
    expect((await as(root).get('/api/auth/keys')).body).toContainEqual({
      id: numberIn(made.body, 'id'),
      name: 'none',
      role: 'None',
    })
    expect(await key.get('/api/org')).toMatchObject(denied('orgs:read'))
    expect((await key.get('/api/access-control/user/permissions')).body).toEqual({})
  })

  it('make no service account above their own role', async () => {
    const admin = { token: textIn((await as(root).post('/api/auth/keys', { name: 'adm', role: 'Admin' })).body, 'key') }
    expect((await as(admin).post('/api/serviceaccounts', { name: 'By key', role: 'Admin' })).status).toBe(201)
    expect((await as(admin).get('/api/serviceaccounts/search?query=by%20key')).body).toMatchObject({ totalCount: 1 })
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()
  let id: number

  async function cost(method: string, path: string, body?: unknown, who: Who = root) {
    await as(who).get('/api/user')
    d1.reset()
    const { status } = await call(who, method, path, { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  beforeAll(async () => {
    id = await make('Budget', 'Viewer')
    await tokenOf(id, 'kept')
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO service_accounts (uid, org_id, name, login, role, created_at, updated_at)
       SELECT 'u' || i, 1, printf('Robot %05d', i), printf('sa-robot-%05d', i), 'Viewer', 0, 0 FROM n`,
    ).run()
  })

  it.each([
    ['/search?perpage=50', 400],
    ['/search?perpage=50&page=3', 700],
    ['/search?query=robot%2004&perpage=50', 20_000],
    ['/:id', 20],
    ['/:id/tokens', 20],
    ['/:id/grants', 20],
  ])('GET /api/serviceaccounts%s, two trips and %i rows', async (path, rows) => {
    const { status, trips, rowsRead, rowsWritten } = await cost(
      'GET',
      `/api/serviceaccounts${path.replace(':id', String(id))}`,
    )
    expect({ status, rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
    expect(trips).toBeLessThanOrEqual(2)
    expect(rowsRead).toBeLessThanOrEqual(rows)
  })

  it.each([
    ['POST', '', { name: 'One more' }, 201],
    ['PATCH', '/:id', { role: 'Editor' }, 200],
    ['PUT', '/:id/grants', { permissions: [{ action: 'users:read', scope: 'global.users:*' }] }, 200],
    ['POST', '/:id/tokens', { name: 'new' }, 200],
    ['DELETE', '/:id/tokens/:token', undefined, 200],
    ['DELETE', '/:id', undefined, 200],
  ])('%s /api/serviceaccounts%s, three trips', async (method, path, body, expected) => {
    const token = await env.DB.prepare("SELECT id FROM tokens WHERE name = 'kept'").first('id')
    const filled = path.replace(':id', String(id)).replace(':token', String(token))
    const { status, trips } = await cost(method, `/api/serviceaccounts${filled}`, body)
    expect(status).toBe(expected)
    expect(trips).toBeLessThanOrEqual(3)
  })

  it('refuses an answer of more than ten thousand rows', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
       INSERT INTO service_accounts (uid, org_id, name, login, role, created_at, updated_at)
       SELECT 'v' || i, 1, 'More ' || i, 'sa-more-' || i, 'Viewer', 0, 0 FROM n`,
    ).run()
    expect(await as(root).get('/api/serviceaccounts/search?perpage=20000')).toMatchObject(
      message('An answer holds at most 10000 rows: ask for fewer', 400),
    )
  })
})
