import { array, maxLength, nullish, object, pipe, record, strictObject, string } from 'valibot'
import {
  type Answer,
  actingOrg,
  answer,
  count,
  get,
  id,
  post,
  put,
  refused,
  requires,
  requiresAny,
  type Slice,
} from '../docs.ts'
import {
  account,
  added,
  body,
  flag,
  operationsOf,
  readersRole,
  requiresAll,
  roleUid,
  taken,
  team,
  tooMany,
  ungivable,
  user,
} from './assignmentOwnerDocs.ts'
import { ListedRole, limited, noOrg, outdated } from './docs.ts'

const RoleAssignments = strictObject({
  role_uid: string(),
  users: array(id),
  teams: array(id),
  service_accounts: array(id),
})

const found: Answer = answer('The roles, by id of their holder', record(string(), array(ListedRole)), {
  '2': [readersRole],
})
const manyIds = nullish(pipe(array(id), maxLength(1000)), [])
const searched = { orgId: nullish(count), includeHidden: flag }
const searchNote =
  'Of at most 1000 at once, in the org of the request or in `orgId`, which takes the permission on the whole server.'
const refusedSearch = refused('bad request data', tooMany)

const ids = nullish(pipe(array(id), maxLength(10_000)), [])
const example = { role_uid: readersRole.uid, users: [2, 3], teams: [1], service_accounts: [] }

export const roleAssignments: Slice = {
  tag: 'Role assignments',
  description: 'Who was given which roles, in one org or in all.',
  schemas: { RoleAssignments },
  operations: [
    ...operationsOf(user),
    post('/api/access-control/users/roles/search', requires('users.roles:read', 'users:*'), {
      id: 'listUsersRoles',
      summary: 'The roles of many users',
      description: `${searchNote} Users that are unknown, or are not in the org, are left out.`,
      parameters: actingOrg,
      body: body(object({ userIds: manyIds, ...searched }), { userIds: [2] }),
      answers: { 200: found, 400: refusedSearch },
    }),
    ...operationsOf(team),
    post('/api/access-control/teams/roles/search', requires('teams.roles:read', 'teams:*'), {
      id: 'listTeamsRoles',
      summary: 'The roles of many teams',
      description: `${searchNote} Teams that the org does not have are left out.`,
      parameters: actingOrg,
      body: body(object({ teamIds: manyIds, ...searched }), { teamIds: [2] }),
      answers: { 200: found, 400: refusedSearch },
    }),
    ...operationsOf(account),
    get(
      '/api/access-control/roles/:roleUID/assignments',
      requiresAll(['users.roles:read', 'users:*'], ['teams.roles:read', 'teams:*']),
      {
        id: 'getRoleAssignments',
        summary: 'Who was given a role',
        description: 'In the org of the request. Who has it in every org is not among them.',
        parameters: [roleUid, ...actingOrg],
        answers: {
          200: answer('Ids of users, teams and service accounts', RoleAssignments, example),
          400: refused(tooMany),
          404: refused('Role not found'),
        },
      },
    ),
    put('/api/access-control/roles/:roleUID/assignments', requiresAny(added, taken, team.add, team.remove), {
      id: 'setRoleAssignments',
      summary: 'Give a role to these, and to no others',
      description:
        'In the org of the request: who has it in every org keeps it. All of it or, where it is refused, nothing. Takes `users.roles:add` and `users.roles:remove` (service accounts too), `teams.roles:add` and `teams.roles:remove` as far as the change needs them, and all that the role grants. A user who is not in the org can be given it by whoever may give roles on the whole server; it counts once they are a member.',
      parameters: [roleUid, ...actingOrg],
      body: body(object({ users: ids, teams: ids, service_accounts: ids }), {
        users: [2, 3],
        teams: [1],
        service_accounts: [],
      }),
      answers: {
        200: answer('What it is now', RoleAssignments, example),
        400: refused('bad request data', ungivable[0] ?? '', noOrg, tooMany),
        403: limited,
        404: refused('Role not found', 'user not found: 7', 'team not found: 7', 'service account not found: 7'),
        409: refused(outdated),
      },
    }),
  ],
}
