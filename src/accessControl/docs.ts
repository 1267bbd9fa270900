import {
  array,
  literal,
  maxLength,
  nullish,
  object,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
} from 'valibot'
import {
  actingOrg,
  answer,
  anySignedIn,
  avatarUrl,
  done,
  get,
  id,
  pathParameter,
  post,
  refused,
  requiresSome,
  type Slice,
} from '../docs.ts'
import { onAccount } from '../serviceAccounts/docs.ts'
import { levels } from '../serviceAccounts/rules.ts'

const level = picklist(levels)
const given = { id, roleName: string(), isManaged: literal(true), isInherited: literal(false) }
const what = { actions: array(string()), permission: level }

const ServiceAccountPermission = union([
  strictObject({ ...given, userId: id, userLogin: string(), userAvatarUrl: avatarUrl, ...what }),
  strictObject({ ...given, team: string(), teamId: id, teamAvatarUrl: avatarUrl, ...what }),
])

const ownOnly = anySignedIn('says only what the caller itself may do')
const account = pathParameter('id', 'The service account')
const unknown = refused('Failed to retrieve service account')
const noNumber = 'Service Account ID is invalid'

/** What is to be given; '' or nothing takes it away. */
const wanted = nullish(picklist(['', ...levels]), '')
const one = { schema: object({ permission: wanted }), example: { permission: 'Edit' } }
const set = strictObject({ message: picklist(['Permission updated', 'Permission removed']) })

export const accessControl: Slice = {
  tag: 'Access control',
  description: 'What the caller may do, and who may manage a service account.',
  schemas: { ServiceAccountPermission },
  operations: [
    get('/api/access-control/user/permissions', ownOnly, {
      id: 'listOwnPermissions',
      summary: 'What the caller may do, and on what',
      description: 'In the org of the request; with a token of limited permissions, within these.',
      parameters: actingOrg,
      answers: {
        200: answer(
          'The scopes of each action; empty text where the action has none',
          record(string(), array(string())),
          {
            'orgs:read': [''],
            'users:read': ['global.users:*'],
          },
        ),
      },
    }),
    get('/api/access-control/user/actions', ownOnly, {
      id: 'listOwnActions',
      summary: 'What the caller may do, on something at least',
      parameters: actingOrg,
      answers: { 200: answer('The actions', record(string(), literal(true)), { 'orgs:read': true }) },
    }),
    get('/api/access-control/serviceaccounts/description', requiresSome('serviceaccounts.permissions:read'), {
      id: 'describeServiceAccountPermissions',
      summary: 'To whom a service account can be given, and how',
      parameters: actingOrg,
      answers: {
        200: answer(
          'Persons and teams, not roles',
          strictObject({
            assignments: strictObject({ users: literal(true), teams: literal(true), builtInRoles: literal(false) }),
            permissions: array(level),
          }),
          { assignments: { users: true, teams: true, builtInRoles: false }, permissions: ['Edit', 'Admin'] },
        ),
      },
    }),
    get('/api/access-control/serviceaccounts/:id', onAccount('serviceaccounts.permissions:read'), {
      id: 'listServiceAccountPermissions',
      summary: 'Who was given a service account',
      description: 'Admins of the org have it by their role, and are not listed for that.',
      parameters: [account, ...actingOrg],
      answers: {
        200: answer('The permissions', array(ServiceAccountPermission), [
          {
            id: 1,
            roleName: 'managed:users:1:permissions',
            isManaged: true,
            isInherited: false,
            userId: 1,
            userLogin: 'admin',
            userAvatarUrl: '/avatar/46d229b033af06a191ff2267bca9ae56',
            actions: ['serviceaccounts:read', 'serviceaccounts:write'],
            permission: 'Edit',
          },
        ]),
        400: refused(noNumber, 'An answer holds at most 10000 rows: ask for fewer'),
        404: unknown,
      },
    }),
    post('/api/access-control/serviceaccounts/:id', onAccount('serviceaccounts.permissions:write'), {
      id: 'setServiceAccountPermissions',
      summary: 'Give a service account to persons and teams, or take it away',
      description:
        'Changes those that are named and leaves the others: all of it or, where it is refused, nothing. An entry without a permission is taken away.',
      parameters: [account, ...actingOrg],
      body: {
        schema: object({
          permissions: optional(
            pipe(array(object({ userId: nullish(id), teamId: nullish(id), permission: wanted })), maxLength(10_000)),
            [],
          ),
        }),
        example: {
          permissions: [
            { userId: 2, permission: 'Edit' },
            { teamId: 1, permission: 'Admin' },
          ],
        },
      },
      answers: {
        200: done('Permissions updated'),
        400: refused('failed to set permissions: user not found', 'bad request data', noNumber),
        404: unknown,
      },
    }),
    post('/api/access-control/serviceaccounts/:id/users/:userId', onAccount('serviceaccounts.permissions:write'), {
      id: 'setServiceAccountPermissionOfUser',
      summary: 'Give a service account to a person, or take it away',
      parameters: [account, pathParameter('userId', 'The user'), ...actingOrg],
      body: one,
      answers: {
        200: answer('Done', set, { message: 'Permission updated' }),
        400: refused(
          'failed to set user permission: user not found',
          'userID is invalid',
          'bad request data',
          noNumber,
        ),
        404: unknown,
      },
    }),
    post('/api/access-control/serviceaccounts/:id/teams/:teamId', onAccount('serviceaccounts.permissions:write'), {
      id: 'setServiceAccountPermissionOfTeam',
      summary: 'Give a service account to a team, or take it away',
      parameters: [account, pathParameter('teamId', 'The team'), ...actingOrg],
      body: one,
      answers: {
        200: answer('Done', set, { message: 'Permission updated' }),
        400: refused(
          'failed to set team permission: team not found',
          'teamID is invalid',
          'bad request data',
          noNumber,
        ),
        404: unknown,
      },
    }),
  ],
}
