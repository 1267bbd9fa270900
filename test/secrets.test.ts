import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { operations } from '../scripts/buildOpenApi.ts'
import { secretHash } from '../src/auth/secrets.ts'
import { as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { leaks } from './support/leaks.ts'
import { linkTo, mailing } from './support/mailbox.ts'

describe('an answer that holds a secret', () => {
  // `call` holds every answer of every test to this; here is that it notices.
  const seen = (body: unknown, headers: Record<string, string> = {}, status = 200) => ({
    status,
    body,
    text: JSON.stringify(body),
    headers: new Headers(headers),
  })
  const token = `glsa_${'a'.repeat(32)}_01234567`
  const at = (path: string) => `http://rollcall.test${path}`

  it.each([
    ['a hash of ours', seen({ name: '$argon2id$v=19$m=7168,t=5,p=1$AA$AA' }), 'hash'],
    ['a cheaper one', seen({ name: '$pbkdf2-sha256$i=100000,l=32$AA$AA' }), 'hash'],
    ["one of Grafana's", seen({ name: '$grafana$AA$aa' }), 'hash'],
    ['the hash of a token', seen([{ id: 1, name: secretHash('x') }]), 'digest'],
    ['a token', seen({ key: token }), 'token'],
    ['an API key', seen({ key: btoa(JSON.stringify({ k: 'a'.repeat(32), n: 'x', id: 1 })) }), 'apiKey'],
    ['a token in a header', seen({}, { 'X-Token': token }), 'token'],
    ['a cookie', seen({}, { 'Set-Cookie': 'grafana_session=abc; Path=/' }), 'cookie'],
    ['a password', seen({ user: { password: 'x' } }), 'the key password'],
    ['a salt', seen([{ salt: '' }]), 'the key salt'],
    ['more of it', seen({ rands: '' }), 'the key rands'],
    ['a hash by its name', seen({ passwordHash: null }), 'the key passwordHash'],
    ['a secret', seen({ secret: 1 }), 'the key secret'],
  ])('is noticed: %s', (_, answer, found) => {
    expect(leaks('GET', at('/api/user'), answer)).toEqual([found])
  })

  it('is noticed: by every test that asks for it', async () => {
    const { body } = await as(root).post('/api/teams', { name: token })
    await expect(as(root).get('/api/teams/search')).rejects.toThrow('not safe: GET')
    expect((await as(root).del(`/api/teams/${numberIn(body, 'teamId')}`)).status).toBe(200)
  })

  it('is fine where it is handed over, and only if it is', () => {
    const made = seen({ id: 1, name: 'x', key: token })
    expect(leaks('POST', at('/api/serviceaccounts/1/tokens'), made)).toEqual([])
    expect(leaks('POST', at('/api/user/tokens'), made)).toEqual([])
    expect(leaks('POST', at('/api/user/tokens'), { ...made, status: 400 })).toEqual(['token'])
    expect(leaks('GET', at('/api/serviceaccounts/1/tokens'), made)).toEqual(['token'])
    expect(leaks('POST', at('/login'), seen({}, { 'Set-Cookie': 'grafana_session=abc; Path=/' }))).toEqual([])
    expect(leaks('POST', at('/login'), seen({}, { 'Set-Cookie': 'grafana_session=; Path=/' }))).toEqual([])
  })
})

describe('the log', () => {
  const lines: string[] = []
  const secrets: string[] = []
  const password = 'Tr0ub4dor-and-three'
  const wrong = 'Wr0ng-horse-battery'
  const next = 'N3xt-correct-staple'
  const webhook = 'http://127.0.0.1:1/s3cret-path-of-a-webhook'
  const webhookToken = 'w3bhook-t0ken-of-the-mail'
  const sentence = 'What-a-n4me-to-choose'
  const who: Record<string, Who> = {}
  let resetCode: string

  /** Everything that a log line must not hold: as it is, encoded, and hashed as it is stored. */
  const forms = (secret: string) => [secret, btoa(secret), encodeURIComponent(secret), secretHash(secret)]

  beforeAll(async () => {
    const id = await person('sally', { password, email: 'sally@example.org' })
    await as(root).put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true })
    await as(root).patch(`/api/org/users/${id}`, { role: 'Admin' })
    const basic = `sally:${password}`
    const { cookie } = await logIn('sally', password)
    const personal = textIn((await as(basic).post('/api/user/tokens', { name: 'mine' })).body, 'key')
    const apiKey = textIn((await as(basic).post('/api/auth/keys', { name: 'key', role: 'Admin' })).body, 'key')
    Object.assign(who, { basic, cookie: { cookie }, personal: { token: personal }, apiKey: { token: apiKey } })
    await as(undefined, mailing).post('/api/user/password/send-reset-email', { userOrEmail: 'sally' })
    resetCode = (await linkTo('sally@example.org')).searchParams.get('code') ?? ''
    expect(resetCode).toMatch(/^\d+-/)
    const plain = [password, wrong, next, basic, cookie, personal, apiKey, resetCode, webhook, webhookToken, sentence]
    secrets.push(...plain.flatMap(forms), '127.0.0.1:1/', '$pbkdf2', '$argon2id')
  })

  const keep = (...said: unknown[]) => void lines.push(said.map(String).join(' '))
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(keep),
  )
  beforeEach(() => void lines.splice(0))
  afterAll(() => spies.forEach((spy) => void spy.mockRestore()))

  /** No secret in any line, and each line of JSON that says which request it is about. */
  function expectQuiet() {
    for (const line of lines) {
      expect(JSON.parse(line)).toEqual({
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        what: expect.any(String),
        error: expect.any(String),
      })
      expect(secrets.filter((secret) => line.includes(secret))).toEqual([])
    }
  }

  /** A body that answers to whatever a route may read. */
  const body = {
    user: 'sally',
    login: 'sally',
    email: 'sally@example.org',
    name: sentence,
    password: next,
    oldPassword: wrong,
    newPassword: next,
    confirmPassword: next,
    confirmNew: next,
    username: 'tom',
    code: `1-${'a'.repeat(64)}`,
    userOrEmail: 'sally',
    loginOrEmail: 'tom@example.org',
    role: 'Viewer',
    sendEmail: true,
  }

  const says = {
    'D1 repeats what it was given': (values: string) => new Error(`D1_ERROR: near ${values}: SQLITE_ERROR`),
    'D1 is not to be had': (values: string) => new Error(`D1_ERROR: Network connection lost. ${values}`),
    'a value has the wrong type': (values: string) =>
      new Error(`D1_TYPE_ERROR: Type 'object' not supported for value '${values}'`),
    'a parser repeats its text': (values: string) => new SyntaxError(`Unexpected token, "${values}" is not valid JSON`),
    'an error runs over lines': (values: string) => new Error(`failed\n    at ${values}\n    at ${values}`),
  }

  /** The real D1, but for what comes after so many statements: that fails, saying what it was given. */
  function failing(after: number, error: (values: string) => unknown) {
    let left = after
    const given = new WeakMap<object, string>()
    function wrap(statement: D1PreparedStatement, values: unknown[]): D1PreparedStatement {
      const proxy: D1PreparedStatement = new Proxy(statement, {
        get(target, key) {
          if (key === 'bind') return (...more: unknown[]) => wrap(target.bind(...more), more)
          const run: unknown = Reflect.get(target, key)
          if (typeof run !== 'function') return run
          return async (...options: unknown[]) => {
            if (left-- <= 0) throw error(values.join(' '))
            return run.apply(target, options)
          }
        },
      })
      given.set(proxy, values.join(' '))
      inner.set(proxy, statement)
      return proxy
    }
    const inner = new WeakMap<object, D1PreparedStatement>()
    return new Proxy(env.DB, {
      get(target, key) {
        if (key === 'prepare') return (text: string) => wrap(target.prepare(text), [text])
        if (key === 'batch') {
          return async (statements: D1PreparedStatement[]) => {
            if (left-- <= 0) throw error(statements.map((statement) => given.get(statement)).join(' '))
            return target.batch(statements.map((statement) => inner.get(statement) ?? statement))
          }
        }
        return Reflect.get(target, key).bind(target)
      },
    })
  }

  /** KV that fails, saying what it was given. */
  const failingKv = new Proxy(env.SESSIONS, {
    get:
      () =>
      async (...given: unknown[]) => {
        throw new Error(`KV PUT failed: 500 ${JSON.stringify(given)} ${password}`)
      },
  })

  const asked = operations.filter(({ path }) => path !== '/logout')

  /** Every route once. Writes are about nobody, so that who asks is there for the next round. */
  async function sweep(caller: Who, bindings: () => object) {
    for (const { method, path } of asked) {
      const address = path.replace(/:\w+/g, method === 'GET' ? '1' : '9999')
      const sent = method === 'GET' ? {} : { body }
      await call(caller, method, address, { ...sent, bindings: bindings() })
    }
  }

  it('is empty while all goes well, and while people only get things wrong', async () => {
    for (const caller of [who.cookie, who.personal, who.apiKey]) await sweep(caller, () => ({}))
    for (const given of [`sally:${wrong}`, `${password}:${password}`, { token: wrong }, { cookie: wrong }, 'x:'])
      expect((await as(given).get('/api/user')).status).toBe(401)
    expect((await as(undefined).post('/login', { user: password, password: wrong })).status).toBe(401)
    expect((await as(undefined).get(`/api/user?password=${password}`, { Authorization: password })).status).toBe(401)
    expect(lines).toEqual([])
  })

  let addresses = 0
  const inTrouble = { MAIL_WEBHOOK_URL: webhook, MAIL_WEBHOOK_TOKEN: webhookToken, ALLOW_SIGN_UP: 'true' }

  it.each(Object.entries(says).flatMap(([what, error]) => [0, 1, 2].map((after) => [what, after, error] as const)))(
    'holds no secret where %s, after %i statements',
    async (_, after, error) => {
      const bindings = () => ({ DB: failing(after, error), SESSIONS: failingKv, ...inTrouble })
      await sweep(who.personal, bindings)
      const from = { 'CF-Connecting-IP': `192.0.2.${++addresses}` }
      for (const caller of Object.values(who))
        await as(caller, bindings()).put('/api/user', { login: 'sally', name: sentence }, from)
      await as(undefined, bindings()).post('/login', { user: 'sally', password }, from)
      await as(undefined, bindings()).post('/login', { user: wrong, password: wrong }, from)
      if (after < 2)
        await as(undefined, bindings()).post('/api/user/password/reset', { code: resetCode, newPassword: next }, from)
      expect(lines.length).toBeGreaterThan(after < 2 ? 50 : 10)
      expectQuiet()
    },
  )

  it('holds no secret where KV or mail fails', async () => {
    const bindings = { SESSIONS: failingKv, MAIL_WEBHOOK_URL: webhook, MAIL_WEBHOOK_TOKEN: webhookToken }
    const from = { 'CF-Connecting-IP': '198.51.100.1' }
    expect((await as(undefined, bindings).post('/login', { user: 'sally', password }, from)).status).toBe(200)
    const invitation = { loginOrEmail: 'new@example.org', role: 'Viewer', sendEmail: true }
    expect((await as(who.personal, bindings).post('/api/org/invites', invitation, from)).status).toBe(502)
    const reset = await as(undefined, bindings).post(
      '/api/user/password/send-reset-email',
      { userOrEmail: 'sally' },
      from,
    )
    expect(reset.status).toBe(200)
    const what = lines.map((line) => Reflect.get(JSON.parse(line), 'what'))
    expect(new Set(what)).toEqual(new Set(['session records: put', 'mail']))
    expectQuiet()
  })
})
