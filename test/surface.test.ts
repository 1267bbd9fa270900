import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { operations } from '../scripts/buildOpenApi.ts'
import { api } from '../src/api.ts'
import { as, call, logIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'
import { headerFlaws } from './support/leaks.ts'

/** For what a client of ours would not send: streams, and addresses of its own. */
async function send(request: Request, bindings: object = {}) {
  const ctx = createExecutionContext()
  const response = await api.fetch(request, { ...env, ...bindings }, ctx)
  await waitOnExecutionContext(ctx)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

let viewer: number
let session: { cookie: string }

beforeAll(async () => {
  viewer = await person('vic')
  session = await logIn('vic', 'pass')
})

describe('the request id', () => {
  it('is new for each request, whatever the client calls it', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await as(root).get('/api/user', { 'X-Request-Id': 'mine' })).headers.get('X-Request-Id')),
    )
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  })

  it.each([
    ['8f0c1d2e3a4b5c6d', /^8f0c1d2e3a4b5c6d-[0-9a-f]{8}$/],
    ['8f0c1d2e3a4b5c6d-AMS', /^8f0c1d2e3a4b5c6d-AMS-[0-9a-f]{8}$/],
    ['8F0C1D2E3A4B5C6D', /^[0-9a-f]{8}-[0-9a-f-]{27}$/],
    ['x', /^[0-9a-f]{8}-[0-9a-f-]{27}$/],
    [`${'8f0c1d2e3a4b5c6d'}","admin":"`, /^[0-9a-f]{8}-[0-9a-f-]{27}$/],
  ])("begins with Cloudflare's name %j where that is one", async (ray, pattern) => {
    expect((await as(undefined).get('/healthz', { 'CF-Ray': ray })).headers.get('X-Request-Id')).toMatch(pattern)
  })

  it('is in the log line of what failed', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { headers } = await as(undefined, { DB: {} }).get('/api/health')
    const line = JSON.parse(String(log.mock.calls[0]?.[0]))
    expect(line).toEqual({
      requestId: headers.get('X-Request-Id'),
      what: 'GET /api/health',
      error: expect.stringMatching(/^TypeError\n +at /),
    })
    log.mockRestore()
  })
})

describe('the headers', () => {
  // `call` holds every answer of every test to them; here is one answer of each kind, and a proof that it does.
  it.each<[string, Who, string, string, unknown, number]>([
    ['a JSON answer', root, 'GET', '/api/user', undefined, 200],
    ['plain text', undefined, 'GET', '/healthz', undefined, 200],
    ['a probe', undefined, 'GET', '/api/health', undefined, 200],
    ['a sign-in page', undefined, 'GET', '/login', undefined, 200],
    ['a redirect', undefined, 'GET', '/nope', undefined, 302],
    ['a sign-out', undefined, 'GET', '/logout', undefined, 302],
    ['a bad body', root, 'POST', '/api/admin/users', '{', 400],
    ['a stranger', undefined, 'GET', '/api/user', undefined, 401],
    ['a wrong password', 'nobody:nothing', 'GET', '/api/user', undefined, 401],
    ['a denial', 'vic:pass', 'GET', '/api/users', undefined, 403],
    ['nothing there', root, 'GET', '/api/users/999', undefined, 404],
    ['no such page', root, 'GET', '/nope', undefined, 404],
    ['a conflict', root, 'POST', '/api/admin/users', { login: 'vic', password: 'pass' }, 412],
    ['too much', root, 'POST', '/api/admin/users', 'x'.repeat(1024 * 1024 + 1), 413],
    ['a HEAD', undefined, 'HEAD', '/healthz', undefined, 200],
    ['an OPTIONS', undefined, 'OPTIONS', '/api/user', undefined, 401],
  ])('are on %s', async (_, who, method, path, body, status) => {
    const answer = await call(who, method, path, { body })
    expect(answer.status).toBe(status)
    expect(headerFlaws(answer)).toEqual([])
    expect(answer.headers.has('WWW-Authenticate')).toBe(false)
  })

  it('are on a failure too, and where the configuration is wrong', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    for (const bindings of [{ DB: {} }, { SESSION_MAX_DAYS: 'soon' }]) {
      const answer = await as(undefined, bindings).get('/api/health')
      expect(answer.status).toBe(500)
      expect(headerFlaws(answer)).toEqual([])
    }
    log.mockRestore()
  })

  it('are missed where one is missing', () => {
    expect(headerFlaws({ headers: new Headers({ Server: 'x' }) })).toEqual([
      'X-Request-Id',
      'Cache-Control',
      'X-Content-Type-Options',
      'X-Frame-Options',
      'Referrer-Policy',
      'Server',
    ])
  })

  it('keep a browser on https once it came by https', async () => {
    const name = 'Strict-Transport-Security'
    const bySecure = await send(new Request('https://rollcall.test/healthz'))
    expect(bySecure.headers.get(name)).toBe('max-age=31536000')
    expect((await as(undefined).get('/healthz')).headers.has(name)).toBe(false)
  })
})

