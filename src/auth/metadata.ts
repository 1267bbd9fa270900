import { actionsOn } from './actions.ts'
import { allows, canonicalScope, type Grant } from './permissions.ts'

// Grafana's `accessControl`, which `?accesscontrol=true` asks for: what the caller may do to what an answer shows.

export type Metadata = Record<string, true>

export const asMetadata = (actions: readonly string[]): Metadata =>
  Object.fromEntries(actions.map((action) => [action, true] as const))

/** The things named in grants of an action; undefined = it covers all of the kind. */
function namedIn(grants: readonly Grant[], action: string, prefix: string): Set<string> | undefined {
  if (allows(grants, action, `${prefix}*`)) return undefined
  return new Set(grants.flatMap(([granted, on]) => (granted === action ? [canonicalScope(action, on)] : [])))
}

/**
 * Which of some actions the caller may do to each of many things whose scopes start alike. `deciding` are lists that must
 * all allow it (`decidingOn`): they are looked through once, not for each thing.
 */
export function allowedAmong(deciding: readonly (readonly Grant[])[], actions: readonly string[], prefix: string) {
  const asked = actions.map((action) => ({
    action,
    named: deciding.flatMap((grants) => namedIn(grants, action, prefix) ?? []),
  }))
  return (id: number): string[] =>
    asked.flatMap(({ action, named }) =>
      named.every((things) => things.has(canonicalScope(action, `${prefix}${id}`))) ? [action] : [],
    )
}

/** The same as Grafana shows it. */
const shownAmong = (actions: readonly string[], prefix: string) => (deciding: readonly (readonly Grant[])[]) => {
  const allowed = allowedAmong(deciding, actions, prefix)
  return (id: number) => asMetadata(allowed(id))
}

export const onUsers = shownAmong(actionsOn('account'), 'global.users:id:')
export const onMembers = shownAmong(actionsOn('member'), 'users:id:')
export const onTeams = shownAmong(actionsOn('team'), 'teams:id:')

export const orgActions = actionsOn('nothing').filter((action) => /^orgs[.:]/.test(action) && action !== 'orgs:create')

/** An org has no scope of its own: what the caller may do to the one that it was asked in. */
export const onOrg = (deciding: readonly (readonly Grant[])[]): Metadata =>
  asMetadata(orgActions.filter((action) => deciding.every((grants) => allows(grants, action, ''))))
