import type { Machine, Person } from '../auth/identity.ts'
import type { Grant } from '../auth/permissions.ts'
import { beyondReach, type Role, type Where } from './rules.ts'

/** To whom roles are given. */
export const kinds = ['user', 'team', 'service account'] as const
export type Kind = (typeof kinds)[number]

/** The ids of those to whom something was given, or is to be. */
export type Owners = Record<Kind, readonly number[]>

export const nobody: Owners = { user: [], team: [], 'service account': [] }

export const delegate = 'permissions:type:delegate'

type Verb = 'read' | 'add' | 'remove'

/** Service accounts go with users, as they do in Grafana, where they are some. */
export const actionOn = (kind: Kind, verb: Verb) => `${kind === 'team' ? 'teams' : 'users'}.roles:${verb}`

/** A role that was given: to whom, and where it counts (`orgId` 0 = everywhere). `id` is that of the assignment. */
export type Holding = { id: number; owner: number; uid: string; orgId: number }

/** Some roles for some of a kind: each of these to each of those. */
export type Pairs = { kind: Kind; ids: readonly number[]; uids: readonly string[] }

const byName = (a: Role, b: Role) => (a.name < b.name ? -1 : Number(a.name > b.name))

/** What an owner was given, by name and once each, here or everywhere. Hidden roles are listed where they are asked for. */
export const heldBy = (
  holdings: readonly Holding[],
  owner: number,
  roleOf: (uid: string) => Role | undefined,
  includeHidden: boolean,
): Role[] =>
  [...new Set(holdings.filter((holding) => holding.owner === owner).map(({ uid }) => uid))]
    .flatMap((uid) => roleOf(uid) ?? [])
    .filter(({ isHidden }) => includeHidden || !isHidden)
    .sort(byName)

/** What is to be added and removed so that a list becomes the wanted one. */
export function difference<T>(before: readonly T[], wanted: readonly T[]): { added: T[]; removed: T[] } {
  const had = new Set(before)
  const wants = new Set(wanted)
  return {
    added: [...wants].filter((one) => !had.has(one)),
    removed: [...had].filter((one) => !wants.has(one)),
  }
}

/** The first grant of some roles that the caller can neither give nor take away. */
export const beyondAll = (caller: Person | Machine, roles: readonly Role[], where: Where): Grant | undefined =>
  beyondReach(
    caller,
    roles.flatMap(({ grants }) => grants),
    where,
  )

/** In the words of Grafana's answers about users and teams. */
export const words: Record<Kind, { added: string; removed: string; updated: string }> = {
  user: {
    added: 'Role added to the user.',
    removed: 'Role removed from user.',
    updated: 'User roles have been updated.',
  },
  team: {
    added: 'Role added to the team.',
    removed: 'Role removed from team.',
    updated: 'Team roles have been updated.',
  },
  'service account': {
    added: 'Role added to the service account.',
    removed: 'Role removed from service account.',
    updated: 'Service account roles have been updated.',
  },
}
