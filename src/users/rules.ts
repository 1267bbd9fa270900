import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64Url } from '../auth/base64.ts'
import type { Machine, Person, User } from '../auth/identity.ts'
import { isLimited } from '../auth/limits.ts'
import { mayRaiseAnybody } from '../auth/permissions.ts'

/** To whose accounts somebody may make changes: everybody's, or only those with no more than basic roles in orgs. */
export type Reach = 'everybody' | 'the ordinary'

/** Whoever couldn't raise anybody, now and for good, gains nothing over a server admin, nor over people with roles of their own. */
export const reachOf = (caller: Person | Machine): Reach =>
  mayRaiseAnybody(caller) && !isLimited(caller) ? 'everybody' : 'the ordinary'

/** One spelling for what looks the same: without white space around it, and composed (NFC). */
export const tidy = (name: string) => name.trim().normalize('NFC')

/** Names as an update takes them: trimmed, and an e-mail alone becomes the login too (Grafana 9.3.2). */
export function namesToChange({ login, email }: { login: string; email: string }) {
  const trimmed = { login: tidy(login), email: tidy(email) }
  return { login: trimmed.login || trimmed.email, email: trimmed.email }
}

/** A new account has both names: the missing one is the other (Grafana 9.3.2). */
export function namesOfNew({ login, email }: { login: string; email: string }) {
  const trimmed = { login: tidy(login), email: tidy(email) }
  return { login: trimmed.login || trimmed.email, email: trimmed.email || trimmed.login }
}

/**
 * What can't be seen, turns text around or is a space of another width: a name must not hide what it is. Letters that look
 * like those of another alphabet are allowed (docs/threat-model.md).
 */
export const isUnreadable = (name: string) => /[\p{Cc}\p{Cf}\p{Co}\p{DI}\u2800]|[^\S ]/u.test(name)

/** Whether Grafana's LDAP or its proxy keeps the account's passwords, so that none can be set here. */
export const isPasswordKeptElsewhere = ({ authModule }: Pick<User, 'authModule'>) =>
  authModule !== null && ['', 'ldap', 'authproxy'].includes(authModule)

/** What a change of an account may change. */
export type Editable = Pick<User, 'login' | 'email' | 'name' | 'theme'>

export const editable = ({ login, email, name, theme }: Editable): Editable => ({ login, email, name, theme })

/** The same for the same values, as an `ETag`: a hash, so that it is short and tells none of them. */
export function tagOf({ login, email, name, theme }: Editable): string {
  const hash = sha256(utf8ToBytes(JSON.stringify([login, email, name, theme])))
  return `"${toBase64Url(hash.subarray(0, 18))}"`
}

/** Whether an `If-Match` lists the tag. `W/` before it makes no difference: what compresses an answer on its way puts it there. */
export const lists = (ifMatch: string, tag: string) =>
  ifMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
