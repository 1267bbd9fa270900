import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, logIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1, countingKv } from './support/counting.ts'

const d1 = countingD1()
const who: Record<string, Who> = { basic: 'vic:pass', root }

/** The same request once to remember the password and move last seen, then once to be counted. */
async function cost(caller: Who, method: string, path: string, body?: unknown) {
  await as(caller).get('/api/user')
  d1.reset()
  const { status } = await call(caller, method, path, { body, bindings: { DB: d1.db } })
  return { status, ...d1.count }
}

beforeAll(async () => {
  await person('vic')
  who.cookie = await logIn('vic', 'pass')
  who.token = { token: textIn((await as('vic:pass').post('/api/user/tokens', { name: 't' })).body, 'key') }
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'vic', role: 'Viewer' })
  await as(root).post('/api/teams', { name: 'Team' })
})

describe('a request costs no more than its budget:', () => {
  it.each(['basic', 'cookie', 'token', 'root'])('GET /api/user by %s, one trip and twelve rows', async (kind) => {
    const { status, trips, rowsRead, rowsWritten } = await cost(who[kind], 'GET', '/api/user')
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 1, rowsWritten: 0 })
    expect(rowsRead).toBeLessThanOrEqual(12)
  })

  it.each([
    '/api/users',
    '/api/users/search?query=vic',
    '/api/users/search?query=v',
    '/api/users/1',
    '/api/users/lookup?loginOrEmail=vic',
    '/api/users/1/orgs',
    '/api/users/1/teams',
    '/api/user/orgs',
    '/api/user/teams',
    '/api/user/stars',
    '/api/user/auth-tokens',
    '/api/user/tokens',
    '/api/auth/keys',
  ])('GET %s, two trips', async (path) => {
    const { status, trips, rowsWritten } = await cost(root, 'GET', path)
    expect({ status, rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
    expect(trips).toBeLessThanOrEqual(2)
  })

  it.each([
    ['PUT', '/api/user', { login: 'admin', email: 'admin@localhost' }],
    ['PUT', '/api/user/password', { oldPassword: 'admin', newPassword: 'admin' }],
    ['POST', '/api/user/using/2', undefined],
    ['POST', '/api/user/using/1', undefined],
    ['POST', '/api/user/stars/dashboard/1', undefined],
    ['DELETE', '/api/user/stars/dashboard/1', undefined],
    ['POST', '/api/user/tokens', { name: 'n' }],
    ['DELETE', '/api/user/tokens/2', undefined],
    ['POST', '/api/auth/keys', { name: 'n', role: 'Viewer' }],
    ['DELETE', '/api/auth/keys/3', undefined],
    ['POST', '/api/admin/users', { login: 'n', password: 'pass' }],
    ['PUT', '/api/users/3', { login: 'm' }],
    ['POST', '/api/users/3/using/1', undefined],
    ['PUT', '/api/admin/users/3/password', { password: 'pass2' }],
    ['PUT', '/api/admin/users/3/permissions', { isGrafanaAdmin: true }],
    ['POST', '/api/orgs', { name: 'n' }],
    ['POST', '/api/orgs/2/users', { loginOrEmail: 'm', role: 'Viewer' }],
    ['POST', '/api/teams', { name: 'n' }],
    ['POST', '/api/teams/1/members', { userId: 3 }],
    ['DELETE', '/api/admin/users/3', undefined],
  ])('%s %s, three trips', async (method, path, body) => {
    const { status, trips } = await cost(root, method, path, body)
    expect(status).toBe(200)
    expect(trips).toBeLessThanOrEqual(3)
  })

  it('GET /api/user of somebody on five hundred teams, twelve rows still', async () => {
    await env.DB.batch([
      env.DB.prepare(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO teams (uid, org_id, name, created_at, updated_at) SELECT 'many' || i, 1, 'many' || i, 0, 0 FROM n",
      ),
      env.DB.prepare(
        "INSERT INTO team_members (team_id, org_id, user_id, permission, created_at) SELECT id, 1, 1, 4, 0 FROM teams WHERE uid LIKE 'many%'",
      ),
    ])
    for (const path of ['/api/user', '/api/teams/1']) {
      const { status, rowsRead } = await cost(root, 'GET', path)
      expect(status).toBe(200)
      expect(rowsRead).toBeLessThanOrEqual(path === '/api/user' ? 12 : 24)
    }
    await env.DB.prepare("DELETE FROM teams WHERE uid LIKE 'many%'").run()
  })

  it('a sign-in, one key in KV', async () => {
    const { kv, count } = countingKv()
    await as(undefined, { SESSIONS: kv }).post('/login', { user: 'vic', password: 'pass' })
    expect(count.puts).toBe(1)
  })

  it('last seen, one trip after the response and then none for five minutes', async () => {
    await env.DB.prepare('UPDATE users SET last_seen_at = NULL').run()
    await person('fresh')
    const fresh = as(await logIn('fresh', 'pass'), { DB: d1.db })
    d1.reset()
    await fresh.get('/api/user')
    expect(d1.count.trips).toBe(2)
    d1.reset()
    await fresh.get('/api/user')
    expect(d1.count).toMatchObject({ trips: 1, rowsWritten: 0 })
  })
})

