import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, numberIn, person, root, textIn } from './support/client.ts'
import { interruptedD1 } from './support/faults.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})

let vic: number
beforeAll(async () => {
  vic = await person('vic', { email: 'vic@example.org' })
  await person('olive')
  await as(root).post('/api/orgs', { name: 'Second Org' })
})

describe('API keys', () => {
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  let admin: { token: string }

  it('are made, shown once, and listed by name', async () => {
    const made = await as(root).post('/api/auth/keys', { name: 'keyB', role: 'Admin' })
    admin = { token: textIn(made.body, 'key') }
    expect(made).toMatchObject({ status: 200, body: { id: expect.any(Number), name: 'keyB' } })
    expect(JSON.parse(atob(admin.token))).toEqual({ k: expect.stringMatching(/^\w{32}$/), n: 'keyB', id: 1 })
    await as(root).post('/api/auth/keys', { Name: 'keyA', Role: 'viewer', SecondsToLive: 100 })
    const dead = await as(root).post('/api/auth/keys', { name: 'keyC', role: 'Viewer', secondsToLive: 1 })
    await env.DB.prepare('UPDATE tokens SET expires_at = 5 WHERE id = ?').bind(numberIn(dead.body, 'id')).run()
    const keys = [
      { id: expect.any(Number), name: 'keyA', role: 'Viewer', expiration: time },
      { id: expect.any(Number), name: 'keyB', role: 'Admin' },
    ]
    expect((await as(root).get('/api/auth/keys')).body).toEqual(keys)
    expect((await as(root).get('/api/auth/keys?includeExpired=true')).body).toEqual([
      ...keys,
      { id: expect.any(Number), name: 'keyC', role: 'Viewer', expiration: '1970-01-01T00:00:05Z' },
    ])
    const origin = { created: time, createdBy: 'user:1' }
    expect((await as(root).get('/api/auth/keys?metadata=true')).body).toEqual([
      { ...keys[0], ...origin, lastUsedAt: null },
      { ...keys[1], ...origin, lastUsedAt: expect.toBeOneOf([null, time]) },
    ])
    expect(await as({ token: textIn(dead.body, 'key') }).get('/api/user/orgs')).toMatchObject({
      status: 401,
      text: '{"message":"Expired API key"}\n',
    })
  })

  it.each([
    [
      'a taken name',
      { name: 'keyB', role: 'Viewer' },
      message('API key, organization ID and name must be unique', 409),
    ],
    [
      'a negative life',
      { name: 'n', role: 'Viewer', secondsToLive: -1 },
      message('negative value for SecondsToLive', 400),
    ],
    ['no name', { role: 'Viewer' }, badData],
    ['no role', { name: 'n' }, badData],
    ['a role that is none', { name: 'n', role: 'King' }, badData],
  ])('are not made with %s', async (_, body, expected) => {
    expect(await as(root).post('/api/auth/keys', body)).toMatchObject(expected)
  })

  it('live as long as time can be written', async () => {
    const { status } = await as(root).post('/api/auth/keys', {
      name: 'forever',
      role: 'Viewer',
      secondsToLive: Number.MAX_SAFE_INTEGER,
    })
    expect(status).toBe(200)
    expect((await as(root).get('/api/auth/keys')).body).toContainEqual({
      id: expect.any(Number),
      name: 'forever',
      role: 'Viewer',
      expiration: '9999-12-31T23:59:59Z',
    })
  })

  it.each([
    ['GET', '/api/user', undefined, message('user not found', 404)],
    ['PUT', '/api/user', { login: 'x' }, message('user not found', 404)],
    ['PUT', '/api/user/password', { oldPassword: 'a', newPassword: 'abcde' }, message('user not found', 404)],
    ['GET', '/api/user/orgs', undefined, { status: 200, body: [] }],
    ['GET', '/api/user/teams', undefined, { status: 200, body: [] }],
    ['GET', '/api/user/stars', undefined, { status: 200, body: [] }],
    ['GET', '/api/user/tokens', undefined, { status: 200, body: [] }],
    ['POST', '/api/user/tokens', { name: 'x' }, message('user not found', 404)],
    ['POST', '/api/user/stars/dashboard/1', undefined, message('user not found', 404)],
    ['DELETE', '/api/user/stars/dashboard/1', undefined, message('user not found', 404)],
    ['POST', '/api/user/using/1', undefined, message('Not a valid organization', 401)],
    ['GET', '/api/user/auth-tokens', undefined, { status: 404, body: { message: 'User not found', traceID: '' } }],
    [
      'POST',
      '/api/user/revoke-auth-token',
      { authTokenId: 1 },
      { status: 404, body: { message: 'User not found', traceID: '' } },
    ],
    ['GET', '/api/users', undefined, denied('users:read')],
    ['POST', '/api/admin/users', { login: 'bykey', password: 'pass' }, denied('users:create')],
    ['POST', '/api/orgs', { name: 'bykey' }, denied('orgs:create')],
    ['POST', '/api/orgs/1/users', { loginOrEmail: 'vic', role: 'Viewer' }, denied('org.users:add')],
    ['GET', '/api/login/ping', undefined, message('Logged in')],
    ['GET', '/api/nope', undefined, message('Not found', 404)],
  ])('are no person: %s %s', async (method, path, body, expected) => {
    const key = as(admin)
    const answer =
      method === 'GET'
        ? key.get(path)
        : method === 'PUT'
          ? key.put(path, body)
          : method === 'POST'
            ? key.post(path, body)
            : key.del(path)
    expect(await answer).toMatchObject(expected)
  })

  it('work in their org alone, whatever the header says, and as api_key by Basic', async () => {
    const key = await as(root).post('/api/auth/keys', { name: 'alone', role: 'Admin' })
    const admin = { token: textIn(key.body, 'key') }
    const headers = { 'X-Grafana-Org-Id': '2' }
    const made = await as(admin).post('/api/teams', { name: 'By key' }, headers)
    expect(
      await env.DB.prepare('SELECT org_id FROM teams WHERE id = ?').bind(numberIn(made.body, 'teamId')).first(),
    ).toEqual({ org_id: 1 })
    expect((await as(`api_key:${admin.token}`).get('/api/auth/keys')).status).toBe(200)
    expect((await as(admin).post('/api/auth/keys', { name: 'by key', role: 'Editor' })).status).toBe(200)
  })

  it('are refused at once when deleted, and in every mistyped form', async () => {
    const invalid = { status: 401, body: { message: 'invalid API key', traceID: '' } }
    const id = await env.DB.prepare("SELECT id FROM tokens WHERE name = 'keyB'").first('id')
    expect(await as(root).del(`/api/auth/keys/${id}`)).toMatchObject(message('API key deleted'))
    expect(await as(root).del(`/api/auth/keys/${id}`)).toMatchObject({
      status: 404,
      body: { message: 'Failed to delete API key', traceID: '' },
    })
    expect(await as(root).del('/api/auth/keys/abc')).toMatchObject({
      status: 400,
      body: { message: 'id is invalid', traceID: '' },
    })
    for (const token of [
      admin.token,
      'x',
      'rcpat_x',
      `${admin.token}=`,
      'null',
      btoa('null'),
      btoa('{"k":"a","n":"b","id":1}'),
    ]) {
      expect(await as({ token }).get('/api/auth/keys')).toMatchObject(invalid)
    }
  })
})

