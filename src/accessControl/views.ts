import type { Grant } from '../auth/permissions.ts'
import { actionsOf } from '../serviceAccounts/rules.ts'
import { teamAvatarUrl } from '../teams/views.ts'
import { avatarUrl } from '../users/views.ts'
import type { Given } from './queries.ts'

const byAction = ([a]: Grant, [b]: Grant) => (a < b ? -1 : Number(a > b))

/** Each action with every scope it is held on, once each: Grafana repeats them. */
export function scopesByAction(grants: readonly Grant[]): Record<string, string[]> {
  const scopes = new Map<string, Set<string>>()
  for (const [action, scope] of grants.toSorted(byAction)) {
    scopes.set(action, (scopes.get(action) ?? new Set()).add(scope))
  }
  return Object.fromEntries([...scopes].map(([action, on]) => [action, [...on]]))
}

export const heldActions = (grants: readonly Grant[]): Record<string, true> =>
  Object.fromEntries(grants.toSorted(byAction).map(([action]) => [action, true]))

const owner = (given: Given) =>
  given.userId === null
    ? { team: given.team, teamId: given.teamId, teamAvatarUrl: teamAvatarUrl(given.team ?? '', given.teamEmail ?? '') }
    : { userId: given.userId, userLogin: given.userLogin, userAvatarUrl: avatarUrl(given.userEmail ?? '') }

/** Grafana keeps what was given in a role of the person's or the team's own, and calls it managed. */
const roleName = ({ userId, teamId }: Given) =>
  userId === null ? `managed:teams:${teamId}:permissions` : `managed:users:${userId}:permissions`

export const givenPermission = (given: Given) => ({
  id: given.id,
  roleName: roleName(given),
  isManaged: true,
  isInherited: false,
  ...owner(given),
  actions: actionsOf[given.permission],
  permission: given.permission,
})
