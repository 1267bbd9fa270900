import { bound, type Db } from '../db/client.ts'
import { attemptWindow, knownFor, maxAccountFailures } from './attempts.ts'
import type { Machine, Person, Session, User } from './identity.ts'
import { type Role, readGrants, teamAdmin } from './permissions.ts'
import { type Detail, readRoles, rolesHeld } from './rolesHeld.ts'
import { secretHash } from './secrets.ts'

// One statement answers who is calling and everything that can end access. They are text for D1 itself, kept for the
// life of the isolate: a query builder costs CPU on every request (docs/decisions/0003-one-statement-per-caller.md).

/** The form in which names are compared: one login or e-mail is one person, in any letter case. */
export const nameKey = (name: string) => name.normalize('NFC').toLowerCase()

/** Longer than any name there is; what is longer is counted under its hash, so that guesses can't fill the table. */
const maxName = 1000
const boundedKey = (name: string) => (name.length > maxName ? `sha256:${secretHash(name)}` : nameKey(name))

/** A person by the table alias `u`; the newest link to another sign-in says whether the account is external. */
export const userColumns = `u.id, u.login, u.email, u.name, u.theme, u.org_id AS orgId, u.is_admin AS isAdmin,
  u.is_disabled AS isDisabled, u.last_seen_at AS lastSeenAt, u.created_at AS createdAt, u.updated_at AS updatedAt,
  (SELECT module FROM user_auth WHERE user_id = u.id ORDER BY id DESC LIMIT 1) AS authModule`

export type UserRow = Omit<User, 'isAdmin' | 'isDisabled'> & { isAdmin: number; isDisabled: number }

