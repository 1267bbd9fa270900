import { as, root } from '../../support/client.ts'
import {
  badBody,
  badId,
  both,
  denied,
  done,
  facts,
  nine,
  noRoute,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { by, registerUpTo, second, user1, user2, viewer } from '../people.ts'

const post = { who: root, ask: 'POST /api/teams' }
const created = (teamId: number) => ok({ message: 'Team created', teamId })

facts(
  'Team API > Add Team',
  both,
  [
    { ...post, name: 'one', body: { name: 'Team A', email: 'a@team.org' }, gives: created(1) },
    {
      ...post,
      name: 'the same name',
      body: { name: 'Team A' },
      gives: refusesTraced(409, 'Team name taken'),
      seenOn: nine,
    },
    { ...post, name: 'the name in small letters', body: { name: 'team a' }, gives: created(2) },
    { ...post, name: 'an org in the body is ignored', body: { name: 'Bteam', orgId: 2 }, gives: created(3) },
    { ...post, name: 'letters outside ASCII', body: { name: 'Ünï 100%_x' }, gives: created(4) },
    { ...post, name: 'nothing', body: {}, gives: badBody, seenOn: nine },
    { ...post, name: 'an empty name', body: { name: '' }, gives: badBody, seenOn: nine },
    { ...post, name: 'a number', body: { name: 5 }, gives: badBody, seenOn: nine },
    { ...post, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
    { ...post, name: 'a viewer', who: by(viewer), body: { name: 'V' }, gives: denied('teams:create'), seenOn: nine },
    { ...post, name: 'nobody', who: undefined, body: { name: 'V' }, gives: unauthorized },
    { ...post, name: "an org's Admin", who: by(second), body: { name: 'Team OA' }, gives: created(5) },
  ],
  async () => {
    await registerUpTo(second)
    await as(root).post('/api/orgs', { name: 'Second Org' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: second.login, role: 'Admin' })
    await as(root).post(`/api/users/${second.id}/using/2`)
    return {}
  },
)

const add = { who: root, ask: 'POST /api/teams/1/members' }
const added = done('Member added to Team')

facts('Team API > Add Team Member', both, [
  { ...add, name: 'one', body: { userId: 2 }, gives: added },
  { ...add, name: 'a permission is ignored', body: { userId: 4, permission: 4 }, gives: added },
  {
    ...add,
    name: 'who made the team is in it',
    body: { userId: 1 },
    gives: refuses(400, 'User is already added to this team'),
    seenOn: nine,
  },
  { ...add, name: 'again', body: { userId: 2 }, gives: refuses(400, 'User is already added to this team') },
  { ...add, name: 'nothing', body: {}, gives: badBody, seenOn: nine },
  { ...add, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  { ...add, name: 'letters', body: { userId: 'x' }, gives: badBody, seenOn: nine },
  {
    ...add,
    name: 'letters for a team',
    ask: 'POST /api/teams/abc/members',
    body: { userId: 2 },
    gives: badId('teamId'),
    seenOn: nine,
  },
  { ...add, name: 'nobody', who: undefined, body: { userId: 2 }, gives: unauthorized },
])

const team = (id: number, name: string, email: string, avatar: string, memberCount: number) => ({
  id,
  orgId: 1,
  name,
  email,
  avatarUrl: `/avatar/${avatar}`,
  memberCount,
  permission: 0,
  accessControl: null,
})
const teamA = team(1, 'Team A', 'a@team.org', 'ad50b66f37a1aac2417e6bc741f58678', 3)
const bteam = team(3, 'Bteam', '', '9288fa37aaafa404ae241cb5e7198eeb', 2)
const small = team(2, 'team a', '', '81691c72d94ec6b8ae39a89bfbbca18a', 2)
const accents = team(4, 'Ünï 100%_x', '', '287e9750ea9db3ea13d7443b36a1cd86', 2)
const teamOA = { ...team(5, 'Team OA', '', '52cc5d604985ba18a1c4235d3f8ae2c0', 1), orgId: 2 }
const join = (teamId: number, userId: number) => as(root).post(`/api/teams/${teamId}/members`, { userId })

facts(
  'User API > Teams',
  nine,
  [
    { name: 'of a person', who: root, ask: 'GET /api/users/2/teams', gives: ok([teamA]) },
    { name: 'its own', who: by(user1), ask: 'GET /api/user/teams', gives: ok([teamA]) },
    { name: 'that it made', who: by(second), ask: 'GET /api/user/teams', gives: ok([teamOA]) },
    { name: 'nobody', ask: 'GET /api/user/teams', gives: unauthorized },
    {
      name: 'by name, with the picture of the name where there is no e-mail',
      who: by(viewer),
      ask: 'GET /api/user/teams',
      gives: ok([bteam, teamA, small]),
    },
    {
      name: 'whose picture is of its ASCII letters and digits',
      who: by(user2),
      ask: 'GET /api/user/teams',
      gives: ok([accents]),
    },
  ],
  async () => {
    await Promise.all([join(2, viewer.id), join(3, viewer.id), join(4, user2.id)])
    return {}
  },
)

const get = (id: number | string) => ({ who: root, ask: `GET /api/teams/${id}` })
const put = { who: root, ask: 'PUT /api/teams/1' }
const noTeam = refusesTraced(404, 'Team not found')
const updated = done('Team updated')

facts('Team API > Get Team By Id', nine, [
  { ...get(1), name: 'one', gives: ok(teamA), seenOn: nine },
  { ...get('01'), name: 'a leading zero', gives: ok(teamA) },
  { ...get('%31'), name: 'an escaped number', gives: ok(teamA) },
  { ...get(0), name: 'zero', gives: noTeam },
  { ...get(-1), name: 'below zero', gives: noTeam },
  { ...get(999), name: 'nobody', gives: noTeam },
  { ...get('abc'), name: 'letters', gives: badId('teamId') },
  { ...get('%20'), name: 'a blank', gives: badId('teamId') },
  { ...get(1), name: 'nobody signed in', who: undefined, gives: unauthorized },
  { ...get(1), name: 'somebody on another team', who: by(user2), gives: denied('teams:read') },
  { ...get('1/groups'), name: 'groups, which are not open source', gives: noRoute },
])

facts('Team API > Update Team', nine, [
  { ...put, name: 'both', body: { name: 'Team A2', email: 'a2@team.org' }, gives: updated },
  { ...put, name: "another one's name", body: { name: 'Bteam' }, gives: refusesTraced(400, 'Team name taken') },
  { ...put, name: 'no e-mail', body: { name: 'Team A' }, gives: updated },
  {
    ...get(1),
    name: 'which takes it away',
    gives: ok({ ...teamA, email: '', avatarUrl: small.avatarUrl }),
  },
  { ...put, name: 'keys in capitals', body: { Name: 'Team A', Email: 'a@team.org' }, gives: updated },
  { ...get(1), name: 'which count', gives: ok(teamA) },
  { ...put, name: 'nothing', body: {}, gives: updated },
  { ...put, name: 'an empty name', body: { name: '' }, gives: updated },
  { ...get(1), name: 'which leaves the name', gives: ok({ ...teamA, email: '', avatarUrl: small.avatarUrl }) },
  { ...put, name: 'its own name', body: { name: 'Team A', email: 'a@team.org' }, gives: updated },
  { ...put, name: 'broken JSON', body: '{"login": ', gives: badBody },
  { ...put, name: 'letters', ask: 'PUT /api/teams/abc', body: { name: 'q' }, gives: badId('teamId') },
  { ...put, name: 'a viewer', who: by(viewer), body: { name: 'q' }, gives: denied('teams:write') },
  { ...put, name: 'nobody', who: undefined, body: { name: 'q' }, gives: unauthorized },
])

const del = (id: number | string) => ({ who: root, ask: `DELETE /api/teams/${id}` })
const gone = refuses(404, 'Failed to delete Team. ID not found')

facts('Team API > Delete Team By Id', nine, [
  { ...del(1), name: 'a viewer', who: by(viewer), gives: denied('teams:delete') },
  { ...del(3), name: 'one', gives: done('Team deleted') },
  { ...del(3), name: 'again', gives: gone },
  { ...del(999), name: 'nobody', gives: gone },
  { ...del('abc'), name: 'letters', gives: badId('teamId') },
  { ...del(1), name: 'one with members', gives: done('Team deleted') },
  { name: 'whose members are on it no more', who: by(user1), ask: 'GET /api/user/teams', gives: ok([]) },
  { ...get(1), name: 'which is gone', gives: noTeam },
  { ...del(2), name: 'nobody signed in', who: undefined, gives: unauthorized },
])
