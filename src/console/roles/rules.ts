import type { Person } from '../../auth/identity.ts'
import { may, mayOnServer } from '../../auth/permissions.ts'
import { definedRoles, isBasic, isFixed } from '../../auth/roles.ts'
import { accessDenied, badRequest, notFound } from '../../errors.ts'
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

/** What is no uid is no role, and may be what means another path. */
export function apiPathOf(uid: string): string {
  if (!/^[\w-]{1,40}$/.test(uid)) throw notFound('Role not found')
  return `/api/access-control/roles/${uid}`
}

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

/** Only for whoever may do it on the whole server: it may give more than they hold. */
export const mayReset = (viewer: Person): boolean => mayOnServer(viewer, 'roles:write', 'permissions:type:escalate')

/** Why a role can't be changed or deleted by the viewer: as the API says once it is asked to. */
const refusalOf = (viewer: Person, action: string, role: Full) =>
  manages(viewer, action, role)
    ? accessDenied(...(beyondViewer(viewer, role) ?? ([action, delegate] as const)))
    : accessDenied(action, delegate)

export function demandChange(viewer: Person, role: Full): void {
  if (isFixed(role.uid)) throw badRequest('Fixed roles cannot be changed')
  if (role.uid === 'basic_none') throw badRequest('None gives nothing: for good')
  if (!mayChange(viewer, role)) throw refusalOf(viewer, 'roles:write', role)
}

export function demandDeletion(viewer: Person, role: Full): void {
  if (sortOf(role.uid) !== 'Custom') throw badRequest('Fixed and basic roles cannot be deleted')
  if (!mayDelete(viewer, role)) throw refusalOf(viewer, 'roles:delete', role)
}

export const maySeeAssignments = (viewer: Person): boolean =>
  may(viewer, 'users.roles:read', 'users:*') && may(viewer, 'teams.roles:read', 'teams:*')
