import { bound, cause, type Db, isMissingReference } from '../db/client.ts'
import { maxRows } from '../page.ts'
import { type Holding, type Kind, nobody, type Owners, type Pairs } from './assignmentRules.ts'
import { type RoleRow, readRole, roleColumns } from './queries.ts'
import { definedRole, type Role } from './rules.ts'

const columns: Record<Kind, string> = { user: 'user_id', team: 'team_id', 'service account': 'service_account_id' }
const tables: Record<Kind, string> = { user: 'users', team: 'teams', 'service account': 'service_accounts' }

/** Of which org teams and service accounts are; persons too where only its members are meant. */
export type Reach = { orgId: number; membersOnly: boolean }

const reachedOrg = (kind: Kind, { orgId, membersOnly }: Reach) => (kind === 'user' && !membersOnly ? null : orgId)

const isMember = '(?2 IS NULL OR EXISTS (SELECT 1 FROM org_members WHERE org_id = ?2 AND user_id = o.id))'

/** ?1 ids in JSON, ?2 the org or null: those that there are. */
const ownersAmong = (
  kind: Kind,
) => `SELECT o.id AS owner FROM json_each(?1) j CROSS JOIN ${tables[kind]} o ON o.id = j.value
  WHERE ${kind === 'user' ? isMember : 'o.org_id = ?2'}`

const listOwners = (db: Db, kind: Kind, ids: string, reach: Reach) =>
  bound(db, ownersAmong(kind), ids, reachedOrg(kind, reach))

/** ?1 ids in JSON, ?2 the org. */
const given = (kind: Kind) => `FROM json_each(?1) j
  CROSS JOIN role_assignments h ON h.${columns[kind]} = j.value AND h.org_id IN (0, ?2)`
const holdingsOf = (kind: Kind) =>
  `SELECT h.id, j.value AS owner, h.role_uid AS uid, h.org_id AS orgId ${given(kind)} LIMIT ${maxRows + 1}`

/** ?2 the org, ?3 uids in JSON. The plus keeps SQLite from reading all roles of the org. */
const rolesAmong = (uids: string) =>
  `SELECT ${roleColumns} FROM roles r WHERE r.uid IN (SELECT value FROM json_each(?3)${uids}) AND +r.org_id IN (0, ?2)`

const orgById = 'SELECT id AS owner FROM orgs WHERE id = ?1'

type Rows = { results: (Holding & RoleRow)[] } | undefined

const ownersIn = (rows: Rows) => new Set(rows?.results.map(({ owner }) => owner))

/** A stored role, or one that comes with Rollcall. */
function rolesIn(rows: Rows) {
  const stored = new Map(rows?.results.map((row) => [row.uid, readRole(row)]))
  return (uid: string): Role | undefined => stored.get(uid) ?? definedRole(uid)
}

/**
 * Which of some users, teams or service accounts there are, and what they were given, in an org or everywhere; one more
 * than an answer may hold tells that there is too much. `roleOf` knows all of these roles, and those of `uids`.
 */
export async function findGiven(
  db: Db,
  kind: Kind,
  ids: readonly number[],
  reach: Reach,
  uids: readonly string[] = [],
) {
  const list = JSON.stringify(ids)
  const theirs = ` UNION SELECT h.role_uid ${given(kind)}`
  const [owners, holdings, roles, org] = await db.$client.batch<Holding & RoleRow>([
    listOwners(db, kind, list, reach),
    bound(db, holdingsOf(kind), list, reach.orgId),
    bound(db, rolesAmong(theirs), list, reach.orgId, JSON.stringify(uids)),
    bound(db, orgById, reach.orgId),
  ])
  return {
    owners: ownersIn(owners),
    holdings: holdings?.results ?? [],
    roleOf: rolesIn(roles),
    isOrg: ownersIn(org).has(reach.orgId),
  }
}

type Assignment = { id: number; userId: number | null; teamId: number | null; accountId: number | null }

/** Those of everybody of a basic role are nobody's own; an org 0 is none. */
const ofRole = 'role_uid = ?1 AND org_id = ?2 AND ?2 > 0 AND basic_rank IS NULL'
const assignmentsOf = `SELECT id, user_id AS userId, team_id AS teamId, service_account_id AS accountId
  FROM role_assignments WHERE ${ofRole} LIMIT ${maxRows + 1}`

const idsOf = (rows: readonly Assignment[]): Owners => ({
  user: rows.flatMap(({ userId }) => userId ?? []),
  team: rows.flatMap(({ teamId }) => teamId ?? []),
  'service account': rows.flatMap(({ accountId }) => accountId ?? []),
})

/**
 * A role, and to whom it was given in an org, but not everywhere; one assignment more than an answer may hold tells that
 * there are too many. `there` are those of `wanted` that exist.
 */
