import { as, root } from '../../support/client.ts'
import { differences } from '../differences.ts'
import { done, noRoute, ok, refuses, refusesTraced } from '../facts.ts'
import { admin, type Recorded, registerUpTo, user1 } from '../people.ts'

const team = (id: number, name: string, avatar: string) => ({
  id,
  orgId: 1,
  name,
  email: '',
  avatarUrl: `/avatar/${avatar}`,
  memberCount: 1,
  permission: 0,
  accessControl: null,
})
const bteam = team(1, 'Bteam', '9288fa37aaafa404ae241cb5e7198eeb')
const accents = team(2, 'Ünï 100%_x', '287e9750ea9db3ea13d7443b36a1cd86')
const page = (...teams: object[]) => ok({ totalCount: teams.length, teams, page: 1, perPage: 1000 })

const literal = 'finding the text that was typed'

differences(
  'teams',
  [
    {
      name: 'a percent sign',
      who: root,
      ask: 'GET /api/teams/search?query=%25',
      grafana: page(bteam, accents),
      rollcall: page(accents),
      why: literal,
    },
    {
      name: 'an underscore',
      who: root,
      ask: 'GET /api/teams/search?query=_',
      grafana: page(bteam, accents),
      rollcall: page(accents),
      why: literal,
    },
    {
      name: 'a change of no team',
      who: root,
      ask: 'PUT /api/teams/999',
      body: { name: 'q' },
      grafana: refusesTraced(500, 'Failed to update Team'),
      rollcall: refusesTraced(404, 'Team not found'),
      why: "a caller's mistake that is no failure of the server",
    },
  ],
  async () => {
    await registerUpTo(user1)
    for (const name of ['Bteam', 'Ünï 100%_x']) await as(root).post('/api/teams', { name })
    return {}
  },
)

const member = (teamId: number, { id, email, name, login, avatar }: Recorded, permission: number) => ({
  orgId: 1,
  teamId,
  userId: id,
  auth_module: '',
  email,
  name,
  login,
  avatarUrl: avatar,
  labels: [],
  permission,
})

differences('members of teams', [
  {
    name: 'of team zero',
    who: root,
    ask: 'GET /api/teams/0/members',
    grafana: ok([member(1, admin, 4), member(2, admin, 4)]),
    rollcall: ok([]),
    why: 'no team having that number',
  },
  {
    name: 'a permission that is none',
    who: root,
    ask: `PUT /api/teams/1/members/${admin.id}`,
    body: { permission: 3 },
    grafana: done('Team member updated'),
    rollcall: refuses(400, 'permission must be 0 (member) or 4 (admin)'),
    why: 'keeping what means something',
  },
  {
    name: 'nobody is removed',
    who: root,
    ask: 'DELETE /api/teams/1/members/99999',
    grafana: refusesTraced(500, 'Failed to remove Member from Team'),
    rollcall: refuses(404, 'Team member not found'),
    why: 'saying who is missing',
  },
  {
    name: 'all at once',
    who: root,
    ask: 'PUT /api/teams/1/members',
    body: { members: [user1.email], admins: [admin.email] },
    grafana: noRoute,
    rollcall: done('Team memberships have been updated'),
    why: 'clients that later Grafanas have',
  },
])
