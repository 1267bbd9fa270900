import { array, literal, nonEmpty, nullable, object, optional, pipe, strictObject, string } from 'valibot'
import { actionsOn } from '../auth/actions.ts'
import {
  actingOrg,
  allowed,
  answer,
  avatarUrl,
  count,
  del,
  done,
  get,
  id,
  pathParameter,
  post,
  put,
  query,
  refused,
  requires,
  requiresSome,
  type Slice,
  signedIn,
  withAccess,
} from '../docs.ts'

const Team = strictObject({
  id,
  orgId: id,
  name: string(),
  email: string(),
  avatarUrl,
  memberCount: count,
  permission: literal(0),
  accessControl: nullable(allowed(actionsOn('team'))),
})

const example = {
  id: 1,
  orgId: 1,
  name: 'MyTestTeam',
  email: '',
  avatarUrl: '/avatar/3f49c15916554246daa714b9bd0ee398',
  memberCount: 1,
  permission: 0,
  accessControl: null,
}

const teamsOfSomebody = answer('The teams, ordered by name', array(Team), [example])

const TeamPage = strictObject({ totalCount: count, teams: array(Team), page: id, perPage: id })

const team = [pathParameter('teamId', 'The team'), ...actingOrg]

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
    get('/api/teams/search', requiresSome('teams:read'), {
      id: 'searchTeams',
      summary: "The teams of the caller's org",
      description:
        'Ordered by name. `totalCount` is exact, but for text among more than 20,000 teams, of which only the first are looked through.',
      parameters: [
        query('query', 'Text in the name, in either case of ASCII letters', optional(string())),
        query('name', 'The whole name', optional(string())),
        query('page', 'From 1', optional(id)),
        query('perpage', 'How many teams a page holds: 1000 unless told', optional(id)),
        query('perPage', 'The same as perpage, which goes before it', optional(id)),
        withAccess,
        ...actingOrg,
      ],
      answers: {
        200: answer('A page of teams', TeamPage, { totalCount: 1, teams: [example], page: 1, perPage: 1000 }),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    get('/api/teams/:teamId', requires('teams:read', 'teams:id::teamId'), {
      id: 'getTeam',
      summary: 'A team',
      parameters: [...team, withAccess],
      answers: {
        200: answer('The team', Team, example),
        400: refused('teamId is invalid'),
        404: refused('Team not found'),
      },
    }),
    put('/api/teams/:teamId', requires('teams:write', 'teams:id::teamId'), {
      id: 'updateTeam',
      summary: 'Rename a team, or change its e-mail',
      description: 'Without a name the team keeps its own; without an e-mail it has none from then on (Grafana 9.3.2).',
      parameters: team,
      body: {
        schema: object({ name: optional(string(), ''), email: optional(string(), '') }),
        example: { name: 'MyTestTeam', email: 'team@example.org' },
      },
      answers: {
        200: done('Team updated'),
        400: refused('Team name taken', 'teamId is invalid', 'bad request data'),
        404: refused('Team not found'),
      },
    }),
    del('/api/teams/:teamId', requires('teams:delete', 'teams:id::teamId'), {
      id: 'deleteTeam',
      summary: 'Delete a team',
      description: 'With its memberships and preferences.',
      parameters: team,
      answers: {
        200: done('Team deleted'),
        400: refused('teamId is invalid'),
        404: refused('Failed to delete Team. ID not found'),
      },
    }),
  ],
}