describe('a write that another page makes with the cookie', () => {
  const listed = { CORS_ORIGINS: 'https://app.example.org, http://localhost:3000' }

  it.each<[string, Record<string, string>, number, object?]>([
    ['a program that says nothing', {}, 200],
    ['our own page', { Origin: 'http://rollcall.test' }, 200],
    ['our own page, by Fetch Metadata too', { Origin: 'http://rollcall.test', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['whoever typed the address', { 'Sec-Fetch-Site': 'none' }, 200],
    ['another site', { Origin: 'https://evil.example' }, 403],
    ['another site, without an origin', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['another site that names ours', { Origin: 'http://rollcall.test', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a sandboxed page', { Origin: 'null' }, 403],
    ['a page of the same site', { Origin: 'http://other.rollcall.test', 'Sec-Fetch-Site': 'same-site' }, 403],
    ['a look-alike that goes on', { Origin: 'http://rollcall.test.evil.example' }, 403],
    ['a look-alike that begins earlier', { Origin: 'http://evilrollcall.test' }, 403],
    ['another port', { Origin: 'http://rollcall.test:8080' }, 403],
    ['no address', { Origin: 'rollcall.test' }, 403],
    ['a host that the client made up', { Origin: 'https://evil.example', Host: 'evil.example' }, 403],
    ['a forwarded host', { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' }, 403],
    ['the configured address', { Origin: 'https://people.example' }, 200, { ROOT_URL: 'https://people.example/' }],
    ['a listed page', { Origin: 'https://app.example.org', 'Sec-Fetch-Site': 'cross-site' }, 200, listed],
    ['a page listed after it', { Origin: 'http://localhost:3000' }, 200, listed],
    ['a page that is not listed', { Origin: 'https://app.example.org.evil.example' }, 403, listed],
  ])('by %s', async (_, headers, status, bindings = {}) => {
    const answer = await as(session, bindings).post('/api/user/using/1', undefined, headers)
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.text).toBe('origin not allowed\n')
  })

  const writes = operations.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/'))

  it(`is refused on all ${writes.length} routes that write, before anything is read`, async () => {
    for (const { method, path } of writes) {
      const address = path.replace(/:\w+/g, '1')
      const headers = { Cookie: `grafana_session=${session.cookie}`, Origin: 'https://evil.example' }
      const answer = await send(new Request(`http://rollcall.test${address}`, { method, headers }))
      expect([path, answer.status, answer.text]).toEqual([path, 403, 'origin not allowed\n'])
    }
  })

  it('needs a body of JSON, which a form cannot send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const sent = { body: JSON.stringify({ user: 'vic', password: 'pass' }), headers: { 'Content-Type': type } }
      expect((await call(undefined, 'POST', '/login', sent)).status).toBe(400)
      expect((await call(session, 'PUT', '/api/user', { ...sent, body: '{"login":"vic2"}' })).status).toBe(400)
    }
  })

  it('is none: no GET writes, but the two that Grafana has', async () => {
    const admin = await logIn('admin', 'admin')
    await as(admin).get('/api/user')
    const { db, count, reset } = countingD1()
    const reads = operations.flatMap(({ method, path }) => (method === 'GET' && path !== '/logout' ? [path] : []))
    const writing: string[] = []
    for (const path of [...reads, '/logout']) {
      reset()
      await as(admin, { DB: db }).get(path.replace(/:\w+/g, '1'))
      if (count.rowsWritten > 0) writing.push(path)
    }
    // Somebody else's link can make one see the hints again, and sign one out; it can do no worse.
    expect(writing).toEqual(['/api/user/helpflags/clear', '/logout'])
  })
})

describe('another origin', () => {
  const listed = { CORS_ORIGINS: 'https://app.example.org,https://admin.example.org' }
  const allow = 'Access-Control-Allow-Origin'
  const preflight = (origin: string, bindings: object = listed) =>
    call(undefined, 'OPTIONS', '/api/users/1', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization, x-evil',
      },
      bindings,
    })

  it('that is listed may ask, write and read', async () => {
    const asked = await preflight('https://app.example.org')
    expect(asked).toMatchObject({ status: 204, text: '' })
    const said = Object.fromEntries([...asked.headers].filter(([name]) => /^(access-control|vary)/.test(name)))
    expect(said).toEqual({
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'Authorization, Content-Type, X-Grafana-Org-Id, If-Match, X-D1-Bookmark',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-origin': 'https://app.example.org',
      'access-control-expose-headers': 'X-Request-Id, X-Missing-Permission, Retry-After, ETag, X-D1-Bookmark',
      'access-control-max-age': '600',
      vary: 'Origin',
    })
    for (const [who, status] of [
      [root, 200],
      [undefined, 401],
      ['vic:pass', 403],
    ] as const) {
      const answer = await as(who, listed).get('/api/users', { Origin: 'https://admin.example.org' })
      expect(answer.status).toBe(status)
      expect(answer.headers.get(allow)).toBe('https://admin.example.org')
      expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe('true')
      expect(answer.headers.get('Vary')).toBe('Origin')
    }
  })

  it.each([
    'https://evil.example',
    'null',
    '*',
    'https://app.example.org.evil.example',
    'https://evilapp.example.org',
    'https://app.example.org:8443',
    'http://app.example.org',
    'https://APP.example.org',
    'https://app.example.org/',
    'https://app.example.org,https://admin.example.org',
    'https://sub.app.example.org',
    'https://appxexample.org',
  ])('like %s is told nothing, but that answers differ by origin', async (origin) => {
    for (const answer of [await preflight(origin), await as(root, listed).get('/api/user', { Origin: origin })]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      expect(answer.headers.get('Vary')).toBe('Origin')
    }
    expect((await preflight(origin)).status).toBe(401)
  })

  it('is never listed by default', async () => {
    const answer = await preflight('https://app.example.org', {})
    expect(answer.status).toBe(401)
    expect(answer.headers.has(allow)).toBe(false)
    expect(answer.headers.has('Vary')).toBe(false)
  })

  it.each(['*', 'null', 'https://*.example.org', 'https://app.example.org/', 'app.example.org', 'ftp://a.example'])(
    'cannot be listed as %s',
    async (value) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      expect((await as(undefined, { CORS_ORIGINS: value }).get('/healthz')).status).toBe(500)
      expect(String(log.mock.calls[0]?.[0])).toContain('CORS_ORIGINS must be origins like https://example.org')
      log.mockRestore()
    },
  )
})

describe('a path that is spelled otherwise', () => {
  /** What the plain path answers to a stranger, to a Viewer and to a server admin. */
  const plain = { '/api/users': [401, 403, 200], '/api/users/1': [401, 403, 200] } as const

  it.each<[string, keyof typeof plain]>([
    ['/api/users/', '/api/users'],
    ['/api/%75sers', '/api/users'],
    ['/%61pi/users', '/api/users'],
    ['/api/./users', '/api/users'],
    ['/api/orgs/../users', '/api/users'],
    ['/api/orgs/%2e%2e/users', '/api/users'],
    ['/healthz/../api/users', '/api/users'],
    ['/healthz/%2e%2e/api/users', '/api/users'],
    ['/api/users/%31', '/api/users/1'],
    ['/api/users/+1', '/api/users/1'],
    ['/api/users/001', '/api/users/1'],
    ['/api/users?x=/login', '/api/users'],
    ['/api\\users', '/api/users'],
  ])('as %s is %s', async (path, same) => {
    const [stranger, denied, allowed] = plain[same]
    expect((await as(undefined).get(path)).status).toBe(stranger)
    // The id of a scope is compared as it is written, so that a Viewer is denied whichever way.
    expect((await as('vic:pass').get(path)).status).toBe(denied)
    expect((await as(root).get(path)).status).toBe(allowed)
  })

  it.each([
    '//api/users',
    '/api//users',
    '///api/users',
    '/API/users',
    '/Api/Users',
    '/api/USERS',
    '/api/users;x',
    '/api/users;/1',
    '/api;x/users',
    '/api/users%2F1',
    '/api%2Fusers',
    '/api%252Fusers',
    '/api/users/..;/1/nope',
    '/api/users//1',
    '/api/users.json',
    '/api/users%20',
    '/api/users%00',
    '/%00/api/users',
    '/api/users/1/%2e%2e%2forgs',
    '/api/.%00./users',
    '/login/../../api/nope',
    '/%c0%ae%c0%ae/api/users',
    '/api/%E0%A4%A/users',
    '/api/%/users',
  ])('as %s leads nowhere', async (path) => {
    const stranger = await as(undefined).get(path)
    expect([302, 401]).toContain(stranger.status)
    if (stranger.status === 302) expect(stranger.headers.get('Location')).toBe('/login')
    expect([401, 403, 404]).toContain((await as('vic:pass').get(path)).status)
    expect((await as(root).get(path)).status).toBe(404)
  })

  it.each([
    '%00',
    '1%00',
    '1;x',
    '1%2Forgs',
    '%2e%2e%2f1',
    '1.0',
    '1e0',
    '0x1',
    '%',
    '%E0%A4%A',
    '１',
    '1%20',
    ':id',
    '*',
  ])('with the id %s is a 400, and a stranger is none the wiser', async (id) => {
    for (const path of [`/api/users/${id}`, `/api/users/${id}/orgs`]) {
      expect((await as(undefined).get(path)).status).toBe(401)
      expect((await as('vic:pass').get(path)).status).toBe(403)
      expect(await as(root).get(path)).toMatchObject({ status: 400, body: { message: 'id is invalid' } })
    }
    for (const method of ['DELETE', 'PUT']) {
      const path = method === 'PUT' ? `/api/admin/users/${id}/permissions` : `/api/admin/users/${id}`
      expect((await call('vic:pass', method, path, { body: { isGrafanaAdmin: true } })).status).toBe(403)
      expect((await call(root, method, path, { body: { isGrafanaAdmin: true } })).status).toBe(400)
    }
  })
})

describe('a method that is not meant', () => {
  const paths = ['/api/users', '/api/users/1', '/api/user', '/api/admin/users', '/login', '/healthz', '/api/health']
  // The sign-in page is no operation.
  const known = new Set([
    ...operations.map(({ method, path }) => `${method} ${path.replace(':id', '1')}`),
    'GET /login',
  ])

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH', 'get'])(
    '%s does nothing',
    async (method) => {
      for (const path of paths.filter((path) => !known.has(`${method.toUpperCase()} ${path}`))) {
        expect([401, 302, 404]).toContain((await call(undefined, method, path)).status)
        expect([path, (await call(root, method, path)).status]).toEqual([path, 404])
      }
    },
  )

  it.each(paths)('HEAD of %s is its GET without a body', async (path) => {
    for (const who of [undefined, 'vic:pass', root]) {
      const head = await call(who, 'HEAD', path)
      expect(head.status).toBe((await call(who, 'GET', path)).status)
      expect(head.text).toBe('')
    }
  })

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])('in %s is ignored', async (name) => {
    const path = `/api/admin/users/${viewer}?_method=DELETE`
    const answer = await call(root, 'POST', path, { headers: { [name]: 'DELETE' } })
    expect(answer.status).toBe(404)
    expect((await as(root).get(`/api/users/${viewer}`)).status).toBe(200)
  })

  it.each([
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Forwarded-Prefix',
    'X-WEBAUTH-USER',
    'X-Forwarded-User',
    'X-Grafana-User',
  ])('or who is calling is not read from %s', async (name) => {
    for (const value of ['/healthz', 'admin', '1']) {
      expect((await as(undefined).get('/api/users', { [name]: value })).status).toBe(401)
      expect((await as('vic:pass').get('/api/users', { [name]: value })).status).toBe(403)
    }
  })
})