export const readUser = (row: UserRow): User => ({
  id: row.id,
  login: row.login,
  email: row.email,
  name: row.name,
  theme: row.theme,
  orgId: row.orgId,
  isAdmin: row.isAdmin === 1,
  isDisabled: row.isDisabled === 1,
  authModule: row.authModule,
  lastSeenAt: row.lastSeenAt,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/**
 * Where a person's request acts: in which org (undefined = the active one), and for which of its teams the person's part
 * matters. `beside` is what of a session's person is to be read in the same trip: SQL about the user `u`.
 */
export type Acting = { orgId: number | undefined; teams: number | 'all' | 'none'; beside?: string }

/** ?6: a team's id, or one of these. Most requests are about no team, and somebody may be on thousands. */
const teamsAsked = ({ teams }: Acting) => (teams === 'all' ? -1 : teams === 'none' ? 0 : teams)

/** What a person by the alias `u` holds as a member of the org by the alias `m`: `acting` is that org, whether they are or not. */
const standing = (acting: string, detail: Detail) => {
  const inOrg = `user_id = u.id AND org_id = ${acting}`
  const onTeams = 't.user_id = u.id AND t.org_id = m.org_id AND t.has_roles = 1'
  const holder = { own: 'user_id = u.id', orgId: 'm.org_id', role: 'm.role', isAdmin: 'u.is_admin', onTeams }
  return `${acting} AS actingOrg, m.role AS role, ${rolesHeld(holder, detail)} AS roles,
  (SELECT json_group_array(json_array(team_id, permission)) FROM (
    SELECT team_id, permission FROM team_members WHERE team_id = ?6 AND ${inOrg}
    UNION ALL SELECT * FROM (SELECT team_id, permission FROM team_members WHERE ${inOrg} LIMIT iif(?6 < 0, -1, 0)))) AS teams`
}

const personColumns = (acting: string) =>
  `${userColumns}, u.password_hash AS passwordHash, u.must_change_password AS mustChange, ${standing(acting, 'grants')}`

/** Somebody who isn't calling: without a password. ?6 is -1. */
export const somebody = (acting: string, detail: Detail) =>
  `${userColumns}, NULL AS passwordHash, 0 AS mustChange, ${standing(acting, detail)}`

export const membership = (acting: string) => `LEFT JOIN org_members m ON m.org_id = ${acting} AND m.user_id = u.id`

/** ?2 is the org asked for; without one, the active org. */
const askedOrg = 'coalesce(?2, u.org_id)'

export type PersonRow = UserRow & {
  passwordHash: string | null
  mustChange: number
  actingOrg: number
  role: Role | null
  teams: string
  roles: string
}

function readTeams(json: string): Person['teams'] {
  const rows: [id: number, permission: number][] = JSON.parse(json)
  return rows.map(([id, permission]) => ({ id, isAdmin: permission === teamAdmin }))
}

const readPerson = (row: PersonRow): Omit<Person, 'session' | 'token'> => ({
  kind: 'person',
  user: readUser(row),
  passwordHash: row.passwordHash,
  mustChangePassword: row.mustChange === 1,
  orgId: row.actingOrg,
  role: row.role ?? undefined,
  teams: readTeams(row.teams),
  roles: readRoles(row.roles),
})

/** Without what they would call by. */
export const readSomebody = (row: PersonRow): Person => ({ ...readPerson(row), session: undefined, token: undefined })

const accountKey = "CASE WHEN u.id IS NULL THEN 'name:' || k.name_key ELSE 'id:' || u.id END"

const byName = `SELECT ${personColumns(askedOrg)},
    (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE account = ${accountKey} AND address = ?3 AND at > ?4 LIMIT ?5)) AS failures,
    (SELECT n FROM account_failures WHERE account = ${accountKey}) AS failuresAnywhere,
    (SELECT at FROM sign_in_addresses WHERE user_id = u.id AND address = ?3) AS knownSince,
    EXISTS (SELECT 1 FROM users) AS populated
  FROM (SELECT ?1 AS name_key) k LEFT JOIN sign_in_names n ON n.name_key = k.name_key
    LEFT JOIN users u ON u.id = n.user_id ${membership(askedOrg)}`

export type Claim = {
  person: Person | undefined
  /** What failed attempts are counted under: the person, in whatever spelling, or the name that nobody has. */
  account: string
  /** Too many failures: from this address, or from anywhere and never a success from here. */
  isLocked: boolean
  /** False only in a directory without any user. */
  populated: boolean
}

type Attempt = { name: string; acting: Acting; address: string; now: number; maxAttempts: number }

type Guessing = { failures: number; failuresAnywhere: number | null; knownSince: number | null }

const isLocked = ({ failures, failuresAnywhere, knownSince }: Guessing, now: number, maxAttempts: number): boolean =>
  failures >= maxAttempts || ((failuresAnywhere ?? 0) >= maxAccountFailures && (knownSince ?? 0) <= now - knownFor)

/**
 * The person whom a login or e-mail names. The spelling must match exactly, as Grafana 9.3.2 on SQLite has it, but for
 * how its accents are put together; the key only keeps two people from sharing a name.
 */
export async function findClaim(db: Db, { name, acting, address, now, maxAttempts }: Attempt): Promise<Claim> {
  const key = boundedKey(name)
  const row = await bound(
    db,
    byName,
    key,
    acting.orgId ?? null,
    address,
    now - attemptWindow,
    maxAttempts,
    teamsAsked(acting),
  ).first<PersonRow & Guessing & { populated: number }>()
  const known = row?.id ? row : undefined
  const composed = name.normalize('NFC')
  const exact = [known?.login, known?.email].some((own) => own?.normalize('NFC') === composed)
  return {
    person: known && exact ? readSomebody(known) : undefined,
    account: known ? `id:${known.id}` : `name:${key}`,
    isLocked: row !== null && isLocked(row, now, maxAttempts),
    populated: row?.populated === 1,
  }
}

/** What the stored hash is now, for whoever lost a race to replace it. */
export const currentHash = async (db: Db, userId: number) =>
  (await bound(db, 'SELECT password_hash AS hash FROM users WHERE id = ?1', userId).first<{ hash: string | null }>())
    ?.hash ?? null

const bySession = (column: 'secret_hash' | 'legacy_hash', beside = 'NULL') => `SELECT ${personColumns(askedOrg)},
    ${beside} AS beside, s.id AS sessionId, s.created_at AS startedAt, s.seen_at AS seenAt, s.expires_at AS expiresAt
  FROM sessions s JOIN users u ON u.id = s.user_id ${membership(askedOrg)}
  WHERE s.${column} = ?1 AND s.expires_at > ?3 AND s.seen_at > ?4 AND u.is_disabled = 0`

const bySecret = bySession('secret_hash')
const byLegacySecret = bySession('legacy_hash')

type SessionKey = { hash: string; legacy: boolean; acting: Acting; now: number; idleSeconds: number }

/** The person behind a live session. No row, past either lifetime or a disabled account: nobody. */
export async function findBySession(db: Db, key: SessionKey): Promise<Person | undefined> {
  const { hash, legacy, acting, now, idleSeconds } = key
  const values = [hash, acting.orgId ?? null, now, now - idleSeconds, null, teamsAsked(acting)] as const
  const plain = legacy ? byLegacySecret : bySecret
  const statement = acting.beside ? bySession(legacy ? 'legacy_hash' : 'secret_hash', acting.beside) : plain
  const row = await bound(db, statement, ...values).first<
    PersonRow & { sessionId: number; startedAt: number; seenAt: number; expiresAt: number; beside: string | null }
  >()
  if (!row) return undefined
  const session: Session = { id: row.sessionId, createdAt: row.startedAt, seenAt: row.seenAt, expiresAt: row.expiresAt }
  return { ...readPerson(row), session, token: undefined, beside: row.beside }
}

/** A machine's token acts in the machine's org, whatever the request asks for, and so does whoever made it. */
const tokenOrg = 'coalesce(a.org_id, t.org_id, ?2, u.org_id)'

export const machineRoles = (alias: string, role = `${alias}.role`, orgId = `${alias}.org_id`) =>
  rolesHeld({ own: `service_account_id = ${alias}.id`, orgId, role, isAdmin: '0' }, 'grants')

/** `u` owns a personal token and has made any other; `c` is the service account by whose token it was made. */
const byToken = `SELECT ${personColumns(tokenOrg)},
    t.id AS tokenId, t.kind, t.org_id AS tokenOrg, t.role AS tokenRole, t.permissions, t.expires_at AS expiresAt,
    t.last_used_at AS lastUsedAt, t.is_revoked AS isRevoked, t.created_by AS createdBy, t.created_by_account AS createdByAccount,
    a.org_id AS accountOrg, a.role AS accountRole, a.is_disabled AS accountDisabled,
    a.id AS serviceAccountId, a.permissions AS accountPermissions,
    iif(t.kind = 'personal', '[]', ${machineRoles('a', 'coalesce(a.role, t.role)', 'coalesce(a.org_id, t.org_id)')}) AS machineRoles,
    c.id AS creatorId, c.org_id AS creatorOrg, c.role AS creatorRole, c.permissions AS creatorPermissions,
    c.is_disabled AS creatorDisabled, iif(c.id IS NULL, '[]', ${machineRoles('c')}) AS creatorRoles
  FROM tokens t LEFT JOIN service_accounts a ON a.id = t.service_account_id LEFT JOIN service_accounts c ON c.id = t.created_by_account
    LEFT JOIN users u ON u.id = coalesce(t.user_id, t.created_by) ${membership(tokenOrg)}
  WHERE t.hash = ?1`

/** The person's part is there only where there is one. */
type TokenRow = PersonRow & {
  tokenId: number
  kind: 'api_key' | 'service_account' | 'personal'
  tokenOrg: number | null
  tokenRole: Role | null
  permissions: string | null
  expiresAt: number | null
  lastUsedAt: number | null
  isRevoked: number
  accountOrg: number | null
  accountRole: Role | null
  accountDisabled: number | null
  serviceAccountId: number | null
  accountPermissions: string | null
  createdBy: number | null
  createdByAccount: number | null
  machineRoles: string
  creatorId: number | null
  creatorOrg: number | null
  creatorRole: Role | null
  creatorPermissions: string | null
  creatorDisabled: number | null
  creatorRoles: string
}

/** Why a token that exists opens nothing. */
export type Refusal = 'revoked' | 'expired' | 'disabled account'

/** By whom a machine's token was made, as far as it is known. */
function readCreators(row: TokenRow): (Person | Machine)[] {
  const token = { id: row.tokenId, lastUsedAt: row.lastUsedAt }
  const madeBy = { personId: null, serviceAccountId: null }
  const account: Machine = {
    kind: 'machine',
    token,
    serviceAccountId: row.creatorId,
    orgId: row.creatorOrg ?? 0,
    role: row.creatorRole ?? 'None',
    permissions: row.creatorPermissions === null ? [] : readGrants(row.creatorPermissions),
    roles: readRoles(row.creatorRoles),
    creators: [],
    isDerived: false,
    madeBy,
  }
  return [...(row.createdBy === null ? [] : [readSomebody(row)]), ...(row.creatorId === null ? [] : [account])]
}

const readMachine = (row: TokenRow): Machine => ({
  kind: 'machine',
  token: { id: row.tokenId, lastUsedAt: row.lastUsedAt },
  serviceAccountId: row.serviceAccountId,
  orgId: row.accountOrg ?? row.tokenOrg ?? 0,
  role: row.accountRole ?? row.tokenRole ?? 'None',
  permissions: row.accountPermissions === null ? [] : readGrants(row.accountPermissions),
  roles: readRoles(row.machineRoles),
  creators: readCreators(row),
  isDerived: row.createdByAccount !== null,
  madeBy: { personId: row.createdBy, serviceAccountId: row.serviceAccountId ?? row.createdByAccount },
})

function readTokenOwner(row: TokenRow): Person {
  const permissions = row.permissions === null ? undefined : readGrants(row.permissions)
  const { tokenId, lastUsedAt, expiresAt } = row
  return { ...readPerson(row), session: undefined, token: { id: tokenId, lastUsedAt, expiresAt, permissions } }
}

function refusal(row: TokenRow, now: number): Refusal | undefined {
  if (row.isRevoked) return 'revoked'
  if (row.expiresAt !== null && row.expiresAt <= now) return 'expired'
  if (row.kind === 'service_account' && row.accountDisabled !== 0) return 'disabled account'
  return isOrphaned(row) ? 'revoked' : undefined
}

/** Whoever owns it or made it is gone or disabled: then nobody answers for it. */
const isOrphaned = (row: TokenRow): boolean =>
  ((row.kind === 'personal' || row.createdBy !== null) && row.isDisabled !== 0) ||
  (row.createdByAccount !== null && row.creatorDisabled !== 0)

/** Whoever a token acts for: its owner if personal, else a machine. `undefined` = no such token. */
export async function findByToken(
  db: Db,
  hash: string,
  acting: Acting,
  now: number,
): Promise<Person | Machine | Refusal | undefined> {
  const row = await bound(
    db,
    byToken,
    hash,
    acting.orgId ?? null,
    null,
    null,
    null,
    teamsAsked(acting),
  ).first<TokenRow>()
  if (!row) return undefined
  return refusal(row, now) ?? (row.kind === 'personal' ? readTokenOwner(row) : readMachine(row))
}

type FirstAdmin = { login: string; email: string; passwordHash: string; uid: string; now: number }

/** Once, whoever comes first: every statement of the one transaction does nothing where a user exists. */
export const createFirstAdmin = (db: Db, { login, email, passwordHash, uid, now }: FirstAdmin) =>
  db.$client.batch([
    bound(
      db,
      "INSERT INTO orgs (id, name, created_at, updated_at) SELECT 1, 'Main Org.', ?1, ?1 WHERE NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM orgs)",
      now,
    ),
    bound(
      db,
      'INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, is_admin, password_hash, created_at, updated_at) SELECT 1, ?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?7 WHERE NOT EXISTS (SELECT 1 FROM users)',
      uid,
      login,
      email,
      nameKey(login),
      nameKey(email),
      passwordHash,
      now,
    ),
    bound(
      db,
      "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT 1, 1, 'Admin', ?1 WHERE NOT EXISTS (SELECT 1 FROM org_members) AND EXISTS (SELECT 1 FROM users WHERE uid = ?2)",
      now,
      uid,
    ),
  ])

/** Only while the hash is still the one that was verified: a password changed meanwhile wins. */
export const replaceHash = (db: Db, userId: number, verified: string, hash: string) =>
  bound(db, 'UPDATE users SET password_hash = ?1 WHERE id = ?2 AND password_hash = ?3', hash, userId, verified).run()
