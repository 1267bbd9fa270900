import type { Person } from '../../auth/identity.ts'
import { may } from '../../auth/permissions.ts'
import { definedRoles, isBasic, isFixed } from '../../auth/roles.ts'
import { beyondReach, delegates } from '../../roles/rules.ts'
import type { fullRole, listedRole } from '../../roles/views.ts'

export type Listed = ReturnType<typeof listedRole> & { delegatable?: boolean }
export type Full = ReturnType<typeof fullRole>

/** In the order in which they are listed: what was made here comes first. */
export const sorts = ['Custom', 'Basic', 'Fixed'] as const
export type Sort = (typeof sorts)[number]

export const sortOf = (uid: string): Sort => (isBasic(uid) ? 'Basic' : isFixed(uid) ? 'Fixed' : 'Custom')

/** For people; a custom role may have no other than the one that programs use. */
export const titleOf = ({ name, displayName }: Pick<Full, 'name' | 'displayName'>) => displayName || name

/** The same of a role of which nothing is known but the uid. */
export function titleOfUid(uid: string): string {
  const defined = definedRoles.get(uid)
  return defined ? titleOf(defined) : uid
}

export const apiPathOf = (uid: string) => `/api/access-control/roles/${encodeURIComponent(uid)}`
export const pathOf = (uid: string) => `/roles/${encodeURIComponent(uid)}`

export const delegate = 'permissions:type:delegate'

const whereOf = ({ global }: Full) => (global ? 'everywhere' : 'here')

/** Whoever manages roles, where this one counts. */
const manages = (viewer: Person, action: string, role: Full) =>
  may(viewer, action, delegate) && delegates(viewer, action, whereOf(role))

/** What the role gives that the viewer doesn't hold: then it isn't theirs to change. */
export const beyondViewer = (viewer: Person, role: Full) =>
  beyondReach(
    viewer,
    role.permissions.map(({ action, scope }) => [action, scope] as const),
    whereOf(role),
  )

/** Of a basic role only what is changed of it has to be held, which nobody knows before. */
export function mayChange(viewer: Person, role: Full): boolean {
  if (isFixed(role.uid) || role.uid === 'basic_none' || !manages(viewer, 'roles:write', role)) return false
  return isBasic(role.uid) || beyondViewer(viewer, role) === undefined
}

export const mayDelete = (viewer: Person, role: Full): boolean =>
  sortOf(role.uid) === 'Custom' && manages(viewer, 'roles:delete', role) && beyondViewer(viewer, role) === undefined

export const maySeeAssignments = (viewer: Person): boolean =>
  may(viewer, 'users.roles:read', 'users:*') && may(viewer, 'teams.roles:read', 'teams:*')