describe('a credential', () => {
  it('in the address is not read', async () => {
    const made = await as(root).post('/api/user/tokens', { name: 'in a link' })
    const token = textIn(made.body, 'key')
    const { cookie } = await logIn('admin', 'admin')
    expect((await as({ token }).get('/api/user')).status).toBe(200)
    for (const name of ['auth_token', 'api_key', 'access_token', 'token', 'key', 'Authorization', 'grafana_session']) {
      for (const value of [token, `Bearer ${token}`, cookie, btoa('admin:admin'), `Basic ${btoa('admin:admin')}`]) {
        const answer = await as(undefined).get(`/api/user?${name}=${encodeURIComponent(value)}`)
        expect([name, answer.status]).toEqual([name, 401])
      }
    }
  })

  it.each([
    ['an endless token', { Authorization: `Bearer ${'a'.repeat(100_000)}` }],
    ['an endless Basic', { Authorization: `Basic ${btoa('a'.repeat(60_000))}` }],
    ['an endless name', { Authorization: `Basic ${btoa(`${'a'.repeat(60_000)}:b`)}` }],
    ['an endless password', { Authorization: `Basic ${btoa(`admin:${'b'.repeat(60_000)}`)}` }],
    ['an endless cookie', { Cookie: `grafana_session=${'a'.repeat(100_000)}` }],
    ['many cookies', { Cookie: 'grafana_session=a; '.repeat(5_000) }],
    ['an endless org', { 'X-Grafana-Org-Id': '9'.repeat(100_000), Authorization: `Basic ${btoa('y:x')}` }],
    ['an endless address', { 'CF-Connecting-IP': 'f'.repeat(100_000), Authorization: `Basic ${btoa('x:y')}` }],
  ])('that is %s is a 401, not a failure', async (_, headers) => {
    expect((await as(undefined).get('/api/user', headers)).status).toBe(401)
  })
})

