import { version } from '../../../package.json'
import { logIn, root } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  both,
  done,
  type Fact,
  facts,
  gives,
  nine,
  noRoute,
  ok,
  setsCookie,
  unauthorized,
} from '../facts.ts'
import { admin, hits, password, profile, registerUpTo, user1 } from '../people.ts'

const health: Answer = {
  status: 200,
  text: `{\n  "commit": "rollcall-${version}",\n  "database": "ok",\n  "version": "9.3.2"\n}`,
  type: 'application/json; charset=UTF-8',
}
const headOf = ({ text: _, ...answer }: Answer): Answer => ({ ...answer, text: '' })
const me = ok(profile(admin))
const everybody = hits(admin, user1)

facts(
  'Other > Health, and HEAD',
  both,
  [
    { name: 'health, of this program', ask: 'GET /api/health', gives: health },
    { name: 'health takes no slash', who: root, ask: 'GET /api/health/', gives: noRoute },
    { name: 'health by HEAD', ask: 'HEAD /api/health', gives: headOf(health) },
    { name: 'healthz', ask: 'GET /healthz', gives: { status: 200, text: 'Ok' } },
    { name: 'the head of a list', who: root, ask: 'HEAD /api/users', gives: headOf(ok([])) },
    { name: 'the head of a person', who: root, ask: 'HEAD /api/user', gives: headOf(me) },
    { name: 'the head of a list for nobody', ask: 'HEAD /api/users', gives: headOf(unauthorized) },
    { name: 'the head of a person for nobody', ask: 'HEAD /api/user', gives: headOf(unauthorized) },
  ],
  async () => {
    await registerUpTo(user1)
    return {}
  },
)

const asRoot = (name: string, ask: string, answer: Answer = noRoute): Fact => ({ name, who: root, ask, gives: answer })
const asNobody = (name: string, ask: string): Fact => ({ name, ask, gives: unauthorized })

facts('Other > Paths and methods', both, [
  asRoot('a slash at the end of a person', 'GET /api/user/', me),
  asRoot('a slash at the end of a list', 'GET /api/users/', ok(everybody)),
  asRoot(
    'a slash at the end of a search',
    'GET /api/users/search/',
    ok({ totalCount: 2, users: everybody, page: 1, perPage: 1000 }),
  ),
  asRoot('a slash at the end of an id', 'GET /api/users/1/', me),
  asRoot('a slash at the end of teams', 'GET /api/user/teams/', ok([])),
  { ...asRoot('a slash at the end of stars', 'GET /api/user/stars/', ok([])), seenOn: nine },
  asRoot('a slash at the end of keys', 'GET /api/auth/keys/', ok([])),
  asRoot('two slashes', 'GET /api//user'),
  asRoot('a capital', 'GET /api/User'),
  asRoot('deeper', 'GET /api/users/1/nope'),
  asRoot('permissions are not here', 'GET /api/user/permissions'),
  asRoot('no such method on an id', 'DELETE /api/users/1'),
  asRoot('no such method on oneself', 'POST /api/user'),
  asRoot('a password is not shown', 'GET /api/user/password'),
  asRoot('no OPTIONS', 'OPTIONS /api/users'),
  {
    name: 'no other method by header',
    who: root,
    ask: 'POST /api/users/1',
    headers: { 'X-HTTP-Method-Override': 'PUT' },
    body: { login: 'admin' },
    gives: noRoute,
  },
  asNobody('unknown', 'POST /api/nope'),
  asNobody('unknown, with a known method elsewhere', 'DELETE /api/users/1'),
  asNobody('no such method on oneself', 'POST /api/user'),
  asNobody('a password is not shown', 'GET /api/user/password'),
  asNobody('no such method on a list', 'POST /api/users'),
  asNobody('no OPTIONS', 'OPTIONS /api/users'),
  asNobody('nothing after api', 'GET /api'),
  asNobody('a slash after api', 'GET /api/'),
  asNobody('permissions are not here', 'GET /api/user/permissions'),
  asNobody('a list of orgs', 'GET /api/orgs'),
  asNobody('a team', 'GET /api/teams/1'),
  {
    name: 'a preflight',
    ask: 'OPTIONS /api/user',
    headers: { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'GET' },
    gives: unauthorized,
  },
])

const put = { who: root, ask: 'PUT /api/user' }
const updated = done('User updated')
const named = (name: string) => ok({ ...profile(admin), name })
const get = { who: root, ask: 'GET /api/user' }

facts('Other > JSON as it is read and written', both, [
  {
    ...put,
    name: 'the last of two keys',
    body: '{"login":"x","login":"admin","email":"admin@localhost"}',
    gives: updated,
  },
  { ...get, name: 'is the one', gives: me },
  {
    ...put,
    name: 'keys in other letter case',
    body: '{"LOGIN":"admin","Email":"admin@localhost","NAME":"Cased"}',
    gives: updated,
  },
  { ...get, name: 'are the same keys', gives: named('Cased') },
  { ...put, name: 'an empty name', body: { login: 'admin', email: 'admin@localhost', name: '' }, gives: updated },
  { ...get, name: 'changes nothing', gives: named('Cased') },
  { ...put, name: '200 kB', body: { login: 'admin', more: 'x'.repeat(200_000) }, gives: updated },
  { ...put, name: 'characters that HTML knows', body: { login: 'admin', name: '<b>"q"&\u2028日本' }, gives: updated },
  { ...get, name: 'are escaped', gives: named('<b>"q"&\u2028日本') },
  { ...put, name: 'no JSON', body: 'x', gives: badBody, seenOn: nine },
])

const session = { cookie: 'session' }
const change = { login: user1.login, email: user1.email, name: user1.name }

facts(
  'Other > Requests from other sites',
  nine,
  [
    {
      name: 'a write with the cookie',
      who: session,
      ask: 'PUT /api/user',
      headers: { Origin: 'http://evil.example' },
      body: change,
      gives: { ...gives(403, ''), text: 'origin not allowed\n', type: 'text/plain; charset=utf-8' },
    },
    {
      name: 'the same from this site',
      who: session,
      ask: 'PUT /api/user',
      headers: { Origin: 'http://rollcall.test' },
      body: change,
      gives: updated,
    },
    {
      name: 'a sign-in',
      ask: 'POST /login',
      headers: { Origin: 'http://evil.example' },
      body: { user: user1.login, password },
      gives: { ...done('Logged in'), headers: { 'Set-Cookie': setsCookie } },
    },
  ],
  async () => {
    const { cookie } = await logIn(user1.login, password)
    return { session: cookie }
  },
)

const never = /^$/
facts('Other > Headers', nine, [
  {
    ...get,
    name: 'of any answer',
    gives: {
      ...named('<b>"q"&\u2028日本'),
      headers: {
        Pragma: /^no-cache$/,
        Expires: /^-1$/,
        'X-Content-Type-Options': /^nosniff$/,
        'X-Frame-Options': /^deny$/,
        'X-Xss-Protection': /^1; mode=block$/,
      },
    },
  },
  { name: 'of a refusal', ask: 'GET /api/user', gives: { ...unauthorized, headers: { 'X-Frame-Options': /^deny$/ } } },
  {
    name: 'no challenge to a browser',
    ask: 'GET /api/user',
    gives: { ...unauthorized, headers: { 'WWW-Authenticate': never, Server: never, 'X-Powered-By': never } },
  },
])
