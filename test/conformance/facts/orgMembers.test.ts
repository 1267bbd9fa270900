import { as, root, textIn } from '../../support/client.ts'
import {
  type Answer,
  badBody,
  badId,
  both,
  denied,
  done,
  facts,
  gives,
  nine,
  noRoute,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { admin, by, editor, member, profile, registerUpTo, second, user1, user2, viewer } from '../people.ts'

const list = (name: string, path: string, gives: Answer, who: string | { token: string } = root) => ({
  name,
  who,
  ask: `GET /api/orgs/${path}`,
  gives,
})
const inMain = [user2, admin, editor, second, user1, viewer].map((person) =>
  member(person, person === admin ? 'Admin' : 'Viewer'),
)
const inSecond = [
  member(admin, 'Admin', 2),
  member(editor, 'Editor', 2),
  member(second, 'Viewer', 2),
  member(user1, 'Viewer', 2),
]

facts(
  'Organization API > Get Users in Organization',
  nine,
  [
    list('by e-mail', '1/users', ok(inMain)),
    list('of another', '2/users', ok(inSecond)),
    list('whatever the query', '2/users?query=user1&limit=1', ok(inSecond)),
    list('no search', '2/users/search?perpage=1&page=1', noRoute),
    list('no such org', '999/users', ok([])),
    list('below zero', '-1/users', ok([])),
    list('zero', '0/users', denied('')),
    list('letters', 'abc/users', denied('')),
    list('a blank', '%20/users', denied('')),
    list('a viewer', '1/users', denied('org.users:read'), by(viewer)),
    list("another org's member", '2/users', denied('org.users:read'), by(viewer)),
    list("an Admin's key", '1/users', denied('org.users:read'), { token: 'key' }),
    { name: 'nobody', ask: 'GET /api/orgs/1/users', gives: unauthorized, seenOn: both },
  ],
  async () => {
    await registerUpTo(editor)
    await as(root).post('/api/orgs', { name: 'Second Org' })
    for (const [loginOrEmail, role] of [
      ['user1', 'Viewer'],
      ['second', 'viewer'],
      ['editor@example.org', 'Editor'],
    ])
      await as(root).post('/api/orgs/2/users', { loginOrEmail, role })
    return { key: textIn((await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' })).body, 'key') }
  },
)

const patch = (name: string, path: string, body: unknown, gives: Answer, who = root) => ({
  name,
  who,
  ask: `PATCH /api/orgs/${path}`,
  body,
  gives,
})
const updated = done('Organization user updated')
const aViewer = { role: 'Viewer' }

facts('Organization API > Update Users in Organization', nine, [
  patch('a role', '2/users/2', { role: 'Editor' }, updated),
  patch('in small letters', '2/users/2', { role: 'editor' }, updated),
  list(
    'which is shown',
    '2/users',
    ok(inSecond.map((shown) => (shown.userId === 2 ? member(user1, 'Editor', 2) : shown))),
  ),
  patch('no such role', '2/users/2', { role: 'King' }, badBody),
  patch('no role', '2/users/2', {}, badBody),
  patch('broken JSON', '2/users/2', '{"login": ', badBody),
  patch('letters', '2/users/abc', aViewer, badId('userId')),
  patch('letters for an org', 'abc/users/2', aViewer, denied('')),
  patch(
    'the last Admin',
    '2/users/1',
    aViewer,
    refuses(400, 'Cannot change role so that there is no organization admin left'),
  ),
  patch('a viewer', '1/users/2', { role: 'Admin' }, denied('org.users:write'), by(viewer)),
  patch("another org's member", '2/users/2', { role: 'Admin' }, denied('org.users:write'), by(viewer)),
  patch('an Admin by an Admin', '1/users/1', { role: 'Admin' }, updated),
])

const del = (name: string, path: string, gives: Answer, who = root) => ({
  name,
  who,
  ask: `DELETE /api/orgs/${path}`,
  gives,
})
const removed = done('User removed from organization')

facts('Organization API > Delete User in Organization', nine, [
  { name: 'made active', who: by(user1), ask: 'POST /api/user/using/2', gives: done('Active organization changed') },
  del('the active org', '2/users/2', removed),
  { name: 'another is active', who: by(user1), ask: 'GET /api/user', gives: ok(profile(user1)) },
  del('again', '2/users/2', removed),
  del('letters', '2/users/abc', badId('userId')),
  del('the last Admin', '2/users/1', refuses(400, 'Cannot remove last organization admin')),
  del('a viewer', '2/users/1', denied('org.users:remove'), by(viewer)),
  del('a viewer of the org', '1/users/2', denied('org.users:remove'), by(viewer)),
  list('who is left', '2/users', ok(inSecond.slice(0, 3))),
])

const oadmin = by(second)

facts(
  'Organization API > Users, the administrator of another org',
  nine,
  [
    {
      name: 'adding',
      who: oadmin,
      ask: 'POST /api/orgs/2/users',
      body: { loginOrEmail: 'user1', role: 'Viewer' },
      gives: denied('org.users:add'),
    },
    {
      name: 'in the own org',
      who: oadmin,
      ask: 'POST /api/orgs/1/users',
      body: { loginOrEmail: 'user1', role: 'Viewer' },
      gives: gives(409, { message: 'User is already member of this organization', userId: 2 }),
    },
    del('the only one of two Admins but for oneself', '1/users/1', removed),
    { name: 'who is then in another', who: root, ask: 'GET /api/user', gives: ok(profile(admin, { orgId: 2 })) },
    {
      name: 'and shown it',
      who: root,
      ask: 'GET /api/org',
      gives: ok({
        id: 2,
        name: 'Second Org',
        address: { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' },
      }),
    },
    {
      name: 'and added again',
      who: root,
      ask: 'POST /api/orgs/1/users',
      body: { loginOrEmail: 'admin', role: 'Admin' },
      gives: ok({ message: 'User added to organization', userId: 1 }),
    },
    {
      name: 'a broken body',
      who: root,
      ask: 'POST /api/orgs/2/users',
      body: '{"login": ',
      gives: refusesTraced(400, 'bad request data'),
    },
  ],
  async () => {
    await as(root).patch(`/api/orgs/1/users/${second.id}`, { role: 'Admin' })
    return {}
  },
)
