import type { Machine, Person } from '../auth/identity.ts'
import { mayRaiseAnybody } from '../auth/permissions.ts'

/** To whose accounts somebody may make changes: everybody's, or only those with no more than basic roles in orgs. */
export type Reach = 'everybody' | 'the ordinary'

/** Whoever couldn't raise anybody gains nothing over a server admin, nor over people with roles of their own. */
export const reachOf = (caller: Person | Machine): Reach => (mayRaiseAnybody(caller) ? 'everybody' : 'the ordinary')

/** Bytes, not characters: "äöü" is long enough for Grafana. */
const bytes = (password: string) => new TextEncoder().encode(password).length

/** Grafana's own oddity, kept: who changes its own password needs one byte more than who is given one. */
export const isOwnPasswordTooShort = (password: string, minLength: number) => bytes(password) < Math.max(minLength, 5)

export const isPasswordTooShort = (password: string, minLength: number) => bytes(password) < minLength

/** Names as an update takes them: trimmed, and an e-mail alone becomes the login too (Grafana 9.3.2). */
export function namesToChange({ login, email }: { login: string; email: string }) {
  const trimmed = { login: login.trim(), email: email.trim() }
  return { login: trimmed.login || trimmed.email, email: trimmed.email }
}

/** A new account has both names: the missing one is the other (Grafana 9.3.2). */
export function namesOfNew({ login, email }: { login: string; email: string }) {
  const trimmed = { login: login.trim(), email: email.trim() }
  return { login: trimmed.login || trimmed.email, email: trimmed.email || trimmed.login }
}

/** Control characters and those that turn text around: a name must not hide what it is. */
export const isUnreadable = (name: string) => /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name)
