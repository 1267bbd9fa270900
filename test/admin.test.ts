import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})
const sessionsOf = async (userId: number) =>
  await env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?').bind(userId).first('n')
const recordsOf = async (userId: number) => (await env.SESSIONS.list({ prefix: `session:${userId}:` })).keys.length

let vic: number
let olive: number
beforeAll(async () => {
  vic = await person('vic')
  olive = await person('olive')
})

describe('disabling an account', () => {
  it('ends all that opens it, at once, and enabling brings back only the password and tokens', async () => {
    const cookie = await logIn('vic', 'pass')
    const token = { token: textIn((await as('vic:pass').post('/api/user/tokens', { name: 't' })).body, 'key') }
    for (const who of [cookie, token, 'vic:pass']) expect((await as(who).get('/api/user')).status).toBe(200)
    expect(await as(root).post(`/api/admin/users/${vic}/disable`)).toMatchObject(message('User disabled'))
    for (const who of [cookie, token, 'vic:pass']) expect((await as(who).get('/api/user')).status).toBe(401)
    expect(await sessionsOf(vic)).toBe(0)
    expect(await recordsOf(vic)).toBe(0)
    expect((await as(root).get(`/api/users/${vic}`)).body).toMatchObject({ isDisabled: true })
    expect(await as(root).post(`/api/admin/users/${vic}/enable`)).toMatchObject(message('User enabled'))
    expect((await as(cookie).get('/api/user')).status).toBe(401)
    for (const who of [token, 'vic:pass']) expect((await as(who).get('/api/user')).status).toBe(200)
  })

  it("leaves everybody else's session", async () => {
    const cookie = await logIn('olive', 'pass')
    await as(root).post(`/api/admin/users/${vic}/disable`)
    expect((await as(cookie).get('/api/user')).status).toBe(200)
    await as(root).post(`/api/admin/users/${vic}/enable`)
  })

  it('is open to an administrator on itself, but never to the last one', async () => {
    const last = message('cannot remove last grafana admin', 400)
    expect(await as(root).post('/api/admin/users/1/disable')).toMatchObject(last)
    await as(root).put(`/api/admin/users/${olive}/permissions`, { isGrafanaAdmin: true })
    expect(await as('olive:pass').post(`/api/admin/users/${olive}/disable`)).toMatchObject(message('User disabled'))
    expect(await as(root).post('/api/admin/users/1/disable')).toMatchObject(last)
    expect((await as(root).get('/api/user')).status).toBe(200)
    await as(root).post(`/api/admin/users/${olive}/enable`)
  })

  it('of two administrators by each other at once leaves one', async () => {
    const tries = await Promise.all([
      as(root).post(`/api/admin/users/${olive}/disable`),
      as('olive:pass').post('/api/admin/users/1/disable'),
    ])
    const left = await env.DB.prepare('SELECT count(*) AS n FROM users WHERE is_admin = 1 AND is_disabled = 0').first(
      'n',
    )
    expect(left).toBe(1)
    expect(tries.map(({ status }) => status)).toContain(200)
    await env.DB.prepare('UPDATE users SET is_disabled = 0').run()
    await as(root).put(`/api/admin/users/${olive}/permissions`, { isGrafanaAdmin: false })
  })

  it('races a sign-in without leaving it a session', async () => {
    await Promise.all([
      as(undefined).post('/login', { user: 'vic', password: 'pass' }),
      as(root).post(`/api/admin/users/${vic}/disable`),
      as(undefined).post('/login', { user: 'vic', password: 'pass' }),
    ])
    expect(await sessionsOf(vic)).toBe(0)
    await as(root).post(`/api/admin/users/${vic}/enable`)
  })

  it.each(['ldap', 'oauth_github'])('is not for accounts that %s decides about', async (module) => {
    const id = await person(`by-${module}`)
    await env.DB.prepare('INSERT INTO user_auth (user_id, module, created_at) VALUES (?, ?, 0)').bind(id, module).run()
    const cookie = await logIn(`by-${module}`, 'pass')
    const change = (what: string) => as(root).post(`/api/admin/users/${id}/${what}`)
    expect(await change('disable')).toMatchObject(message('Could not disable external user', 403))
    expect(await change('enable')).toMatchObject(message('Could not enable external user', 403))
    expect((await as(cookie).get('/api/user')).body).toMatchObject({ isDisabled: false })
  })

  it.each(['99999', '0', '-1'])('finds nobody by the id %s', async (id) => {
    for (const what of ['disable', 'enable'])
      expect(await as(root).post(`/api/admin/users/${id}/${what}`)).toMatchObject(message('user not found', 404))
  })
})

