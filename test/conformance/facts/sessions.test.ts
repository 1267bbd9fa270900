import { env } from 'cloudflare:workers'
import { logIn, root } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  both,
  clearsCookie,
  done,
  type Fact,
  facts,
  gives,
  nine,
  ok,
  refuses,
  refusesTraced,
  setsCookie,
  unauthorized,
} from '../facts.ts'
import { by, password, profile, registerUpTo, second, user1 } from '../people.ts'

const post = { ask: 'POST /login' }
/** Each wrong password from its own address, or the account would be locked here. */
const from = (last: number) => ({ 'CF-Connecting-IP': `192.0.2.${last}` })
const wrong = refusesTraced(401, 'Invalid username or password')
const badLogin = refusesTraced(400, 'bad login data')
const signedIn = { ...done('Logged in'), headers: { 'Set-Cookie': setsCookie } }
const redirect = (to: RegExp, headers: Record<string, RegExp> = {}): Answer => ({
  status: 302,
  headers: { Location: to, ...headers },
})
const refused = (name: string, body: unknown, answer = badLogin): Fact => ({ ...post, name, body, gives: answer })

facts(
  'Authentication > POST /login',
  nine,
  [
    { ...post, name: 'the login', body: { user: 'user1', password }, gives: signedIn, seenOn: both },
    { ...post, name: 'the e-mail', body: { user: 'user1@example.org', password }, gives: signedIn, seenOn: both },
    {
      ...post,
      name: 'a page to return to',
      headers: { Cookie: 'redirect_to=%2Fd%2Fabc' },
      body: { user: 'user1', password },
      gives: {
        ...ok({ message: 'Logged in', redirectUrl: '/d/abc' }),
        headers: { 'Set-Cookie': /, redirect_to=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/ },
      },
      seenOn: both,
    },
    {
      ...post,
      name: 'a page of another site',
      headers: { Cookie: 'redirect_to=https%3A%2F%2Fevil.example%2F' },
      body: { user: 'user1', password },
      gives: signedIn,
      seenOn: both,
    },
    { ...post, name: 'a wrong password', body: { user: 'user1', password: 'bad' }, headers: from(1), gives: wrong },
    { ...post, name: 'the login in capitals', body: { user: 'USER1', password }, headers: from(2), gives: wrong },
    { ...post, name: '81 letters', body: { user: 'user1', password: 'x'.repeat(81) }, headers: from(3), gives: wrong },
    refused('nothing', {}),
    refused('no password', { user: 'user1' }),
    refused('an empty password', { user: 'user1', password: '' }),
    refused('no name', { password }),
    refused('broken JSON', '{"login": '),
    refused('an array', '[]'),
    {
      ...post,
      name: 'a form',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `user=user1&password=${password}`,
      gives: badLogin,
    },
  ],
  async () => {
    await registerUpTo(second)
    return {}
  },
)

const html = 'text/html; charset=UTF-8'
const self = { ask: 'GET /api/user' }
const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }
const session = { cookie: 'session' }
const tokenOf = async (name: string) => (await logIn(name, password)).cookie

facts(
  'Authentication > GET /login, /logout, /api/login/ping',
  both,
  [
    { name: 'who is signed in is sent on', who: session, ask: 'GET /login', gives: redirect(/^\/$/) },
    { name: 'with a slash too', who: root, ask: 'GET /login/', gives: redirect(/^\/$/) },
    { name: 'a page for who is not', ask: 'GET /login', gives: { status: 200, type: html } },
    { name: 'a page that there is none of', who: root, ask: 'GET /API/user', gives: { status: 404, type: html } },
    { name: 'ping of nobody', ask: 'GET /api/login/ping', gives: gives(401, { message: 'Unauthorized' }) },
    {
      name: 'ping with a cookie of nobody',
      who: { cookie: 'bogus' },
      ask: 'GET /api/login/ping',
      gives: { ...gives(401, { message: 'Unauthorized' }), headers: { 'Set-Cookie': clearsCookie } },
      seenOn: nine,
    },
    { ...self, name: 'signed in', who: session, gives: ok(profile(user1)) },
    { name: 'out', who: session, ask: 'GET /logout', gives: redirect(/^\/login$/, { 'Set-Cookie': clearsCookie }) },
    { ...self, name: 'signed out', who: session, gives: signedOut, seenOn: nine },
    { name: 'nobody', ask: 'GET /logout', gives: redirect(/^\/login$/, { 'Set-Cookie': clearsCookie }) },
    {
      name: 'a cookie of nobody',
      who: { cookie: 'bogus' },
      ask: 'GET /logout',
      gives: redirect(/^\/login$/, { 'Set-Cookie': clearsCookie }),
    },
    {
      name: 'by password',
      who: root,
      ask: 'GET /logout',
      gives: redirect(/^\/login$/, { 'Set-Cookie': clearsCookie }),
    },
    {
      name: 'with a slash',
      who: root,
      ask: 'GET /logout/',
      gives: redirect(/^\/login$/, { 'Set-Cookie': clearsCookie }),
    },
  ],
  async () => ({ session: await tokenOf('user1') }),
)

