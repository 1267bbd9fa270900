import type { Machine, Person } from '../auth/identity.ts'
import { allowedAmong, asMetadata, type Metadata } from '../auth/metadata.ts'
import { decidingOn, type Grant, grantsOf, isWithinLimits, limitsOf, may } from '../auth/permissions.ts'

/** What somebody, or a team, may be given on one service account. */
export const levels = ['Edit', 'Admin'] as const
export type Level = (typeof levels)[number]

const edit = ['serviceaccounts:read', 'serviceaccounts:write'] as const
const admin = [
  ...edit,
  'serviceaccounts:delete',
  'serviceaccounts.permissions:read',
  'serviceaccounts.permissions:write',
] as const

export type AccountAction = (typeof admin)[number]

/** What each level allows, on that account (Grafana 9.3.2). */
export const actionsOf: Record<Level, readonly AccountAction[]> = { Edit: edit, Admin: admin }

export const scopeOf = (id: number | string) => `serviceaccounts:id:${id}`

/** What was given with some accounts, as permissions. */
export const grantsGiven = (given: readonly { id: number; level: Level }[]): Grant[] =>
  given.flatMap(({ id, level }) => actionsOf[level].map((action): Grant => [action, scopeOf(id)]))

/** Only a member of the org can be given its accounts; whoever has left it, no longer. */
export const mayBeGiven = (caller: Person | Machine): caller is Person =>
  caller.kind === 'person' && caller.role !== undefined

const isGiven = (caller: Person | Machine, action: AccountAction, id: number, given: Level | null) =>
  given !== null && actionsOf[given].includes(action) && isWithinLimits(caller, action, scopeOf(id))

/** Whether the caller may do it to an account: by what it holds, or by the level that it was given there. */
export const mayOn = (caller: Person | Machine, action: AccountAction, id: number, given: Level | null) =>
  may(caller, action, scopeOf(id)) || isGiven(caller, action, id, given)

const inOrder = [...admin].sort()

/** All that the caller may do to each account, by what it holds and by what it was given there. */
export function allowedOn(caller: Person | Machine) {
  const allowed = allowedAmong(decidingOn(caller, 'all'), inOrder, scopeOf(''))
  return ({ id, given }: { id: number; given: Level | null }): Metadata => {
    const held = new Set(allowed(id))
    return asMetadata(inOrder.filter((action) => held.has(action) || isGiven(caller, action, id, given)))
  }
}

const namedIn = (grants: readonly Grant[]) =>
  grants.flatMap(([, scope]) => /^serviceaccounts:id:(\d{1,15})$/.exec(scope)?.[1] ?? [])

const read = 'serviceaccounts:read'
const everyAccount = 'serviceaccounts:*'

/** Which accounts the caller reads: all, or those named in what it holds and in its token's limits, and those given to it within the latter. */
export function readableAccounts(caller: Person | Machine): 'all' | { ids: number[]; givenAmong: number[] | 'all' } {
  if (may(caller, read, everyAccount)) return 'all'
  const limits = limitsOf(caller).flatMap(({ all }) => all)
  const named = [...new Set([...namedIn(grantsOf(caller)), ...namedIn(limits)])]
  const ids = named.filter((id) => may(caller, read, scopeOf(id))).map(Number)
  if (isWithinLimits(caller, read, everyAccount)) return { ids, givenAmong: 'all' }
  return { ids, givenAmong: named.filter((id) => isWithinLimits(caller, read, scopeOf(id))).map(Number) }
}

/** As Grafana makes it of a name: "My SA" is sa-my-sa. */
export const loginOf = (name: string) => `sa-${name.toLowerCase().replaceAll(' ', '-')}`
