import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { grafanaHash, hashPassword } from '../src/auth/passwords.ts'
import { as, person } from './support/client.ts'

// Every pbkdf2 hash is one call of deriveBits, so what is hashed can be counted on the real thing.
const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle)
const hashes = vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation(deriveBits)
const iterations = () =>
  hashes.mock.calls.map(([algorithm]) =>
    typeof algorithm === 'object' && 'iterations' in algorithm ? algorithm.iterations : undefined,
  )

const known = '$grafana$'
const vector = {
  password: 'iamgod',
  hash: grafanaHash(
    'e59c568621e57756495a468f47c74e07c911b037084dd464bb2ed72410970dc849cabd71b48c394faf08a5405dae53741ce9',
    'pepper',
  ),
}
const give = (login: string, hash: string | null) =>
  env.DB.prepare('UPDATE users SET password_hash = ? WHERE login = ?').bind(hash, login).run()
const stored = (login: string) =>
  env.DB.prepare('SELECT password_hash FROM users WHERE login = ?').bind(login).first<string>('password_hash')

beforeAll(async () => {
  for (const login of ['vic', 'legacy', 'sso', 'off', 'old']) await person(login)
  await give('sso', null)
  await env.DB.prepare("UPDATE users SET is_disabled = 1 WHERE login = 'off'").run()
})
beforeEach(() => {
  hashes.mockClear()
})

describe('a failed sign-in costs one hash of the current scheme and gives one answer', () => {
  it.each([
    ['a wrong password', 'vic:first', [100_000]],
    ['an unknown name', 'nobody:first', [100_000]],
    ['an account without a password', 'sso:first', [100_000]],
    ['an account without a password, asked with none', 'sso:', [100_000]],
    ["a wrong password against Grafana's cheaper hash", 'legacy:first', [10_000, 100_000]],
    ['a disabled account with the right password', 'off:pass', [100_000]],
    ['another spelling of the name', 'VIC:pass', [100_000]],
  ])('for %s', async (_, who, expected) => {
    await give('legacy', vector.hash)
    expect(await as(who).get('/api/user')).toMatchObject({
      status: 401,
      text: '{"message":"invalid username or password","traceID":""}\n',
    })
    expect(iterations()).toEqual(expected)
  })
})

describe('what an isolate remembers', () => {
  it('is a right password, a wrong one, and a name that nobody has', async () => {
    for (const who of ['vic:pass', 'vic:second', 'unknown:second']) {
      await as(who).get('/api/user')
      hashes.mockClear()
      const { status } = await as(who).get('/api/user')
      expect({ status, hashed: iterations() }).toEqual({ status: who === 'vic:pass' ? 200 : 401, hashed: [] })
    }
  })

  it('ends with the password', async () => {
    expect((await as('vic:pass').get('/api/user')).status).toBe(200)
    await give('vic', await hashPassword('pass', 'pbkdf2'))
    hashes.mockClear()
    expect((await as('vic:pass').get('/api/user')).status).toBe(200)
    expect(iterations()).toEqual([100_000])
    await give('vic', await hashPassword('other', 'pbkdf2'))
    expect((await as('vic:pass').get('/api/user')).status).toBe(401)
  })

  it('is asked only after the limit on failures', async () => {
    const from = { 'CF-Connecting-IP': '198.51.100.9' }
    for (let at = 0; at < 5; at++) await as(`vic:wrong${at}`).get('/api/user', from)
    hashes.mockClear()
    expect((await as('vic:sixth').get('/api/user', from)).status).toBe(401)
    expect(iterations()).toEqual([])
  })
})

describe("Grafana's hash", () => {
  it('opens, and is replaced by one of the current scheme at the first success', async () => {
    await give('legacy', vector.hash)
    expect((await as(`legacy:${vector.password}`).get('/api/user')).status).toBe(200)
    expect(iterations()).toEqual([10_000, 100_000])
    expect(await stored('legacy')).toMatch(/^\$pbkdf2-sha256\$/)
    hashes.mockClear()
    expect((await as(`legacy:${vector.password}`).get('/api/user')).status).toBe(200)
    expect(iterations()).toEqual([])
    expect((await as(undefined).post('/login', { user: 'legacy', password: vector.password })).status).toBe(200)
  })

  it('is not replaced where the password was changed meanwhile', async () => {
    await give('legacy', vector.hash)
    const racing = new Proxy(env.DB, {
      get(target, key) {
        if (key !== 'prepare') return Reflect.get(target, key).bind(target)
        return (text: string) => {
          const statement = target.prepare(text)
          if (!text.startsWith('UPDATE users SET password_hash')) return statement
          return {
            bind: (...values: unknown[]) => ({
              all: async () => {
                await give('legacy', '$changed')
                return statement.bind(...values).all()
              },
            }),
          }
        }
      },
    })
    expect(
      await as(undefined, { DB: racing }).post('/login', { user: 'legacy', password: vector.password }),
    ).toMatchObject({ status: 401 })
    expect(await stored('legacy')).toBe('$changed')
  })

  it('opens for all who come at once, whoever replaces it', async () => {
    await give('legacy', vector.hash)
    const logins = Array.from({ length: 4 }, () =>
      as(undefined).post('/login', { user: 'legacy', password: vector.password }),
    )
    expect((await Promise.all(logins)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('of the scheme configured before is replaced too', async () => {
    expect(await stored('old')).toMatch(/^\$pbkdf2-sha256\$/)
    expect((await as('old:pass', { PASSWORD_SCHEME: 'argon2id' }).get('/api/user')).status).toBe(200)
    expect(await stored('old')).toMatch(/^\$argon2id\$/)
    expect((await as('old:pass', { PASSWORD_SCHEME: 'argon2id' }).get('/api/user')).status).toBe(200)
  })

  it.each(['', known, '$argon2id$v=19$m=7168,t=5,p=1$!!$!!', '$pbkdf2-sha256$i=100000,l=32$A$A'])(
    'mangled as %j opens nothing',
    async (hash) => {
      await give('legacy', hash || null)
      expect(
        (await as(`legacy:${hash}`).get('/api/user', { 'CF-Connecting-IP': `198.51.100.${hash.length}` })).status,
      ).toBe(401)
    },
  )
})

it.each([
  ['PASSWORD_SCHEME', 'md5', 'PASSWORD_SCHEME must be one of argon2id, pbkdf2'],
  ['SESSION_MAX_DAYS', 'soon', 'SESSION_MAX_DAYS must be a whole number above 0'],
  ['COOKIE_SECURE', 'maybe', 'COOKIE_SECURE must be one of auto, true, false'],
  ['COOKIE_NAME', 'a b;c', 'COOKIE_NAME must be letters, digits and signs that a cookie may be called by'],
])('a wrong %s is named in the log and nowhere else', async (name, value, text) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const answer = await as(undefined, { [name]: value }).get('/healthz')
  expect(answer).toMatchObject({ status: 500, body: { message: 'Internal server error' } })
  expect(String(log.mock.calls[0]?.[0])).toContain(text)
  expect(String(log.mock.calls[0]?.[0])).toContain(answer.headers.get('X-Request-Id'))
  log.mockRestore()
})
