import { isOnServer } from './actions.ts'
import type { HeldRole, Identity, Machine, Person } from './identity.ts'
import { definedRoles, isBasic } from './roles.ts'

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
const isAtMost = (role: Role, ceiling: Role) => roles.indexOf(role) <= roles.indexOf(ceiling)

/** Who is on a team sees it; a team's admin manages it (Grafana 9.3.2). */
export const ofTeam = ({ id, isAdmin }: Person['teams'][number]): Grant[] =>
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
export const canonicalScope = (action: string, scope: string) =>
  action.startsWith('users') ? scope.replace(/^(global[:.])?users:/, 'global.users:') : scope

const covers = (granted: string, wanted: string) =>
  granted === wanted || granted === '*' || (granted.endsWith(':*') && wanted.startsWith(granted.slice(0, -1)))

/** Whether any grant allows the action on the scope. Pure; an action never counts without its scope. */
export const allows = (grants: readonly Grant[], action: string, scope: string) =>
  grants.some(
    ([granted, on]) => granted === action && covers(canonicalScope(action, on), canonicalScope(action, scope)),
  )

/** What somebody holds: all of it in the org of the request, and what of it counts everywhere. */
export type Holdings = { all: readonly Grant[]; everywhere: readonly Grant[] }

const basicUid = (role: Role) => `basic_${role.toLowerCase()}`

/** A role's permissions as they were changed, or as they come; one that is gone gives nothing. */
const grantsOfRole = ({ uid, grants }: HeldRole) => grants ?? definedRoles.get(uid)?.grants ?? []

const grantsOfBasic = (held: readonly HeldRole[], uid: string) =>
  grantsOfRole(held.find((role) => role.uid === uid) ?? { uid, isEverywhere: false, grants: null })

/** Basic roles are in the list of those given only where they were changed: they are asked for by name. */
const given = (held: readonly HeldRole[]) => held.filter(({ uid }) => !isBasic(uid))

/** Where somebody has permissions from. */
export type Source =
  | { kind: 'server admin' | 'basic role'; uid: string }
  | { kind: 'role'; role: HeldRole }
  | { kind: 'team'; id: number; isAdmin: boolean }
  | { kind: 'own' }

export type Part = { source: Source; isEverywhere: boolean; grants: readonly Grant[] }

/** What of a role counts that was given in one org: not what it says of the whole server. */
const ofOneOrg = (grants: readonly Grant[]) => grants.filter(([action]) => !isOnServer(action))

const basicPart = (kind: 'server admin' | 'basic role', held: readonly HeldRole[], uid: string): Part => ({
  source: { kind, uid },
  isEverywhere: kind === 'server admin',
  grants: kind === 'server admin' ? grantsOfBasic(held, uid) : ofOneOrg(grantsOfBasic(held, uid)),
})

const rolePart = (role: HeldRole): Part => ({
  source: { kind: 'role', role },
  isEverywhere: role.isEverywhere,
  grants: role.isEverywhere ? grantsOfRole(role) : ofOneOrg(grantsOfRole(role)),
})

/** All that somebody holds in the org that they were read for, by where they have it from. */
export function partsOf(identity: Person | Machine): Part[] {
  const { kind, role, roles } = identity
  const byRoles = [
    ...(role === undefined ? [] : [basicPart('basic role', roles, basicUid(role))]),
    ...given(roles).map(rolePart),
  ]
  if (kind === 'machine')
    return [{ source: { kind: 'own' }, isEverywhere: true, grants: identity.permissions }, ...byRoles]
  return [
    ...(identity.user.isAdmin ? [basicPart('server admin', roles, 'basic_grafana_admin')] : []),
    ...byRoles,
    ...identity.teams.map(
      (team): Part => ({ source: { kind: 'team', ...team }, isEverywhere: false, grants: ofTeam(team) }),
    ),
  ]
}

