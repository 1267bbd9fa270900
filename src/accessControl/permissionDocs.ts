import { array, boolean, literal, optional, picklist, record, strictObject, string, variant } from 'valibot'
import { actingOrg, answer, flag, get, id, pathParameter, query, refused, requires, type Slice } from '../docs.ts'
import { levels } from '../serviceAccounts/rules.ts'

const role = { uid: string(), name: string() }

const PermissionSource = variant('kind', [
  strictObject({ kind: picklist(['server admin', 'basic role']), ...role }),
  strictObject({ kind: literal('role'), ...role, global: boolean() }),
  strictObject({ kind: literal('team role'), ...role, teamId: id }),
  strictObject({ kind: literal('builtin role'), ...role, builtInRole: picklist(['Viewer', 'Editor', 'Admin']) }),
  strictObject({ kind: literal('team'), teamId: id, isAdmin: boolean() }),
  strictObject({
    kind: literal('service account'),
    serviceAccountId: id,
    permission: picklist(levels),
    teamId: optional(id),
  }),
])

const HeldPermission = strictObject({
  action: string(),
  scope: string(),
  sources: optional(array(PermissionSource)),
})

const reading = 'users.permissions:read'

const parameters = [
  query('userId', 'Only this member', optional(id)),
  query('action', 'Only this action', optional(string())),
  query('actionPrefix', 'Only actions that start so', optional(string())),
  query('perpage', 'Members of a page, at most 1000', optional(id, 100)),
  query('page', 'Which page; what is no number above 0 means the first', optional(id, 1)),
  ...actingOrg,
]

const found = {
  200: answer(
    'By the id of each, the scopes of each action; empty text where the action has none',
    record(string(), record(string(), array(string()))),
    { '2': { 'orgs:read': [''], 'teams:read': ['teams:id:1'] } },
  ),
  400: refused('userId is invalid'),
}

const searching =
  'Pages are of members, ordered as lists of them are; whoever holds nothing of what was asked for is not in the answer, so that a page can be empty before the last.'

export const heldPermissions: Slice = {
  tag: 'Permissions',
  description: 'What somebody may do, and where they have it from.',
  schemas: { PermissionSource, HeldPermission },
  operations: [
    get('/api/access-control/users/:userId/permissions', requires(reading, 'users:id::userId'), {
      id: 'listPermissionsOfUser',
      summary: 'What a user may do, and where they have it from',
      description:
        "In the org of the request: what their basic role, being a server admin, roles given to them, to their teams and to their basic role, teams and service accounts give, each once. Of whoever is not in the org, what counts everywhere, for callers who hold the permission on the whole server. Somebody disabled holds nothing. `explain` is Rollcall's own.",
      parameters: [
        pathParameter('userId', 'The user'),
        query('explain', '`true` adds where each permission comes from', flag),
        ...actingOrg,
      ],
      answers: {
        200: answer('The permissions, ordered by action and scope', array(HeldPermission), [
          {
            action: 'orgs:read',
            scope: '',
            sources: [
              { kind: 'basic role', uid: 'basic_viewer', name: 'basic:viewer' },
              {
                kind: 'team role',
                uid: 'fixed_0SZPJlTHdNEe8zO91zv7Zwiwa2w',
                name: 'fixed:organization:reader',
                teamId: 1,
              },
            ],
          },
        ]),
        400: refused('userId is invalid', 'An answer holds at most 10000 rows: ask for fewer'),
        404: refused('user not found'),
      },
    }),
    get('/api/access-control/users/permissions', requires(reading, 'users:*'), {
      id: 'listPermissionsOfUsers',
      summary: 'What the members of the org may do',
      description: searching,
      parameters,
      answers: found,
    }),
    get('/api/access-control/users/permissions/search', requires(reading, 'users:*'), {
      id: 'searchPermissionsOfUsers',
      summary: 'The same by another path',
      description: searching,
      parameters,
      answers: found,
    }),
  ],
}
