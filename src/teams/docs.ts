import { array, literal, nonEmpty, null as none, object, optional, pipe, strictObject, string } from 'valibot'
import {
  actingOrg,
  answer,
  avatarUrl,
  count,
  done,
  get,
  id,
  pathParameter,
  post,
  refused,
  requires,
  type Slice,
  signedIn,
} from '../docs.ts'

const Team = strictObject({
  id,
  orgId: id,
  name: string(),
  email: string(),
  avatarUrl,
  memberCount: count,
  permission: literal(0),
  accessControl: none(),
})

const teamsOfSomebody = answer('The teams, ordered by name', array(Team), [
  {
    id: 1,
    orgId: 1,
    name: 'MyTestTeam',
    email: '',
    avatarUrl: '/avatar/3f49c15916554246daa714b9bd0ee398',
    memberCount: 1,
    permission: 0,
    accessControl: null,
  },
])

export const teams: Slice = {
  tag: 'Teams',
  description: 'Teams of an org and who is on them.',
  schemas: { Team },
  operations: [
    get('/api/user/teams', signedIn('users:read', 'an empty list'), {
      id: 'listOwnTeams',
      summary: 'The teams one is on',
      parameters: actingOrg,
      answers: { 200: teamsOfSomebody },
    }),
    get('/api/users/:id/teams', requires('users.teams:read', 'global.users:id::id'), {
      id: 'listTeamsOfUser',
      summary: 'The teams of a user',
      description: "Those of the caller's org, not of the user's (Grafana 9.3.2).",
      parameters: [pathParameter('id', 'The user'), ...actingOrg],
      answers: { 200: teamsOfSomebody, 400: refused('id is invalid') },
    }),
    post('/api/teams', requires('teams:create', ''), {
      id: 'createTeam',
      summary: "Create a team in the caller's org",
      description: 'Its creator, if a member of the org, becomes its admin.',
      parameters: actingOrg,
      body: {
        schema: object({ name: pipe(string(), nonEmpty()), email: optional(string(), '') }),
        example: { name: 'MyTestTeam', email: '' },
      },
      answers: {
        200: done('Team created', { teamId: id }, { teamId: 1 }),
        400: refused('bad request data'),
        409: refused('Team name taken'),
      },
    }),
    post('/api/teams/:teamId/members', requires('teams.permissions:write', 'teams:id::teamId'), {
      id: 'addTeamMember',
      summary: 'Put a user on a team',
      description: 'Only members of its org can be on a team.',
      parameters: [pathParameter('teamId', 'The team'), ...actingOrg],
      body: { schema: object({ userId: id }), example: { userId: 2 } },
      answers: {
        200: done('Member added to Team'),
        400: refused('User is already added to this team', 'teamId is invalid', 'bad request data'),
        404: refused('User not found', 'Team not found'),
      },
    }),
  ],
}
