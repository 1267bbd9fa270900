import type { Machine, Person } from '../auth/identity.ts'
import { allows, type Grant, holdingsOf, limitsOf, teamAdmin, teamMember } from '../auth/permissions.ts'

export const isPermission = (permission: number) => permission === teamMember || permission === teamAdmin

/** Which teams may be read by these: all, or those by name. */
function readable(grants: readonly Grant[]): Set<number> | 'all' {
  if (allows(grants, 'teams:read', 'teams:id:*')) return 'all'
  const named = grants.flatMap(([action, scope]) =>
    action === 'teams:read' ? [/^teams:id:(\d{1,15})$/.exec(scope)?.[1]] : [],
  )
  return new Set(named.filter((id) => id !== undefined).map(Number))
}

/** Which teams of its org the caller sees: what it holds, within the limits of its token. */
export function visibleTeams(caller: Person | Machine): number[] | 'all' {
  const reaches = [holdingsOf(caller), ...limitsOf(caller)].map(({ all }) => readable(all))
  const named = reaches.filter((reach) => reach !== 'all')
  const [narrow] = named
  return narrow === undefined ? 'all' : [...narrow].filter((id) => named.every((reach) => reach.has(id)))
}

export type Wanted = { members: string[]; admins: string[] }

type Place = { email: string; permission: number }

/** Each e-mail once, by its key form, with what it is to be on the team: who is named as both is an admin. */
export function wantedMembers({ members, admins }: Wanted, nameKey: (name: string) => string): Map<string, Place> {
  const wanted = new Map<string, Place>()
  for (const email of members) wanted.set(nameKey(email), { email, permission: teamMember })
  for (const email of admins) wanted.set(nameKey(email), { email, permission: teamAdmin })
  return wanted
}
