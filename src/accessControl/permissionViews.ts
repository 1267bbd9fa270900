import type { HeldRole } from '../auth/identity.ts'
import { roles } from '../auth/permissions.ts'
import { definedRoles } from '../auth/roles.ts'
import type { Holder } from './permissionQueries.ts'
import { grantsWanted, type HeldPart, partsHeld, type Wanted } from './permissionRules.ts'
import { scopesByAction } from './views.ts'

const nameOf = (uid: string) => definedRoles.get(uid)?.name ?? uid

/** A role that was given: to a team, to a basic role of the org, or else to the holder. */
function givenRole({ uid, origin }: HeldRole) {
  const role = { uid, name: origin?.name ?? nameOf(uid) }
  if (origin?.teamId) return { kind: 'team role', ...role, teamId: origin.teamId }
  if (origin?.basicRank) return { kind: 'builtin role', ...role, builtInRole: roles[origin.basicRank] }
  return { kind: 'role', ...role, global: origin?.orgId === 0 }
}

function shownSource(source: HeldPart['source']) {
  switch (source.kind) {
    case 'server admin':
    case 'basic role':
      return { kind: source.kind, uid: source.uid, name: nameOf(source.uid) }
    case 'role':
      return givenRole(source.role)
    case 'team':
      return { kind: 'team', teamId: source.id, isAdmin: source.isAdmin }
    case 'service account': {
      const { id, level, teamId } = source.gift
      return {
        kind: 'service account',
        serviceAccountId: id,
        permission: level,
        ...(teamId === null ? {} : { teamId }),
      }
    }
    case 'own':
      return { kind: source.kind }
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

type Held = { action: string; scope: string; sources: Set<HeldPart['source']> }

/** Each permission once, by action and scope; `isExplained` adds where it comes from. */
export function permissionsHeld(holder: Holder, isExplained: boolean) {
  const held = new Map<string, Held>()
  for (const { grants, source } of partsHeld(holder)) {
    for (const [action, scope] of grants) {
      const key = `${action} ${scope}`
      const entry = held.get(key) ?? { action, scope, sources: new Set() }
      held.set(key, entry)
      entry.sources.add(source)
    }
  }
  return [...held.values()]
    .sort((a, b) => compare(a.action, b.action) || compare(a.scope, b.scope))
    .map(({ action, scope, sources }) => ({
      action,
      scope,
      ...(isExplained && { sources: [...sources].map(shownSource) }),
    }))
}

/** By the ids of those who hold any of it. */
export const permissionsByUser = (holders: readonly Holder[], wanted: Wanted) =>
  Object.fromEntries(
    holders.flatMap((holder) => {
      const grants = grantsWanted(holder, wanted)
      return grants.length > 0 ? [[holder.person.user.id, scopesByAction(grants)] as const] : []
    }),
  )
