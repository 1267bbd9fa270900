import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, logIn, person, root } from './support/client.ts'

// A stranger can neither guess a password, nor flood, nor tell who has an account, nor lock its owner out.

const from = (address: string) => ({ 'CF-Connecting-IP': address })
/** So many networks that none fails often enough to be stopped by itself. */
const elsewhere = (n: number) => from(`2001:db8:${n.toString(16)}::1`)

const signIn = (user: string, password: string, headers: Record<string, string> = {}) =>
  as(undefined).post('/login', { user, password }, headers)

const tooMany = { status: 429, text: '{"message":"Too many failed sign-ins: try again later","traceID":""}' }

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const failuresOf = async (account: string) =>
  (await env.DB.prepare('SELECT n FROM account_failures WHERE account = ?').bind(account).first<{ n: number }>())?.n ??
  0

let owner = 0
beforeAll(async () => {
  owner = await person('owner', { email: 'owner@example.org' })
  await person('other')
  const off = await person('off')
  await as(root).post(`/api/admin/users/${off}/disable`)
})

describe('failures of one account', () => {
  it('count in any letter case, by e-mail, and from all of an IPv6 network', async () => {
    const names = ['owner', 'OWNER', 'owner@example.org', 'Owner@Example.ORG', 'owner']
    for (const [n, name] of names.entries()) {
      expect((await signIn(name, `bad${n}`, from(`2001:db8:0:7::${n + 1}`))).status).toBe(401)
    }
    expect(await signIn('owner', 'pass', from('2001:db8:0:7:ffff::1'))).toMatchObject(tooMany)
    expect((await signIn('owner', 'pass', from('2001:db8:0:8::1'))).status).toBe(200)
  })

  it('say when to try again at sign-in, and only there', async () => {
    for (let n = 0; n < 5; n++) await signIn('other', `bad${n}`, from('192.0.2.1'))
    const locked = await signIn('other', 'pass', from('192.0.2.1'))
    expect(locked).toMatchObject(tooMany)
    expect(locked.headers.get('Retry-After')).toBe('300')
    const basic = await call('other:pass', 'GET', '/api/user', { headers: from('192.0.2.1') })
    expect(basic.status).toBe(401)
    expect(basic.headers.get('Retry-After')).toBeNull()
  })

  it('past a hundred from anywhere stop whoever never signed in from there, and nobody else', async () => {
    const home = from('198.51.100.7')
    const session = await logIn('owner', 'pass', home)
    const { body } = await as('owner:pass').post('/api/user/tokens', { name: 't' }, home)
    const token = { token: String(Reflect.get(Object(body), 'key')) }
    expect(await failuresOf(`id:${owner}`)).toBe(0)
    for (let n = 0; n < 100; n++) expect((await signIn('owner', `guess${n}`, elsewhere(n))).status).toBe(401)
    expect(await failuresOf(`id:${owner}`)).toBe(100)
    // The hundred-and-first does not even learn whether it is right.
    expect(await signIn('owner', 'pass', elsewhere(1000))).toMatchObject(tooMany)
    expect((await as(session).get('/api/user')).status).toBe(200)
    expect((await as(token).get('/api/user')).status).toBe(200)
    expect((await signIn('owner', 'pass', home)).status).toBe(200)
    expect(await failuresOf(`id:${owner}`)).toBe(0)
    expect((await signIn('owner', 'pass', elsewhere(1000))).status).toBe(200)
  })

  it('end with the password that was guessed at', async () => {
    await run(
      'INSERT INTO account_failures (account, n, at) VALUES (?, 100, 0) ON CONFLICT DO UPDATE SET n = 100',
      `id:${owner}`,
    )
    expect(await signIn('owner', 'pass', elsewhere(2000))).toMatchObject(tooMany)
    expect((await as(root).put(`/api/admin/users/${owner}/password`, { password: 'pass' })).status).toBe(200)
    expect(await failuresOf(`id:${owner}`)).toBe(0)
    expect((await signIn('owner', 'pass', elsewhere(2000))).status).toBe(200)
  })

  it('past a hundred stop a thief of a session from trying passwords, too', async () => {
    const session = await logIn('owner', 'pass', from('198.51.100.7'))
    await run(
      'INSERT INTO account_failures (account, n, at) VALUES (?, 100, 0) ON CONFLICT DO UPDATE SET n = 100',
      `id:${owner}`,
    )
    const guess = (address: Record<string, string>) =>
      as(session).put('/api/user/password', { oldPassword: 'guess', newPassword: 'pass2' }, address)
    expect((await guess(elsewhere(3000))).status).toBe(401)
    expect(await failuresOf(`id:${owner}`)).toBe(100)
    expect((await guess(from('198.51.100.7'))).status).toBe(401)
    expect(await failuresOf(`id:${owner}`)).toBe(101)
  })

  it('are guesses wherever a password is looked at, and in the audit log', async () => {
    const address = from('192.0.2.77')
    for (const path of ['/login', '/anything']) {
      await call('owner:wrong', 'GET', path, { headers: address })
    }
    const { body } = await as(root).get('/api/admin/audit?action=authenticate')
    const here = JSON.parse(JSON.stringify(body)).items.filter(
      (row: { address: string }) => row.address === '192.0.2.77',
    )
    expect(here).toMatchObject([
      { outcome: 401, target: `users:id:${owner}`, credential: 'password' },
      { outcome: 401, target: `users:id:${owner}`, credential: 'password' },
    ])
  })

  it('go on being counted where the outer wall is down', async () => {
    const GUESSES = { limit: () => Promise.reject(new Error('no rate limit to be had')) }
    const address = from('192.0.2.78')
    expect((await call('owner:wrong', 'GET', '/api/user', { headers: address, bindings: { GUESSES } })).status).toBe(
      401,
    )
    expect(await failuresOf(`id:${owner}`)).toBeGreaterThan(0)
  })

  it('is not known from an address for longer than thirty days', async () => {
    await run(
      'INSERT INTO account_failures (account, n, at) VALUES (?, 100, 0) ON CONFLICT DO UPDATE SET n = 100',
      `id:${owner}`,
    )
    await run('UPDATE sign_in_addresses SET at = at - 2592000 WHERE user_id = ?', owner)
    expect(await signIn('owner', 'pass', from('198.51.100.7'))).toMatchObject(tooMany)
    await run('UPDATE sign_in_addresses SET at = at + 60 WHERE user_id = ?', owner)
    expect((await signIn('owner', 'pass', from('198.51.100.7'))).status).toBe(200)
  })

  it('are counted alike for a name that nobody has', async () => {
    for (let n = 0; n < 5; n++) expect((await signIn('ghost', `bad${n}`, from('203.0.113.5'))).status).toBe(401)
    expect(await signIn('ghost', 'bad', from('203.0.113.5'))).toMatchObject(tooMany)
    await run("UPDATE account_failures SET n = 100 WHERE account = 'name:ghost'")
    expect(await signIn('ghost', 'bad', from('203.0.113.77'))).toMatchObject(tooMany)
  })
})

