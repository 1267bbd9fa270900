import { readGrants } from '../auth/permissions.ts'
import { definedRoles, isBasic } from '../auth/roles.ts'
import { bound, type Db } from '../db/client.ts'
import { maxRows } from '../page.ts'
import { definedRole, type Role } from './rules.ts'

export const roleColumns = `r.uid, r.org_id AS orgId, r.name, r.display_name AS displayName, r.description, r.group_name AS "group",
  r.is_hidden AS isHidden, r.version, r.created_at AS createdAt, r.updated_at AS updatedAt, r.permissions`

export type RoleRow = Omit<Role, 'isHidden' | 'grants'> & { isHidden: number; permissions: string }

export const readRole = ({ permissions, isHidden, ...row }: RoleRow): Role => ({
  ...row,
  isHidden: isHidden === 1,
  grants: readGrants(permissions),
})

const byUid = `SELECT ${roleColumns} FROM roles r WHERE r.uid = ?1 AND r.org_id IN (0, ?2)`

/** A custom role of the org or a global one, a fixed one, or a basic one with what was changed of it. */
export async function findRole(db: Db, orgId: number, uid: string): Promise<Role | undefined> {
  const row = await bound(db, byUid, uid, orgId).first<RoleRow>()
  return row ? readRole(row) : definedRole(uid)
}

/** A list shows no permissions, which are most of a role. */
const withoutGrants = roleColumns.replace('r.permissions', "'[]' AS permissions")

const ofOrg = (columns: string) => `SELECT ${columns} FROM roles r WHERE r.org_id IN (0, ?1) LIMIT ${maxRows + 1}`

const byName = (a: Role, b: Role) => (a.name < b.name ? -1 : Number(a.name > b.name))

/** All that there are in an org, by name; one more than an answer may hold tells that there are too many. */
export async function listRoles(db: Db, orgId: number, detail: 'all' | 'without grants' = 'all'): Promise<Role[]> {
  const text = ofOrg(detail === 'all' ? roleColumns : withoutGrants)
  const stored = (await bound(db, text, orgId).all<RoleRow>()).results.map(readRole)
  const changed = new Set(stored.map(({ uid }) => uid))
  const defined = [...definedRoles.keys()].filter((uid) => !changed.has(uid)).flatMap((uid) => definedRole(uid) ?? [])
  return [...stored, ...defined].sort(byName)
}

const isOrg = (id: string) => `EXISTS (SELECT 1 FROM orgs WHERE id = ${id})`

const insert = `INSERT INTO roles (uid, org_id, name, display_name, description, group_name, is_hidden, version,
    created_at, updated_at, permissions)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10 WHERE (?2 = 0 OR ${isOrg('?2')})`

const inserted = (role: Role) =>
  [
    role.uid,
    role.orgId,
    role.name,
    role.displayName,
    role.description,
    role.group,
    Number(role.isHidden),
    role.version,
    role.updatedAt,
    JSON.stringify(role.grants),
  ] as const

/** Whether its org is there; a uid or a name that is taken is a duplicate. */
export const createRole = async (db: Db, role: Role) =>
  (await bound(db, insert, ...inserted(role)).run()).meta.changes > 0

/** A stored role that is still what was looked at: another of that uid, or of that version after a reset, is not. */
const unchanged = 'uid = ?1 AND org_id = ?2 AND version = ?3 AND json(permissions) = json(?4)'

/** `version` null = it comes with Rollcall, and is not stored. */
const lookedAt = ({ uid, orgId, version, createdAt, grants }: Role) =>
  [uid, orgId, createdAt === null ? null : version, JSON.stringify(grants)] as const

const replace = `UPDATE roles SET name = ?5, display_name = ?6, description = ?7, group_name = ?8, is_hidden = ?9, version = ?10,
    updated_at = ?11, permissions = ?12 WHERE ${unchanged}`

