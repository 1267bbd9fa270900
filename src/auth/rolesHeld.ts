import type { HeldRole } from './identity.ts'
import type { Grant } from './permissions.ts'

// The SQL that finds which roles somebody holds, as part of a statement about them.

/** What is read of each role: what it takes to decide; beside that, to whom it was given; or which one it is alone. */
export type Detail = 'grants' | 'origins' | 'uids'

/** A role of an org is one there and nowhere else, whatever an assignment says. */
const stored = 'LEFT JOIN roles r ON r.uid = h.role_uid AND (r.org_id = 0 OR r.org_id = h.org_id)'
const grants = 'json(r.permissions)'

const details: Record<Detail, { columns: string; join: string }> = {
  grants: { columns: grants, join: stored },
  origins: { columns: `${grants}, json_array(r.name, h.org_id, h.team_id, h.basic_rank)`, join: stored },
  uids: { columns: 'NULL', join: '' },
}

type Holder = { own: string; orgId: string; role: string; isAdmin: string; onTeams?: string }

/** Where a basic role stands in `role_assignments`: each has what those below it have. */
const rankOf = (role: string) => `CASE ${role} WHEN 'Viewer' THEN 1 WHEN 'Editor' THEN 2 WHEN 'Admin' THEN 3 END`

/** A basic role, where its permissions were changed. */
const changed = (uid: string, everywhere: string) =>
  `json((SELECT json_group_array(json_array(uid, ${everywhere}, json(permissions))) FROM roles WHERE uid = ${uid}))`

/**
 * The roles that somebody holds, as JSON: those given to `own`, to one of its teams (only teams that were given some are
 * read) and to its basic role and those below, and what of its basic roles was changed. Each is a list of its own, found
 * by an index that starts with its owner, so that no row is read twice (docs/decisions/0008-roles.md). By `uids` without
 * the last, which is the same for everybody.
 */
export function rolesHeld({ own, orgId, role, isAdmin, onTeams }: Holder, detail: Detail): string {
  const { columns, join } = details[detail]
  const rolesBy = (where: string, everywhere: string, from = 'role_assignments h') =>
    `json((SELECT json_group_array(json_array(h.role_uid, ${everywhere}, ${columns})) FROM ${from} ${join} WHERE ${where}))`
  return `json_array(${[
    rolesBy(`h.${own} AND h.org_id = 0`, '1'),
    rolesBy(`h.${own} AND h.org_id = ${orgId}`, '0'),
    rolesBy(`h.org_id = ${orgId} AND h.basic_rank BETWEEN 1 AND ${rankOf(role)}`, '0'),
    ...(onTeams === undefined
      ? []
      : [rolesBy(onTeams, '0', 'team_members t CROSS JOIN role_assignments h ON h.team_id = t.team_id')]),
    ...(detail === 'uids'
      ? []
      : [changed(`'basic_' || lower(${role})`, '0'), changed(`iif(${isAdmin}, 'basic_grafana_admin', NULL)`, '1')]),
  ].join(', ')})`
}

type StoredRole = [
  uid: string,
  everywhere: number,
  grants: Grant[] | null,
  origin?: [name: string | null, orgId: number, teamId: number | null, basicRank: number | null],
]

export function readRoles(json: string): HeldRole[] {
  const lists: StoredRole[][] = JSON.parse(json)
  return lists.flat().map(([uid, everywhere, grants, origin]) => {
    const role = { uid, isEverywhere: everywhere === 1, grants }
    if (origin === undefined) return role
    const [name, orgId, teamId, basicRank] = origin
    return { ...role, origin: { name, orgId, teamId, basicRank } }
  })
}
