import { env } from 'cloudflare:workers'
import { as, root, textIn } from '../../support/client.ts'
import {
  badBody,
  badId,
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

// Where a row gives a status alone, only that was recorded.

const post = { who: root, ask: 'POST /api/serviceaccounts' }
const page = (totalCount: number, serviceAccounts: object[], perPage = 1000) =>
  ok({ totalCount, serviceAccounts, page: 1, perPage })
const search = { who: root, ask: 'GET /api/serviceaccounts/search' }

facts(
  'Service account API > Create service account',
  nine,
  [
    { ...search, name: 'none yet', gives: page(0, []) },
    { ...post, name: 'no name', body: {}, gives: refusesTraced(400, 'Bad request data') },
    { ...post, name: 'no such role', body: { name: 'b', role: 'King' }, gives: { status: 400 } },
    { ...post, name: 'broken JSON', body: '{"login": ', gives: { status: 400 } },
    { ...post, name: 'a viewer', who: by(viewer), body: { name: 'v' }, gives: denied('serviceaccounts:create') },
    { ...post, name: 'nobody', who: undefined, body: { name: 'v' }, gives: unauthorized },
    { ...post, name: 'one', body: { name: 'My SA', role: 'Viewer' }, gives: { status: 201 } },
    { ...post, name: 'the same name', body: { name: 'My SA', role: 'Viewer' }, gives: { status: 400 } },
  ],
  async () => {
    await registerUpTo(viewer)
    return {}
  },
)

const hit = {
  id: 1,
  name: 'My SA',
  login: 'sa-my-sa',
  orgId: 1,
  isDisabled: false,
  role: 'Viewer',
  tokens: 0,
  avatarUrl: '/avatar/5b33c7617a904c4b61ef3031187ce816',
}
const one = (id: number) => ({ who: root, ask: `GET /api/serviceaccounts/${id}` })

facts('Service account API > Search, Get, Update', nine, [
  { ...search, name: 'by text', ask: `${search.ask}?perpage=1&page=1&query=my`, gives: page(1, [hit], 1) },
  { ...one(1), name: 'one', gives: { status: 200 } },
  { ...one(2), name: 'a person is none', gives: refusesTraced(404, 'Failed to retrieve service account') },
  { ...one(9999), name: 'an unknown one', gives: { status: 404 } },
  {
    name: 'a change',
    who: root,
    ask: 'PATCH /api/serviceaccounts/1',
    body: { name: 'My SA2', role: 'Admin', isDisabled: false },
    gives: { status: 200 },
  },
])

const newToken = { who: root, ask: 'POST /api/serviceaccounts/1/tokens' }

facts('Service account API > Service account tokens', nine, [
  { name: 'none', who: root, ask: 'GET /api/serviceaccounts/1/tokens', gives: ok([]) },
  { ...newToken, name: 'one', body: { name: 'tok1' }, gives: { status: 200 } },
  { ...newToken, name: 'the same name', body: { name: 'tok1' }, gives: { status: 409 } },
  { ...newToken, name: 'one that ends', body: { name: 'tok2', secondsToLive: 3600 }, gives: { status: 200 } },
  { name: 'two', who: root, ask: 'GET /api/serviceaccounts/1/tokens', gives: { status: 200 } },
])

const sa = { token: 'sa' }
const mainOrg = {
  id: 1,
  name: 'Main Org.',
  address: { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' },
}

facts(
  'Service account API > A token on the User API',
  nine,
  [
    { name: 'is nobody', who: sa, ask: 'GET /api/user', gives: noUser },
    { name: 'in no org', who: sa, ask: 'GET /api/user/orgs', gives: ok([]) },
    { name: 'on no team', who: sa, ask: 'GET /api/user/teams', gives: ok([]) },
    { name: 'with no stars', who: sa, ask: 'GET /api/user/stars', gives: ok([]) },
    {
      name: 'with no sessions',
      who: sa,
      ask: 'GET /api/user/auth-tokens',
      gives: refusesTraced(404, 'User not found'),
    },
    { name: 'no list of people', who: sa, ask: 'GET /api/users', gives: denied('users:read') },
    { name: 'nobody by id', who: sa, ask: 'GET /api/users/1', gives: denied('users:read') },
    {
      name: 'no new people',
      who: sa,
      ask: 'POST /api/admin/users',
      body: { login: 'x', password: 'pass1234' },
      gives: denied('users:create'),
    },
    { name: 'its org', who: sa, ask: 'GET /api/org', gives: ok(mainOrg) },
    { name: 'its permissions', who: sa, ask: 'GET /api/access-control/user/permissions', gives: { status: 200 } },
    { name: 'a mangled one', who: { token: 'glsa_x' }, ask: 'GET /api/user', gives: wrongKey },
    { name: 'an account is no person by id', who: root, ask: 'GET /api/users/25', gives: noUser },
    { name: 'nor by login', who: root, ask: 'GET /api/users/lookup?loginOrEmail=sa-my-sa', gives: noUser },
    {
      name: 'nor in a search',
      who: root,
      ask: 'GET /api/users/search?query=sa-my',
      gives: ok({ totalCount: 0, users: [], page: 1, perPage: 1000 }),
    },
    { name: 'nor to be deleted as one', who: root, ask: 'DELETE /api/admin/users/26', gives: noUser },
  ],
  async () => ({ sa: textIn((await as(root).post('/api/serviceaccounts/1/tokens', { name: 'sa' })).body, 'key') }),
)

facts(
  'Service account API > Delete service account',
  nine,
  [
    { name: 'of a disabled account', who: sa, ask: 'GET /api/user', gives: disabledAccount() },
    {
      name: 'a token',
      who: root,
      ask: 'DELETE /api/serviceaccounts/1/tokens/1',
      gives: done('Service account token deleted'),
    },
    { name: 'an account', who: root, ask: 'DELETE /api/serviceaccounts/1', gives: done('Service account deleted') },
  ],
  async () => {
    await as(root).patch('/api/serviceaccounts/1', { isDisabled: true })
    return {}
  },
)

function disabledAccount() {
  const text = '{"message":"Service account is disabled"}\n'
  return { status: 401, text, type: 'application/json; charset=UTF-8' }
}

const newKey = async (name: string, role: string, secondsToLive = 0) =>
  textIn((await as(root).post('/api/auth/keys', { name, role, secondsToLive })).body, 'key')

const key = { token: 'keyAdmin' }
const bogus = { Cookie: 'grafana_session=bogus' }
const lasting = [
  { id: 6, name: 'keyAdmin', role: 'Admin' },
  { id: 5, name: 'keyEditor', role: 'Editor' },
  { id: 4, name: 'keyViewer', role: 'Viewer' },
]
const withExpired = [...lasting, { id: 7, name: 'ttl', role: 'Viewer', expiration: 'TIME' }]
const noKey = refusesTraced(404, 'Failed to delete API key')
const newOne = { who: root, ask: 'POST /api/auth/keys' }

facts(
  'Authentication API > API keys, in their org',
  nine,
  [
    { name: 'the org', who: key, ask: 'GET /api/org', gives: ok(mainOrg) },
    ...['keyViewer', 'keyEditor', 'keyAdmin'].map((name) => ({
      name: `${name} as a password of api_key`,
      ask: 'GET /api/org',
      headers: { Authorization: `Basic {basic_${name}}` },
      gives: ok(mainOrg),
    })),
    ...['keyViewer', 'keyEditor'].map((token) => ({
      name: 'with a cookie that opens nothing',
      who: { token },
      ask: 'GET /api/org',
      headers: bogus,
      gives: ok(mainOrg),
    })),
    { name: 'no orgs', who: key, ask: 'GET /api/orgs', gives: denied('orgs:read') },
    { name: 'no statistics', who: key, ask: 'GET /api/admin/stats', gives: denied('server.stats:read') },
    { name: 'permissions', who: key, ask: 'GET /api/access-control/user/permissions', gives: { status: 200 } },
    { name: 'an expired one', who: { token: 'ttl' }, ask: 'GET /api/org', gives: expiredKey },
    { name: 'a mangled one', who: { token: 'eyJrIjoi' }, ask: 'GET /api/org', gives: wrongKey },
    { name: 'the list, with a slash', who: root, ask: 'GET /api/auth/keys/', gives: ok(lasting) },
    {
      name: 'the list with the expired, by a key',
      who: key,
      ask: 'GET /api/auth/keys?includeExpired=true',
      gives: ok(withExpired),
    },
    {
      ...newOne,
      name: 'letters for a lifetime',
      body: { name: 'k', role: 'Viewer', secondsToLive: 'x' },
      gives: badBody,
    },
    {
      ...newOne,
      name: 'a taken name',
      body: { name: 'keyViewer', role: 'Viewer' },
      gives: refuses(409, 'API key, organization ID and name must be unique'),
    },
    { name: 'deleting by letters', who: root, ask: 'DELETE /api/auth/keys/abc', gives: badId() },
    { name: 'deleting what is none', who: root, ask: 'DELETE /api/auth/keys/9999', gives: noKey },
    {
      name: 'deleting by a viewer',
      who: by(viewer),
      ask: 'DELETE /api/auth/keys/6',
      gives: denied('apikeys:delete'),
    },
  ],
  async () => {
    const keyViewer = await newKey('keyViewer', 'Viewer')
    const keyEditor = await newKey('keyEditor', 'Editor')
    const keyAdmin = await newKey('keyAdmin', 'Admin')
    const ttl = await newKey('ttl', 'Viewer', 1)
    await env.DB.prepare("UPDATE tokens SET expires_at = expires_at - 60 WHERE name = 'ttl'").run()
    const basic = Object.entries({ keyViewer, keyEditor, keyAdmin }).map(([name, text]) => [
      `basic_${name}`,
      btoa(`api_key:${text}`),
    ])
    return { keyViewer, keyEditor, keyAdmin, ttl, ...Object.fromEntries(basic) }
  },
)
