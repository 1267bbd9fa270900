import { logIn, root } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  badId,
  both,
  clearsCookie,
  denied,
  done,
  type Fact,
  facts,
  goText,
  nine,
  noRoute,
  ok,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { by, password, profile, registerUpTo, second, user1, viewer } from '../people.ts'

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/537.36'

const tokens = (who: string) => ({ who: root, ask: `GET /api/admin/users/${who}/auth-tokens` })
const revoke = (who: string) => ({ who: root, ask: `POST /api/admin/users/${who}/revoke-auth-token` })
const unknownUser = refusesTraced(404, 'User not found')
const unknownToken = refusesTraced(404, 'User auth token not found')
const revoked = done('User auth token revoked')
const self = { ask: 'GET /api/user' }
const first = { cookie: 'first' }
const other = { cookie: 'other' }
const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }

const device = (id: number) => ({
  id,
  isActive: false,
  clientIp: '192.0.2.7',
  device: 'Other',
  os: 'Linux',
  osVersion: '',
  browser: 'Chrome',
  browserVersion: '107.0',
  createdAt: 'TIME',
  seenAt: 'TIME',
})
const list = (...ids: number[]): Answer => ({ ...ok([]), text: goText(ids.map(device)) })
const refusedBody = (name: string, body: unknown): Fact => ({
  ...revoke('2'),
  name,
  body,
  gives: badBody,
  seenOn: nine,
})

async function signIn(login: string) {
  const headers = { 'User-Agent': chrome, 'CF-Connecting-IP': '192.0.2.7' }
  return (await logIn(login, password, headers)).cookie
}

facts(
  'Admin API > Auth tokens for User',
  both,
  [
    { ...tokens('2'), name: 'one each sign-in', gives: list(1, 2) },
    { ...tokens('2/'), name: 'with no more path', gives: list(1, 2), ask: 'GET /api/admin/users/2/auth-tokens/' },
    { ...tokens('%32'), name: 'the id encoded', gives: list(1, 2) },
    { ...tokens('4'), name: 'of another', gives: list(3) },
    { ...tokens('5'), name: 'of somebody not signed in', gives: ok([]) },
    { ...tokens('1'), name: "the administrator's own", gives: ok([]) },
    { ...tokens('99999'), name: 'nobody has the id', gives: unknownUser, seenOn: nine },
    { ...tokens('0'), name: 'zero', gives: unknownUser, seenOn: nine },
    { ...tokens('-1'), name: 'below zero', gives: unknownUser, seenOn: nine },
    { ...tokens('abc'), name: 'letters', gives: badId(), seenOn: nine },
    { ...tokens('2'), name: 'nobody', who: undefined, gives: denied('users.authtoken:read'), seenOn: nine },
    { ...tokens('2'), name: 'no administrator', who: by(viewer), gives: denied('users.authtoken:read'), seenOn: nine },
    {
      ...tokens('2'),
      name: 'its own, by this way',
      who: by(user1),
      gives: denied('users.authtoken:read'),
      seenOn: nine,
    },
    { name: 'no such method', who: root, ask: 'POST /api/admin/users/2/auth-tokens', gives: noRoute },
  ],
  async () => {
    await registerUpTo(second)
    return {
      first: await signIn('user1'),
      other: await signIn('user1'),
      viewer: await signIn('viewer'),
    }
  },
)

facts('Admin API > Revoke auth token for User', both, [
  { ...self, name: 'signed in', who: first, gives: ok(profile(user1)) },
  { ...revoke('2'), name: 'no such token', body: { authTokenId: 99999 }, gives: unknownToken, seenOn: nine },
  { ...revoke('2'), name: 'none named', body: {}, gives: unknownToken, seenOn: nine },
  { ...revoke('2'), name: 'zero', body: { authTokenId: 0 }, gives: unknownToken, seenOn: nine },
  { ...revoke('4'), name: "another's", body: { authTokenId: 1 }, gives: unknownToken, seenOn: nine },
  { ...self, name: 'which still opens', who: first, gives: ok(profile(user1)) },
  { ...revoke('99999'), name: 'nobody has the id', body: { authTokenId: 1 }, gives: unknownUser, seenOn: nine },
  { ...revoke('0'), name: 'nobody is zero', body: { authTokenId: 1 }, gives: unknownUser, seenOn: nine },
  { ...revoke('abc'), name: 'letters', body: { authTokenId: 1 }, gives: badId(), seenOn: nine },
  refusedBody('broken JSON', '{"login": '),
  refusedBody('no body', undefined),
  refusedBody('a text for a number', { authTokenId: '1' }),
  refusedBody('an array', '[]'),
  {
    ...revoke('2'),
    name: 'nobody',
    who: undefined,
    body: { authTokenId: 1 },
    gives: denied('users.authtoken:write'),
    seenOn: nine,
  },
  {
    ...revoke('2'),
    name: 'no administrator',
    who: by(viewer),
    body: { authTokenId: 1 },
    gives: denied('users.authtoken:write'),
    seenOn: nine,
  },
  { ...revoke('2'), name: 'one', body: { authTokenId: 1 }, gives: revoked },
  { ...self, name: 'is ended', who: first, gives: signedOut, seenOn: nine },
  { ...self, name: 'and the other is not', who: other, gives: ok(profile(user1)) },
  { ...tokens('2'), name: 'as listed', gives: list(2) },
  { ...revoke('2'), name: 'the same again', body: { authTokenId: 1 }, gives: unknownToken, seenOn: nine },
  { ...revoke('2'), name: 'the key in capitals', body: { AUTHTOKENID: 2 }, gives: revoked },
  { ...tokens('2'), name: 'none is left', gives: ok([]) },
])

facts('Admin API > Auth tokens of somebody who is gone', nine, [
  { name: 'deleted', who: root, ask: 'DELETE /api/admin/users/4', gives: done('User deleted') },
  { ...self, name: 'its session', who: { cookie: 'viewer' }, gives: signedOut },
  { ...tokens('4'), name: 'its tokens', gives: unknownUser },
  { ...revoke('4'), name: 'its token', body: { authTokenId: 3 }, gives: unknownUser },
])
