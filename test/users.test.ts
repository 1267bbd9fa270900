import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { as } from './support/client.ts'

const get = async (path: string, who?: string, bindings: object = {}) => {
  const { status, body } = await as(who, bindings).get(path)
  return { status, body }
}
const admin = 'admin:admin'
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const me = {
  id: 1,
  email: 'admin@localhost',
  name: '',
  login: 'admin',
  theme: '',
  orgId: 1,
  isGrafanaAdmin: true,
  isDisabled: false,
  isExternal: false,
  authLabels: [],
  updatedAt: time,
  createdAt: time,
  avatarUrl: '/avatar/46d229b033af06a191ff2267bca9ae56',
}

it('has no account and says so while the secret is not set', async () => {
  const answer = await get('/api/user', admin, { ADMIN_PASSWORD: '' })
  expect(answer).toEqual({
    status: 503,
    body: { message: 'No account exists yet: set the secret ADMIN_PASSWORD to create the first administrator' },
  })
})

it('makes the first admin once, however many come first', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => get('/api/user', admin)))
  for (const answer of answers) expect(answer).toEqual({ status: 200, body: me })
  expect(await env.DB.prepare('SELECT count(*) AS n FROM org_members').first()).toEqual({ n: 1 })
})

it.each([
  ['/api/user/', me],
  ['/api/users/1', me],
  ['/api/users/%31', me],
  ['/api/users/lookup?loginOrEmail=admin%40localhost', { ...me, authLabels: null, avatarUrl: '' }],
])('answers %s to the admin', async (path, body) => {
  expect(await get(path, admin)).toEqual({ status: 200, body })
})

const denied = {
  accessErrorId: expect.stringMatching(/^ACE\d{10}$/),
  message: "You'll need additional permissions to perform this action. Permissions needed: users:read",
  title: 'Access denied',
}
const wrong = { message: 'invalid username or password', traceID: '' }
const missing = { message: 'user not found' }

it.each([
  ['nobody is signed in', undefined, '/api/users/1', 401, { message: 'Unauthorized' }],
  ['the password is wrong', 'admin:nope', '/api/user', 401, wrong],
  ['the name is unknown', 'nobody:nope', '/api/user', 401, wrong],
  ['the spelling differs', 'ADMIN:admin', '/api/user', 401, wrong],
  ['the account is disabled', 'gone:admin', '/api/user', 401, wrong],
  ['the account has no password', 'sso:', '/api/user', 401, wrong],
  ['the caller is no server admin', 'vic:admin', '/api/users/1', 403, denied],
  ['the caller is no server admin, looking up', 'vic:admin', '/api/users/lookup?loginOrEmail=vic', 403, denied],
  ['the id is no number', admin, '/api/users/abc', 400, { message: 'id is invalid', traceID: '' }],
  ['no such user exists', admin, '/api/users/99', 404, missing],
  ['nobody has the name', admin, '/api/users/lookup?loginOrEmail=Admin', 404, missing],
  ['no name is given', admin, '/api/users/lookup', 404, missing],
  ['the path is unknown', admin, '/api/nope', 404, { message: 'Not found' }],
])('refuses when %s', async (_, who, path, status, body) => {
  await env.DB.batch(
    [
      ['vic', 'password_hash', 0],
      ['gone', 'password_hash', 1],
      ['sso', 'NULL', 0],
    ].map(([login, hash, disabled]) =>
      env.DB.prepare(
        `INSERT OR IGNORE INTO users (uid, login, email, login_key, email_key, password_hash, is_disabled, created_at, updated_at) SELECT ?1, ?1, ?1, ?1, ?1, ${hash}, ?2, 0, 0 FROM users WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM users WHERE login = ?1)`,
      ).bind(login, disabled),
    ),
  )
  expect(await get(path, who)).toEqual({ status, body })
})
