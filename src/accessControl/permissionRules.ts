import { type Grant, type Part, partsOf, type Source } from '../auth/permissions.ts'
import type { Gift } from '../serviceAccounts/queries.ts'
import { grantsGiven, mayBeGiven } from '../serviceAccounts/rules.ts'
import type { Holder } from './permissionQueries.ts'

export type HeldPart = { source: Source | { kind: 'service account'; gift: Gift }; grants: readonly Grant[] }

const giftPart = (gift: Gift): HeldPart => ({ source: { kind: 'service account', gift }, grants: grantsGiven([gift]) })

/** All that somebody holds in the org, by where it comes from: the disabled hold nothing. */
export function partsHeld({ person, gifts }: Holder): (Part | HeldPart)[] {
  if (person.user.isDisabled) return []
  return [...partsOf(person), ...(mayBeGiven(person) ? gifts.map(giftPart) : [])]
}

/** Which actions are of interest; empty = all. */
export type Wanted = { action: string; prefix: string }

/** Of what somebody holds. */
export const grantsWanted = (holder: Holder, { action, prefix }: Wanted): Grant[] =>
  partsHeld(holder)
    .flatMap(({ grants }) => grants)
    .filter(([held]) => (action === '' || held === action) && held.startsWith(prefix))
