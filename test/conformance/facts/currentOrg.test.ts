import { as, numberIn, root, textIn } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  badId,
  both,
  type Caller,
  denied,
  done,
  expiredKey,
  facts,
  gives,
  nine,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
  wrongKey,
} from '../facts.ts'
import {
  admin,
  by,
  editor,
  member,
  password,
  percent,
  profile,
  registerUpTo,
  second,
  unicode,
  user1,
  user2,
  viewer,
} from '../people.ts'

const empty = { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' }
const main = ok({ id: 1, name: 'Main Org.', address: empty })
const secondOrg = ok({ id: 2, name: 'Second Org', address: { ...empty, city: 'c' } })
const noOrg = refusesTraced(404, 'Organization not found')
const get = (name: string, path: string, gives: Answer, who: Caller = root, org?: string) => ({
  name,
  who,
  ask: `GET /api/org${path}`,
  gives,
  ...(org === undefined ? {} : { headers: { 'X-Grafana-Org-Id': org } }),
})
const key = async (name: string, role: string, more: object = {}) =>
  textIn((await as(root).post('/api/auth/keys', { name, role, ...more })).body, 'key')

facts(
  'Organization API > Get current Organization',
  nine,
  [
    get('a server admin', '', main),
    get('with a slash', '/', main),
    get('a viewer', '', main, by(viewer)),
    get('an editor', '', main, by(editor)),
    get('an Admin', '', main, by(second)),
    { name: 'nobody', ask: 'GET /api/org', gives: unauthorized },
    get("a viewer's key", '', main, { token: 'Viewer' }),
    get("an editor's key", '', main, { token: 'Editor' }),
    get("an Admin's key", '', main, { token: 'Admin' }),
    get("a key, whatever the header's org", '', main, { token: 'Admin' }, '2'),
    get('a mangled key', '', wrongKey, { token: 'mangled' }),
    get('an expired key', '', expiredKey, { token: 'expired' }),
    get("a service account's token", '', main, { token: 'account' }),
    get('the own org by header', '', main, root, '1'),
    get('another by header', '', secondOrg, root, '2'),
    get('another, by its member', '', secondOrg, by(editor), '2'),
    get('another, by no member', '', denied('orgs:read'), by(viewer), '2'),
    get('no such org', '', noOrg, root, '999'),
    get('no such org, by a viewer', '', denied('orgs:read'), by(viewer), '999'),
    get('no such org, by an editor', '', denied('orgs:read'), by(editor), '999'),
    get('letters', '', main, root, 'abc'),
    get('zero', '', main, root, '0'),
    get('below zero', '', main, root, '-1'),
    get('by the query string', '?targetOrgId=1', main),
    get('no such org, by the query string', '?targetOrgId=999', noOrg),
  ],
  async () => {
    await registerUpTo(unicode)
    await as(root).post('/api/orgs', { name: 'Second Org' })
    await as(root).put('/api/orgs/2/address', { city: 'c' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'editor', role: 'Editor' })
    await as(root).patch(`/api/org/users/${second.id}`, { role: 'Admin' })
    await as(root).patch(`/api/org/users/${editor.id}`, { role: 'Editor' })
    const account = await as(root).post('/api/serviceaccounts', { name: 'sa', role: 'Admin' })
    const token = await as(root).post(`/api/serviceaccounts/${numberIn(account.body, 'id')}/tokens`, { name: 't' })
    const expired = await key('short', 'Viewer', { secondsToLive: 1 })
    const keys = { Viewer: await key('v', 'Viewer'), Editor: await key('e', 'Editor'), Admin: await key('a', 'Admin') }
    await new Promise((resolve) => setTimeout(resolve, 1100))
    return { ...keys, expired, account: textIn(token.body, 'key') }
  },
)

const put = (name: string, path: string, body: unknown, gives: Answer, who = root) => ({
  name,
  who,
  ask: `PUT /api/org${path}`,
  body,
  gives,
})
const updated = done('Organization updated')

facts('Organization API > Update current Organization', nine, [
  put('a name', '', { name: 'Main Org. X' }, updated),
  put('a taken name', '', { name: 'Second Org' }, refusesTraced(400, 'Organization name taken')),
  put('no name', '', {}, badBody),
  put('broken JSON', '', '{"login": ', badBody),
  put('a viewer', '', { name: 'zz' }, denied('orgs:write'), by(viewer)),
  put('the name that it had', '', { name: 'Main Org.' }, updated),
  put('an address', '/address', { city: 'X' }, done('Address updated')),
  get('which is shown', '', ok({ id: 1, name: 'Main Org.', address: { ...empty, city: 'X' } })),
])

const roles = new Map([
  [admin, 'Admin'],
  [second, 'Admin'],
  [editor, 'Editor'],
])
const inOrder = [user2, admin, editor, percent, second, user1, viewer, unicode]
const members = inOrder
  .map((person) => member(person, roles.get(person) ?? 'Viewer'))
  // The editor has been here by now.
  .map((shown) => (shown.userId === editor.id ? { ...shown, lastSeenAtAge: '< 1m' } : shown))
const access = { 'org.users:add': true, 'org.users:read': true, 'org.users:remove': true, 'org.users:write': true }
const withAccess = ({ isDisabled, ...shown }: (typeof members)[number]) => ({
  ...shown,
  accessControl: access,
  isDisabled,
})
const choices = inOrder.map(({ id, login, avatar }) => ({ userId: id, login, avatarUrl: avatar }))
const page = (people: typeof members, totalCount = people.length, page = 1, perPage = 1000) =>
  ok({ totalCount, OrgUsers: people, page, perPage })
const anyGiver = denied(
  'any of org.users:read, teams.permissions:write, folders.permissions:write, dashboards.permissions:write',
)
const who = (login: string) => inOrder.findIndex((person) => person.login === login)
const users = ['User2', 'pct%user', 'user1'].map(who)
const noReader = denied('org.users:read')

facts('Organization API > Get all Users within the current Organization', nine, [
  get('by e-mail', '/users', ok(members)),
  get('an Admin', '/users', ok(members), by(second)),
  get('an editor', '/users', noReader, by(editor)),
  get('a viewer', '/users', noReader, by(viewer)),
  { name: 'nobody', ask: 'GET /api/org/users', gives: unauthorized },
  get("a viewer's key", '/users', noReader, { token: 'Viewer' }),
  get("an editor's key", '/users', noReader, { token: 'Editor' }),
  get("an Admin's key", '/users', ok(members), { token: 'Admin' }),
  get("a service account's token", '/users', ok(members), { token: 'account' }),
  get('by header, an editor there', '/users', noReader, by(editor), '2'),
  get('by header, no member', '/users', noReader, by(viewer), '2'),
  get('by text', '/users?query=user', ok(users.map((at) => members[at]))),
  get('by text in capitals', '/users?query=USER', ok(users.map((at) => members[at]))),
  get('by text that nobody has', '/users?query=zzz', ok([])),
  get('two', '/users?limit=2', ok(members.slice(0, 2))),
  get('a limit below zero', '/users?limit=-1', ok(members)),
  get('a limit of letters', '/users?limit=abc', ok(members)),
  get('with access control', '/users?accesscontrol=true', ok(members.map(withAccess))),
])

facts('Organization API > Get all Users within the current Organization (lookup)', nine, [
  get('by e-mail', '/users/lookup', ok(choices)),
  get('an Admin', '/users/lookup', ok(choices), by(second)),
  get('an editor', '/users/lookup', ok(choices), by(editor)),
  get('a viewer', '/users/lookup', anyGiver, by(viewer)),
  { name: 'nobody', ask: 'GET /api/org/users/lookup', gives: unauthorized },
  get("an Admin's key", '/users/lookup', ok(choices), { token: 'Admin' }),
  get("a viewer's key", '/users/lookup', anyGiver, { token: 'Viewer' }),
  get('by text', '/users/lookup?query=user', ok(users.map((at) => choices[at]))),
  get('by text that nobody has', '/users/lookup?query=zzz', ok([])),
  get('two', '/users/lookup?limit=2', ok(choices.slice(0, 2))),
  get('a limit of letters', '/users/lookup?limit=abc', ok(choices)),
])

facts('Organization API > Search Users within the current Organization', nine, [
  get('all', '/users/search', page(members)),
  get('an Admin', '/users/search', page(members), by(second)),
  get('an editor', '/users/search', noReader, by(editor)),
  get('a viewer', '/users/search', noReader, by(viewer)),
  { name: 'nobody', ask: 'GET /api/org/users/search', gives: unauthorized },
  get('by text', '/users/search?query=user', page(users.flatMap((at) => members[at] ?? []))),
  get('by text in capitals', '/users/search?query=USER', page(users.flatMap((at) => members[at] ?? []))),
  get('by text that nobody has', '/users/search?query=zzz', page([])),
  get('a limit, which says nothing', '/users/search?limit=2', page(members)),
  get('a limit of zero', '/users/search?limit=0', page(members)),
  get('a limit of letters', '/users/search?limit=abc', page(members)),
  get('with access control, which says nothing', '/users/search?accesscontrol=true', page(members)),
  get('a page of two', '/users/search?perpage=2', page(members.slice(0, 2), 8, 1, 2)),
  get('the second', '/users/search?perpage=2&page=2', page(members.slice(2, 4), 8, 2, 2)),
  get('a page below zero', '/users/search?perpage=-1', page(members)),
])

const post = (name: string, body: unknown, gives: Answer, who = root) => ({
  name,
  who,
  ask: 'POST /api/org/users',
  body,
  gives,
})
const isMember = (userId: number) => gives(409, { message: 'User is already member of this organization', userId })
const aViewer = (loginOrEmail: string) => ({ loginOrEmail, role: 'Viewer' })

facts(
  'Organization API > Add a new User to the current Organization',
  nine,
  [
    post('one', aViewer('guest'), ok({ message: 'User added to organization', userId: 9 })),
    post('a member', aViewer('user1'), isMember(2)),
    post('a member, by an Admin', aViewer('second'), isMember(5), by(second)),
    post('no such person', aViewer('nosuch'), refuses(404, 'User not found')),
    post('no such role', { loginOrEmail: 'user1', role: 'X' }, badBody),
    post('nothing', {}, badBody),
    post('broken JSON', '{"login": ', badBody),
    post('a viewer', aViewer('user1'), denied('org.users:add'), by(viewer)),
  ],
  async () => {
    await as(root).post('/api/admin/users', { login: 'guest', password, OrgId: 2 })
    return {}
  },
)

const patch = (name: string, id: string, body: unknown, gives: Answer, who = root) => ({
  name,
  who,
  ask: `PATCH /api/org/users/${id}`,
  body,
  gives,
})
const changed = done('Organization user updated')

facts('Organization API > Updates the given user', nine, [
  patch('a role', '2', { role: 'Editor' }, changed),
  patch('by an Admin', '2', { role: 'Viewer' }, changed, by(second)),
  patch('oneself', '1', { role: 'Viewer' }, changed),
  patch('oneself back, as a server admin', '1', { role: 'Admin' }, changed),
  patch('no such role', '2', { role: 'X' }, badBody),
  patch('broken JSON', '2', '{"login": ', badBody),
  patch('letters', 'abc', { role: 'Viewer' }, badId('userId')),
  patch('a viewer', '2', { role: 'Viewer' }, denied('org.users:write'), by(viewer)),
])

const del = (name: string, id: string, gives: Answer, who = root) => ({
  name,
  who,
  ask: `DELETE /api/org/users/${id}`,
  gives,
})

facts('Organization API > Delete user in current organization', both, [
  del('a viewer', '2', denied('org.users:remove'), by(viewer)),
  del('letters', 'abc', badId('userId')),
  del('who is in another org too', '9', done('User removed from organization')),
  {
    name: 'whose account stays',
    who: root,
    ask: 'GET /api/users/9/orgs',
    gives: ok([{ orgId: 2, name: 'Second Org', role: 'Viewer' }]),
  },
  del('who is in no other', '8', done('User deleted')),
  { name: 'whose account is gone', who: root, ask: 'GET /api/users/8', gives: refuses(404, 'user not found') },
  { name: 'the others are there', who: root, ask: 'GET /api/users/2', gives: ok(profile(user1)) },
])
