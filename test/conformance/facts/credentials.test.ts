import { logIn, root } from '../../support/client.ts'
import {
  clearsCookie,
  type Fact,
  facts,
  nine,
  ok,
  unauthorized,
  wrongHeader,
  wrongKey,
  wrongPassword,
} from '../facts.ts'
import { admin, password, profile, registerUpTo, user1 } from '../people.ts'

/** Each wrong password from its own address, or the account would be locked here. */
const from = (last: number) => ({ 'CF-Connecting-IP': `192.0.2.${last}` })
const get = { ask: 'GET /api/user' }
const header = (name: string, Authorization: string, gives = wrongHeader): Fact => ({
  ...get,
  name,
  headers: { Authorization },
  gives,
})

facts(
  'Authentication > Basic',
  nine,
  [
    { ...get, name: 'the login', who: `user1:${password}`, gives: ok(profile(user1)) },
    { ...get, name: 'the e-mail', who: `user1@example.org:${password}`, gives: ok(profile(user1)) },
    { ...get, name: 'the login in capitals', who: `USER1:${password}`, headers: from(1), gives: wrongPassword },
    { ...get, name: 'a wrong password', who: 'user1:bad', headers: from(2), gives: wrongPassword },
    { ...get, name: 'no password', who: 'user1:', headers: from(3), gives: wrongPassword },
    { ...get, name: '81 letters', who: `user1:${'x'.repeat(81)}`, headers: from(4), gives: wrongPassword },
    { ...get, name: 'an unknown name', who: 'nosuch:wrongpw', headers: from(5), gives: wrongPassword },
  ],
  async () => {
    await registerUpTo(user1)
    return {}
  },
)

facts('Authentication > Authorization as it is read', nine, [
  header('the scheme alone', 'Basic'),
  header('nothing after the scheme', 'Basic '),
  header('no base64', 'Basic !!!'),
  header('no colon', 'Basic bm9jb2xvbg=='),
  header('the scheme in small letters', 'basic dXNlcjE6cGFzczEyMzQ='),
  header('the scheme in capitals', 'BASIC dXNlcjE6cGFzczEyMzQ='),
  header('another scheme', 'Digest x'),
  header('a token scheme', 'Token x'),
  header('no scheme', 'foo'),
  header('Bearer alone', 'Bearer'),
  header('nothing after Bearer', 'Bearer '),
  header('Bearer in small letters', 'bearer x'),
  header('an empty header is none', '', unauthorized),
  header('no key of ours', 'Bearer x', wrongKey),
])

const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }
const session = { cookie: 'session' }
const cookie = { Cookie: 'grafana_session={session}' }

facts(
  'Authentication > One credential decides',
  nine,
  [
    { ...get, name: 'the cookie', who: session, gives: ok(profile(user1)) },
    { ...get, name: 'a cookie of nobody', who: { cookie: 'bogus' }, gives: signedOut },
    {
      ...get,
      name: 'a wrong password, though the cookie is good',
      who: 'admin:bad',
      headers: { ...cookie, ...from(6) },
      gives: wrongPassword,
    },
    {
      ...get,
      name: 'a broken header, though the cookie is good',
      who: session,
      headers: { Authorization: 'foo' },
      gives: wrongHeader,
    },
    {
      ...get,
      name: 'a good password, though the cookie is not',
      who: root,
      headers: { Cookie: 'grafana_session=bogus' },
      gives: ok(profile(admin)),
    },
    {
      ...get,
      name: 'an empty header beside the cookie',
      who: session,
      headers: { Authorization: '' },
      gives: ok(profile(user1)),
    },
  ],
  async () => {
    const { cookie } = await logIn(user1.login, password)
    return { session: cookie }
  },
)
