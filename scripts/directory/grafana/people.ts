// People, and by what else than a password they sign in.

import { grafanaHash } from '../../../src/auth/passwords.ts'
import { nameKey } from '../../../src/auth/queries.ts'
import { isUnreadable } from '../../../src/users/rules.ts'
import type { Row } from '../records.ts'
import {
  anIdTwice,
  brief,
  type Check,
  type Context,
  carried,
  distinctUid,
  isMember,
  maxText,
  repeats,
  timesOf,
} from './context.ts'
import type { RowOf } from './file.ts'
import type { Named } from './names.ts'
import { shapes } from './tables.ts'

export type GrafanaUser = RowOf<typeof shapes.user>

/** Grafana sets it ten years back for whoever never was there. */
const nineYears = 9 * 365 * 86_400

const lastSeen = ({ last_seen_at: seen, created }: GrafanaUser) =>
  seen === null || seen < (created ?? 0) - nineYears ? null : seen

/** One spelling of what looks the same, as new names have it here; whoever lacks a name has the other twice. */
function namesOf({ login, email }: GrafanaUser): { login: string; email: string } {
  const composed = { login: login.normalize('NFC'), email: email.normalize('NFC') }
  return { login: composed.login || composed.email, email: composed.email || composed.login }
}

export const named = (user: GrafanaUser): Named => ({ id: user.id, ...namesOf(user), seenAt: lastSeen(user) ?? 0 })

/** Grafana's own where it has one; it made them of the id for older accounts and teams. */
export const uidOf = (uid: string | undefined, letter: 'u' | 't', id: number) =>
  /^[\w-]{1,40}$/.test(uid ?? '') ? String(uid) : `${letter}${String(id).padStart(9, '0')}`

const themes = ['', 'light', 'dark']
/** Grafana knows more since version 10; here these are all. */
export const knownTheme = (theme: string) => (themes.includes(theme) ? theme : '')

type Note = (what: string, more?: string) => void

/** Another kind than Grafana's is never taken: a foreign hash can ask for any amount of work. */
function hashOf({ password, salt }: GrafanaUser, note: Note): string | null {
  const hex = password.toLowerCase()
  if (/^[0-9a-f]{100}$/.test(hex) && salt !== '' && salt.length <= maxText) return grafanaHash(hex, salt)
  if (password !== '') note("a password hash that isn't Grafana's (carried without a password: it must be reset)")
  return null
}

/** What is carried all the same, but should be known of. */
function tellOddities(user: GrafanaUser, { known }: Context, note: Note): void {
  const { login, email } = namesOf(user)
  if (user.login === '' || user.email === '') note('no login or no e-mail (the other is used for both)')
  if (isUnreadable(login) || isUnreadable(email)) note("a name with characters that can't be seen")
  if (!known.firstOrg.has(user.id)) note('in no organization')
  else if (!isMember(known, user.org_id, user.id))
    note('acts in an organization without being in it (will act in the first of theirs)', `org ${user.org_id}`)
  if (user.created === null) note('no time of creation')
}

/** Longer than the API takes, or nothing at all: such an account could never be named. */
const nameChecks = (names: Record<'login' | 'email' | 'name', string>, id: number): Check[] => {
  const advice = `change it in Grafana, or --resolve ${id}=skip`
  return [
    [() => names.login === '', { stop: 'neither login nor e-mail', advice }],
    [
      () => Object.values(names).some((text) => text.length > maxText),
      { stop: `a login, e-mail or name of more than ${maxText} characters`, advice },
    ],
  ]
}

/** Administrators first: whoever takes the place of the last one there must find others (drizzle/0001_triggers.sql). */
const administrators = "CAST(is_admin AS TEXT) IN ('1', 't', 'true')"

function rowOf(user: GrafanaUser, { known, names }: Context, note: Note): Row<'user'> {
  const called = names.renamed.get(user.id) ?? namesOf(user)
  return {
    id: user.id,
    uid: uidOf(user.uid, 'u', user.id),
    ...called,
    loginKey: nameKey(called.login),
    emailKey: nameKey(called.email),
    name: user.name,
    theme: knownTheme(user.theme),
    orgId: isMember(known, user.org_id, user.id) ? user.org_id : (known.firstOrg.get(user.id) ?? 0),
    isAdmin: user.is_admin,
    isDisabled: user.is_disabled,
    helpFlags: Math.max(user.help_flags1 ?? 0, 0),
    passwordHash: hashOf(user, note),
    lastSeenAt: lastSeen(user),
    ...timesOf(user),
  }
}

export function users(context: Context): Generator<Row<'user'>> {
  const { names, known } = context
  const isRepeated = repeats()
  return carried(context, shapes.user, {
    weight: 'stop',
    first: administrators,
    isSkipped: (id) => names.skipped.has(Number(id)),
    label: ({ id, login }) => `user ${id} (${brief(login)})`,
    isIgnored: ({ id, is_service_account: isMachine }) => isMachine === true || names.skipped.has(id),
    checks: (user) => [
      [() => isRepeated('id', user.id), anIdTwice],
      ...nameChecks({ ...namesOf(user), name: user.name }, user.id),
    ],
    make: (user, note) => {
      tellOddities(user, context, note)
      known.users.add(user.id)
      const row = rowOf(user, context, note)
      return { ...row, uid: distinctUid(row.uid, user.id, isRepeated) }
    },
  })
}

/** Without the tokens of whatever they sign in by: those are secrets of another system, and encrypted. */
export function userAuth(context: Context): Generator<Row<'userAuth'>> {
  const { known, names } = context
  const isRepeated = repeats()
  return carried(context, shapes.userAuth, {
    label: ({ id, user_id: userId }) => `user_auth ${id}: user ${userId}`,
    isIgnored: ({ user_id: userId }) => names.skipped.has(userId),
    checks: ({ id, user_id: userId }) => [
      [() => !known.users.has(userId), "another system's account of nobody"],
      [() => isRepeated(id), anIdTwice],
    ],
    make: ({ id, user_id: userId, auth_module: module, auth_id: authId, created }) => ({
      id,
      userId,
      module: module.slice(0, maxText),
      authId: authId.slice(0, maxText),
      createdAt: created ?? 0,
    }),
  })
}
