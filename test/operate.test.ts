import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { version } from '../package.json'
import { operations } from '../scripts/buildOpenApi.ts'
import { readConfig } from '../src/config.ts'
import { newestMigration } from '../src/operate/ready.ts'
import { type Answer, as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'
import { faultyD1, hangingKv, slowD1, throwingKv } from './support/faults.ts'

const lines: Record<string, unknown>[] = []
const failures: Record<string, unknown>[] = []
vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
vi.spyOn(console, 'error').mockImplementation((line: string) => void failures.push(JSON.parse(line)))

beforeEach(() => {
  lines.length = 0
  failures.length = 0
})

const logging = { LOG_REQUESTS: 'all' }
const d1 = countingD1()
const who: Record<string, Who> = {}

/** As `call`, with the line that it left. */
async function logged(caller: Who, method: string, path: string, sent: Parameters<typeof call>[3] = {}) {
  lines.length = 0
  const answer = await call(caller, method, path, { ...sent, bindings: { ...logging, ...sent.bindings } })
  expect(lines).toHaveLength(1)
  return { answer, line: lines[0] ?? {} }
}

beforeAll(async () => {
  await person('vic')
  who.vic = await logIn('vic', 'pass')
  who.session = await logIn('admin', 'admin')
  const made = (await as(root).post('/api/serviceaccounts', { name: 'prometheus', role: 'None' })).body
  const account = numberIn(made, 'id')
  await as(root).put(`/api/serviceaccounts/${account}/grants`, { permissions: [{ action: 'server.stats:read' }] })
  const token = await as(root).post(`/api/serviceaccounts/${account}/tokens`, { name: 'scrape' })
  who.prometheus = { token: textIn(token.body, 'key') }
  // From here on nobody's last seen is due, which would be counted here and is not in a line.
  for (const one of [root, who.vic, who.session, who.prometheus]) await as(one).get('/api/user')
})

describe('a request leaves one line in the log', () => {
  it('that says which route was asked, how it went and what it cost, and nothing that was sent', async () => {
    d1.reset()
    const { answer, line } = await logged(root, 'GET', '/api/users/1?code=secret', { bindings: { DB: d1.db } })
    const { trips, rowsRead, rowsWritten } = d1.count
    expect({ trips, rowsWritten }).toEqual({ trips: 2, rowsWritten: 0 })
    expect(line).toEqual({
      requestId: answer.headers.get('X-Request-Id'),
      what: 'request',
      route: '/api/users/:id',
      method: 'GET',
      status: 200,
      ms: expect.any(Number),
      d1Ms: expect.any(Number),
      trips,
      rowsRead,
      rowsWritten,
    })
  })

  it.each([
    ['one that ends before its guard', undefined, 'GET', '/api/users/7', 401, '/api/users/:id'],
    ['one that is refused', 'vic:pass', 'GET', '/api/users/7', 403, '/api/users/:id'],
    ['a fixed path beside a pattern', root, 'GET', '/api/users/search', 200, '/api/users/search'],
    ['a HEAD', root, 'HEAD', '/api/user', 200, '/api/user'],
    ['a trailing slash', root, 'GET', '/api/user/', 200, '/api/user'],
    ['no route', root, 'GET', '/api/my-password-is-x', 404, 'unmatched'],
    ['no page', undefined, 'GET', '/my-password-is-x', 302, 'unmatched'],
    ['a probe', undefined, 'GET', '/healthz', 200, '/healthz'],
    ['a code in a path', undefined, 'GET', '/invite/abcdef', 404, '/invite/:code'],
  ] as const)('of %s', async (_, caller, method, path, status, route) => {
    expect((await logged(caller, method, path)).line).toMatchObject({ method, status, route })
  })

  it('with the rows that a change writes, its audit row among them', async () => {
    d1.reset()
    const { line } = await logged(root, 'POST', '/api/teams', { body: { name: 'Team' }, bindings: { DB: d1.db } })
    expect(line).toMatchObject({ route: '/api/teams', status: 200, rowsWritten: d1.count.rowsWritten })
    expect(d1.count.rowsWritten).toBeGreaterThan(1)
  })

  it.each(['/api/users?perpage=10', '/api/user/orgs', '/api/org/invites', '/api/admin/overview'])(
    'that counts as D1 does: %s',
    async (path) => {
      d1.reset()
      const { line } = await logged(root, 'GET', path, { bindings: { DB: d1.db } })
      expect(line).toMatchObject({ status: 200, ...d1.count })
    },
  )

  it('where reads are nearby too', async () => {
    const { line } = await logged(root, 'GET', '/api/users', { bindings: { D1_READS: 'nearest' } })
    expect(line).toMatchObject({ trips: 2, rowsWritten: 0 })
    expect(line.rowsRead).toBeGreaterThan(3)
  })

  it('a page too, with all that it asks of the API in one line', async () => {
    d1.reset()
    const { answer, line } = await logged(who.session, 'GET', '/users', { bindings: { DB: d1.db } })
    expect(answer.status).toBe(200)
    expect(line).toEqual({
      requestId: answer.headers.get('X-Request-Id'),
      what: 'request',
      route: '/users',
      method: 'GET',
      status: 200,
      ms: expect.any(Number),
      d1Ms: expect.any(Number),
      ...d1.count,
      apiRequestIds: expect.arrayContaining([expect.stringMatching(/^[0-9a-f-]{36}$/)]),
    })
  })

  it('beside what failed, under the same number', async () => {
    const { db, strike } = faultyD1()
    strike({ at: 1, onwards: true })
    const { line } = await logged(root, 'GET', '/api/users', { bindings: { DB: db } })
    // Asked twice, and both are trips.
    expect(line).toMatchObject({ route: '/api/users', status: 503, trips: 2, rowsRead: 0 })
    expect(failures.map(({ requestId }) => requestId)).toEqual([line.requestId])
  })

  it('if LOG_REQUESTS says so', async () => {
    const { db, strike } = faultyD1()
    const ask = async (mode: string, path = '/api/users') => {
      lines.length = 0
      const { status } = await as(root, { LOG_REQUESTS: mode, DB: db }).get(path)
      return { status, lines: lines.length }
    }
    expect(await ask('errors')).toEqual({ status: 200, lines: 0 })
    expect(await ask('errors', '/api/users/999')).toEqual({ status: 404, lines: 0 })
    expect(await ask('off')).toEqual({ status: 200, lines: 0 })
    strike({ at: 1, onwards: true })
    expect(await ask('errors')).toEqual({ status: 503, lines: 1 })
    expect(await ask('off')).toEqual({ status: 503, lines: 0 })
    expect(readConfig({}).logRequests).toBe('all')
    expect(() => readConfig({ LOG_REQUESTS: 'some' })).toThrow('LOG_REQUESTS must be one of all, errors, off')
  })
})

describe('Server-Timing', () => {
  const timing = async (caller: Who, method: string, path: string, body?: unknown) =>
    (await call(caller, method, path, { body, bindings: { DB: d1.db } })).headers.get('Server-Timing')

  it.each(['prometheus', 'session'])('tells %s what the answer took', async (caller) => {
    d1.reset()
    const said = await timing(who[caller], 'GET', '/api/admin/stats')
    expect(said?.replace(/dur=\d+/g, 'dur=#')).toBe(
      `d1;desc="2 trips, ${d1.count.rowsRead} rows read, 0 written";dur=#, total;dur=#`,
    )
  })

  it('tells a server admin of a page', async () => {
    expect(await timing(who.session, 'GET', '/users')).toMatch(/^d1;desc="\d trips/)
  })

  it.each([
    ['a stranger', undefined, 'GET', '/api/health', undefined],
    ['a wrong password', 'admin:wrong', 'GET', '/api/user', undefined],
    ['a name that nobody has', 'nobody:wrong', 'GET', '/api/user', undefined],
    ['a sign-in', undefined, 'POST', '/login', { user: 'admin', password: 'admin' }],
    ['a wrong sign-in', undefined, 'POST', '/login', { user: 'admin', password: 'wrong' }],
    ['somebody else', 'vic:pass', 'GET', '/api/user', undefined],
  ])('tells nothing to %s', async (_, caller, method, path, body) => {
    expect(await timing(caller, method, path, body)).toBeNull()
  })

  it("tells nothing to an admin's token that may only something else", async () => {
    const limited = { name: 'limited', permissions: [{ action: 'users:read', scope: 'global.users:*' }] }
    const token = textIn((await as(root).post('/api/user/tokens', limited)).body, 'key')
    expect(await timing({ token }, 'GET', '/api/users')).toBeNull()
  })
})

describe('a data point in Analytics Engine', () => {
  const points: unknown[] = []
  const real: AnalyticsEngineDataset = Reflect.get(env, 'TEST_METRICS')
  const METRICS = {
    writeDataPoint(point: AnalyticsEngineDataPoint) {
      points.push(point)
      real.writeDataPoint(point)
    },
  }
  beforeEach(() => void points.splice(0))

  it('is written for each request: its route, method and class of status, and what it cost', async () => {
    d1.reset()
    await as(root, { METRICS, DB: d1.db }).get('/api/users/999')
    const { trips, rowsRead, rowsWritten } = d1.count
    expect(points).toEqual([
      {
        indexes: ['/api/users/:id'],
        blobs: ['/api/users/:id', 'GET', '4xx'],
        doubles: [expect.any(Number), trips, rowsRead, rowsWritten],
      },
    ])
  })

  it('is one for a page', async () => {
    await as(who.session, { METRICS }).get('/users')
    expect(points).toMatchObject([{ blobs: ['/users', 'GET', '2xx'] }])
  })

  it('costs no answer where it fails', async () => {
    const broken = {
      writeDataPoint() {
        throw new Error('too many')
      },
    }
    expect((await as(root, { METRICS: broken }).get('/api/user')).status).toBe(200)
    expect(failures).toMatchObject([{ what: 'metrics' }])
  })
})

describe('/metrics', () => {
  const sampleOf = ({ text }: Answer, name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )

  it('says in the text format of Prometheus how the directory is', async () => {
    const { text, headers } = await as(who.prometheus).get('/metrics')
    expect(headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text.replace(/(bytes) \d+/, '$1 #')).toBe(`# HELP rollcall_build_info Always 1.
# TYPE rollcall_build_info gauge
rollcall_build_info{commit="rollcall-${version}",grafana_version="9.3.2"} 1
# HELP rollcall_users User accounts.
# TYPE rollcall_users gauge
rollcall_users 2
# HELP rollcall_orgs Organizations.
# TYPE rollcall_orgs gauge
rollcall_orgs 1
# HELP rollcall_users_never_seen Users who were never there.
# TYPE rollcall_users_never_seen gauge
rollcall_users_never_seen 0
# HELP rollcall_users_seen Users last seen within so many days in UTC, today included.
# TYPE rollcall_users_seen gauge
rollcall_users_seen{days="1"} 2
rollcall_users_seen{days="7"} 2
rollcall_users_seen{days="30"} 2
# HELP rollcall_sign_ins_total Sessions opened, and passwords that were wrong, since midnight in UTC: begins again at 0 each day.
# TYPE rollcall_sign_ins_total counter
rollcall_sign_ins_total{outcome="succeeded"} 3
rollcall_sign_ins_total{outcome="failed"} 3
# HELP rollcall_imports_unfinished Imports that were begun and did not end.
# TYPE rollcall_imports_unfinished gauge
rollcall_imports_unfinished 0
# HELP rollcall_database_bytes Size of the D1 database.
# TYPE rollcall_database_bytes gauge
rollcall_database_bytes #
`)
  })

  it('tells days apart, and an import that did not end', async () => {
    const day = Math.floor(Date.now() / 86_400_000)
    await env.DB.batch([
      env.DB.prepare('UPDATE users SET last_seen_at = ?1 * 86400 WHERE id = 2').bind(day - 6),
      env.DB.prepare("INSERT INTO imports (source, chunks_done, chunks, started_at) VALUES ('x', 1, 2, 0)"),
      env.DB.prepare(
        "INSERT INTO imports (source, chunks_done, chunks, started_at, finished_at) VALUES ('y', 2, 2, 0, 1)",
      ),
    ])
    const seen = async (days: number) => sampleOf(await as(root).get('/metrics'), `rollcall_users_seen{days="${days}"}`)
    expect([await seen(1), await seen(7), await seen(30)]).toEqual([1, 2, 2])
    await env.DB.prepare('UPDATE users SET last_seen_at = ?1 * 86400 WHERE id = 2')
      .bind(day - 29)
      .run()
    expect([await seen(1), await seen(7), await seen(30)]).toEqual([1, 1, 2])
    await env.DB.prepare('UPDATE users SET last_seen_at = ?1 * 86400 WHERE id = 2')
      .bind(day - 30)
      .run()
    expect([await seen(1), await seen(7), await seen(30)]).toEqual([1, 1, 1])
    const answer = await as(root).get('/metrics')
    expect(sampleOf(answer, 'rollcall_imports_unfinished')).toBe(1)
    expect(sampleOf(answer, 'rollcall_database_bytes')).toBeGreaterThan(100_000)
  })

  it('is escaped where a value has quotes', async () => {
    const { text } = await as(root, { GRAFANA_VERSION: '9.3.2"\\\n}' }).get('/metrics')
    expect(text).toContain(`grafana_version="9.3.2\\"\\\\\\n}"} 1\n# HELP`)
  })

  it('is for whoever may see the figures of the server, by Basic or Bearer, and for nobody else', async () => {
    const status = async (caller: Who, path = '/metrics') => (await as(caller).get(path)).status
    expect(await status(root)).toBe(200)
    expect(await status(who.prometheus, '/metrics/')).toBe(200)
    expect(await status(who.vic)).toBe(403)
    expect(await status(undefined)).toBe(401)
    expect(await status({ token: 'wrong' })).toBe(401)
    // It is one path alone: what is beside it is the console's.
    expect((await as(undefined).get('/metrics/more')).headers.get('Location')).toBe('/login')
  })

  it('costs the same rows in two trips, whatever there is', async () => {
    const cost = async () => {
      d1.reset()
      expect((await as(root, { DB: d1.db }).get('/metrics')).status).toBe(200)
      return { ...d1.count }
    }
    const before = await cost()
    expect(before).toMatchObject({ trips: 2, rowsWritten: 0 })
    expect(before.rowsRead).toBeLessThan(60)
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO users (uid, login, email, login_key, email_key, created_at, updated_at)
         SELECT 'u' || i, 'u' || i, 'u' || i || '@x.org', 'u' || i, 'u' || i || '@x.org', 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO orgs (name, created_at, updated_at) SELECT 'o' || i, 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO teams (uid, org_id, name, created_at, updated_at) SELECT 't' || i, i, 't' || i, 0, 0 FROM n`,
      ),
    ])
    expect(await cost()).toEqual(before)
    expect(sampleOf(await as(root).get('/metrics'), 'rollcall_users')).toBe(2002)
  })
})

describe('/api/ready', () => {
  const ready = async (bindings: object = {}) => {
    const { status, body } = await as(undefined, bindings).get('/api/ready')
    return [status, body]
  }

  it('says to anyone that it can serve, for one row', async () => {
    d1.reset()
    expect(await ready({ DB: d1.db })).toEqual([200, { status: 'ready', d1: 'ok', kv: 'ok' }])
    expect(d1.count).toEqual({ trips: 1, rowsRead: 1, rowsWritten: 0 })
  })

  it.each([
    ['fails', throwingKv('get'), 'failing'],
    ['does not answer', hangingKv('get'), 'slow'],
  ])('says that it serves, degraded, where KV %s', async (_, SESSIONS, kv) => {
    expect(await ready({ SESSIONS })).toEqual([200, { status: 'degraded', d1: 'ok', kv }])
  })

  it('says that it can not where D1 fails, and not why', async () => {
    const { db, strike } = faultyD1()
    strike({ at: 1, onwards: true })
    expect(await ready({ DB: db })).toEqual([503, { status: 'not ready', d1: 'failing', kv: 'ok' }])
    expect(failures).toMatchObject([{ what: 'ready: d1', error: expect.stringMatching(/^Error: D1_ERROR/) }])
  })

  it('says that it can not where D1 takes too long', async () => {
    expect(await ready({ DB: slowD1(2_500) })).toEqual([503, { status: 'not ready', d1: 'slow', kv: 'ok' }])
  })

  it('says that it can not where a migration is missing, and can where there is a newer one', async () => {
    const newest = env.DB.prepare('SELECT name FROM d1_migrations ORDER BY name DESC LIMIT 1')
    expect(await newest.first('name')).toBe(newestMigration)
    const rename = (from: string, to: string) =>
      env.DB.prepare('UPDATE d1_migrations SET name = ?2 WHERE name = ?1').bind(from, to).run()
    await rename(newestMigration, '0000_a.sql')
    expect(await ready()).toEqual([503, { status: 'not ready', d1: 'behind', kv: 'ok' }])
    await rename('0000_a.sql', '9999_newer.sql')
    expect(await ready()).toEqual([200, { status: 'ready', d1: 'ok', kv: 'ok' }])
    await rename('9999_newer.sql', newestMigration)
  })
})

/** The last here: some of what it asks is done. */
describe('the line of a request', () => {
  it('holds nothing of what was sent, by whatever route and whoever asks', async () => {
    const [sent, address, agent] = ['s3nt-and-secret', '203.0.113.9', 'agent-of-somebody']
    const headers = {
      'CF-Connecting-IP': address,
      'User-Agent': agent,
      'X-Request-Id': sent,
      Referer: `http://x/${sent}`,
    }
    const body = { login: sent, user: sent, password: sent, code: sent, name: sent }
    for (const { method, path } of operations) {
      const filled = `${path.replace(/:\w+/g, sent)}?code=${sent}&query=${sent}`
      for (const caller of [undefined, `${sent}:${sent}`, root])
        await call(caller, method, filled, { headers, bindings: logging, ...(method === 'GET' ? {} : { body }) })
    }
    expect(new Set(lines.map(({ route }) => route))).toEqual(new Set(operations.map(({ path }) => path)))
    expect([sent, address, agent].filter((one) => JSON.stringify(lines).includes(one))).toEqual([])
  })
})
