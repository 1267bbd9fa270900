import { env } from 'cloudflare:workers'
import { as, root, textIn } from '../../support/client.ts'
import {
  badBody,
  badId,
  both,
  denied,
  done,
  expiredKey,
  facts,
  nine,
  noUser,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
  wrongKey,
} from '../facts.ts'
import { by, registerUpTo, viewer } from '../people.ts'

const key = { token: 'keyAdmin' }
const newKey = async (name: string, role: string, secondsToLive = 0) =>
  textIn((await as(root).post('/api/auth/keys', { name, role, secondsToLive })).body, 'key')

/** Three keys, and a fourth that has expired. */
async function keys() {
  await registerUpTo(viewer)
  const keyViewer = await newKey('keyViewer', 'Viewer')
  const keyEditor = await newKey('keyEditor', 'Editor')
  const keyAdmin = await newKey('keyAdmin', 'Admin')
  const ttl = await newKey('ttl', 'Viewer', 1)
  await env.DB.prepare("UPDATE tokens SET expires_at = expires_at - 60 WHERE name = 'ttl'").run()
  return { keyViewer, keyEditor, keyAdmin, ttl, basic: btoa(`api_key:${keyAdmin}`) }
}

const userNotFound = refusesTraced(404, 'User not found')
const usersRead = denied('users:read')
const usersWrite = denied('users:write')

facts(
  'Authentication API > API keys on the User API',
  nine,
  [
    { name: 'a key is nobody', who: key, ask: 'GET /api/user', gives: noUser, seenOn: both },
    { name: 'of any role', who: { token: 'keyViewer' }, ask: 'GET /api/user', gives: noUser, seenOn: both },
    { name: 'in no org', who: key, ask: 'GET /api/user/orgs', gives: ok([]), seenOn: both },
    { name: 'in no team', who: key, ask: 'GET /api/user/teams', gives: ok([]), seenOn: both },
    { name: 'with no stars', who: key, ask: 'GET /api/user/stars', gives: ok([]) },
    {
      name: 'nowhere active',
      who: key,
      ask: 'POST /api/user/using/1',
      gives: refuses(401, 'Not a valid organization'),
      seenOn: both,
    },
    { name: 'with no sessions', who: key, ask: 'GET /api/user/auth-tokens', gives: userNotFound },
    {
      name: 'or any to end',
      who: key,
      ask: 'POST /api/user/revoke-auth-token',
      body: { authTokenId: 1 },
      gives: userNotFound,
    },
    { name: 'signed in', who: { token: 'keyEditor' }, ask: 'GET /api/user/orgs', gives: ok([]), seenOn: both },
    {
      name: 'as a password of api_key',
      ask: 'GET /api/user/orgs',
      headers: { Authorization: 'Basic {basic}' },
      gives: ok([]),
      seenOn: both,
    },
    { name: 'no list', who: key, ask: 'GET /api/users', gives: usersRead },
    { name: 'no search', who: key, ask: 'GET /api/users/search', gives: usersRead },
    { name: 'nobody by id', who: key, ask: 'GET /api/users/1', gives: usersRead },
    { name: 'nobody by name', who: key, ask: 'GET /api/users/lookup?loginOrEmail=admin', gives: usersRead },
    { name: 'no change', who: key, ask: 'PUT /api/users/2', body: { login: 'user1' }, gives: usersWrite },
    { name: 'no orgs of anybody', who: key, ask: 'GET /api/users/1/orgs', gives: usersRead },
    { name: 'no switching', who: key, ask: 'POST /api/users/2/using/1', gives: usersWrite },
    {
      name: 'no new people',
      who: key,
      ask: 'POST /api/admin/users',
      body: { login: 'bykey', password: 'pass1234' },
      gives: denied('users:create'),
    },
    { name: 'no deleting', who: key, ask: 'DELETE /api/admin/users/2', gives: denied('users:delete') },
    { name: 'no new orgs', who: key, ask: 'POST /api/orgs', body: { name: 'k' }, gives: denied('orgs:create') },
    {
      name: 'a new team is for an Admin key',
      who: key,
      ask: 'POST /api/teams',
      body: { name: 'by key Admin' },
      gives: ok({ message: 'Team created', teamId: 1 }),
    },
    {
      name: 'and not for an Editor key',
      who: { token: 'keyEditor' },
      ask: 'POST /api/teams',
      body: { name: 'by key Editor' },
      gives: denied('teams:create'),
    },
    { name: 'an expired one', who: { token: 'ttl' }, ask: 'GET /api/user', gives: expiredKey },
    { name: 'a mangled one', who: { token: 'eyJrIjoi' }, ask: 'GET /api/user', gives: wrongKey },
  ],
  keys,
)

const post = { who: root, ask: 'POST /api/auth/keys' }
const list = { who: root, ask: 'GET /api/auth/keys' }
const del = (id: string) => ({ who: root, ask: `DELETE /api/auth/keys/${id}` })
const lasting = [
  { id: 3, name: 'keyAdmin', role: 'Admin' },
  { id: 2, name: 'keyEditor', role: 'Editor' },
  { id: 1, name: 'keyViewer', role: 'Viewer' },
]
const withExpired = [...lasting, { id: 4, name: 'ttl', role: 'Viewer', expiration: 'TIME' }]

facts('Authentication API > API keys', nine, [
  { ...list, name: 'by name, without the expired', gives: ok(lasting) },
  { ...list, name: 'by a key', who: key, gives: ok(lasting) },
  { ...list, name: 'with the expired', ask: 'GET /api/auth/keys?includeExpired=true', gives: ok(withExpired) },
  {
    ...post,
    name: 'a name that is taken',
    body: { name: 'keyViewer', role: 'Viewer' },
    gives: refuses(409, 'API key, organization ID and name must be unique'),
  },
  { ...post, name: 'no name', body: { role: 'Viewer' }, gives: badBody },
  { ...post, name: 'no role', body: { name: 'k' }, gives: badBody },
  { ...post, name: 'no such role', body: { name: 'k', role: 'King' }, gives: badBody },
  { ...post, name: 'broken JSON', body: '{"login": ', gives: badBody },
  { ...post, name: 'letters for a lifetime', body: { name: 'k', role: 'Viewer', secondsToLive: 'x' }, gives: badBody },
  {
    ...post,
    name: 'a lifetime below zero',
    body: { name: 'k', role: 'Viewer', secondsToLive: -5 },
    gives: refuses(400, 'negative value for SecondsToLive'),
  },
  { ...post, name: 'a viewer', who: by(viewer), body: { name: 'k', role: 'Viewer' }, gives: denied('apikeys:create') },
  { ...post, name: 'nobody', who: undefined, body: { name: 'k', role: 'Viewer' }, gives: unauthorized },
  { ...del('9999'), name: 'no such key', gives: refusesTraced(404, 'Failed to delete API key') },
  { ...del('abc'), name: 'letters for an id', gives: badId() },
  { ...del('3'), name: 'a viewer', who: by(viewer), gives: denied('apikeys:delete') },
  { ...del('3'), name: 'one', gives: done('API key deleted') },
  { ...del('3'), name: 'again', gives: refusesTraced(404, 'Failed to delete API key') },
])
