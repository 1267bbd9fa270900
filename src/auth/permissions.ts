import type { Identity } from './identity.ts'

/** What a caller holds: an action on a scope, as Grafana's documentation prints them. */
export type Grant = readonly [action: string, scope: string]

/** In an org, from least to most. */
export const roles = ['None', 'Viewer', 'Editor', 'Admin'] as const
export type Role = (typeof roles)[number]

/** Whether a role gives no more than another. */
export const isAtMost = (role: Role, ceiling: Role) => roles.indexOf(role) <= roles.indexOf(ceiling)

const noGrants: readonly Grant[] = []

/** Of the org in which the request acts. */
const orgAdmin: readonly Grant[] = [
  ['orgs:read', ''],
  ['org.users:read', 'users:*'],
  ['org.users:add', 'users:*'],
  ['teams:create', ''],
  ['teams:read', 'teams:*'],
  ['teams.permissions:read', 'teams:*'],
  ['teams.permissions:write', 'teams:*'],
  ['apikeys:read', 'apikeys:*'],
  ['apikeys:create', ''],
  ['apikeys:delete', 'apikeys:*'],
]

const byRole: Record<Role, readonly Grant[]> = { None: noGrants, Viewer: noGrants, Editor: noGrants, Admin: orgAdmin }

const serverAdmin: readonly Grant[] = [
  ['users:read', 'global.users:*'],
  ['users:write', 'global.users:*'],
  ['users:create', ''],
  ['users:delete', 'global.users:*'],
  ['users.password:write', 'global.users:*'],
  ['users.permissions:write', 'global.users:*'],
  ['users.teams:read', 'global.users:*'],
  ['orgs:create', ''],
  ['orgs:read', ''],
  ['org.users:read', 'users:*'],
  ['org.users:add', 'users:*'],
]

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

/** Whether the caller may: by its role in the org of the request or as server admin, and within the limits of its token. */
export function may(identity: Identity, action: string, scope: string): boolean {
  if (identity.kind === 'anonymous') return false
  if (identity.kind === 'machine') return allows(byRole[identity.role], action, scope)
  const limits = identity.token?.permissions
  if (limits && !allows(limits, action, scope)) return false
  return (
    (identity.user.isAdmin && allows(serverAdmin, action, scope)) ||
    (identity.role !== undefined && allows(byRole[identity.role], action, scope))
  )
}