const remembers = (path: string) => ({
  'Set-Cookie': new RegExp(`^redirect_to=${encodeURIComponent(path)}; Path=/; HttpOnly; SameSite=Lax$`),
})
const toLogin = (path: string) => redirect(/^\/login$/, remembers(path))

facts('Authentication > Strangers on pages', nine, [
  { name: 'a page', ask: 'GET /profile', headers: { Accept: 'text/html' }, gives: toLogin('/profile') },
  { name: 'no such method on /login', ask: 'PUT /login', gives: toLogin('/login') },
  { name: 'no such method on /logout', ask: 'POST /logout', gives: toLogin('/logout') },
  {
    name: 'the first page, with a cookie of nobody',
    who: { cookie: 'bogus' },
    ask: 'GET /',
    headers: { Accept: 'text/html' },
    gives: redirect(/^\/login$/, { 'Set-Cookie': /^grafana_session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/ }),
  },
])

/** Moves a session into the past. */
async function aged(token: string, days: number, column: 'seen_at' | 'expires_at') {
  const sql = `UPDATE sessions SET ${column} = ${column} - ?1 WHERE id = (SELECT max(id) FROM sessions)`
  await env.DB.prepare(sql)
    .bind(days * 86_400)
    .run()
  return token
}

facts(
  'Authentication > How long a session lasts',
  nine,
  [
    { ...self, name: 'unused for six days', who: { cookie: 'idle6' }, gives: ok(profile(second)) },
    { ...self, name: 'unused for eight days', who: { cookie: 'idle8' }, gives: signedOut },
    { ...self, name: '29 days old', who: { cookie: 'old29' }, gives: ok(profile(second)) },
    { ...self, name: '31 days old', who: { cookie: 'old31' }, gives: signedOut },
  ],
  async () => ({
    idle6: await aged(await tokenOf('second'), 6, 'seen_at'),
    idle8: await aged(await tokenOf('second'), 8, 'seen_at'),
    old29: await aged(await tokenOf('second'), 29, 'expires_at'),
    old31: await aged(await tokenOf('second'), 31, 'expires_at'),
  }),
)

const revoke = { who: session, ask: 'POST /api/user/revoke-auth-token' }
const revoked = done('User auth token revoked')
const noToken = refusesTraced(404, 'User auth token not found')

facts('User API > Auth tokens, for nobody', both, [
  { name: 'none yet', who: root, ask: 'GET /api/user/auth-tokens', gives: ok([]) },
  { name: 'nobody', ask: 'GET /api/user/auth-tokens', gives: unauthorized },
  { ...revoke, name: 'nobody revokes', who: undefined, body: { authTokenId: 1 }, gives: unauthorized },
])

facts(
  'User API > Revoke an auth token of the actual User',
  nine,
  [
    {
      ...revoke,
      name: 'the calling one',
      body: { authTokenId: 101 },
      gives: refuses(400, 'Cannot revoke active user auth token'),
      seenOn: both,
    },
    { ...revoke, name: 'no such one', body: { authTokenId: 99999 }, gives: noToken },
    { ...revoke, name: 'zero', body: { authTokenId: 0 }, gives: noToken },
    { ...revoke, name: 'none', body: {}, gives: noToken },
    { ...revoke, name: "another person's", body: { authTokenId: 103 }, gives: noToken },
    { ...revoke, name: 'broken JSON', body: '{"login": ', gives: badBody },
    { ...revoke, name: 'no body', gives: badBody },
    { ...revoke, name: 'another of its own', body: { authTokenId: 102 }, gives: revoked, seenOn: both },
    { ...self, name: 'which is over', who: { cookie: 'other' }, gives: signedOut },
    {
      ...revoke,
      name: 'by password any may go',
      who: by(second),
      body: { authTokenId: 101 },
      gives: revoked,
      seenOn: both,
    },
    { ...self, name: 'and is over', who: session, gives: signedOut },
  ],
  async () => {
    await env.DB.prepare("UPDATE sqlite_sequence SET seq = 100 WHERE name = 'sessions'").run()
    return { session: await tokenOf('second'), other: await tokenOf('second'), theirs: await tokenOf('user1') }
  },
)
