// What is wrong with one row of an export beside those before it: rows come after what they refer to.

import { definedRoles } from '../../src/auth/roles.ts'
import { type Kind, kindNames } from './records.ts'
import { keyIn, referencesOf, uniquesOf } from './references.ts'
import { complaintOf, hasSecretForm, isPasswordHash } from './rowChecks.ts'
import type { Finding } from './source.ts'

type Row = Record<string, unknown>

export type Parsed = { kind: Kind; row: Row }

/** A finding about a row; `change` is what becomes of it. */
export type Remark = Omit<Finding, 'row'> & { change?: Row }

/** Values that rows seen so far have, by what they are values of. */
export type Seen = Map<string, Set<string | number>>

function setIn(seen: Seen, name: string): Set<string | number> {
  const set = seen.get(name) ?? new Set()
  seen.set(name, set)
  return set
}

const nameOf = (kind: Kind, properties: readonly string[]) => `${kind} ${properties.join(' ')}`

/** What others refer to: the key of a kind, and pairs of columns. */
const referredTo = new Map<Kind, string[][]>(
  kindNames.map((kind) => {
    const targets = kindNames.flatMap(referencesOf).filter(({ to }) => to === kind)
    return [kind, [...new Map(targets.map(({ toProperties }) => [toProperties.join(), toProperties])).values()]]
  }),
)

function duplicates({ kind, row }: Parsed, seen: Seen): Remark[] {
  return uniquesOf(kind).flatMap((unique) => {
    const key = unique.applies(row) ? keyIn(row, unique.properties) : undefined
    if (key === undefined || !setIn(seen, `= ${nameOf(kind, unique.properties)}`).has(key)) return []
    return [{ weight: 'stop', what: `two rows of ${kind} with the same ${unique.properties.join(' and ')}` }]
  })
}

/** A login that is somebody's e-mail signs in somebody else (the table `sign_in_names`). */
const signInNames = ({ kind, row }: Parsed) =>
  kind === 'user' ? new Set([String(row.loginKey), String(row.emailKey)]) : []

const takenNames = (parsed: Parsed, seen: Seen): Remark[] =>
  [...signInNames(parsed)].some((name) => setIn(seen, 'sign-in names').has(name))
    ? [{ weight: 'stop', what: "a login or e-mail that is somebody else's login or e-mail" }]
    : []

/** At most one a person, a team and an org: an expression index that the schema can't tell of. */
const ownerOfPreferences = ({ kind, row }: Parsed) =>
  kind === 'preferences' ? [`${row.orgId}/${row.userId ?? 0}/${row.teamId ?? 0}`] : []

const takenOwners = (parsed: Parsed, seen: Seen): Remark[] =>
  ownerOfPreferences(parsed).some((owner) => setIn(seen, 'preferences').has(owner))
    ? [{ weight: 'stop', what: 'two rows of preferences of the same owner' }]
    : []

function orphans({ kind, row }: Parsed, seen: Seen): Remark[] {
  return referencesOf(kind).flatMap(({ properties, to, toProperties }) => {
    const key = keyIn(row, properties)
    if (key === undefined || setIn(seen, nameOf(to, toProperties)).has(key)) return []
    return [{ weight: 'left out', what: `${kind} whose ${to} (${properties.join(' and ')}) is not there` }]
  })
}

/** What no foreign key holds, since 0 is every org and fixed roles are no rows: the next org of that number would have it. */
function lostRole({ kind, row }: Parsed, seen: Seen): Remark[] {
  if (kind !== 'role' && kind !== 'roleAssignment') return []
  const isThere = (to: Kind, property: string, value: unknown) =>
    setIn(seen, nameOf(to, [property])).has(value as string | number)
  const lost = [
    ...(row.orgId === 0 || isThere('org', 'id', row.orgId) ? [] : ['org (orgId)']),
    ...(kind === 'role' || definedRoles.has(String(row.roleUid)) || isThere('role', 'uid', row.roleUid)
      ? []
      : ['role (roleUid)']),
  ]
  return lost.map((what) => ({ weight: 'left out', what: `${kind} whose ${what} is not there` }))
}

/** As many roles as the database lets one have (drizzle/0013_roles_limits.sql). */
const maxHeld = 20

const holderOf = ({ kind, row }: Parsed) =>
  kind === 'roleAssignment'
    ? `held ${[row.orgId, row.userId, row.serviceAccountId, row.teamId, row.basicRank].map((id) => id ?? '').join('/')}`
    : undefined

function tooMany(parsed: Parsed, seen: Seen): Remark[] {
  const holder = holderOf(parsed)
  return holder !== undefined && setIn(seen, holder).size >= maxHeld
    ? [{ weight: 'left out', what: `a role beyond the ${maxHeld} that one can hold in an organization` }]
    : []
}

function secrets({ kind, row }: Parsed): Remark[] {
  if (!hasSecretForm(kind, row))
    return [{ weight: 'left out', what: `${kind} whose hash is of no known form`, advice: 'It could never be used.' }]
  if (typeof row.passwordHash !== 'string' || isPasswordHash(row.passwordHash)) return []
  const advice = 'They come without a password: a reset gives them one.'
  return [
    { weight: 'note', what: 'a password hash that Rollcall would not accept', advice, change: { passwordHash: null } },
  ]
}

/** The active org has no foreign key; the number of one that is not there may become another's. */
const lostOrg = ({ kind, row }: Parsed, seen: Seen): Remark[] =>
  kind === 'user' &&
  row.orgId !== undefined &&
  row.orgId !== 0 &&
  !setIn(seen, nameOf('org', ['id'])).has(Number(row.orgId))
    ? [
        {
          weight: 'note',
          what: 'an active organization that is not there',
          advice: 'None is active.',
          change: { orgId: 0 },
        },
      ]
    : []

export function remarksOn(parsed: Parsed, seen: Seen): Remark[] {
  const complaint = complaintOf(parsed.kind, parsed.row)
  if (complaint) return [{ weight: 'stop', what: complaint }]
  const checks = [secrets, orphans, lostOrg, lostRole, tooMany, duplicates, takenNames, takenOwners]
  return checks.flatMap((check) => check(parsed, seen))
}

/** From now on others may refer to the row, and none may be like it. */
export function remember(parsed: Parsed, seen: Seen) {
  const { kind, row } = parsed
  const note = (name: string, key: string | number | undefined) => {
    if (key !== undefined) setIn(seen, name).add(key)
  }
  for (const properties of referredTo.get(kind) ?? []) note(nameOf(kind, properties), keyIn(row, properties))
  for (const { properties, applies } of uniquesOf(kind))
    if (applies(row)) note(`= ${nameOf(kind, properties)}`, keyIn(row, properties))
  for (const name of signInNames(parsed)) note('sign-in names', name)
  const holder = holderOf(parsed)
  if (holder !== undefined) note(holder, String(row.roleUid))
  if (kind === 'role') note(nameOf('role', ['uid']), String(row.uid))
  for (const owner of ownerOfPreferences(parsed)) note('preferences', owner)
}