/** Whether the role was still what was looked at. The first change of a basic one stores it. */
export async function replaceRole(db: Db, role: Role, next: Role): Promise<boolean> {
  const [, , name, displayName, description, group, isHidden, version, updatedAt, grants] = inserted(next)
  const change = [name, displayName, description, group, isHidden, version, updatedAt, grants] as const
  const statement =
    role.createdAt === null
      ? bound(db, `${insert} ON CONFLICT (uid) DO NOTHING`, ...inserted(next))
      : bound(db, replace, ...lookedAt(role), ...change)
  return (await statement.run()).meta.changes > 0
}

const anyAssignment = 'SELECT 1 FROM role_assignments WHERE role_uid = ?1 LIMIT 1'
const remove = `DELETE FROM roles WHERE ${unchanged} AND (?5 = 1 OR NOT EXISTS (${anyAssignment}))`

/** With all its assignments (by a trigger), or only where there are none. */
export async function deleteRole(db: Db, role: Role, force: boolean): Promise<'deleted' | 'assigned' | 'changed'> {
  const [assigned, deleted] = await db.$client.batch([
    bound(db, anyAssignment, role.uid),
    bound(db, remove, ...lookedAt(role), Number(force)),
  ])
  if (deleted?.meta.changes) return 'deleted'
  return assigned?.results.length && !force ? 'assigned' : 'changed'
}

const basicUids = JSON.stringify([...definedRoles.keys()].filter(isBasic))

/** Basic roles are again what they come as. */
export const resetBasicRoles = (db: Db) =>
  bound(db, 'DELETE FROM roles WHERE uid IN (SELECT value FROM json_each(?1))', basicUids).run()

// What everybody of a basic role has beside it, in one org; by the role's rank (src/auth/rolesHeld.ts)

const givenInOrg = `SELECT h.basic_rank AS rank, h.role_uid AS given, ${withoutGrants}
  FROM role_assignments h LEFT JOIN roles r ON r.uid = h.role_uid
  WHERE h.org_id = ?1 AND h.basic_rank BETWEEN 1 AND 3 LIMIT ${maxRows + 1}`

export type GivenToBasic = { rank: number; role: Role }

/** By name; one more than an answer may hold tells that there are too many. */
export async function listGivenToBasic(db: Db, orgId: number): Promise<GivenToBasic[]> {
  const { results } = await bound(db, givenInOrg, orgId).all<
    { rank: number; given: string; uid: string | null } & RoleRow
  >()
  return results
    .flatMap(({ rank, given, ...row }) => {
      const role = row.uid === null ? definedRole(given) : readRole(row)
      return role ? [{ rank, role }] : []
    })
    .sort((a, b) => byName(a.role, b.role))
}

/** Once more touches the row, so that it tells itself from a role that was changed. */
const give = `INSERT INTO role_assignments (role_uid, org_id, basic_rank, created_at) SELECT ?1, ?5, ?6, ?7
  WHERE ${isOrg('?5')} AND (?3 IS NULL OR EXISTS (SELECT 1 FROM roles WHERE ${unchanged}))
  ON CONFLICT (org_id, basic_rank, role_uid) WHERE basic_rank IS NOT NULL DO UPDATE SET created_at = created_at`

type Place = { orgId: number; rank: number }

/** Only while the role is still what was looked at. */
export async function giveToBasic(
  db: Db,
  role: Role,
  { orgId, rank }: Place,
  now: number,
): Promise<'given' | 'no org' | 'changed'> {
  const [org, given] = await db.$client.batch([
    bound(db, 'SELECT 1 FROM orgs WHERE id = ?1', orgId),
    bound(db, give, ...lookedAt(role), orgId, rank, now),
  ])
  if (given?.meta.changes) return 'given'
  return org?.results.length ? 'changed' : 'no org'
}

const take = 'DELETE FROM role_assignments WHERE role_uid = ?1 AND org_id = ?2 AND basic_rank = ?3'

/** Whether it was given. */
export const takeFromBasic = async (db: Db, uid: string, { orgId, rank }: Place) =>
  (await bound(db, take, uid, orgId, rank).run()).meta.changes > 0
