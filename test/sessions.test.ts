import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { secretHash } from '../src/auth/secrets.ts'
import { as, cookieOf, logIn, person, root, type Who } from './support/client.ts'

const unauthorized = { status: 401, body: { message: 'Unauthorized' } }
const loggedIn = { status: 200, body: { message: 'Logged in' } }
const wrong = { status: 401, body: { message: 'Invalid username or password', traceID: '' } }
const revoked = { status: 200, body: { message: 'User auth token revoked' } }
const cleared = 'grafana_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'
const day = 24 * 60 * 60

const sessionIds = async (login: string) =>
  (
    await env.DB.prepare('SELECT id FROM sessions WHERE user_id = (SELECT id FROM users WHERE login = ?) ORDER BY id')
      .bind(login)
      .raw<[number]>()
  ).flat()

let vic: number

beforeAll(async () => {
  vic = await person('vic', { email: 'vic@example.org' })
})

describe('signing in', () => {
  it.each(['vic', 'vic@example.org'])('opens a session for %s, whose cookie is all that it takes', async (user) => {
    const answer = await as(undefined).post('/login', { user, password: 'pass' })
    expect(answer).toMatchObject(loggedIn)
    expect(answer.headers.get('Set-Cookie')).toMatch(
      /^grafana_session=[0-9a-f]{64}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/,
    )
    expect(await as({ cookie: cookieOf(answer) }).get('/api/user')).toMatchObject({
      status: 200,
      body: { login: 'vic' },
    })
  })

  it('clears away sessions that are over', async () => {
    await logIn('vic', 'pass')
    await env.DB.prepare('UPDATE sessions SET expires_at = 5').run()
    const { cookie } = await logIn('vic', 'pass')
    expect(await sessionIds('vic')).toHaveLength(1)
    expect((await as({ cookie }).get('/api/user')).status).toBe(200)
  })

  it('does not wait for a KV that hangs', async () => {
    const hanging = new Proxy(env.SESSIONS, { get: () => () => new Promise(() => undefined) })
    const ctx = createExecutionContext()
    const request = new Request('http://rollcall.test/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'vic', password: 'pass' }),
    })
    expect((await api.fetch(request, { ...env, SESSIONS: hanging }, ctx)).status).toBe(200)
    expect((await as('vic:pass', { SESSIONS: hanging }).get('/api/user/auth-tokens')).status).toBe(200)
  })

  it('keeps only the hash of the secret, and one record in KV', async () => {
    const before = (await env.SESSIONS.list()).keys.length
    const { cookie } = await logIn('vic', 'pass')
    expect(cookie).toMatch(/^[0-9a-f]{64}$/)
    const row = await env.DB.prepare('SELECT * FROM sessions WHERE secret_hash = ?').bind(secretHash(cookie)).first()
    expect(JSON.stringify(row)).not.toContain(cookie)
    const { keys } = await env.SESSIONS.list()
    expect(keys.length).toBe(before + 1)
    const record = keys.find(({ name }) => name === `session:${vic}:${row?.id}`)
    expect(record?.expiration).toBe(row?.expires_at)
    expect(JSON.stringify(record)).not.toContain(cookie)
  })

  it.each([
    ['a wrong password', { user: 'vic', password: 'nope' }, wrong],
    ['an unknown name', { user: 'nobody', password: 'pass' }, wrong],
    ['no password', { user: 'vic' }, { status: 400, body: { message: 'bad login data', traceID: '' } }],
    [
      'an empty name',
      { user: '', password: 'pass' },
      { status: 400, body: { message: 'bad login data', traceID: '' } },
    ],
    ['what is no JSON', '{"user": ', { status: 400, body: { message: 'bad login data', traceID: '' } }],
  ])('refuses %s', async (_, body, expected) => {
    const answer = await as(undefined).post('/login', body)
    expect(answer).toMatchObject(expected)
    expect(answer.headers.get('Set-Cookie')).toBeNull()
  })

  it('is Secure exactly where the address is https', async () => {
    const https = as(undefined, { ROOT_URL: 'https://id.example.org' })
    const answer = await https.post('/login', { user: 'vic', password: 'pass' })
    expect(answer.headers.get('Set-Cookie')).toContain('; HttpOnly; Secure; SameSite=Lax')
    const http = await as(undefined).post('/login', { user: 'vic', password: 'pass' })
    expect(http.headers.get('Set-Cookie')).toContain('; HttpOnly; SameSite=Lax')
  })

  it.each([
    ['%2Fd%2Fabc', { message: 'Logged in', redirectUrl: '/d/abc' }],
    ['https%3A%2F%2Fevil.example', { message: 'Logged in' }],
    ['%2F%2Fevil.example', { message: 'Logged in' }],
    ['%2F%5Cevil.example', { message: 'Logged in' }],
    ['%2F%09%2Fevil.example', { message: 'Logged in' }],
  ])('returns to %s only within this site', async (redirect, body) => {
    const answer = await as(undefined).post(
      '/login',
      { user: 'vic', password: 'pass' },
      { Cookie: `redirect_to=${redirect}` },
    )
    expect(answer).toMatchObject({ status: 200, body })
    expect(answer.headers.get('Set-Cookie')).toContain('redirect_to=; Path=/; Max-Age=0')
  })

  it('never adopts a secret that the client brought along', async () => {
    const cookie = 'a'.repeat(64)
    const answer = await as({ cookie }).post('/login', { user: 'vic', password: 'pass' })
    expect(cookieOf(answer)).not.toBe(cookie)
    expect(await as({ cookie }).get('/api/user')).toMatchObject(unauthorized)
  })

  it('leaves nothing behind when it races a password change, a disable or a delete', async () => {
    await person('racer')
    for (const sql of [
      "UPDATE users SET password_hash = 'changed' WHERE login = 'racer'",
      "UPDATE users SET is_disabled = 1 WHERE login = 'racer'",
      "DELETE FROM users WHERE login = 'racer'",
    ]) {
      const restore = await env.DB.prepare("SELECT password_hash AS hash FROM users WHERE login = 'racer'").first<{
        hash: string
      }>()
      const racing = {
        DB: new Proxy(env.DB, {
          get(target, key) {
            if (key !== 'batch') return Reflect.get(target, key).bind(target)
            // The sign-in's last trip: what it verified changes under its feet.
            return async (statements: D1PreparedStatement[]) => {
              if (!JSON.stringify(statements[0]).includes('insert into \\"sessions\\"')) return target.batch(statements)
              await target.prepare(sql).run()
              return target.batch(statements)
            }
          },
        }),
      }
      expect(await as(undefined, racing).post('/login', { user: 'racer', password: 'pass' })).toMatchObject(wrong)
      expect(await sessionIds('racer')).toEqual([])
      await env.DB.prepare("UPDATE users SET is_disabled = 0, password_hash = ? WHERE login = 'racer'")
        .bind(restore?.hash)
        .run()
    }
  })
})