describe('personal access tokens', () => {
  const make = async (who: string, body: object) => ({
    token: textIn((await as(who).post('/api/user/tokens', body)).body, 'key'),
  })

  it('act as their owner everywhere', async () => {
    const token = await make('vic:pass', { name: 'everything' })
    expect(token.token).toMatch(/^rcpat_[A-Za-z0-9]{32}_[0-9a-f]{8}$/)
    expect((await as(token).get('/api/user')).body).toMatchObject({ login: 'vic' })
    expect((await as(token).get('/api/users')).status).toBe(403)
    expect((await as(token).post('/api/user/stars/dashboard/7')).status).toBe(200)
    const admins = await make(root, { name: 'script' })
    expect((await as(admins).get('/api/users')).status).toBe(200)
    expect((await as(admins).post('/api/teams', { name: 'org 2' }, { 'X-Grafana-Org-Id': '2' })).status).toBe(200)
    expect(await as({ token: `${token.token.slice(0, -1)}x` }).get('/api/user')).toMatchObject({ status: 401 })
  })

  it('lose what their owner loses, on the next request', async () => {
    const id = await person('boss')
    await as(root).put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true })
    const token = await make('boss:pass', { name: 't' })
    expect((await as(token).get('/api/users')).status).toBe(200)
    await as(root).put(`/api/admin/users/${id}/permissions`, {})
    expect((await as(token).get('/api/users')).status).toBe(403)
    await env.DB.prepare('UPDATE users SET is_disabled = 1 WHERE id = ?').bind(id).run()
    expect(await as(token).get('/api/user')).toMatchObject({ status: 401, body: { message: 'invalid API key' } })
  })

  it('do no more than they were limited to, nor more than their owner may', async () => {
    const readOne = await make(root, {
      name: 'one',
      permissions: [{ action: 'users:read', scope: 'global.users:id:1' }],
    })
    expect((await as(readOne).get('/api/users/1')).status).toBe(200)
    expect((await as(readOne).get('/api/user')).status).toBe(200)
    expect((await as(readOne).get(`/api/users/${vic}`)).status).toBe(403)
    expect((await as(readOne).get('/api/users')).status).toBe(403)
    expect(await as(readOne).put('/api/user', { login: 'x' })).toMatchObject(denied('users:write'))
    const greedy = await make('vic:pass', {
      name: 'greedy',
      permissions: [{ action: 'users:read', scope: '*' }, { action: 'users:create' }],
    })
    expect((await as(greedy).get('/api/users')).status).toBe(403)
    expect((await as(greedy).post('/api/admin/users', { login: 'x', password: 'pass' })).status).toBe(403)
    expect((await as(greedy).get('/api/user')).status).toBe(200)
  })

  it('with limits make no successor', async () => {
    const refused = message(
      'A token with an expiry or with limited permissions cannot create credentials or raise rights',
      403,
    )
    const limited = await make(root, { name: 'own', permissions: [{ action: 'users:write', scope: 'users:*' }] })
    const short = await make(root, { name: 'short', secondsToLive: 1000 })
    const free = await make(root, { name: 'free' })
    expect(await as(limited).post('/api/user/tokens', { name: 'next' })).toMatchObject(refused)
    expect(await as(short).post('/api/user/tokens', { name: 'next' })).toMatchObject(refused)
    const minting = await make(root, { name: 'minting', permissions: [{ action: 'apikeys:create' }] })
    for (const who of [minting, short]) {
      expect(await as(who).post('/api/auth/keys', { name: 'successor', role: 'Admin' })).toMatchObject(refused)
    }
    expect((await as(free).post('/api/user/tokens', { name: 'next' })).status).toBe(200)
  })

  it('with limits rename nobody into an account that mail can take over', async () => {
    const refused = message(
      'A token with an expiry or with limited permissions cannot create credentials or raise rights',
      403,
    )
    const short = await make(root, { name: 'brief', secondsToLive: 1000 })
    expect(await as(short).put('/api/user', { login: 'admin', email: 'evil@example.org' })).toMatchObject(refused)
    expect(await as(short).put('/api/user', { login: 'evil' })).toMatchObject(refused)
    expect((await as(short).put('/api/user', { login: 'admin', name: 'Root' })).status).toBe(200)
    const writer = await make(root, { name: 'writer', permissions: [{ action: 'users:write', scope: 'users:*' }] })
    expect(await as(writer).put('/api/users/1', { login: 'admin', email: 'evil@example.org' })).toMatchObject(
      denied('users.permissions:write'),
    )
    expect((await as(writer).put(`/api/users/${vic}`, { login: 'vic', name: 'Victor' })).status).toBe(200)
    expect(await as(short).put(`/api/admin/users/${vic}/permissions`, { isGrafanaAdmin: true })).toMatchObject(refused)
    expect(await as(short).post('/api/org/invites', { loginOrEmail: 'x@example.org', role: 'Admin' })).toMatchObject(
      refused,
    )
  })

  it('with an end reach nobody who may do more, nor make an admin, who has no end', async () => {
    const short = as(await make(root, { name: 'ends', secondsToLive: 1000 }))
    const beyond = denied('users.permissions:write')
    expect(await short.put('/api/users/1', { login: 'admin', email: 'evil@example.org' })).toMatchObject(beyond)
    expect(await short.put('/api/admin/users/1/password', { password: 'mine now' })).toMatchObject(beyond)
    const id = await person('sock')
    const limited = message(
      'A token with an expiry or with limited permissions cannot create credentials or raise rights',
      403,
    )
    expect(await short.patch(`/api/orgs/1/users/${id}`, { role: 'Admin' })).toMatchObject(limited)
    await short.del(`/api/orgs/1/users/${id}`)
    expect(await short.post('/api/orgs/1/users', { loginOrEmail: 'sock', role: 'Admin' })).toMatchObject(limited)
    expect((await short.post('/api/orgs/1/users', { loginOrEmail: 'sock', role: 'Editor' })).status).toBe(200)
  })

  it.each([
    ['the password changes', (id: number) => as(root).put(`/api/admin/users/${id}/password`, { password: 'other' })],
    ['the account is disabled', (id: number) => as(root).post(`/api/admin/users/${id}/disable`)],
  ])('are not made while %s', async (what, happens) => {
    const login = `racer while ${what}`
    const id = await person(login)
    const DB = interruptedD1(/insert into tokens/i, () => happens(id))
    expect((await as(`${login}:pass`, { DB }).post('/api/user/tokens', { name: 'late' })).status).toBe(401)
    expect((await env.DB.prepare('SELECT id FROM tokens WHERE user_id = ?').bind(id).all()).results).toEqual([])
  })

  it('are listed without their secret and deleted by their owner', async () => {
    const owner = await person('tok')
    const made = await as('tok:pass').post('/api/user/tokens', {
      name: 'a',
      secondsToLive: 60,
      permissions: [{ action: 'users:read', scope: 'users:*' }],
    })
    const id = numberIn(made.body, 'id')
    const { body, text } = await as('tok:pass').get('/api/user/tokens')
    const time = expect.stringMatching(/Z$/)
    expect(body).toEqual([
      {
        id,
        name: 'a',
        created: time,
        createdBy: `user:${owner}`,
        lastUsedAt: null,
        expiration: time,
        hasExpired: false,
        permissions: [{ action: 'users:read', scope: 'users:*' }],
      },
    ])
    expect(text).not.toContain(textIn(made.body, 'key'))
    expect((await as({ token: textIn(made.body, 'key') }).get('/api/user')).status).toBe(200)
    expect((await as('tok:pass').get('/api/user/tokens')).body).toMatchObject([{ lastUsedAt: time }])
    expect(await as('vic:pass').del(`/api/user/tokens/${id}`)).toMatchObject(message('Token not found', 404))
    expect(await as('tok:pass').del(`/api/user/tokens/${id}`)).toMatchObject(message('Token deleted'))
    expect((await as({ token: textIn(made.body, 'key') }).get('/api/user')).status).toBe(401)
  })

  it.each([
    ['a taken name', { name: 'taken' }, message('A token of that name exists', 409)],
    ['no name', {}, badData],
    ['no permissions at all', { name: 'x', permissions: [] }, badData],
    ['a permission without an action', { name: 'x', permissions: [{ scope: '*' }] }, badData],
    ['a negative life', { name: 'x', secondsToLive: -5 }, message('negative value for SecondsToLive', 400)],
  ])('are not made with %s', async (_, body, expected) => {
    await as('olive:pass').post('/api/user/tokens', { name: 'taken' })
    expect(await as('olive:pass').post('/api/user/tokens', body)).toMatchObject(expected)
  })
})

