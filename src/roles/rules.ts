import type { Machine, Person } from '../auth/identity.ts'
import { beyond, beyondOnServer, type Grant, mayOnServer } from '../auth/permissions.ts'
import { definedRoles, isBasic } from '../auth/roles.ts'

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
