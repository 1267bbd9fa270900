import {
  array,
  boolean,
  type GenericSchema,
  maxLength,
  minLength,
  nullish,
  type ObjectEntries,
  object,
  pipe,
  string,
} from 'valibot'
import {
  type Access,
  actingOrg,
  answer,
  del,
  done,
  get,
  type Parameter,
  flag as parameterFlag,
  pathParameter,
  post,
  put,
  query,
  refused,
  requires,
} from '../docs.ts'
import { delegate, ListedRole, limited, noOrg, outdated } from './docs.ts'

const never = '0001-01-01T00:00:00Z'
export const readersRole = {
  version: 1,
  uid: 'fixed_buZastUG3reWyQpPemcWjGqPAd0',
  name: 'fixed:users:reader',
  displayName: 'User reader',
  description: 'Reads accounts, their sessions, quotas and teams',
  group: 'Users',
  updated: never,
  created: never,
  global: true,
  hidden: false,
}

type Wanted = readonly [action: string, scope: string]

export const requiresAll = (...wanted: readonly Wanted[]): Access => ({
  guard: wanted.map(([action, scope]) => `${action} on ${scope}`).join(' and '),
  note: `Needs the permissions ${wanted.map(([action, scope]) => `\`${action}\` on \`${scope}\``).join(' and ')}.`,
  isOpen: false,
})

export const tooMany = 'An answer holds at most 10000 rows: ask for fewer'
export const ungivable = [
  'Basic roles cannot be assigned: change the role in the organization',
  'A role of one organization cannot be assigned in all of them',
]

const held = 'The caller must hold all that the role grants: in the org, or with `global` on the whole server.'
export const flag = nullish(boolean(), false)
const uid = pipe(string(), minLength(1), maxLength(190))
const uids = nullish(pipe(array(uid), maxLength(1000)), [])
export const roleUid = pathParameter('roleUID', 'The role', string())
const includeHidden = query('includeHidden', 'Lists hidden roles too', parameterFlag)
const everywhere = query('global', 'Takes away what counts in every org, instead of in this one', parameterFlag)

type Owner = {
  /** In Grafana's words, and in those of an operation's id. */
  noun: string
  name: string
  path: string
  parameter: Parameter
  read: Access
  add: Wanted
  remove: Wanted
  isGlobal: boolean
  removed: string
  none: string
  invalid: string
}

export const added: Wanted = ['users.roles:add', delegate]
export const taken: Wanted = ['users.roles:remove', delegate]

export const user: Owner = {
  noun: 'user',
  name: 'User',
  path: '/api/access-control/users/:userId/roles',
  parameter: pathParameter('userId', 'The user'),
  read: requires('users.roles:read', 'users:id::userId'),
  add: added,
  remove: taken,
  isGlobal: true,
  removed: 'Role removed from user.',
  none: 'user not found',
  invalid: 'userId is invalid',
}
export const team: Owner = {
  noun: 'team',
  name: 'Team',
  path: '/api/access-control/teams/:teamId/roles',
  parameter: pathParameter('teamId', 'The team'),
  read: requires('teams.roles:read', 'teams:id::teamId'),
  add: ['teams.roles:add', delegate],
  remove: ['teams.roles:remove', delegate],
  isGlobal: false,
  removed: 'Role removed from team.',
  none: 'Team not found',
  invalid: 'teamId is invalid',
}
export const account: Owner = {
  noun: 'service account',
  name: 'ServiceAccount',
  path: '/api/access-control/serviceaccounts/:id/roles',
  parameter: pathParameter('id', 'The service account'),
  read: requires('users.roles:read', 'users:*'),
  add: added,
  remove: taken,
  isGlobal: true,
  removed: 'Role removed from service account.',
  none: 'Failed to retrieve service account',
  invalid: 'Service Account ID is invalid',
}

const whose = ({ noun, isGlobal }: Owner) =>
  isGlobal ? `Given to the ${noun} itself in this org or, \`global\`, in every one.` : 'In the org of the team.'

const strangers = ({ noun }: Owner) =>
  noun === 'user' ? ' Who is not a member of the org is found only with the permission on the whole server.' : ''

export const body = (schema: GenericSchema, example: unknown) => ({ schema, example })
const scoped = ({ isGlobal }: Owner): ObjectEntries => (isGlobal ? { global: flag } : {})

export const operationsOf = (owner: Owner) => [
  get(owner.path, owner.read, {
    id: `list${owner.name}Roles`,
    summary: `The roles of a ${owner.noun}`,
    description: `${whose(owner)} Neither basic roles nor those of teams are among them.${strangers(owner)}`,
    parameters: [owner.parameter, includeHidden, ...actingOrg],
    answers: {
      200: answer('The roles, by name', array(ListedRole), [readersRole]),
      400: refused(owner.invalid, tooMany),
      404: refused(owner.none),
    },
  }),
  post(owner.path, requires(...owner.add), {
    id: `add${owner.name}Role`,
    summary: `Give a ${owner.noun} a role`,
    description: `${whose(owner)} ${held}${strangers(owner)} Once more changes nothing.`,
    parameters: [owner.parameter, ...actingOrg],
    body: body(object({ roleUid: uid, ...scoped(owner) }), { roleUid: readersRole.uid }),
    answers: {
      200: done(`Role added to the ${owner.noun}.`),
      400: refused('bad request data', ...ungivable, owner.invalid, noOrg, tooMany),
      403: limited,
      404: refused('Role not found', owner.none, 'Organization not found'),
      409: refused(outdated),
    },
  }),
  put(owner.path, requiresAll(owner.add, owner.remove), {
    id: `set${owner.name}Roles`,
    summary: `Give a ${owner.noun} these roles, and no others`,
    description: `${whose(owner)} All of it or, where it is refused, nothing. Hidden roles that are not named stay, unless \`includeHidden\` means them too. The caller must hold all that the roles grant which are added or removed.${strangers(owner)}`,
    parameters: [owner.parameter, ...actingOrg],
    body: body(object({ roleUids: uids, includeHidden: flag, ...scoped(owner) }), { roleUids: [readersRole.uid] }),
    answers: {
      200: done(`${owner.name === 'ServiceAccount' ? 'Service account' : owner.name} roles have been updated.`),
      400: refused('bad request data', ...ungivable, owner.invalid, noOrg, tooMany),
      403: limited,
      404: refused('Role not found', owner.none, 'Organization not found'),
      409: refused(outdated),
    },
  }),
  del(`${owner.path}/:roleUID`, requires(...owner.remove), {
    id: `remove${owner.name}Role`,
    summary: `Take a role away from a ${owner.noun}`,
    description: `${held}${strangers(owner)}`,
    parameters: [owner.parameter, roleUid, ...(owner.isGlobal ? [everywhere] : []), ...actingOrg],
    answers: {
      200: done(owner.removed),
      400: refused(owner.invalid, noOrg, tooMany),
      404: refused('Role assignment not found', 'Role not found', owner.none, 'Organization not found'),
      409: refused(outdated),
    },
  }),
]
