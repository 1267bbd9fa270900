import { as, root } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import { type Answer, badBody, done, ok, refuses, refusesTraced } from '../facts.ts'
import {
  admin,
  by,
  member,
  password,
  profile,
  type Recorded,
  registerUpTo,
  second,
  user1,
  user2,
  viewer,
} from '../people.ts'

type Asked = Pick<Difference, 'ask' | 'body' | 'who' | 'headers'>
const differs = (name: string, asked: Asked, grafana: Answer, rollcall: Answer, why: string): Difference => ({
  who: root,
  ...asked,
  name,
  grafana,
  rollcall,
  why,
})

const saysWhat = 'saying what is wrong: a 500 says nothing'
const literal = 'finding the text that was typed'
const noOrg = refusesTraced(404, 'Organization not found')
const noMember = refuses(404, 'User is not a member of this organization')
const notUpdated = refusesTraced(500, 'Failed update org user')
const notRemoved = refusesTraced(500, 'Failed to remove user from organization')
const aViewer = { role: 'Viewer' }
const changed = done('Organization user updated')

const main = { id: 1, name: 'Main Org.' }
const secondOrg = { id: 2, name: 'Second Org' }
const everybody = [user2, admin, second, user1, viewer].map(({ id, login, avatar }) => ({
  userId: id,
  login,
  avatarUrl: avatar,
}))

differences(
  'orgs: lists',
  [
    differs('a percent sign', { ask: 'GET /api/orgs?query=%25' }, ok([main, secondOrg]), ok([]), literal),
    differs(
      'a percent sign, among members',
      { ask: 'GET /api/org/users/lookup?query=%25' },
      ok(everybody),
      ok([]),
      literal,
    ),
    differs(
      'an age',
      { ask: 'GET /api/org/users?query=User2' },
      ok([{ ...member(user2, 'Viewer'), lastSeenAtAge: '10 years' }]),
      ok([member(user2, 'Viewer')]),
      'the form on the documentation page: 10y',
    ),
  ],
  async () => {
    await registerUpTo(second)
    await as(root).post('/api/orgs', { name: 'Second Org' })
    return {}
  },
)

differences('orgs: ids that are none', [
  differs(
    'renaming',
    { ask: 'PUT /api/orgs/999', body: { name: 'zz' } },
    refusesTraced(500, 'Failed to update organization'),
    noOrg,
    saysWhat,
  ),
  differs('a role of no member', { ask: 'PATCH /api/orgs/2/users/3', body: aViewer }, notUpdated, noMember, saysWhat),
  differs('a role of nobody', { ask: 'PATCH /api/org/users/99999', body: aViewer }, notUpdated, noMember, saysWhat),
  differs('a role in no org', { ask: 'PATCH /api/orgs/999/users/2', body: aViewer }, notUpdated, noOrg, saysWhat),
  differs(
    'removing nobody',
    { ask: 'DELETE /api/orgs/2/users/99999' },
    notRemoved,
    refuses(404, 'User not found'),
    saysWhat,
  ),
  differs(
    'removing nobody from the current org',
    { ask: 'DELETE /api/org/users/99999' },
    notRemoved,
    refuses(404, 'User not found'),
    saysWhat,
  ),
])

differences('orgs: the role None', [
  differs(
    'given',
    { ask: 'PATCH /api/org/users/2', body: { role: 'None' } },
    badBody,
    changed,
    'the role that later versions have',
  ),
])

const deleted = done('User deleted')
const removed = done('User removed from organization')

differences(
  'orgs: leaving the only one',
  [
    differs(
      'by the word of an Admin of the org',
      { who: by(second), ask: `DELETE /api/org/users/${user1.id}` },
      deleted,
      removed,
      'accounts that only those delete who may delete accounts',
    ),
    differs(
      'a server admin',
      { ask: `DELETE /api/org/users/${user2.id}` },
      deleted,
      removed,
      "a server admin's account that no org can take away",
    ),
  ],
  async () => {
    await as(root).patch(`/api/org/users/${second.id}`, { role: 'Admin' })
    await as(root).put(`/api/admin/users/${user2.id}/permissions`, { isGrafanaAdmin: true })
    return {}
  },
)

const o3user: Recorded = {
  id: 6,
  login: 'o3user',
  email: 'o3@example.org',
  name: '',
  avatar: '/avatar/807e14eb836c33f373371aa3b39b7dfe',
}
const { orgId: _, ...inNoOrg } = profile(o3user)

differences(
  'orgs: who was active in a deleted one',
  [
    differs(
      'is then in none',
      { ask: `GET /api/users/${o3user.id}` },
      ok(profile(o3user, { orgId: 3 })),
      ok(inNoOrg),
      'no id that leads nowhere',
    ),
  ],
  async () => {
    await as(root).post('/api/orgs', { name: 'Third' })
    await as(root).post('/api/admin/users', { login: 'o3user', email: 'o3@example.org', password, OrgId: 3 })
    await as(root).del('/api/orgs/3')
    return {}
  },
)