describe('with ten thousand users', () => {
  beforeAll(async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
       INSERT INTO users (uid, login, email, login_key, email_key, name, org_id, created_at, updated_at)
       SELECT 'seed' || i, printf('seed%05d', i), printf('seed%05d@example.org', i), printf('seed%05d', i), printf('seed%05d@example.org', i),
         CASE WHEN i % 500 = 0 THEN 'Quartz Ünit' ELSE 'Person ' || i END, 0, 0, 0 FROM n`,
    ).run()
  })

  it.each([
    ['', 'the first page', 50],
    ['&query=quartz', 'twenty hits', 20],
    ['&query=seed00042@', 'one hit', 1],
    ['&query=%C3%BCnit', 'twenty hits by other letters', 20],
    ['&query=nowhere', 'no hit', 0],
  ])('GET /api/users/search?perpage=50%s reads at most 400 rows: %s', async (query, _, hits) => {
    const path = `/api/users/search?perpage=50${query}`
    const { status, trips, rowsRead } = await cost(root, 'GET', path)
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
    expect(rowsRead).toBeLessThanOrEqual(400)
    expect((await as(root).get(path)).body).toHaveProperty('users.length', hits)
  })

  it('short text reads the login index once', async () => {
    const { status, trips, rowsRead } = await cost(root, 'GET', '/api/users/search?perpage=50&query=42')
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
    expect(rowsRead).toBeLessThanOrEqual(20_000)
  })

  it('text in more people than the index is asked for still finds its page', async () => {
    const { body } = await as(root).get('/api/users/search?perpage=2&query=seed0')
    expect(body).toMatchObject({ totalCount: 9999, users: [{ login: 'seed00001' }, { login: 'seed00002' }] })
  })

  it('an answer of more than ten thousand rows is refused, naming the limit', async () => {
    const message = 'An answer holds at most 10000 rows: ask for fewer'
    await person('eve')
    for (const path of [
      '/api/users?perpage=20000',
      '/api/users/search?perpage=10001',
      '/api/users/search?perpage=20000&query=e',
    ]) {
      expect(await as(root).get(path)).toMatchObject({ status: 400, body: { message } })
    }
    expect((await as(root).get('/api/users?perpage=10000')).body).toHaveProperty('length', 10_000)
  })

  it('a walk by page meets everyone once, and ends', async () => {
    const logins: string[] = []
    for (let page = 1; ; page++) {
      const { body } = await as(root).get(`/api/users?perpage=1000&page=${page}`)
      if (!Array.isArray(body) || body.length === 0) break
      logins.push(...body.map((user) => textIn(user, 'login')))
    }
    expect(logins).toEqual([...new Set(logins)].sort())
    expect(logins.length).toBe(await env.DB.prepare('SELECT count(*) AS n FROM users').first('n'))
  })
})
