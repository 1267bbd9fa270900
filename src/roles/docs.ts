import {
  array,
  boolean,
  integer,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullish,
  number,
  object,
  optional,
  pipe,
  regex,
  strictObject,
  string,
} from 'valibot'
import {
  actingOrg,
  answer,
  anySignedIn,
  count,
  del,
  done,
  flag,
  get,
  pathParameter,
  post,
  put,
  query,
  refused,
  requires,
  type Slice,
  time,
  writeDenied,
} from '../docs.ts'

export const delegate = 'permissions:type:delegate'

const listed = {
  version: count,
  uid: string(),
  name: string(),
  displayName: string(),
  description: string(),
  group: string(),
  updated: time,
  created: time,
  global: boolean(),
  hidden: boolean(),
}
export const ListedRole = strictObject(listed)
const Role = strictObject({
  ...listed,
  permissions: array(strictObject({ action: string(), scope: string(), updated: time, created: time })),
})

const at = '2026-11-24T09:00:00Z'
export const example = {
  version: 1,
  uid: 'helpdesk',
  name: 'Help desk',
  displayName: '',
  description: 'Sets passwords',
  group: 'Support',
  updated: at,
  created: at,
  global: true,
  hidden: false,
}
const action = 'users.password:write'
const whole = { ...example, permissions: [{ action, scope: 'global.users:*', updated: at, created: at }] }

const name = nullish(pipe(string(), maxLength(190)), '')
const words = nullish(pipe(string(), maxLength(1000)), '')
const version = pipe(number(), integer(), minValue(0), maxValue(Number.MAX_SAFE_INTEGER))
const written = {
  name: pipe(string(), minLength(1), maxLength(190)),
  displayName: name,
  description: words,
  group: name,
  hidden: nullish(boolean(), false),
  permissions: nullish(pipe(array(object({ action: name, scope: name })), maxLength(1000)), []),
}
const sent = {
  version: 1,
  name: 'Help desk',
  description: 'Sets passwords',
  group: 'Support',
  permissions: [{ action, scope: 'global.users:*' }],
}

const uid = pathParameter('uid', 'The role', string())
const unknown = refused('Role not found')
export const noOrg = 'You are in no organization: choose one'
const taken = 'A role of this uid or name exists already'
export const outdated = 'It was changed by somebody else meanwhile: try again'
export const limited = writeDenied(
  'A token with an expiry or with limited permissions cannot create credentials or raise rights',
)
const tooLarge = refused('A role has at most 1000 permissions', 'request body is larger than 1048576 bytes')
const badRole = [
  'permissions[0]: unknown action: users:fly',
  'permissions[0]: invalid scope of users:create: "x" (it takes an empty one)',
  'name is required',
  'reserved prefix: fixed:',
  'bad request data',
]
const held = 'The caller must hold all that the role gives: in the org or, for a global one, on the whole server.'

export const roles: Slice = {
  tag: 'Roles',
  description:
    'Lists of permissions that can be given to people, teams and service accounts: fixed ones, which come with Rollcall, basic ones, whose permissions can be changed, and custom ones, of one org or global.',
  schemas: { ListedRole, Role },
  operations: [
    get('/api/access-control/status', anySignedIn('says only that there are roles'), {
      id: 'getAccessControlStatus',
      summary: 'Whether there are roles: there are',
      answers: { 200: answer('There are', strictObject({ enabled: literal(true) }), { enabled: true }) },
    }),
    get('/api/access-control/roles', requires('roles:read', 'roles:*'), {
      id: 'listRoles',
      summary: 'The roles of the org, and those that are global',
      parameters: [
        query('includeHidden', '`true` lists hidden roles too', flag),
        query(
          'delegatable',
          '`true` adds whether the caller holds all of the role in the org, so that it could give it',
          flag,
        ),
        ...actingOrg,
      ],
      answers: {
        200: answer('By name', array(strictObject({ ...listed, delegatable: optional(boolean()) })), [example]),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    get('/api/access-control/roles/:uid', requires('roles:read', 'roles:uid::uid'), {
      id: 'getRole',
      summary: 'A role with its permissions',
      parameters: [uid, ...actingOrg],
      answers: { 200: answer('The role', Role, whole), 404: unknown },
    }),
    post('/api/access-control/roles', requires('roles:write', delegate), {
      id: 'createRole',
      summary: 'Create a role',
      description: `In the org or, \`global\`, for all. ${held}`,
      parameters: actingOrg,
      body: {
        schema: object({
          ...written,
          version: nullish(version, 0),
          uid: nullish(pipe(string(), regex(/^[\w-]{0,40}$/)), ''),
          global: nullish(boolean(), false),
        }),
        example: { ...sent, uid: 'helpdesk', global: true },
      },
      answers: {
        201: answer('The role', Role, whole),
        400: refused(noOrg, 'uid must be 1 to 40 letters, digits, - and _', ...badRole),
        403: limited,
        404: refused('Organization not found'),
        409: refused(taken),
        413: tooLarge,
      },
    }),
    put('/api/access-control/roles/:uid', requires('roles:write', delegate), {
      id: 'updateRole',
      summary: 'Change a role',
      description:
        'Replaces all of it, and counts at once. `version` must be greater than it was. The caller must hold all that a custom role gives and gave; of a basic role only the permissions change, and the caller must hold on the whole server what is added and taken away. `global` cannot change.',
      parameters: [uid, ...actingOrg],
      body: {
        schema: object({ ...written, version, global: nullish(boolean()) }),
        example: { ...sent, version: 2 },
      },
      answers: {
        200: answer('The role', Role, { ...whole, version: 2 }),
        400: refused(
          'Fixed roles cannot be changed',
          'version is required',
          'A role counts in one organization or in all: for good',
          'Grafana Admin must keep roles:read: nobody could give it back',
          ...badRole,
        ),
        403: limited,
        404: unknown,
        409: refused('version must be greater than 1', outdated, taken),
        413: tooLarge,
      },
    }),
    del('/api/access-control/roles/:uid', requires('roles:delete', delegate), {
      id: 'deleteRole',
      summary: 'Delete a custom role',
      description: held,
      parameters: [
        uid,
        query('force', '`true` deletes its assignments too', flag),
        query('global', 'Ignored: the uid says which role it is', flag),
        ...actingOrg,
      ],
      answers: {
        200: done('Role deleted'),
        400: refused(
          'The role is assigned: force=true deletes it with its assignments',
          'Fixed and basic roles cannot be deleted',
        ),
        404: unknown,
        409: refused(outdated),
      },
    }),
    post(
      '/api/access-control/roles/hard-reset',
      requires('roles:write', 'permissions:type:escalate', ' on the whole server'),
      {
        id: 'resetRoles',
        summary: 'Take basic roles back to what they were',
        body: { schema: object({ BasicRoles: nullish(boolean(), false) }), example: { BasicRoles: true } },
        answers: { 200: done('Reset performed'), 400: refused('bad request data'), 403: limited },
      },
    ),
  ],
}
