import type { Machine, Person } from '../auth/identity.ts'
import { isAtMost, type Role } from '../auth/permissions.ts'

/** Nobody gives away more than they have, but a server admin has everything. */
export const mayGive = (caller: Person | Machine, role: Role) =>
  (caller.kind === 'person' && caller.user.isAdmin) || isAtMost(role, caller.role ?? 'None')

/** The range of names in small letters that start with a text; both sides are folded as SQLite's lower() folds, which knows ASCII alone. */
export function prefixRange(text: string) {
  const from = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return { from, before: `${from}\u{10ffff}` }
}
