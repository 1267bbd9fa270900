import { and, eq, sql } from 'drizzle-orm'
import type { HeldRole } from '../auth/identity.ts'
import { readGrants, teamMember } from '../auth/permissions.ts'
import { bound, type Db } from '../db/client.ts'
import { teamMembers, teams } from '../db/schema.ts'
import { maxRows } from '../page.ts'
import type { Level } from '../serviceAccounts/rules.ts'

export type Member = {
  orgId: number
  teamId: number
  userId: number
  permission: number
  email: string
  name: string
  login: string
  /** How an external account signs in; null = it is Rollcall's own. */
  authModule: string | null
}

const members = `SELECT m.org_id AS orgId, m.team_id AS teamId, m.user_id AS userId, m.permission, u.email, u.name, u.login,
    (SELECT module FROM user_auth WHERE user_id = u.id ORDER BY id DESC LIMIT 1) AS authModule
  FROM (SELECT org_id, team_id, user_id, permission FROM team_members WHERE team_id = ?1 AND org_id = ?2 LIMIT ${maxRows + 1}) m
    CROSS JOIN users u ON u.id = m.user_id ORDER BY u.login`

/** By login, byte by byte; one more than an answer may hold tells that there are too many. */
export const listMembers = async (db: Db, orgId: number, teamId: number) =>
  (await bound(db, members, teamId, orgId).all<Member>()).results

/** Whether the org has the team, and so it gained a member. Throws a duplicate for a member, a missing reference for somebody who isn't in the org. */
export async function addTeamMember(db: Db, orgId: number, teamId: number, userId: number, now: number) {
  const { meta } = await db.insert(teamMembers).select(
    db
      .select({
        teamId: teams.id,
        orgId: teams.orgId,
        userId: sql<number>`${userId}`.as('user_id'),
        permission: sql<number>`${teamMember}`.as('permission'),
        createdAt: sql<number>`${now}`.as('created_at'),
        hasRoles: sql<boolean>`0`.as('has_roles'),
      })
      .from(teams)
      .where(and(eq(teams.id, teamId), eq(teams.orgId, orgId))),
  )
  return meta.changes > 0
}

/** The one membership, in a team of the org. */
const membership = (orgId: number, teamId: number, userId: number) =>
  and(eq(teamMembers.teamId, teamId), eq(teamMembers.userId, userId), eq(teamMembers.orgId, orgId))

/** Whether the user is on the team. */
export async function setPermission(db: Db, orgId: number, teamId: number, userId: number, permission: number) {
  const { meta } = await db
    .update(teamMembers)
    .set({ permission })
    .where(membership(orgId, teamId, userId))
  return meta.changes > 0
}

/** What there was to remove from: the user, only the team, or not even that. */
export async function removeTeamMember(db: Db, orgId: number, teamId: number, userId: number) {
  const [removed, known] = await db.batch([
    db
      .delete(teamMembers)
      .where(membership(orgId, teamId, userId))
      .returning({ userId: teamMembers.userId }),
    db
      .select({ id: teams.id })
      .from(teams)
      .where(and(eq(teams.id, teamId), eq(teams.orgId, orgId))),
  ])
  if (removed.length > 0) return 'member'
  return known.length > 0 ? 'team' : 'nothing'
}

const given = `SELECT h.role_uid AS uid, r.permissions FROM role_assignments h LEFT JOIN roles r ON r.uid = h.role_uid
  WHERE h.team_id = ?1`

const accounts =
  'SELECT service_account_id AS id, permission AS level FROM service_account_permissions WHERE team_id = ?1'

type Given = { uid: string; permissions: string | null } & { id: number; level: Level }

/** The roles that a team was given, which count in its org, and the service accounts. */
export async function givenToTeam(db: Db, teamId: number) {
  const [held, managed] = await db.$client.batch<Given>([bound(db, given, teamId), bound(db, accounts, teamId)])
  const roles = (held?.results ?? []).map(
    ({ uid, permissions }): HeldRole => ({
      uid,
      isEverywhere: false,
      grants: permissions === null ? null : readGrants(permissions),
    }),
  )
  return { roles, accounts: managed?.results ?? [] }
}

/** ?1 the team, ?2 the org, ?3 `[e-mail, permission][]` in JSON: who is meant, without a user where no member of the org has the e-mail. */
const wanted = `WITH wanted AS MATERIALIZED (
    SELECT json_extract(w.value, '$[0]') AS email, json_extract(w.value, '$[1]') AS permission, m.user_id
    FROM json_each(?3) w LEFT JOIN sign_in_names n ON n.name_key = json_extract(w.value, '$[0]')
      LEFT JOIN users u ON u.id = n.user_id AND u.email_key = n.name_key
      LEFT JOIN org_members m ON m.org_id = ?2 AND m.user_id = u.id)`
const nobodyIsMissing = 'NOT EXISTS (SELECT 1 FROM wanted WHERE user_id IS NULL)'

const check = `${wanted} SELECT EXISTS (SELECT 1 FROM teams WHERE id = ?1 AND org_id = ?2) AS isTeam,
  (SELECT email FROM wanted WHERE user_id IS NULL LIMIT 1) AS missing`
const removeOthers = `${wanted} DELETE FROM team_members
  WHERE team_id = ?1 AND org_id = ?2 AND ${nobodyIsMissing} AND user_id NOT IN (SELECT user_id FROM wanted)`
const put = `${wanted} INSERT INTO team_members (team_id, org_id, user_id, permission, created_at)
  SELECT t.id, t.org_id, w.user_id, w.permission, ?4 FROM teams t CROSS JOIN wanted w
  WHERE t.id = ?1 AND t.org_id = ?2 AND ${nobodyIsMissing}
  ON CONFLICT (team_id, user_id) DO UPDATE SET permission = excluded.permission WHERE permission <> excluded.permission`

/** Makes the team consist of these, by e-mail in key form: all of it, or, where the team or somebody is `missing`, nothing. */
export async function replaceMembers(db: Db, orgId: number, teamId: number, emails: [string, number][], now: number) {
  const values = [teamId, orgId, JSON.stringify(emails)] as const
  const [checked] = await db.$client.batch<{ isTeam: number; missing: string | null }>([
    bound(db, check, ...values),
    bound(db, removeOthers, ...values),
    bound(db, put, ...values, now),
  ])
  const { isTeam = 0, missing = null } = checked?.results[0] ?? {}
  return { isTeam: isTeam === 1, missing: missing ?? undefined }
}