describe('service accounts', () => {
  it('act by their tokens in their org, until disabled', async () => {
    await env.DB.prepare(
      "INSERT INTO service_accounts (id, uid, org_id, name, login, role, created_at, updated_at) VALUES (5, 'u', 1, 'sa', 'sa-sa', 'Admin', 0, 0)",
    ).run()
    const { newToken, secretHash } = await import('../src/auth/secrets.ts')
    const token = newToken('glsa')
    await env.DB.prepare(
      "INSERT INTO tokens (kind, hash, name, service_account_id, created_at) VALUES ('service_account', ?, 't', 5, 0)",
    )
      .bind(secretHash(token))
      .run()
    expect(await as({ token }).get('/api/user')).toMatchObject(message('user not found', 404))
    expect((await as({ token }).get('/api/auth/keys')).status).toBe(200)
    await env.DB.prepare('UPDATE service_accounts SET is_disabled = 1').run()
    expect(await as({ token }).get('/api/auth/keys')).toMatchObject(message('Service account is disabled', 401))
    await env.DB.prepare('UPDATE service_accounts SET is_disabled = 0').run()
    await env.DB.prepare('UPDATE tokens SET is_revoked = 1 WHERE service_account_id = 5').run()
    expect(await as({ token }).get('/api/auth/keys')).toMatchObject(message('invalid API key', 401))
  })
})