const combined = (parts: readonly Part[]): Holdings => ({
  all: parts.flatMap(({ grants }) => grants),
  everywhere: parts.flatMap(({ isEverywhere, grants }) => (isEverywhere ? grants : [])),
})

/** What comes of roles that were given, beside anybody's basic one. */
export const holdingsByRoles = (held: readonly HeldRole[]): Holdings => combined(given(held).map(rolePart))

const gathered = new WeakMap<object, Holdings>()

/** Everything the caller holds, before the limits of its token; gathered once a request. */
export function holdingsOf(identity: Person | Machine): Holdings {
  const holdings = gathered.get(identity) ?? combined(partsOf(identity))
  gathered.set(identity, holdings)
  return holdings
}

export const grantsOf = (identity: Person | Machine): readonly Grant[] => holdingsOf(identity).all

/** What the calling token never exceeds: the list it was made with, or whatever those hold now by whom it was made. */
export function limitsOf(identity: Person | Machine): readonly Holdings[] {
  if (identity.kind === 'machine') return identity.creators.map(holdingsOf)
  const grants = identity.token?.permissions
  return grants === undefined ? [] : [{ all: grants, everywhere: grants }]
}

/** Each of these must allow what the caller is to do in the org of the request, or `everywhere`. */
export const decidingOn = (caller: Person | Machine, where: keyof Holdings): (readonly Grant[])[] =>
  [holdingsOf(caller), ...limitsOf(caller)].map((holdings) => holdings[where])

/** Whether the limits of the calling token, if it has some, let it. */
export const isWithinLimits = (identity: Person | Machine, action: string, scope: string): boolean =>
  limitsOf(identity).every(({ all }) => allows(all, action, scope))

/** Whether the caller may: by what it holds, and within the limits of its token. */
export function may(identity: Identity, action: string, scope: string): boolean {
  if (identity.kind === 'anonymous') return false
  return allows(grantsOf(identity), action, scope) && isWithinLimits(identity, action, scope)
}

/** Whether the caller may on the whole server: by what it holds in every org, not in the one of the request alone. */
export function mayOnServer(identity: Identity, action: string, scope: string): boolean {
  if (identity.kind === 'anonymous') return false
  return decidingOn(identity, 'everywhere').every((grants) => allows(grants, action, scope))
}

/** Whether the caller may do this to anything at all: then each row is asked about with `may`. */
export function maySome(identity: Identity, action: string): boolean {
  if (identity.kind === 'anonymous') return false
  return decidingOn(identity, 'all').every((grants) => grants.some(([granted]) => granted === action))
}

/** Whether the caller's own role in the org of the request is no less, and that of those who made its token; a list of permissions is no role. */
export function holdsRole(caller: Person | Machine, role: Role): boolean {
  if (!isAtMost(role, caller.role ?? 'None')) return false
  if (caller.kind === 'machine') return caller.creators.every((creator) => holdsRole(creator, role))
  return caller.token?.permissions === undefined || isAtMost(role, 'None')
}

/** Whether the caller may do whatever it likes to any account: it could make itself a server admin. */
export const mayRaiseAnybody = (caller: Person | Machine): boolean =>
  mayOnServer(caller, 'users.permissions:write', 'global.users:*')

/** Whether the caller may give somebody a role in an org: nobody gives away more than they have there. `None` gives nothing. */
export const mayGiveRole = (caller: Person | Machine, orgId: number, role: Role): boolean =>
  (caller.orgId === orgId && holdsRole(caller, role)) || mayRaiseAnybody(caller) || isAtMost(role, 'None')

/** The first of some permissions that the caller can't pass on, since it doesn't hold it itself in the org of the request. */
export const beyond = (caller: Person | Machine, grants: readonly Grant[]): Grant | undefined =>
  grants.find(([action, scope]) => !may(caller, action, scope))

/** The same for permissions that are to count everywhere. */
export const beyondOnServer = (caller: Person | Machine, grants: readonly Grant[]): Grant | undefined =>
  grants.find(([action, scope]) => !mayOnServer(caller, action, scope))
