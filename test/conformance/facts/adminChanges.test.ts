import { as, logIn, root } from '../../support/client.ts'
import {
  badBody,
  badId,
  both,
  clearsCookie,
  denied,
  done,
  facts,
  nine,
  noRoute,
  noUser,
  ok,
  refuses,
  unauthorized,
  wrongPassword,
} from '../facts.ts'
import { by, password, profile, type Recorded, registerUpTo, viewer } from '../people.ts'

const victim: Recorded = {
  id: 5,
  login: 'victim',
  email: 'victim@example.org',
  name: 'Victim',
  avatar: '/avatar/fe9aa7a520a357661079a781ecb7abaf',
}
const url = '/api/admin/users/5'
const get = { who: root, ask: 'GET /api/users/5' }
const self = { ask: 'GET /api/user' }

async function withVictim() {
  await registerUpTo(viewer)
  const { login, email, name } = victim
  await as(root).post('/api/admin/users', { login, email, name, password })
  return {}
}

const put = { who: root, ask: `PUT ${url}/password` }
const changed = done('User password updated')

facts(
  'Admin API > Password for User',
  both,
  [
    { ...put, name: 'a new one', body: { password: 'newpass12' }, gives: changed },
    { ...self, name: 'which opens', who: 'victim:newpass12', gives: ok(profile(victim)) },
    { ...self, name: 'and the old one not', who: by(victim), gives: wrongPassword, seenOn: nine },
    { ...put, name: 'three letters', body: { password: 'abc' }, gives: refuses(400, 'New password too short') },
    { ...put, name: 'four letters', body: { password: 'abcd' }, gives: changed },
    { ...put, name: 'four blanks', body: { password: '    ' }, gives: changed },
    { ...put, name: 'an empty one', body: { password: '' }, gives: badBody, seenOn: nine },
    { ...put, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
    { ...put, name: 'no body', gives: badBody, seenOn: nine },
    { ...put, name: 'a number', body: { password: 5 }, gives: badBody, seenOn: nine },
    {
      ...put,
      name: 'letters for an id',
      ask: 'PUT /api/admin/users/abc/password',
      body: { password },
      gives: badId(),
      seenOn: nine,
    },
    { ...put, name: 'back again', body: { password }, gives: changed },
  ],
  withVictim,
)

const permit = { who: root, ask: `PUT ${url}/permissions` }
const permitted = done('User permissions updated')
const users = { who: by(victim), ask: 'GET /api/users?perpage=1&query=nomatchxyz' }

facts('Admin API > Permissions', both, [
  { ...permit, name: 'granted', body: { isGrafanaAdmin: true }, gives: permitted },
  { ...get, name: 'shown', gives: ok(profile(victim, { isAdmin: true })) },
  { ...users, name: 'and used', gives: ok([]) },
  { ...permit, name: 'its own taken', who: by(victim), body: { isGrafanaAdmin: false }, gives: permitted },
  { ...get, name: 'shown again', gives: ok(profile(victim)) },
  { ...users, name: 'and gone', gives: denied('users:read'), seenOn: nine },
  { ...permit, name: 'granted again', body: { isGrafanaAdmin: true }, gives: permitted },
  { ...permit, name: 'nothing said takes it', body: {}, gives: permitted },
  { ...get, name: 'as shown', gives: ok(profile(victim)) },
  {
    ...permit,
    name: 'the last administrator keeps it',
    ask: 'PUT /api/admin/users/1/permissions',
    body: { isGrafanaAdmin: false },
    gives: refuses(400, 'cannot remove last grafana admin'),
  },
  { ...permit, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  {
    ...permit,
    name: 'letters for an id',
    ask: 'PUT /api/admin/users/abc/permissions',
    body: { isGrafanaAdmin: true },
    gives: badId(),
    seenOn: nine,
  },
])

const del = { who: root, ask: `DELETE ${url}` }
const deleted = done('User deleted')
const session = { cookie: 'session' }
const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }

facts(
  'Admin API > Delete global User',
  both,
  [
    { ...self, name: 'signed in', who: session, gives: ok(profile(victim)) },
    { ...del, name: 'nobody', who: undefined, gives: denied('users:delete'), seenOn: nine },
    { ...del, name: 'no administrator', who: by(viewer), gives: denied('users:delete'), seenOn: nine },
    { ...del, name: 'deleted', gives: deleted },
    { ...del, name: 'again', gives: noUser },
    { ...del, name: 'nobody has the id', ask: 'DELETE /api/admin/users/99999', gives: noUser },
    { ...del, name: 'letters for an id', ask: 'DELETE /api/admin/users/abc', gives: badId(), seenOn: nine },
    { ...self, name: 'its password', who: by(victim), gives: wrongPassword, seenOn: nine },
    { ...self, name: 'its session', who: session, gives: signedOut, seenOn: nine },
    { ...get, name: 'by id', gives: noUser },
    { ...get, name: 'its orgs', ask: 'GET /api/users/5/orgs', gives: ok([]) },
    { ...get, name: 'its teams', ask: 'GET /api/users/5/teams', gives: ok([]) },
    {
      name: 'its name is free',
      who: root,
      ask: 'POST /api/admin/users',
      body: { login: 'victim', email: 'victim@example.org', password },
      gives: ok({ id: 6, message: 'User created' }),
    },
    { ...del, name: 'but it is another', ask: 'DELETE /api/admin/users/6', gives: deleted },
    { name: 'no such list', who: root, ask: 'GET /api/admin/users', gives: noRoute },
    { name: 'no such page', who: root, ask: 'GET /api/admin/users/1', gives: noRoute },
  ],
  async () => {
    const { cookie } = await logIn(victim.login, password)
    return { session: cookie }
  },
)
