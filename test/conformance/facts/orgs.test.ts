import { as, root, textIn } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  both,
  denied,
  done,
  facts,
  gives,
  nine,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { by, editor, profile, type Recorded, registerUpTo, second, viewer } from '../people.ts'

const post = { who: root, ask: 'POST /api/orgs' }
const created = (orgId: number) => ok({ message: 'Organization created', orgId })

facts(
  'Organization API > Create Organization',
  both,
  [
    { ...post, name: 'one', body: { name: 'Second Org' }, gives: created(2) },
    {
      ...post,
      name: 'the same name',
      body: { name: 'Second Org' },
      gives: refusesTraced(409, 'Organization name taken'),
      seenOn: nine,
    },
    { ...post, name: 'the name in small letters', body: { name: 'second org' }, gives: created(3) },
    { ...post, name: 'blanks', body: { name: '  ' }, gives: created(4) },
    { ...post, name: 'an empty name', body: { name: '' }, gives: badBody, seenOn: nine },
    { ...post, name: 'no name', body: {}, gives: badBody, seenOn: nine },
    { ...post, name: 'a viewer', who: by(viewer), body: { name: 'V Org' }, gives: denied('orgs:create'), seenOn: nine },
    { ...post, name: 'nobody', who: undefined, body: { name: 'V Org' }, gives: unauthorized },
    {
      name: 'who made them is their Admin',
      who: root,
      ask: 'GET /api/users/1/orgs',
      gives: ok([
        { orgId: 4, name: '  ', role: 'Admin' },
        { orgId: 1, name: 'Main Org.', role: 'Admin' },
        { orgId: 2, name: 'Second Org', role: 'Admin' },
        { orgId: 3, name: 'second org', role: 'Admin' },
      ]),
    },
  ],
  async () => {
    await registerUpTo(editor)
    return {}
  },
)

const add = { who: root, ask: 'POST /api/orgs/2/users' }
const body = { loginOrEmail: 'user1', role: 'Viewer' }
const added = (userId: number) => ok({ message: 'User added to organization', userId })

