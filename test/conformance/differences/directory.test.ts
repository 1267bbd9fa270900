import { as, root } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import { type Answer, denied, done, gives, noUser, ok, refuses, refusesTraced } from '../facts.ts'
import {
  admin,
  by,
  editor,
  hit,
  hits,
  password,
  percent,
  registerUpTo,
  second,
  unicode,
  user1,
  user2,
  viewer,
} from '../people.ts'

const list = (name: string, query: string, grafana: unknown, rollcall: unknown, why: string): Difference => ({
  name,
  who: root,
  ask: `GET /api/users?${query}`,
  grafana: ok(grafana),
  rollcall: ok(rollcall),
  why,
})
const aged = (person: Parameters<typeof hit>[0], lastSeenAtAge: string) => [{ ...hit(person), lastSeenAtAge }]
const all = hits(user2, admin, editor, percent, second, user1, viewer, unicode)
const short = 'the form on the documentation page: 2m, 2M'
const literal = 'finding the text that was typed'

differences(
  'lists',
  [
    list('just now', 'query=admin', aged(admin, '< 1 minute'), aged(admin, '< 1m'), short),
    list('never', 'query=editor', aged(editor, '10 years'), aged(editor, '10y'), short),
    list('a percent sign', 'query=%25', all, hits(percent), literal),
    list('an underscore', 'query=_', all, hits(percent), literal),
    list(
      'a capital outside ASCII',
      'query=%C3%9C',
      [],
      hits(unicode),
      'one rule for every letter: case does not count',
    ),
    list('the disabled', 'isDisabled=true', all, [], 'later versions, and a filter of its own'),
    list('in another order', 'sort=email-desc&perpage=2', hits(user2, admin), hits(unicode, viewer), 'later versions'),
    list(
      'the last page of all',
      'perpage=2&page=9223372036854775807',
      hits(user2, admin),
      [],
      'a number that must not wrap around',
    ),
    {
      name: "somebody's teams, for a viewer",
      who: by(viewer),
      ask: 'GET /api/users/2/teams',
      grafana: denied('users:read'),
      rollcall: denied('users.teams:read'),
      why: 'the permission on the documentation page',
    },
  ],
  async () => {
    await registerUpTo(unicode)
    return {}
  },
)

type Asked = Pick<Difference, 'ask' | 'body' | 'who'>
const differs = (name: string, asked: Asked, grafana: Answer, rollcall: Answer, why: string): Difference => ({
  who: root,
  ...asked,
  name,
  grafana,
  rollcall,
  why,
})

const taken = (email: string, login: string) =>
  refuses(409, `User with email '${email}' or username '${login}' already exists`)
const updated = done('User updated')
const failed = refusesTraced(500, 'Failed to update user')
const saysWhat = 'saying what is wrong: a 500 says nothing'
const onePerson = 'two people not to share a name that differs in letter case alone'
const put = (body: object): Asked => ({ ask: 'PUT /api/users/2', body })
const create = (body: object): Asked => ({ ask: 'POST /api/admin/users', body })

differences('names that are taken', [
  differs('a login', put({ login: 'admin', email: user1.email }), failed, taken(user1.email, 'admin'), saysWhat),
  differs('an e-mail', put({ login: 'user1', email: admin.email }), failed, taken(admin.email, 'user1'), saysWhat),
  differs(
    'an e-mail, by itself',
    { who: by(user1), ask: 'PUT /api/user', body: { login: 'user1', email: admin.email } },
    failed,
    taken(admin.email, 'user1'),
    saysWhat,
  ),
  differs('a login in capitals', put({ login: 'ADMIN' }), updated, taken('', 'ADMIN'), onePerson),
  differs(
    'a new login in capitals',
    create({ login: 'EDITOR', password }),
    ok({ id: 9, message: 'User created' }),
    refusesTraced(412, "User with email '' or username 'EDITOR' already exists"),
    onePerson,
  ),
])

const claimed = 'claiming no change where there was none'
const unread = refusesTraced(500, 'Could not read user from database')
const change = (id: string): Asked => ({ ask: `PUT /api/users/${id}`, body: { login: 'ghost' } })

differences('ids that nobody has', [
  differs('a change', change('99999'), updated, noUser, claimed),
  differs('a change of zero', change('0'), updated, noUser, claimed),
  differs('a change below zero', change('-1'), updated, noUser, claimed),
  differs('a password', { ask: 'PUT /api/admin/users/0/password', body: { password } }, unread, noUser, saysWhat),
  differs(
    'rights',
    { ask: 'PUT /api/admin/users/99999/permissions', body: { isGrafanaAdmin: true } },
    done('User permissions updated'),
    noUser,
    claimed,
  ),
  differs('deleting zero', { ask: 'DELETE /api/admin/users/0' }, done('User deleted'), noUser, claimed),
])

differences(
  'the last administrator',
  [
    differs(
      'of all',
      { ask: 'DELETE /api/admin/users/1' },
      done('User deleted'),
      refuses(400, 'cannot remove last grafana admin'),
      'a directory that somebody can administer',
    ),
    differs(
      'of an org',
      { ask: `DELETE /api/admin/users/${user2.id}` },
      done('User deleted'),
      refuses(400, 'Cannot remove last organization admin'),
      'an org that somebody can administer',
    ),
  ],
  async () => {
    const permissions = `/api/admin/users/${user2.id}/permissions`
    await as(root).put(permissions, { isGrafanaAdmin: true })
    await as(by(user2)).post('/api/orgs', { name: 'Org of one' })
    await as(root).put(permissions, {})
    return {}
  },
)

const member = (orgOrTeam: string, body: object): Asked => ({ ask: `POST /api/${orgOrTeam}`, body })

differences(
  'orgs and teams',
  [
    differs(
      'no such org',
      member('orgs/999/users', { loginOrEmail: 'user1', role: 'Viewer' }),
      refusesTraced(500, 'Could not add user to organization'),
      refusesTraced(404, 'Organization not found'),
      saysWhat,
    ),
    differs(
      'no such person',
      member('teams/1/members', { userId: 99999 }),
      refusesTraced(500, 'Failed to add Member to Team'),
      refuses(404, 'User not found'),
      saysWhat,
    ),
    differs(
      'no such team',
      member('teams/999/members', { userId: 2 }),
      refusesTraced(500, 'Failed to add Member to Team'),
      refusesTraced(404, 'Team not found'),
      saysWhat,
    ),
  ],
  async () => {
    await as(root).post('/api/teams', { name: 'Team A' })
    return {}
  },
)

differences('headers and size', [
  differs(
    'what may be stored',
    { ask: 'GET /api/users/0' },
    { ...noUser, headers: { 'Cache-Control': /^no-cache$/ } },
    { ...noUser, headers: { 'Cache-Control': /^no-cache, no-store$/ } },
    'keeping answers out of every cache',
  ),
  differs(
    'more than a MiB',
    put({ login: 'user1', more: 'x'.repeat(1024 * 1024) }),
    updated,
    gives(413, { message: 'request body is larger than 1048576 bytes' }),
    'bounding the work of a request',
  ),
])
