import { forbidden } from '../errors.ts'
import type { Machine, Person } from './identity.ts'

/**
 * For whatever makes a credential or raises rights: otherwise a personal token could make itself a successor without its
 * limits, and a token that a service account's token made one that its maker no longer answers for.
 */
export function refuseLimited(caller: Person | Machine): void {
  if (caller.kind === 'machine') {
    if (caller.isDerived) throw forbidden("A token that a service account's token made cannot create others")
    return
  }
  if (!caller.token) return
  if (caller.token.permissions || caller.token.expiresAt !== null) {
    throw forbidden('A token with an expiry or with limited permissions cannot create credentials or raise rights')
  }
}