describe('how many hashes it costs', () => {
  /** Sign-ins here use WebCrypto, so that each hash is one derivation. */
  async function hashes(ask: () => Promise<unknown>): Promise<number> {
    const { subtle } = crypto
    const original = subtle.deriveBits.bind(subtle)
    let n = 0
    Reflect.set(subtle, 'deriveBits', (...values: Parameters<typeof original>) => {
      n += 1
      return original(...values)
    })
    try {
      await ask()
    } finally {
      Reflect.deleteProperty(subtle, 'deriveBits')
    }
    return n
  }

  beforeAll(async () => {
    await person('counted')
    const none = await person('without')
    await run('UPDATE users SET password_hash = NULL WHERE id = ?', none)
  })

  it.each([
    ['a wrong password', 'counted', 'wrong'],
    ['an unknown name', 'nobody at all', 'wrong'],
    ['a disabled account, with its own password', 'off', 'pass'],
    ['a disabled account', 'off', 'wrong'],
    ['an account without a password', 'without', 'wrong'],
  ])('%s is one, and none when tried again, with the same answer', async (_, user, password) => {
    const first = await hashes(async () => {
      const { status, text, headers } = await signIn(user, `${password}`, from('192.0.2.200'))
      expect({ status, text, cookie: headers.get('Set-Cookie') }).toEqual({
        status: 401,
        text: '{"message":"Invalid username or password","traceID":""}',
        cookie: null,
      })
    })
    const again = await hashes(() => signIn(user, `${password}`, from('192.0.2.200')))
    expect({ first, again }).toEqual({ first: 1, again: 0 })
  })

  it('past the limit is none, right or wrong', async () => {
    for (let n = 0; n < 5; n++) await signIn('counted', `no${n}`, from('192.0.2.201'))
    const locked = await hashes(async () => {
      await signIn('counted', 'pass', from('192.0.2.201'))
      await signIn('counted', 'another', from('192.0.2.201'))
      await call('counted:another', 'GET', '/api/user', { headers: from('192.0.2.201') })
    })
    expect(locked).toBe(0)
  })
})

describe('the outer wall', () => {
  const refusing = { GUESSES: { limit: async () => ({ success: false }) } }

  it('stops guesses that would cost a hash, not what is remembered or signed in', async () => {
    await person('walled')
    const session = await logIn('walled', 'pass', from('192.0.2.50'))
    expect(
      (await as(undefined, refusing).post('/login', { user: 'walled', password: 'new guess' }, from('192.0.2.50')))
        .status,
    ).toBe(401)
    expect((await call(session, 'GET', '/api/user', { headers: from('192.0.2.50'), bindings: refusing })).status).toBe(
      200,
    )
    expect(
      (await call('walled:pass', 'GET', '/api/user', { headers: from('192.0.2.50'), bindings: refusing })).status,
    ).toBe(200)
  })
})
