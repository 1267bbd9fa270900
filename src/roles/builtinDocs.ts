import { array, literal, maxLength, minLength, nullish, object, picklist, pipe, strictObject, string } from 'valibot'
import {
  actingOrg,
  answer,
  del,
  done,
  flag,
  get,
  pathParameter,
  post,
  query,
  refused,
  requires,
  type Slice,
} from '../docs.ts'
import { delegate, example, ListedRole, limited, noOrg, outdated } from './docs.ts'

const builtin = '/api/access-control/builtin-roles'
const basic = ['Viewer', 'Editor', 'Admin'] as const
const onlyHere = 'A role can be given to Viewer, Editor or Admin, in one organization: else change the basic role'
const notBasic = 'Basic roles cannot be assigned: change the role in the organization'

export const builtinRoles: Slice = {
  tag: 'Built-in role grants',
  description: "Roles that everybody of a basic role has beside it in an org, by Grafana 8's paths.",
  schemas: {},
  operations: [
    get(builtin, requires('roles.builtin:read', 'roles:*'), {
      id: 'listBuiltinRoleGrants',
      summary: 'What everybody of a basic role has beside it in the org',
      parameters: actingOrg,
      answers: {
        200: answer(
          'By basic role',
          strictObject({
            Viewer: array(ListedRole),
            Editor: array(ListedRole),
            Admin: array(ListedRole),
            'Grafana Admin': array(ListedRole),
          }),
          { Viewer: [example], Editor: [], Admin: [], 'Grafana Admin': [] },
        ),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    post(builtin, requires('roles.builtin:add', delegate), {
      id: 'addBuiltinRoleGrant',
      summary: 'Give a role to everybody of a basic role in the org',
      description:
        'And to those of the basic roles above. Only what the caller itself holds there. Once more changes nothing.',
      parameters: actingOrg,
      body: {
        schema: object({
          roleUid: pipe(string(), minLength(1), maxLength(190)),
          builtinRole: picklist(basic),
          global: nullish(literal(false), false),
        }),
        example: { roleUid: 'helpdesk', builtinRole: 'Editor' },
      },
      answers: {
        200: done('Built-in role grant added'),
        400: refused(onlyHere, notBasic, noOrg, 'bad request data'),
        403: limited,
        404: refused('Role not found', 'Organization not found'),
        409: refused(outdated),
      },
    }),
    del(`${builtin}/:builtinRole/roles/:roleUid`, requires('roles.builtin:remove', delegate), {
      id: 'removeBuiltinRoleGrant',
      summary: 'Take a role away from everybody of a basic role in the org',
      description: 'Only what the caller itself holds there.',
      parameters: [
        pathParameter('builtinRole', 'The basic role', picklist(basic)),
        pathParameter('roleUid', 'The role', string()),
        query('global', 'Cannot be `true`', flag),
        ...actingOrg,
      ],
      answers: {
        200: done('Built-in role grant removed'),
        400: refused(onlyHere, notBasic, noOrg),
        404: refused('Built-in role grant not found', 'Role not found'),
      },
    }),
  ],
}
