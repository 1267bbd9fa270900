import { as, root } from '../../support/client.ts'
import { badBody, badId, both, denied, done, facts, nine, ok, refuses, refusesTraced, unauthorized } from '../facts.ts'
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
