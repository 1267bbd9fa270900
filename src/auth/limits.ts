import { forbidden } from '../errors.ts'
import type { Machine, Person } from './identity.ts'

/** Whether somebody's token has an end or a list of permissions: what it does must not outlast it, nor go beyond it. */
export const isLimited = (caller: Person | Machine): boolean =>
  caller.kind === 'person' &&
  caller.token !== undefined &&
  (caller.token.permissions !== undefined || caller.token.expiresAt !== null)

/**
 * For whatever makes a credential or raises rights: otherwise a personal token could make itself a successor without its
 * limits, and a token that a service account's token made one that its maker no longer answers for.
 */
export function refuseLimited(caller: Person | Machine): void {
  if (caller.kind === 'machine' && caller.isDerived) {
    throw forbidden("A token that a service account's token made cannot create others")
  }
  if (isLimited(caller)) {
    throw forbidden('A token with an expiry or with limited permissions cannot create credentials or raise rights')
  }
}
