import { definedRoles, isFixed } from '../auth/roles.ts'

// Whether an invitation is still good as far as whoever sent it goes, as SQL over a row of `invites`: part of the
// statement that uses it, so that nobody can be demoted in between.

const add = 'org.users:add'
/** Whoever may do this everywhere could make itself a server admin. */
const raise = 'users.permissions:write'

/** As it stands in `role_assignments`; no role at all is as much as None. */
const rank = (role: string) => `coalesce(instr('VEA', substr(${role}, 1, 1)), 0)`

const lists = (permissions: string, action: string) => `instr(${permissions}, '"${action}"')`

const fixedWith = (action: string) =>
  [...definedRoles.values()]
    .filter(({ uid, grants }) => isFixed(uid) && grants.some(([granted]) => granted === action))
    .map(({ uid }) => `'${uid}'`)

const holds = (where: string, action: string, from = 'role_assignments h') =>
  `EXISTS (SELECT 1 FROM ${from} LEFT JOIN roles r ON r.uid = h.role_uid AND r.org_id IN (0, h.org_id)
    WHERE ${where} AND (h.role_uid IN (${fixedWith(action)}) OR ${lists('r.permissions', action)}))`

type Sender = { own: string; orgId: string; role: string; isRaised: string; adds: string }

/** Could give the role of the invitation in its org: everything of it is of now. */
const couldInvite = ({ own, orgId, role, isRaised, adds }: Sender) =>
  `(${isRaised} OR ${holds(`h.${own} AND h.org_id = 0`, raise)} OR ${rank(role)} >= ${rank('invites.role')} AND (${role} = 'Admin'
    OR EXISTS (SELECT 1 FROM roles WHERE uid = 'basic_' || lower(${role}) AND ${lists('permissions', add)})
    OR ${holds(`h.${own} AND h.org_id IN (0, ${orgId})`, add)}
    OR ${holds(`h.org_id = ${orgId} AND h.basic_rank BETWEEN 1 AND ${rank(role)}`, add)} OR ${adds}))`

const person = couldInvite({
  own: 'user_id = u.id',
  orgId: 'm.org_id',
  role: 'm.role',
  isRaised: 'u.is_admin',
  adds: holds(
    't.user_id = u.id AND t.org_id = m.org_id AND t.has_roles = 1',
    add,
    'team_members t CROSS JOIN role_assignments h ON h.team_id = t.team_id',
  ),
})

const account = couldInvite({
  own: 'service_account_id = a.id',
  orgId: 'a.org_id',
  role: 'a.role',
  isRaised: lists("ifnull(a.permissions, '')", raise),
  adds: lists("ifnull(a.permissions, '')", add),
})

/** Nobody known is nobody who answers for it. */
export const isBacked = `coalesce(invites.invited_by, invites.invited_by_account) IS NOT NULL
  AND (invites.invited_by IS NULL OR EXISTS (SELECT 1 FROM users u
    LEFT JOIN org_members m ON m.org_id = invites.org_id AND m.user_id = u.id
    WHERE u.id = invites.invited_by AND u.is_disabled = 0 AND ${person}))
  AND (invites.invited_by_account IS NULL OR EXISTS (SELECT 1 FROM service_accounts a
    WHERE a.id = invites.invited_by_account AND a.org_id = invites.org_id AND a.is_disabled = 0 AND ${account}))`