describe('the sessions of somebody else', () => {
  it('are listed with their devices, and ended one by one', async () => {
    const phone = await logIn('vic', 'pass', { 'User-Agent': 'curl/8.0', 'CF-Connecting-IP': '192.0.2.9' })
    const desk = await logIn('vic', 'pass')
    const { body } = await as(root).get(`/api/admin/users/${vic}/auth-tokens`)
    expect(body).toMatchObject([{ isActive: false, browser: 'curl', clientIp: '192.0.2.9' }, { isActive: false }])
    const authTokenId = Array.isArray(body) ? numberIn(body[0], 'id') : 0
    const revoke = (id: number) => as(root).post(`/api/admin/users/${id}/revoke-auth-token`, { authTokenId })
    const noToken = { status: 404, body: { message: 'User auth token not found', traceID: '' } }
    expect(await revoke(olive)).toMatchObject(noToken)
    expect((await as(phone).get('/api/user')).status).toBe(200)
    expect(await revoke(vic)).toMatchObject(message('User auth token revoked'))
    expect((await as(phone).get('/api/user')).status).toBe(401)
    expect((await as(desk).get('/api/user')).status).toBe(200)
    expect(await recordsOf(vic)).toBe(1)
    expect(await revoke(vic)).toMatchObject(noToken)
  })

  it("include the administrator's own, whose calling one is kept", async () => {
    const cookie = await logIn('admin', 'admin')
    const { body } = await as(cookie).get('/api/admin/users/1/auth-tokens')
    expect(body).toMatchObject([{ isActive: false }])
    const authTokenId = Array.isArray(body) ? numberIn(body[0], 'id') : 0
    const revoke = (who: Who) => as(who).post('/api/admin/users/1/revoke-auth-token', { authTokenId })
    expect(await revoke(cookie)).toMatchObject(message('Cannot revoke active user auth token', 400))
    expect(await revoke(root)).toMatchObject(message('User auth token revoked'))
    expect((await as(cookie).get('/api/user')).status).toBe(401)
  })

  it('are all ended by a logout, which changes nothing else', async () => {
    const cookies = [await logIn('vic', 'pass'), await logIn('vic', 'pass')]
    expect(await as(root).post(`/api/admin/users/${vic}/logout`)).toMatchObject(message('User logged out'))
    for (const cookie of cookies) expect((await as(cookie).get('/api/user')).status).toBe(401)
    expect(await recordsOf(vic)).toBe(0)
    expect((await as('vic:pass').get('/api/user')).status).toBe(200)
    expect(await as(root).post(`/api/admin/users/${vic}/logout`)).toMatchObject(message('User logged out'))
  })

  it.each([
    ['oneself', '1', message('You cannot logout yourself', 400)],
    ['nobody', '99999', { status: 404, body: { message: 'User not found', traceID: '' } }],
    ['no number', 'abc', { status: 400, body: { message: 'id is invalid', traceID: '' } }],
  ])('are not ended for %s', async (_, id, expected) => {
    expect(await as(root).post(`/api/admin/users/${id}/logout`)).toMatchObject(expected)
  })

  it('are for whoever holds the permission on that person', async () => {
    const limited = async (action: string, scope: string) => {
      const { body } = await as(root).post('/api/user/tokens', {
        name: `${action} ${scope}`,
        permissions: [{ action, scope }],
      })
      return as({ token: textIn(body, 'key') })
    }
    const one = await limited('users.authtoken:read', `global.users:id:${vic}`)
    expect((await one.get(`/api/admin/users/${vic}/auth-tokens`)).status).toBe(200)
    expect(await one.get(`/api/admin/users/${olive}/auth-tokens`)).toMatchObject(denied('users.authtoken:read'))
    expect(await one.post(`/api/admin/users/${vic}/logout`)).toMatchObject(denied('users:logout'))
    const switching = await limited('users:disable', 'global.users:*')
    expect((await switching.post(`/api/admin/users/${vic}/disable`)).status).toBe(200)
    expect(await switching.post(`/api/admin/users/${vic}/enable`)).toMatchObject(denied('users:enable'))
    await as(root).post(`/api/admin/users/${vic}/enable`)
  })
})

