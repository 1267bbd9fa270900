import { env } from 'cloudflare:workers'
import { as, logIn, root, textIn } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import {
  type Answer,
  clearsCookie,
  done,
  noUser,
  ok,
  refusesTraced,
  unauthorized,
  wrongKey,
  wrongPassword,
} from '../facts.ts'
import { by, password, profile, registerUpTo, second, user2, viewer } from '../people.ts'

type Asked = Pick<Difference, 'ask' | 'body' | 'who' | 'headers'>
const differs = (name: string, asked: Asked, grafana: Answer, rollcall: Answer, why: string): Difference => ({
  ...asked,
  name,
  grafana,
  rollcall,
  why,
})

const self = { ask: 'GET /api/user' }
const session = { cookie: 'session' }
const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }
const sessionOf = (login: string) => async () => ({ session: (await logIn(login, password)).cookie })
const lockedOut = 'a changed password ending what the old one opened'

differences(
  'a password that the administrator changes',
  [differs('a session', { ...self, who: session }, ok(profile(viewer)), signedOut, lockedOut)],
  async () => {
    await registerUpTo(second)
    const names = await sessionOf('viewer')()
    await as(root).put(`/api/admin/users/${viewer.id}/password`, { password })
    return names
  },
)

differences(
  'a password that its owner changes',
  [differs('another session', { ...self, who: session }, ok(profile(viewer)), signedOut, lockedOut)],
  async () => {
    const names = await sessionOf('viewer')()
    await as(by(viewer)).put('/api/user/password', { oldPassword: password, newPassword: password })
    return names
  },
)

differences(
  'a session unused for ten minutes',
  [
    differs(
      'its next use',
      { ...self, who: session },
      { ...ok(profile(second)), headers: { 'Set-Cookie': /^grafana_session=/ } },
      { ...ok(profile(second)), headers: { 'Set-Cookie': /^$/ } },
      'one secret a session: clients that ask twice at once are not signed out',
    ),
  ],
  async () => {
    const names = await sessionOf('second')()
    await env.DB.prepare('UPDATE sessions SET created_at = created_at - 700, seen_at = seen_at - 700').run()
    return names
  },
)

const device = (clientIp: string) =>
  ok([
    {
      id: 4,
      isActive: true,
      clientIp,
      device: 'Other',
      os: 'Other',
      osVersion: '',
      browser: 'curl',
      browserVersion: '7.88',
      createdAt: 'TIME',
      seenAt: 'TIME',
    },
  ])

differences(
  'the address of a device',
  [
    differs(
      'as a client says it',
      { who: session, ask: 'GET /api/user/auth-tokens' },
      device('203.0.113.7'),
      device(''),
      'believing Cloudflare alone, since X-Forwarded-For is written by anybody',
    ),
  ],
  async () => {
    const sent = { 'X-Forwarded-For': '203.0.113.7', 'User-Agent': 'curl/7.88.1' }
    return { session: (await logIn('user1', password, sent)).cookie }
  },
)

differences(
  'five failures',
  [
    differs(
      'from another address',
      { ...self, who: by(user2), headers: { 'CF-Connecting-IP': '192.0.2.1' } },
      wrongPassword,
      ok(profile(user2)),
      'letting nobody lock somebody else out',
    ),
    differs(
      "the person's other name",
      { ...self, who: `${user2.email}:${password}` },
      ok(profile(user2)),
      wrongPassword,
      'counting against the person, not the spelling',
    ),
  ],
  async () => {
    for (let failures = 0; failures < 5; failures++) await as('User2:bad').get('/api/user')
    return {}
  },
)

const noPages = 'a redirect without a body'
const toLogin = { status: 302, headers: { Location: /^\/login$/ } }

differences('pages', [
  differs(
    'ping',
    { who: root, ask: 'GET /api/login/ping' },
    { status: 200, text: 'Logged in' },
    done('Logged in'),
    'JSON everywhere under /api, as later Grafanas have it',
  ),
  differs(
    'a redirect',
    { ask: 'GET /logout' },
    { ...toLogin, text: '<a href="/login">Found</a>.\n\n' },
    { ...toLogin, text: '' },
    noPages,
  ),
])

const key = { token: 'key' }
const noPerson = 'an answer that says that a key is no person'
const star = '/api/user/stars/dashboard/1'

differences(
  'API keys',
  [
    differs(
      'a change',
      { who: key, ask: 'PUT /api/user', body: { login: 'x' } },
      done('User updated'),
      noUser,
      noPerson,
    ),
    differs(
      'a star',
      { who: key, ask: `POST ${star}` },
      refusesTraced(500, 'Failed to star dashboard'),
      noUser,
      noPerson,
    ),
    differs(
      'no star',
      { who: key, ask: `DELETE ${star}` },
      refusesTraced(500, 'Failed to unstar dashboard'),
      noUser,
      noPerson,
    ),
    differs(
      'a password',
      { who: key, ask: 'PUT /api/user/password', body: { oldPassword: 'a', newPassword: 'abcd', confirmNew: 'abcd' } },
      refusesTraced(500, 'Could not read user from database'),
      noUser,
      noPerson,
    ),
    differs(
      'a key that was never made',
      { ...self, who: { token: btoa(JSON.stringify({ k: 'x'.repeat(32), n: 'nosuch', id: 1 })) } },
      { ...wrongKey, status: 500 },
      wrongKey,
      'a wrong credential being the fault of who sent it',
    ),
  ],
  async () => ({ key: textIn((await as(root).post('/api/auth/keys', { name: 'key', role: 'Admin' })).body, 'key') }),
)
