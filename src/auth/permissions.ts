import type { Identity, Machine, Person } from './identity.ts'

/** What a caller holds: an action on a scope, as Grafana's documentation prints them. */
export type Grant = readonly [action: string, scope: string]

/** As they are stored; written by this code alone, from a parsed list. */
export const readGrants = (json: string): Grant[] => JSON.parse(json)

/** Grafana's numbers for what somebody is on a team. */
export const teamMember = 0
export const teamAdmin = 4

/** In an org, from least to most. */
export const roles = ['None', 'Viewer', 'Editor', 'Admin'] as const
export type Role = (typeof roles)[number]

/** Whether a role gives no more than another. */
export const isAtMost = (role: Role, ceiling: Role) => roles.indexOf(role) <= roles.indexOf(ceiling)

/** Any member of the org of the request. */
const viewer: readonly Grant[] = [
  ['orgs:read', ''],
  ['orgs.quotas:read', ''],
  ['dashboards:read', 'dashboards:*'],
]

const editor: readonly Grant[] = [
  ...viewer,
  ['dashboards:create', 'folders:*'],
  ['dashboards:write', 'dashboards:*'],
  ['dashboards:delete', 'dashboards:*'],
  ['dashboards.permissions:write', 'dashboards:*'],
]

const orgAdmin: readonly Grant[] = [
  ...editor,
  ['orgs:write', ''],
  ['orgs.preferences:read', ''],
  ['orgs.preferences:write', ''],
  ['org.users:read', 'users:*'],
  ['org.users:add', 'users:*'],
  ['org.users:write', 'users:*'],
  ['org.users:remove', 'users:*'],
  ['teams:create', ''],
  ['teams:read', 'teams:*'],
  ['teams:write', 'teams:*'],
  ['teams:delete', 'teams:*'],
  ['teams.permissions:read', 'teams:*'],
  ['teams.permissions:write', 'teams:*'],
  ['apikeys:read', 'apikeys:*'],
  ['apikeys:create', ''],
  ['apikeys:delete', 'apikeys:*'],
  ['serviceaccounts:create', ''],
  ['serviceaccounts:read', 'serviceaccounts:*'],
  ['serviceaccounts:write', 'serviceaccounts:*'],
  ['serviceaccounts:delete', 'serviceaccounts:*'],
  ['serviceaccounts.permissions:read', 'serviceaccounts:*'],
  ['serviceaccounts.permissions:write', 'serviceaccounts:*'],
]

const byRole: Record<Role, readonly Grant[]> = { None: [], Viewer: viewer, Editor: editor, Admin: orgAdmin }

const serverAdmin: readonly Grant[] = [
  ['users:read', 'global.users:*'],
  ['users:write', 'global.users:*'],
  ['users:create', ''],
  ['users:delete', 'global.users:*'],
  ['users:disable', 'global.users:*'],
  ['users:enable', 'global.users:*'],
  ['users:logout', 'global.users:*'],
  ['users.password:write', 'global.users:*'],
  ['users.permissions:write', 'global.users:*'],
  ['users.authtoken:read', 'global.users:*'],
  ['users.authtoken:write', 'global.users:*'],
  ['users.quotas:read', 'global.users:*'],
  ['users.quotas:write', 'global.users:*'],
  ['users.teams:read', 'global.users:*'],
  ['server.stats:read', ''],
  ['settings:read', 'settings:*'],
  ['orgs:create', ''],
  ['orgs:read', ''],
  ['orgs:write', ''],
  ['orgs:delete', ''],
  ['orgs.quotas:read', ''],
  ['orgs.quotas:write', ''],
  ['org.users:read', 'users:*'],
  ['org.users:add', 'users:*'],
  ['org.users:write', 'users:*'],
  ['org.users:remove', 'users:*'],
  ['serviceaccounts.grants:write', 'serviceaccounts:*'],
]

/** Who is on a team sees it; a team's admin manages it (Grafana 9.3.2). */
const ofTeam = ({ id, isAdmin }: Person['teams'][number]): Grant[] =>
  isAdmin
    ? [
        ['teams:read', `teams:id:${id}`],
        ['teams:write', `teams:id:${id}`],
        ['teams:delete', `teams:id:${id}`],
        ['teams.permissions:read', `teams:id:${id}`],
        ['teams.permissions:write', `teams:id:${id}`],
      ]
    : [['teams:read', `teams:id:${id}`]]

/** The seed page writes `global:users:*` and `users:*`, later pages `global.users:*`: for the `users:*` actions all three mean the last. */
const canonicalScope = (action: string, scope: string) =>
  action.startsWith('users') ? scope.replace(/^(global[:.])?users:/, 'global.users:') : scope

const covers = (granted: string, wanted: string) =>
  granted === wanted || granted === '*' || (granted.endsWith(':*') && wanted.startsWith(granted.slice(0, -1)))

/** Whether any grant allows the action on the scope. Pure; an action never counts without its scope. */
export const allows = (grants: readonly Grant[], action: string, scope: string) =>
  grants.some(
    ([granted, on]) => granted === action && covers(canonicalScope(action, on), canonicalScope(action, scope)),
  )

function gather(identity: Person | Machine): readonly Grant[] {
  if (identity.kind === 'machine') return [...byRole[identity.role], ...identity.permissions]
  return [
    ...(identity.user.isAdmin ? serverAdmin : []),
    ...(identity.role === undefined ? [] : byRole[identity.role]),
    ...identity.teams.flatMap(ofTeam),
  ]
}

const gathered = new WeakMap<object, readonly Grant[]>()

/** Everything the caller holds, before the limits of its token; gathered once a request. */
export function grantsOf(identity: Person | Machine): readonly Grant[] {
  const grants = gathered.get(identity) ?? gather(identity)
  gathered.set(identity, grants)
  return grants
}

/** Those of the calling token; undefined = none. */
export const limitsOf = (identity: Person | Machine): readonly Grant[] | undefined =>
  identity.kind === 'person' ? identity.token?.permissions : undefined

/** Whether the limits of the calling token, if it has some, let it. */
export function isWithinLimits(identity: Person | Machine, action: string, scope: string): boolean {
  const limits = limitsOf(identity)
  return limits === undefined || allows(limits, action, scope)
}

/** Whether the caller may: by what it holds, and within the limits of its token. */
export function may(identity: Identity, action: string, scope: string): boolean {
  if (identity.kind === 'anonymous') return false
  return allows(grantsOf(identity), action, scope) && isWithinLimits(identity, action, scope)
}

/** Whether the caller may on the whole server: by what it holds beside its role, which counts in one org alone. */
export const mayOnServer = (identity: Identity, action: string, scope: string): boolean =>
  identity.kind !== 'anonymous' && may({ ...identity, role: 'None' }, action, scope)

/** Whether the caller may do this to anything at all: then each row is asked about with `may`. */
export function maySome(identity: Identity, action: string): boolean {
  if (identity.kind === 'anonymous') return false
  const limits = limitsOf(identity) ?? [[action, '*'] as const]
  return [grantsOf(identity), limits].every((grants) => grants.some(([granted]) => granted === action))
}