describe('the instance', () => {
  it('shows its configuration as texts and no secret of it', async () => {
    const bindings = { GRAFANA_SECRET_KEY: 'very-secret', MAIL_WEBHOOK_TOKEN: 'also-secret', SESSION_MAX_DAYS: '12' }
    const { status, body, text } = await as(root, bindings).get('/api/admin/settings')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      auth: { login_cookie_name: 'grafana_session', login_maximum_lifetime_duration: '12d' },
      security: { admin_user: 'admin', admin_password: '*********', secret_key: '*********' },
      quota: { enabled: 'false' },
    })
    expect(text).not.toMatch(/very-secret|also-secret|"admin_password":"admin"/)
    expect((await as(root).get('/api/admin/settings')).body).toMatchObject({ security: { secret_key: '' } })
  })

  it('says the configured version everywhere, and its address', async () => {
    const bindings = { GRAFANA_VERSION: '10.4.1', ROOT_URL: 'https://people.example.org' }
    expect((await as(undefined, bindings).get('/api/health')).body).toMatchObject({ version: '10.4.1' })
    expect((await as('vic:pass', bindings).get('/api/frontend/settings')).body).toMatchObject({
      buildInfo: { version: '10.4.1' },
      appUrl: 'https://people.example.org/',
    })
  })

  it('counts people once, under their highest role', async () => {
    await as(root).post('/api/orgs', { name: 'Two' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'vic', role: 'Editor' })
    const { body } = await as(root).get('/api/admin/stats')
    const people = await env.DB.prepare('SELECT count(*) AS n FROM users').first<number>('n')
    expect(body).toMatchObject({ users: people, orgs: 2, admins: 1, editors: 1, viewers: (people ?? 0) - 2 })
  })

  it.each(['/api/frontend/settings', '/api/datasources', '/api/search', '/api/dashboards/home'])(
    'answers %s to whoever is signed in, and to nobody else',
    async (path) => {
      const key = { token: textIn((await as(root).post('/api/auth/keys', { name: path, role: 'None' })).body, 'key') }
      for (const who of [root, 'vic:pass', key]) expect((await as(who).get(path)).status).toBe(200)
      expect(await as(undefined).get(path)).toMatchObject(message('Unauthorized', 401))
    },
  )
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()

  async function cost(method: string, path: string, body?: unknown) {
    await as(root).get('/api/user')
    d1.reset()
    const { status } = await call(root, method, path, { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  it.each(['/api/admin/users/2/auth-tokens', '/api/admin/stats', '/api/admin/settings', '/api/frontend/settings'])(
    'GET %s, two trips',
    async (path) => {
      const { status, trips, rowsWritten } = await cost('GET', path)
      expect({ status, rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
      expect(trips).toBeLessThanOrEqual(2)
    },
  )

  it.each(['disable', 'enable', 'logout'])('POST /api/admin/users/2/%s, two trips', async (what) => {
    const { status, trips } = await cost('POST', `/api/admin/users/2/${what}`)
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
  })

  it('POST /api/admin/users/2/revoke-auth-token, two trips', async () => {
    await logIn('vic', 'pass')
    const authTokenId = await env.DB.prepare('SELECT max(id) AS id FROM sessions').first('id')
    const { status, trips } = await cost('POST', '/api/admin/users/2/revoke-auth-token', { authTokenId })
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
  })

  it('GET /api/admin/stats, however many people there are', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO users (uid, login, email, login_key, email_key, org_id, created_at, updated_at)
       SELECT 'seed' || i, 'seed' || i, 'seed' || i, 'seed' || i, 'seed' || i, 0, 0, 0 FROM n`,
    ).run()
    const { status, trips, rowsRead } = await cost('GET', '/api/admin/stats')
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
    expect(rowsRead).toBeLessThanOrEqual(45_000)
  })
})