describe('a body', () => {
  const limit = 1024 * 1024

  /** Without a Content-Length, as `Transfer-Encoding: chunked` arrives. */
  function chunked(bytes: number) {
    let sent = 0
    const state = { read: 0 }
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = new Uint8Array(Math.min(65_536, bytes - sent)).fill(32)
        sent += chunk.byteLength
        state.read = sent
        if (chunk.byteLength > 0) controller.enqueue(chunk)
        else controller.close()
      },
    })
    const headers = { Authorization: `Basic ${btoa(root)}`, 'Content-Type': 'application/json' }
    return { state, request: new Request('http://rollcall.test/api/admin/users', { method: 'POST', headers, body }) }
  }

  it('is read to the limit and no further, however it comes', async () => {
    const large = chunked(16 * limit)
    expect(large.request.headers.has('Content-Length')).toBe(false)
    expect(await send(large.request)).toMatchObject({
      status: 413,
      text: '{"message":"request body is larger than 1048576 bytes"}',
    })
    expect(large.state.read).toBeLessThan(2 * limit)
    expect((await send(chunked(limit).request)).status).toBe(400)
  })

  it('is not believed to be as long as it says', async () => {
    for (const length of ['1', '-1', 'x', '99999999999']) {
      const body = 'x'.repeat(limit + 1)
      const answer = await call(root, 'POST', '/api/admin/users', { body, headers: { 'Content-Length': length } })
      expect(answer.status).toBe(413)
    }
  })

  it('of a stranger is not read at all', async () => {
    const { request, state } = chunked(16 * limit)
    request.headers.delete('Authorization')
    expect((await send(request)).status).toBe(403)
    expect(state.read).toBeLessThan(limit)
  })

  it.each([
    ['many keys', `{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
    ['a deep nest', `${'['.repeat(500_000)}`],
    ['a deep object', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['one level too many', `{"login":"deep","password":"pass","x":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['a prototype', '{"__proto__":{"login":"x","password":"pass","isGrafanaAdmin":true}}'],
    ['a constructor', '{"constructor":{"prototype":{"login":"x"}}}'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a long number', `{"login":${'9'.repeat(100_000)}}`],
    ['half a character', '{"login":"\\ud800'],
  ])('of %s is a 400', async (_, body) => {
    expect((await call(root, 'POST', '/api/admin/users', { body })).status).toBe(400)
    expect(Reflect.get({}, 'login')).toBeUndefined()
  })
})