facts('Organization API > Add User in Organization', both, [
  { ...add, name: 'by login', body, gives: added(2) },
  {
    ...add,
    name: 'again',
    body,
    gives: gives(409, { message: 'User is already member of this organization', userId: 2 }),
  },
  { ...add, name: 'by e-mail', body: { loginOrEmail: 'editor@example.org', role: 'Editor' }, gives: added(6) },
  {
    ...add,
    name: 'a role in small letters',
    body: { loginOrEmail: 'second', role: 'admin' },
    gives: added(5),
    seenOn: nine,
  },
  { ...add, name: 'no role', body: { loginOrEmail: 'viewer' }, gives: badBody, seenOn: nine },
  { ...add, name: 'no such role', body: { loginOrEmail: 'viewer', role: 'King' }, gives: badBody, seenOn: nine },
  { ...add, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  {
    ...add,
    name: 'a login in capitals',
    body: { loginOrEmail: 'VIEWER', role: 'Viewer' },
    gives: refuses(404, 'User not found'),
  },
  { ...add, name: 'letters for an org', ask: 'POST /api/orgs/abc/users', body, gives: denied(''), seenOn: nine },
  { ...add, name: 'a viewer', who: by(viewer), body, gives: denied('org.users:add'), seenOn: nine },
  { ...add, name: 'nobody', who: undefined, body, gives: unauthorized },
  {
    ...add,
    name: "another org's Admin",
    who: by(second),
    ask: 'POST /api/orgs/3/users',
    body,
    gives: denied('org.users:add'),
    seenOn: nine,
  },
  {
    name: 'as the person sees it',
    who: by(editor),
    ask: 'GET /api/user/orgs',
    gives: ok([
      { orgId: 1, name: 'Main Org.', role: 'Viewer' },
      { orgId: 2, name: 'Second Org', role: 'Editor' },
    ]),
  },
  { name: 'the active org stays', who: by(editor), ask: 'GET /api/user', gives: ok(profile(editor)) },
])

const o3user: Recorded = {
  id: 7,
  login: 'o3user',
  email: 'o3@example.org',
  name: '',
  avatar: '/avatar/807e14eb836c33f373371aa3b39b7dfe',
}

facts('Admin API > Global Users, in another org', both, [
  {
    name: 'made there',
    who: root,
    ask: 'POST /api/admin/users',
    body: { login: o3user.login, email: o3user.email, password: 'pass1234', OrgId: 3 },
    gives: ok({ id: 7, message: 'User created' }),
  },
  { name: 'where it is active', who: root, ask: 'GET /api/users/7', gives: ok(profile(o3user, { orgId: 3 })) },
  {
    name: 'and nowhere else a member',
    who: by(o3user),
    ask: 'GET /api/user/orgs',
    gives: ok([{ orgId: 3, name: 'second org', role: 'Viewer' }]),
  },
])

const main = { id: 1, name: 'Main Org.' }
const secondOrg = { id: 2, name: 'Second Org' }
const small = { id: 3, name: 'second org' }
const blanks = { id: 4, name: '  ' }
const empty = { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' }
const list = (name: string, query: string, gives: object[]) => ({
  name,
  who: root,
  ask: `GET /api/orgs${query}`,
  gives: ok(gives),
})

facts(
  'Organization API > Search all Organizations',
  both,
  [
    list('all, by name', '', [blanks, main, secondOrg, small]),
    list('with a slash', '/', [blanks, main, secondOrg, small]),
    list('by how a name starts', '?query=second', [secondOrg, small]),
    list('in capitals', '?query=SECOND', [secondOrg, small]),
    list('by how none starts', '?query=zzz', []),
    list('by name', '?name=Second%20Org', [secondOrg]),
    list('a page of one', '?perpage=1', [blanks]),
    list('the first page', '?perpage=1&page=0', [blanks]),
    list('the second page', '?perpage=1&page=1', [main]),
    list('past the end', '?page=5', []),
    list('a page below zero', '?perpage=-1', [blanks, main, secondOrg, small]),
    list('a page of letters', '?perpage=abc', [blanks, main, secondOrg, small]),
    { name: 'a viewer', who: by(viewer), ask: 'GET /api/orgs', gives: denied('orgs:read'), seenOn: nine },
    { name: "an Admin's key", who: { token: 'key' }, ask: 'GET /api/orgs', gives: denied('orgs:read'), seenOn: nine },
    { name: 'nobody', ask: 'GET /api/orgs', gives: unauthorized },
  ],
  async () => ({ key: textIn((await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' })).body, 'key') }),
)

const noOrg = refusesTraced(404, 'Organization not found')
const get = (name: string, path: string, gives: Answer, who = root) => ({
  name,
  who,
  ask: `GET /api/orgs/${path}`,
  gives,
})

facts('Organization API > Get Organization by Id, by Name', nine, [
  get('one', '1', ok({ ...main, address: empty })),
  get('another', '2', ok({ ...secondOrg, address: empty })),
  get('a member', '1', ok({ ...main, address: empty }), by(viewer)),
  get("another's member", '2', denied('orgs:read'), by(viewer)),
  get('zero', '0', denied('')),
  get('letters', 'abc', denied('')),
  get('a blank', '%20', denied('')),
  get('no such org', '999', noOrg),
  get('by name', 'name/Main%20Org.', ok({ ...main, address: empty })),
  get('by name with a dot in percent', 'name/Main%20Org%2E', ok({ ...main, address: empty })),
  get('by name with a slash', 'name/Second%20Org/', ok({ ...secondOrg, address: empty })),
  get('by name in small letters', 'name/main%20org.', noOrg),
  get('by no such name', 'name/nope', noOrg),
  get('by an empty name', 'name/', denied('')),
  get('by name, a viewer', 'name/Main%20Org.', denied('orgs:read'), by(viewer)),
])

const put = (name: string, path: string, body: unknown, gives: Answer, who = root) => ({
  name,
  who,
  ask: `PUT /api/orgs/${path}`,
  body,
  gives,
})
const updated = done('Organization updated')
const address = { address1: 'a1', city: 'c', zipCode: 'z', state: 's', country: 'x' }

facts('Organization API > Update Organization', nine, [
  put('a name', '2', { name: 'Second Org B' }, updated),
  get('which is shown', '2', ok({ id: 2, name: 'Second Org B', address: empty })),
  put('a taken name', '2', { name: 'Main Org.' }, refusesTraced(400, 'Organization name taken')),
  put('no name', '2', {}, badBody),
  put('an empty name', '2', { name: '' }, badBody),
  put('broken JSON', '2', '{"login": ', badBody),
  put('letters', 'abc', { name: 'zz' }, denied('')),
  put('the name that it had', '2', { name: 'Second Org' }, updated),
  put('a whole org', '2', { ...secondOrg, address: empty }, updated),
  put('a viewer', '1', { name: 'zz' }, denied('orgs:write'), by(viewer)),
  put('an address', '2/address', address, done('Address updated')),
  get('all of it', '2', ok({ ...secondOrg, address: { ...empty, ...address } })),
  put('a part of one, in small letters', '2/address', { city: 'd', zipcode: 'y' }, done('Address updated')),
  get('which replaces all', '2', ok({ ...secondOrg, address: { ...empty, city: 'd', zipCode: 'y' } })),
])

const del = (name: string, path: string, gives: Answer, who = root) => ({
  name,
  who,
  ask: `DELETE /api/orgs/${path}`,
  gives,
})

facts('Organization API > Delete Organization', nine, [
  del('a viewer', '3', denied('orgs:delete'), by(viewer)),
  del('the own active one', '1', refuses(400, 'Can not delete org for current user')),
  del('another', '3', done('Organization deleted')),
  del('again', '3', refuses(404, 'Failed to delete organization. ID not found')),
  del('no such org', '999', refuses(404, 'Failed to delete organization. ID not found')),
  del('letters', 'abc', denied('')),
  get('which is gone', '3', noOrg),
  { name: 'its member is in none', who: root, ask: 'GET /api/users/7/orgs', gives: ok([]) },
  { name: 'may do nothing there', who: by(o3user), ask: 'GET /api/org', gives: denied('orgs:read') },
  {
    name: 'but signs in',
    ask: 'POST /login',
    body: { user: 'o3user', password: 'pass1234' },
    gives: { status: 200, text: '{"message":"Logged in"}' },
  },
  {
    name: 'and comes back',
    who: root,
    ask: 'POST /api/org/users',
    body: { loginOrEmail: 'o3user', role: 'Viewer' },
    gives: ok({ message: 'User added to organization', userId: 7 }),
  },
  { name: 'where it then is active', who: root, ask: 'GET /api/users/7', gives: ok(profile(o3user)) },
])
