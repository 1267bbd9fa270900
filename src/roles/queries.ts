import { readGrants } from '../auth/permissions.ts'
import { definedRoles } from '../auth/roles.ts'
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

const ofOrg = `SELECT ${roleColumns} FROM roles r WHERE r.org_id IN (0, ?1) LIMIT ${maxRows + 1}`

const byName = (a: Role, b: Role) => (a.name < b.name ? -1 : Number(a.name > b.name))

/** All that there are in an org, by name; one more than an answer may hold tells that there are too many. */
export async function listRoles(db: Db, orgId: number): Promise<Role[]> {
  const stored = (await bound(db, ofOrg, orgId).all<RoleRow>()).results.map(readRole)
  const changed = new Set(stored.map(({ uid }) => uid))
  const defined = [...definedRoles.keys()].filter((uid) => !changed.has(uid)).flatMap((uid) => definedRole(uid) ?? [])
  return [...stored, ...defined].sort(byName)
}
