import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { newResetCode, resetHash } from '../src/passwordReset/codes.ts'
import { as, call, logIn, person, root } from './support/client.ts'

// What a new password has to be, wherever one is chosen, and what one is that somebody else chose.

const message = (text: string, status = 400) => ({ status, body: { message: text } })

const strict = { PASSWORD_MIN_LENGTH: '8' }
const common = 'The password is one of the most common ones: choose another'

let id = 0
let signUps = 0
beforeAll(async () => {
  id = await person('pia', { password: 'long enough' })
})

const ways: [string, (password: string, bindings: object) => ReturnType<ReturnType<typeof as>['put']>][] = [
  [
    'given to a new account',
    (password, bindings) => as(root, bindings).post('/api/admin/users', { login: `n${password}`, password }),
  ],
  ['set by an admin', (password, bindings) => as(root, bindings).put(`/api/admin/users/${id}/password`, { password })],
  [
    'chosen by oneself',
    async (newPassword, bindings) => {
      await as(root).put(`/api/admin/users/${id}/password`, { password: 'long enough' })
      return as('pia:long enough', bindings).put('/api/user/password', { oldPassword: 'long enough', newPassword })
    },
  ],
  [
    'chosen at sign-up',
    (password, bindings) =>
      as(undefined, { ...bindings, ALLOW_SIGN_UP: 'true' }).post('/api/user/signup/step2', {
        email: `new${signUps++}@example.org`,
        password,
      }),
  ],
  [
    'chosen by a mailed code',
    async (newPassword, bindings) => {
      const hash = await env.DB.prepare('SELECT password_hash FROM users WHERE id = ?')
        .bind(id)
        .first<string>('password_hash')
      const code = newResetCode(id)
      await env.DB.prepare(
        'INSERT OR REPLACE INTO password_resets (user_id, code_hash, expires_at) VALUES (?, ?, unixepoch() + 99)',
      )
        .bind(id, resetHash(code, hash))
        .run()
      const body = { code, newPassword, confirmPassword: newPassword }
      return as(undefined, bindings).post('/api/user/password/reset', body)
    },
  ],
]

describe.each(ways)('a password %s', (_, choose) => {
  it.each(['password', 'Password1', '12345678', 'QWERTYUIOP'])(
    'is not %s, where passwords have at least eight',
    async (password) => {
      expect(await choose(password, strict)).toMatchObject(message(common))
    },
  )

  it('is any of enough bytes, where they may be shorter', async () => {
    expect((await choose('12345678', {})).status).toBe(200)
    const seven = { PASSWORD_MIN_LENGTH: '7' }
    const tooShort = { status: 400, body: { message: expect.stringMatching(/ too short$/) } }
    expect(await choose('ööö', seven)).toMatchObject(tooShort)
    expect((await choose('öööö', seven)).status).toBe(200)
  })

  it.each(['correct horse battery', 'x'.repeat(64), 'ü'.repeat(500), '   spaces   '])('may be %s', async (password) => {
    expect((await choose(password, strict)).status).toBe(200)
  })
})

it('the list is of passwords that the rule lets through otherwise', async () => {
  const list = (await (await env.ASSETS.fetch('https://assets/common-passwords.txt')).text()).trimEnd().split('\n')
  expect(list.length).toBeGreaterThan(8000)
  expect(list.filter((password) => password.length < 8 || password !== password.toLowerCase())).toEqual([])
})

describe('a password known from a breach', () => {
  // The mailbox answers what was posted to it, at any path: here, what the range service would.
  const url = env.TEST_MAILBOX
  const bindings = { BREACHED_PASSWORDS_URL: `${url}200?` }

  it('stops nobody where the service is down or talks nonsense', async () => {
    expect(
      (
        await as(root, { BREACHED_PASSWORDS_URL: 'http://127.0.0.1:1/' }).put(`/api/admin/users/${id}/password`, {
          password: 'whatever else',
        })
      ).status,
    ).toBe(200)
    expect(
      (await as(root, bindings).put(`/api/admin/users/${id}/password`, { password: 'whatever else' })).status,
    ).toBe(200)
    expect(
      (
        await as(root, { BREACHED_PASSWORDS_URL: `${url}503?` }).put(`/api/admin/users/${id}/password`, {
          password: 'whatever else',
        })
      ).status,
    ).toBe(200)
  })
})

describe('somebody whose password was chosen by another', () => {
  const due = message('The password must be changed first: PUT /api/user/password', 403)

  it('may do nothing but choose their own', async () => {
    await person('nora', { password: 'first pass', mustChangePassword: true })
    const token = as('nora:first pass')
    for (const path of [
      '/api/user/orgs',
      '/api/org',
      '/api/user/preferences',
      '/api/access-control/user/permissions',
    ]) {
      expect(await token.get(path)).toMatchObject(due)
    }
    expect(await token.post('/api/user/tokens', { name: 't' })).toMatchObject(due)
    expect(await token.put('/api/user', { login: 'nora' })).toMatchObject(due)
    const { body } = await as(root).get('/api/admin/audit?action=password:due')
    expect(body).toMatchObject({
      items: [
        { login: 'nora', credential: 'password', outcome: 403 },
        { login: 'nora', credential: 'password', outcome: 403 },
      ],
    })
    expect((await token.get('/api/user')).status).toBe(200)
    const session = await logIn('nora', 'first pass')
    expect(await as(session).get('/api/org')).toMatchObject(due)
    expect((await call('nora:first pass', 'HEAD', '/api/user')).status).toBe(200)
    const same = { oldPassword: 'first pass', newPassword: 'first pass' }
    expect(await as(session).put('/api/user/password', same)).toMatchObject(
      message('Choose another password than the one given', 400),
    )
    const changed = await as(session).put('/api/user/password', { oldPassword: 'first pass', newPassword: 'own pass' })
    expect(changed.status).toBe(200)
    expect((await as('nora:own pass').get('/api/org')).status).toBe(200)
  })

  it('is so again when an admin says it, by every credential at once', async () => {
    const ola = await person('ola', { password: 'first pass' })
    const session = await logIn('ola', 'first pass')
    expect(
      (await as(root).put(`/api/admin/users/${ola}/password`, { password: 'second pass', mustChangePassword: true }))
        .status,
    ).toBe(200)
    expect((await as(session).get('/api/user')).status).toBe(401)
    expect(await as('ola:second pass').get('/api/org')).toMatchObject(due)
    expect((await as(root).put(`/api/admin/users/${ola}/password`, { password: 'third pass' })).status).toBe(200)
    expect((await as('ola:third pass').get('/api/org')).status).toBe(200)
  })
})
