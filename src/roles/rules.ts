import { flawOf } from '../auth/actions.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { allows, beyond, beyondOnServer, type Grant, mayOnServer, roles } from '../auth/permissions.ts'
import { definedRoles, isBasic } from '../auth/roles.ts'
import { isUnreadable } from '../users/rules.ts'

/** As the API shows it. `orgId` 0 = global; `updatedAt` null = it comes with Rollcall and was never changed. */
export type Role = {
  uid: string
  orgId: number
  name: string
  displayName: string
  description: string
  group: string
  isHidden: boolean
  version: number
  createdAt: number | null
  updatedAt: number | null
  grants: readonly Grant[]
}

/** A fixed role, or a basic one as it comes. */
export function definedRole(uid: string): Role | undefined {
  const role = definedRoles.get(uid)
  return role && { ...role, orgId: 0, isHidden: false, version: 1, createdAt: null, updatedAt: null }
}

/** Whether it counts in the org of the request alone, or in every one. */
export type Where = 'here' | 'everywhere'

/**
 * The first of some grants that the caller can't pass on, or take away again: nobody delegates more than they hold
 * (Grafana: `permissions:type:delegate`), and on the whole server only what they hold there (CVE-2023-4822).
 */
export const beyondReach = (caller: Person | Machine, grants: readonly Grant[], where: Where): Grant | undefined =>
  where === 'here' ? beyond(caller, grants) : beyondOnServer(caller, grants)

/** Whether the caller may do this to roles that count in every org; in its own org the guard has already asked. */
export const delegates = (caller: Person | Machine, action: string, where: Where): boolean =>
  where === 'here' || mayOnServer(caller, action, 'permissions:type:delegate')

/** Basic roles are had by having one in an org, never given as others are. */
export const canBeGiven = (role: Role) => !isBasic(role.uid)

const reserved = /^(fixed|basic|managed):/i
const reservedUid = /^(fixed|basic|managed)[:_]/i

/** Why a role can't be called so. */
export function flawOfName(uid: string, name: string): string | undefined {
  const [prefix] = reserved.exec(name) ?? reservedUid.exec(uid) ?? []
  if (prefix !== undefined) return `reserved prefix: ${prefix}`
  if (!/^[\w-]{1,40}$/.test(uid)) return 'uid must be 1 to 40 letters, digits, - and _'
  if (name !== name.trim() || isUnreadable(name))
    return 'name cannot hold control characters, nor begin or end in spaces'
  return name === '' ? 'name is required' : undefined
}

/** Why some permissions can't be in a role; names the first that can't. */
export function flawAmong(grants: readonly Grant[]): string | undefined {
  const flaws = grants.map(([action, scope]) => flawOf(action, scope))
  const index = flaws.findIndex((flaw) => flaw !== undefined)
  return index < 0 ? undefined : `permissions[${index}]: ${flaws[index]}`
}

const key = (grant: Grant) => grant.join(' ')
const keysOf = (grants: readonly Grant[]) => new Set(grants.map(key))

export const distinct = (grants: readonly Grant[]): Grant[] => [
  ...new Map(grants.map((grant) => [key(grant), grant])).values(),
]

const without = (grants: readonly Grant[], others: readonly Grant[]) => {
  const known = keysOf(others)
  return grants.filter((grant) => !known.has(key(grant)))
}

type Change = Pick<Role, 'name' | 'displayName' | 'description' | 'group' | 'isHidden' | 'version' | 'grants'>

/** What becomes of a role; of a basic one only the permissions change. */
export function changedRole(role: Role, change: Change, now: number): Role {
  const { version, grants } = change
  const changed = isBasic(role.uid) ? { version, grants } : change
  return { ...role, ...changed, createdAt: role.createdAt ?? now, updatedAt: now }
}

/**
 * What must be held to change a role: all that it gives and gave. Of a basic role, of which nobody holds everything on the
 * whole server, only what is added and taken away.
 */
export const touched = (role: Role, next: Role): readonly Grant[] =>
  isBasic(role.uid)
    ? [...without(next.grants, role.grants), ...without(role.grants, next.grants)]
    : [...next.grants, ...role.grants]

/** Without these nobody could give them back. */
const indispensable: readonly Grant[] = [
  ['roles:read', 'roles:*'],
  ['roles:write', 'permissions:type:escalate'],
  ['users.permissions:write', 'global.users:*'],
]

/** What a server admin would be locked out by the lack of. */
export const missingFrom = ({ uid, grants }: Role): Grant | undefined =>
  uid === 'basic_grafana_admin' ? indispensable.find(([action, scope]) => !allows(grants, action, scope)) : undefined

const basicRoles: readonly string[] = roles

/** Where a basic role stands that others can be given to, in one org; 0 or less = none. */
export const rankOf = (builtinRole: string) => basicRoles.indexOf(builtinRole)