export async function findAssignments(db: Db, uid: string, reach: Reach, wanted: Owners = nobody) {
  const among = (kind: Kind) => listOwners(db, kind, JSON.stringify(wanted[kind]), reach)
  const [roles, assignments, users, teams, accounts] = await db.$client.batch<Assignment & Holding & RoleRow>([
    bound(db, rolesAmong(''), null, reach.orgId, JSON.stringify([uid])),
    bound(db, assignmentsOf, uid, reach.orgId),
    among('user'),
    among('team'),
    among('service account'),
  ])
  const rows = assignments?.results ?? []
  return {
    role: rolesIn(roles)(uid),
    ids: rows.map(({ id }) => id),
    owners: idsOf(rows),
    there: { user: ownersIn(users), team: ownersIn(teams), 'service account': ownersIn(accounts) },
  }
}

/** Breaks a constraint, so that the whole batch does nothing, unless a condition holds. */
const refuseUnless = (condition: string) =>
  `INSERT INTO role_assignments (role_uid, org_id, created_at) SELECT '', 0, 0 WHERE NOT (${condition})`

/** ?1 the org or 0, ?2 `[uid, version, org, permissions][]` in JSON of the stored roles that were checked: they are still what they were. */
const stillTheSame = refuseUnless(`(?1 = 0 OR EXISTS (SELECT 1 FROM orgs WHERE id = ?1)) AND NOT EXISTS (
    SELECT 1 FROM json_each(?2) j LEFT JOIN roles r ON r.uid = json_extract(j.value, '$[0]')
      AND r.version = json_extract(j.value, '$[1]') AND r.org_id = json_extract(j.value, '$[2]')
      AND r.permissions = json_extract(j.value, '$[3]') WHERE r.uid IS NULL)`)

/** ?1 and ?2 as in `where`, ?3 ids in JSON: nothing was given or taken away there since these were read. */
const stillThose = (where: string) =>
  refuseUnless(`json_array_length(?3) = (SELECT iif(total(id NOT IN (SELECT value FROM json_each(?3))) = 0, count(*), -1)
    FROM role_assignments WHERE ${where})`)

const stillThere = (kind: Kind) => refuseUnless(`json_array_length(?1) = (SELECT count(*) FROM (${ownersAmong(kind)}))`)

/** ?1 ids in JSON, ?2 the org or 0, ?3 uids in JSON. */
const take = (kind: Kind) => `DELETE FROM role_assignments WHERE ${columns[kind]} IN (SELECT value FROM json_each(?1))
  AND org_id = ?2 AND role_uid IN (SELECT value FROM json_each(?3)) RETURNING id`
const give = (kind: Kind) => `INSERT INTO role_assignments (${columns[kind]}, org_id, role_uid, created_at)
  SELECT o.value, ?2, r.value, ?4 FROM json_each(?1) o CROSS JOIN json_each(?3) r WHERE true ON CONFLICT DO NOTHING`

export type Change = {
  /** Where the roles count: an org, or 0 = everywhere. */
  orgId: number
  reach: Reach
  /** All that are given or taken away, as they were checked. */
  roles: readonly Role[]
  take: readonly Pairs[]
  give: readonly Pairs[]
  /** The list that is to become another one, by the ids of what is in it: of an owner, or of a role. */
  whole?: { of: { kind: Kind; id: number } | { uid: string }; ids: readonly number[] }
}

function asRead(db: Db, { whole, orgId }: Change) {
  if (!whole) return []
  const [where, of] =
    'uid' in whole.of ? [ofRole, whole.of.uid] : [`${columns[whole.of.kind]} = ?1 AND org_id = ?2`, whole.of.id]
  return [bound(db, stillThose(where), of, orgId, JSON.stringify(whole.ids))]
}

/** A role, an owner, the org or the whole list is no longer what it was when it was checked. */
const isOutdated = (error: unknown) =>
  isMissingReference(error) || cause(error).message.includes('role_assignments_owner')

/** How many were taken away. Does all of it or, where what was checked has changed meanwhile, nothing: 'outdated'. */
export async function changeAssignments(db: Db, change: Change, now: number): Promise<number | 'outdated'> {
  const { orgId, reach, roles } = change
  const stored = roles
    .filter(({ createdAt }) => createdAt !== null)
    .map(({ uid, version, orgId: of, grants }) => [uid, version, of, JSON.stringify(grants)])
  const checks = [
    bound(db, stillTheSame, orgId, JSON.stringify(stored)),
    ...asRead(db, change),
    ...change.give.map(({ kind, ids }) => bound(db, stillThere(kind), JSON.stringify(ids), reachedOrg(kind, reach))),
  ]
  const taking = change.take.map(({ kind, ids, uids }) =>
    bound(db, take(kind), JSON.stringify(ids), orgId, JSON.stringify(uids)),
  )
  const giving = change.give.map(({ kind, ids, uids }) =>
    bound(db, give(kind), JSON.stringify(ids), orgId, JSON.stringify(uids), now),
  )
  try {
    const done = await db.$client.batch([...checks, ...taking, ...giving])
    return done
      .slice(checks.length, checks.length + taking.length)
      .reduce((sum, { results }) => sum + results.length, 0)
  } catch (error) {
    if (isOutdated(error)) return 'outdated'
    throw error
  }
}
