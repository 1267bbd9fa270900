import { forbidden } from '../errors.ts'
import type { Machine, Person } from './identity.ts'

/** For whatever makes a credential: otherwise a personal token could make itself a successor without its limits. */
export function refuseLimited(caller: Person | Machine): void {
  if (caller.kind === 'machine' || !caller.token) return
  if (caller.token.permissions || caller.token.expiresAt !== null) {
    throw forbidden('A token with an expiry or with limited permissions cannot create credentials or raise rights')
  }
}
