import { eq, sql } from 'drizzle-orm'
import { bound, type Db } from '../db/client.ts'
import { users } from '../db/schema.ts'
import type { Change } from './rules.ts'

/** Whose they are: a person's in the org, a team's of the org, or (both null) the org's own. */
export type Owner = { orgId: number; userId: number | null; teamId: number | null }

export type Preferences = {
  theme: string
  timezone: string
  weekStart: string
  locale: string
  homeDashboardId: number
  /** Null where no dashboard was chosen, or it is gone. */
  homeDashboardUid: string | null
  navbar: string | null
  queryHistory: string | null
}

const byOwner = `SELECT p.theme, p.timezone, p.week_start AS weekStart, p.locale, p.home_dashboard_id AS homeDashboardId,
    (SELECT uid FROM dashboards WHERE id = p.home_dashboard_id AND org_id = p.org_id) AS homeDashboardUid,
    p.navbar, p.query_history AS queryHistory
  FROM preferences p WHERE p.org_id = ?1 AND ifnull(p.user_id, 0) = ?2 AND ifnull(p.team_id, 0) = ?3`

/** Nothing, where nobody ever set any. */
export const findPreferences = (db: Db, { orgId, userId, teamId }: Owner) =>
  bound(db, byOwner, orgId, userId ?? 0, teamId ?? 0).first<Preferences>()

/** ?1 org, ?2 user, ?3 team. A person has preferences only where it is a member. */
const isOrg = `CASE WHEN ?2 IS NULL THEN EXISTS (SELECT 1 FROM orgs WHERE id = ?1)
    ELSE EXISTS (SELECT 1 FROM org_members WHERE org_id = ?1 AND user_id = ?2) END`
const isTeam = '(?3 IS NULL OR EXISTS (SELECT 1 FROM teams WHERE id = ?3 AND org_id = ?1))'

/** And ?4 theme, ?5 timezone, ?6 week start, ?7 locale, ?8 dashboard's id, ?9 dashboard's uid, ?10 navbar, ?11 query history, ?12 now; null = as it is. */
const save = `INSERT INTO preferences
    (org_id, user_id, team_id, theme, timezone, week_start, locale, home_dashboard_id, navbar, query_history, updated_at)
  SELECT ?1, ?2, ?3, coalesce(?4, ''), coalesce(?5, ''), coalesce(?6, ''), coalesce(?7, ''), coalesce(d.id, ?8, 0), ?10, ?11, ?12
  FROM (SELECT (SELECT id FROM dashboards WHERE org_id = ?1 AND uid = ?9) AS id) d
  WHERE (?9 IS NULL OR d.id IS NOT NULL) AND ${isOrg} AND ${isTeam}
  ON CONFLICT (org_id, ifnull(user_id, 0), ifnull(team_id, 0)) DO UPDATE SET
    theme = coalesce(?4, theme), timezone = coalesce(?5, timezone), week_start = coalesce(?6, week_start),
    locale = coalesce(?7, locale), navbar = coalesce(?10, navbar), query_history = coalesce(?11, query_history),
    home_dashboard_id = CASE WHEN coalesce(?8, ?9) IS NULL THEN home_dashboard_id ELSE excluded.home_dashboard_id END,
    updated_at = ?12`

export type Missing = 'org' | 'team' | 'dashboard'

const whatIsMissing = `SELECT CASE WHEN NOT (${isOrg}) THEN 'org' WHEN NOT ${isTeam} THEN 'team' ELSE 'dashboard' END AS missing`

/**
 * Says what is missing, in which case nothing was saved. In one statement, so that changes at once each keep what they
 * set.
 */
export async function savePreferences(
  db: Db,
  { orgId, userId, teamId }: Owner,
  change: Change,
  now: number,
): Promise<Missing | undefined> {
  const { theme, timezone, weekStart, locale, homeDashboardId, homeDashboardUid, navbar, queryHistory } = change
  const values = [theme, timezone, weekStart, locale, homeDashboardId, homeDashboardUid, navbar, queryHistory]
  const [checked, saved] = await db.$client.batch<{ missing: Missing }>([
    bound(db, whatIsMissing, orgId, userId, teamId),
    bound(db, save, orgId, userId, teamId, ...values, now),
  ])
  return saved?.meta.changes ? undefined : checked?.results[0]?.missing
}

/** Adds the flags to those that the person has; what it has then. */
export async function addHelpFlags(db: Db, userId: number, flags: number): Promise<number> {
  const helpFlags = sql<number>`${users.helpFlags} | ${flags}`
  const [row] = await db.update(users).set({ helpFlags }).where(eq(users.id, userId)).returning({ is: users.helpFlags })
  return row?.is ?? 0
}

export const clearHelpFlags = (db: Db, userId: number) =>
  db.update(users).set({ helpFlags: 0 }).where(eq(users.id, userId))