describe('a session', () => {
  it.each(['x', 'a'.repeat(64), 'b'.repeat(32)])(
    'that never was is refused and its cookie cleared: %s',
    async (cookie) => {
      const answer = await as({ cookie }).get('/api/user')
      expect(answer).toMatchObject(unauthorized)
      expect(answer.headers.get('Set-Cookie')).toBe(cleared)
    },
  )

  it('gives way to an Authorization header, good or bad', async () => {
    const { cookie } = await logIn('vic', 'pass')
    const both = (authorization: string) => as({ cookie }).get('/api/user', { Authorization: authorization })
    expect(await both(`Basic ${btoa(root)}`)).toMatchObject({ status: 200, body: { login: 'admin' } })
    expect((await both(`Basic ${btoa('admin:nope')}`)).status).toBe(401)
    expect((await both('Bearer nope')).status).toBe(401)
    expect(await both('')).toMatchObject({ status: 200, body: { login: 'vic' } })
  })

  it.each([
    ['past its end', 'expires_at', 0, 401],
    ['in its last second', 'expires_at', 2, 200],
    ['unused for seven days', 'seen_at', -7 * day, 401],
    ['used just within seven days', 'seen_at', -7 * day + 5, 200],
  ])('%s', async (_, column, offset, status) => {
    const { cookie } = await logIn('vic', 'pass')
    const at = Math.floor(Date.now() / 1000) + offset
    await env.DB.prepare(`UPDATE sessions SET ${column} = ? WHERE secret_hash = ?`).bind(at, secretHash(cookie)).run()
    expect((await as({ cookie }).get('/api/user')).status).toBe(status)
  })

  it('of a disabled account opens nothing, even where its row is still there', async () => {
    const id = await person('off')
    const session = await logIn('off', 'pass')
    await env.DB.prepare('UPDATE users SET is_disabled = 1 WHERE id = ?').bind(id).run()
    expect(await as(session).get('/api/user')).toMatchObject(unauthorized)
    expect(await sessionIds('off')).toHaveLength(1)
  })

  it('carried over from Grafana opens only with the secret key that made it', async () => {
    const cookie = '0123456789abcdef0123456789abcdef'
    await env.DB.prepare(
      "INSERT INTO sessions (user_id, secret_hash, legacy_hash, created_at, seen_at, expires_at) SELECT ?1, 'none', ?2, ?3, ?3, ?3 + 1000",
    )
      .bind(vic, secretHash(`${cookie}SW2YcwTIb9zpOOhoPsMm`), Math.floor(Date.now() / 1000))
      .run()
    expect((await as({ cookie }).get('/api/user')).status).toBe(401)
    expect((await as({ cookie }, { GRAFANA_SECRET_KEY: 'other' }).get('/api/user')).status).toBe(401)
    expect((await as({ cookie }, { GRAFANA_SECRET_KEY: 'SW2YcwTIb9zpOOhoPsMm' }).get('/api/user')).status).toBe(200)
  })

  it('is not for another site to write with', async () => {
    const session = await logIn('vic', 'pass')
    const write = (headers: Record<string, string>) =>
      as(session).post('/api/user/stars/dashboard/1', undefined, headers)
    for (const headers of [{ Origin: 'http://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      expect(await write({ ...headers })).toMatchObject({ status: 403, text: 'origin not allowed\n' })
    }
    expect((await write({ Origin: 'http://rollcall.test' })).status).toBe(200)
    expect((await write({})).status).toBe(200)
    const basic = await as('vic:pass').post('/api/user/stars/dashboard/1', undefined, { Origin: 'http://evil.example' })
    expect(basic.status).toBe(200)
  })

  it('ends with GET /logout, at once', async () => {
    const session = await logIn('vic', 'pass')
    const before = (await env.SESSIONS.list()).keys.length
    const answer = await as(session).get('/logout')
    expect(answer).toMatchObject({ status: 302 })
    expect(answer.headers.get('Location')).toBe('/login')
    expect(answer.headers.get('Set-Cookie')).toBe(cleared)
    expect(await as(session).get('/api/user')).toMatchObject(unauthorized)
    expect((await env.SESSIONS.list()).keys.length).toBe(before - 1)
  })

  it('is pinged', async () => {
    const session = await logIn('vic', 'pass')
    expect(await as(session).get('/api/login/ping')).toMatchObject(loggedIn)
    expect(await as(undefined).get('/api/login/ping')).toMatchObject(unauthorized)
    expect((await as(session).get('/login')).status).toBe(302)
    expect((await as(undefined).get('/login')).status).toBe(200)
  })
})

describe('the devices of a person', () => {
  const iPhone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) AppleWebKit/604.1.38 (KHTML, like Gecko) Version/11.0 Mobile/15A372 Safari/604.1'
  const linux =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.96 Safari/537.36'
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const onLinux = {
    clientIp: '203.0.113.7',
    device: 'Other',
    os: 'Linux',
    osVersion: '',
    browser: 'Chrome',
    browserVersion: '72.0',
  }
  const onPhone = {
    clientIp: '2001:db8::1',
    device: 'iPhone',
    os: 'iOS',
    osVersion: '11.0',
    browser: 'Mobile Safari',
    browserVersion: '11.0',
  }
  let first: Who
  let second: Who

  beforeAll(async () => {
    await person('dev')
    first = await logIn('dev', 'pass', {
      'User-Agent': linux,
      'CF-Connecting-IP': '203.0.113.7',
      'X-Forwarded-For': '6.6.6.6',
    })
    second = await logIn('dev', 'pass', { 'User-Agent': iPhone, 'CF-Connecting-IP': '2001:db8::1' })
  })

  it('are listed in the order of sign-in, the calling one active', async () => {
    const [a, b] = await sessionIds('dev')
    const seen = { createdAt: time, seenAt: time }
    const { status, text, body } = await as(second).get('/api/user/auth-tokens')
    expect({ status, body }).toEqual({
      status: 200,
      body: [
        { id: a, isActive: false, ...onLinux, ...seen },
        { id: b, isActive: true, ...onPhone, ...seen },
      ],
    })
    expect(text).toMatch(
      /^\[\{"id":\d+,"isActive":false,"clientIp":"[^"]*","device":"Other","os":"Linux","osVersion":"","browser":"Chrome","browserVersion":"72.0","createdAt":/,
    )
    expect((await as('dev:pass').get('/api/user/auth-tokens')).body).toMatchObject([
      { isActive: false },
      { isActive: false },
    ])
  })

  /** A sign-in as Cloudflare hands it on. */
  async function logInFrom(login: string, cf: Record<string, unknown> | undefined, country: string, agent = 'curl/8') {
    const request = new Request('http://rollcall.test/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'CF-IPCountry': country, 'User-Agent': agent },
      body: JSON.stringify({ user: login, password: 'pass' }),
      ...(cf && { cf }),
    })
    const ctx = createExecutionContext()
    const { status } = await api.fetch(request, env, ctx)
    await waitOnExecutionContext(ctx)
    expect(status).toBe(200)
  }

  it.each([
    ['a city and its country', { city: 'Paris', country: 'FR' }, 'DE', 'Paris, FR'],
    ['a country alone', { country: 'FR' }, 'DE', 'FR'],
    ['the country that a header names', undefined, 'DE', 'DE'],
    ['a city and the country of the header', { city: 'Köln' }, 'DE', 'Köln, DE'],
    ['a city with a name without end', { city: 'x'.repeat(2000), country: 'FR' }, '', `${'x'.repeat(60)}, FR`],
    ['nowhere that is known', { city: 'Paris', country: 'XX' }, 'XX', ''],
    ['Tor', { city: 'Paris', country: 'T1' }, 'T1', ''],
    ['what is no code', { city: 7, country: 'France' }, '<b>', ''],
    ['nowhere', undefined, '', ''],
  ])('are shown with %s, to whoever asks', async (login, cf, country, place) => {
    const id = await person(login)
    await logInFrom(login, cf, country)
    const user = as(`${login}:pass`)
    const shown = { id: expect.any(Number), isActive: false, clientIp: '', device: 'Other', os: 'Other', osVersion: '' }
    const plain = { ...shown, browser: 'curl', browserVersion: '8', createdAt: time, seenAt: time }
    expect((await user.get('/api/user/auth-tokens')).body).toEqual([plain])
    expect((await user.get('/api/user/auth-tokens?metadata=false')).body).toEqual([plain])
    expect((await user.get('/api/user/auth-tokens?metadata=true')).body).toEqual([{ ...plain, place }])
    expect((await as(root).get(`/api/admin/users/${id}/auth-tokens`)).body).toEqual([plain])
    expect((await as(root).get(`/api/admin/users/${id}/auth-tokens?metadata=true`)).body).toEqual([{ ...plain, place }])
  })

  it('have no place where their record is of before places were kept, or not there', async () => {
    const id = await person('old')
    await logInFrom('old', { city: 'Paris', country: 'FR' }, '')
    const [name = ''] = (await env.SESSIONS.list({ prefix: `session:${id}:` })).keys.map((key) => key.name)
    const { place, ...record } = await env.SESSIONS.get<{ place: string }>(name, 'json').then(
      (kept) => kept ?? { place: '' },
    )
    expect(place).toBe('Paris, FR')
    await env.SESSIONS.put(name, JSON.stringify(record), { metadata: record })
    const listed = { status: 200, body: [{ browser: 'curl', place: '' }] }
    expect(await as('old:pass').get('/api/user/auth-tokens?metadata=true')).toMatchObject(listed)
    await env.SESSIONS.delete(name)
    const unknown = { status: 200, body: [{ browser: 'Other', place: '' }] }
    expect(await as('old:pass').get('/api/user/auth-tokens?metadata=true')).toMatchObject(unknown)
  })

  it('fit into what KV holds beside a key, however long their names are', async () => {
    const id = await person('long')
    const model = '"'.repeat(300)
    await logInFrom(
      'long',
      { city: '東'.repeat(900), country: 'JP' },
      '',
      `Mozilla/5.0 (Linux; Android 14; ${model}) Chrome/1.2`,
    )
    const { keys } = await env.SESSIONS.list({ prefix: `session:${id}:` })
    expect(keys).toHaveLength(1)
    expect(new TextEncoder().encode(JSON.stringify(keys[0]?.metadata)).length).toBeLessThan(700)
    expect(keys[0]?.metadata).toMatchObject({ place: `${'東'.repeat(60)}, JP`, os: 'Android' })
  })

  it('are unknown devices while KV shows nothing, and still all there', async () => {
    const blind = new Proxy(env.SESSIONS, {
      get: () => () => Promise.reject(new Error('KV is down')),
    })
    const { status, body } = await as(second, { SESSIONS: blind }).get('/api/user/auth-tokens')
    const unknown = { clientIp: '', device: 'Other', os: 'Other', osVersion: '', browser: 'Other', browserVersion: '' }
    expect(status).toBe(200)
    expect(body).toMatchObject([unknown, unknown])
  })

  it('are refused on the very next request once revoked, whatever KV still says', async () => {
    const [id] = await sessionIds('dev')
    const record = `session:${(await env.DB.prepare("SELECT id FROM users WHERE login = 'dev'").first())?.id}:${id}`
    const kept = new Proxy(env.SESSIONS, {
      get: (target, key) => (key === 'delete' ? async () => undefined : Reflect.get(target, key).bind(target)),
    })
    expect(await as(second, { SESSIONS: kept }).post('/api/user/revoke-auth-token', { AuthTokenID: id })).toMatchObject(
      revoked,
    )
    expect(await as(first).get('/api/user')).toMatchObject(unauthorized)
    expect(await env.SESSIONS.get(record)).not.toBeNull()
    expect((await as(second).get('/api/user/auth-tokens')).body).toHaveLength(1)
  })

  it('are not revoked by mistake', async () => {
    await logIn('vic', 'pass')
    const own = (await sessionIds('dev')).at(-1)
    const [other] = await sessionIds('vic')
    const missing = { status: 404, body: { message: 'User auth token not found', traceID: '' } }
    const revoke = (body: unknown) => as(second).post('/api/user/revoke-auth-token', body)
    expect(await revoke({ authTokenId: own })).toMatchObject({
      status: 400,
      body: { message: 'Cannot revoke active user auth token' },
    })
    for (const body of [{ authTokenId: other }, { authTokenId: 99999 }, { authTokenId: 0 }, {}]) {
      expect(await revoke(body)).toMatchObject(missing)
    }
    for (const body of ['{"authTokenId": ', { authTokenId: '1' }, { authTokenId: 1.5 }, []]) {
      expect(await revoke(body)).toMatchObject({ status: 400, body: { message: 'bad request data', traceID: '' } })
    }
    expect((await as(second).get('/api/user')).status).toBe(200)
    expect(await as('dev:pass').post('/api/user/revoke-auth-token', { authTokenId: own })).toMatchObject(revoked)
    expect(await as(second).get('/api/user')).toMatchObject(unauthorized)
  })
})

describe('last seen', () => {
  it('moves after the response, at most once in five minutes, with the session and its record', async () => {
    const id = await person('late')
    const { cookie } = await logIn('late', 'pass', { 'User-Agent': 'curl/8.5.0' })
    const old = Math.floor(Date.now() / 1000) - 400
    await env.DB.prepare('UPDATE sessions SET seen_at = ? WHERE user_id = ?').bind(old, id).run()
    await Promise.all(Array.from({ length: 20 }, () => as({ cookie }).get('/api/user', { 'User-Agent': 'curl/8.5.0' })))
    const row = await env.DB.prepare(
      'SELECT u.last_seen_at AS userSeen, s.seen_at AS sessionSeen, s.id FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.id = ?',
    )
      .bind(id)
      .first<{ userSeen: number; sessionSeen: number; id: number }>()
    expect(row?.userSeen).toBeGreaterThan(old + 300)
    expect(row?.sessionSeen).toBeGreaterThan(old + 300)
    expect(await env.SESSIONS.get(`session:${id}:${row?.id}`, 'json')).toMatchObject({
      seenAt: row?.sessionSeen,
      browser: 'curl',
      browserVersion: '8.5',
    })
  })

  it('never revives what was revoked meanwhile', async () => {
    const id = await person('ghost')
    const { cookie } = await logIn('ghost', 'pass')
    await env.DB.prepare('UPDATE sessions SET seen_at = seen_at - 400 WHERE user_id = ?').bind(id).run()
    const slow = new Proxy(env.DB, {
      get(target, key) {
        if (key !== 'batch') return Reflect.get(target, key).bind(target)
        return async (statements: D1PreparedStatement[]) => {
          await target.prepare('DELETE FROM sessions WHERE user_id = ?').bind(id).run()
          return target.batch(statements)
        }
      },
    })
    const record = (await env.SESSIONS.list({ prefix: `session:${id}:` })).keys[0]?.name ?? ''
    await env.SESSIONS.delete(record)
    expect((await as({ cookie }, { DB: slow }).get('/api/user')).status).toBe(200)
    expect(await sessionIds('ghost')).toEqual([])
    expect(await env.SESSIONS.get(record)).toBeNull()
  })
})
