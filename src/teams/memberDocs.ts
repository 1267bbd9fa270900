import { array, never, object, optional, picklist, strictObject, string } from 'valibot'
import {
  actingOrg,
  answer,
  avatarUrl,
  del,
  done,
  get,
  id,
  pathParameter,
  post,
  put,
  refused,
  requires,
  type Slice,
} from '../docs.ts'

const permission = picklist([0, 4])

const TeamMember = strictObject({
  orgId: id,
  teamId: id,
  userId: id,
  auth_module: string(),
  email: string(),
  name: string(),
  login: string(),
  avatarUrl,
  labels: array(never()),
  permission,
})

const team = [pathParameter('teamId', 'The team'), ...actingOrg]
const member = [pathParameter('teamId', 'The team'), pathParameter('userId', 'The user'), ...actingOrg]
const badIds = refused('teamId is invalid', 'userId is invalid')

const read = requires('teams.permissions:read', 'teams:id::teamId')
const write = requires('teams.permissions:write', 'teams:id::teamId')

export const teamMembers: Slice = {
  tag: 'Team members',
  description: 'Who is on a team, and as what: 0 is a member, 4 an admin, who manages the team.',
  schemas: { TeamMember },
  operations: [
    get('/api/teams/:teamId/members', read, {
      id: 'listTeamMembers',
      summary: 'Who is on a team',
      description: "Ordered by login. Nobody, where the caller's org has no such team (Grafana 9.3.2).",
      parameters: team,
      answers: {
        200: answer('The members', array(TeamMember), [
          {
            orgId: 1,
            teamId: 1,
            userId: 3,
            auth_module: '',
            email: 'user1@email.com',
            name: '',
            login: 'user1',
            avatarUrl: '/avatar/3acc837f898bdaa338b7cd7a9ab6dd5b',
            labels: [],
            permission: 0,
          },
        ]),
        400: refused('teamId is invalid', 'An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    post('/api/teams/:teamId/members', write, {
      id: 'addTeamMember',
      summary: 'Put a user on a team',
      description: 'Only members of its org can be on a team.',
      parameters: team,
      body: { schema: object({ userId: id }), example: { userId: 2 } },
      answers: {
        200: done('Member added to Team'),
        400: refused('User is already added to this team', 'teamId is invalid', 'bad request data'),
        404: refused('User not found', 'Team not found'),
      },
    }),
    put('/api/teams/:teamId/members', write, {
      id: 'replaceTeamMembers',
      summary: 'Say by e-mail who is on a team',
      description:
        'Whoever is not named leaves the team; who is named as both is an admin. All of it is done, or nothing where one e-mail is of nobody in the org.',
      parameters: team,
      body: {
        schema: object({ members: optional(array(string()), []), admins: optional(array(string()), []) }),
        example: { members: ['user1@email.com'], admins: ['admin@localhost'] },
      },
      answers: {
        200: done('Team memberships have been updated'),
        400: refused('teamId is invalid', 'bad request data'),
        404: refused('Team not found', 'user not found: user1@email.com'),
      },
    }),
    put('/api/teams/:teamId/members/:userId', write, {
      id: 'updateTeamMember',
      summary: 'Make a member an admin of the team, or a member again',
      parameters: member,
      body: { schema: object({ permission: optional(permission, 0) }), example: { permission: 4 } },
      answers: {
        200: done('Team member updated'),
        400: refused(
          'permission must be 0 (member) or 4 (admin)',
          'teamId is invalid',
          'userId is invalid',
          'bad request data',
        ),
        404: refused('Team member not found.'),
      },
    }),
    del('/api/teams/:teamId/members/:userId', write, {
      id: 'removeTeamMember',
      summary: 'Take a user off a team',
      parameters: member,
      answers: {
        200: done('Team Member removed'),
        400: badIds,
        404: refused('Team member not found', 'Team not found'),
      },
    }),
  ],
}
