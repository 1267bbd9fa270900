import { root } from '../../support/client.ts'
import { badBody, both, denied, facts, gives, nine, ok, refuses, refusesTraced, unauthorized } from '../facts.ts'
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
