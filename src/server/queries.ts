import { bound, type Db } from '../db/client.ts'
import { day } from '../time.ts'

/** The people whom the figures by role and activity look at, and the rows that nothing is counted beyond. */
const atMost = 10_000

const counted = (table: string, where = '') =>
  `(SELECT count(*) FROM (SELECT 1 FROM ${table} ${where} LIMIT ${atMost}))`
/** What is counted once for the whole server. */
export const counter = (kind: string) => `coalesce((SELECT n FROM counters WHERE kind = '${kind}' AND owner_id = 0), 0)`

/** A person counts under its highest role. ?1 the start of the day, ?2 of the month, ?3 now; all in seconds since 1970. */
const stats = `WITH people AS MATERIALIZED (
    SELECT coalesce(u.last_seen_at, 0) AS seen,
      (SELECT min(instr('Admin Editor Viewer', role)) FROM org_members WHERE user_id = u.id AND role <> 'None') AS best
    FROM users u ORDER BY u.id LIMIT ${atMost}),
  live AS MATERIALIZED (SELECT seen_at AS seen FROM sessions WHERE expires_at > ?3 LIMIT ${atMost})
  SELECT ${counter('orgs')} AS orgs, ${counter('users')} AS users,
    ${counted('dashboards')} AS dashboards, ${counted('stars')} AS stars,
    count(*) FILTER (WHERE best = 1) AS admins,
    count(*) FILTER (WHERE best = 7) AS editors,
    count(*) FILTER (WHERE best = 14) AS viewers,
    count(*) FILTER (WHERE seen > ?2) AS activeUsers,
    count(*) FILTER (WHERE seen > ?2 AND best = 1) AS activeAdmins,
    count(*) FILTER (WHERE seen > ?2 AND best = 7) AS activeEditors,
    count(*) FILTER (WHERE seen > ?2 AND best = 14) AS activeViewers,
    (SELECT count(*) FROM live WHERE seen > ?2) AS activeSessions,
    count(*) FILTER (WHERE seen > ?1) AS dailyActiveUsers,
    count(*) FILTER (WHERE seen > ?1 AND best = 1) AS dailyActiveAdmins,
    count(*) FILTER (WHERE seen > ?1 AND best = 7) AS dailyActiveEditors,
    count(*) FILTER (WHERE seen > ?1 AND best = 14) AS dailyActiveViewers,
    (SELECT count(*) FROM live WHERE seen > ?1) AS dailyActiveSessions
  FROM people`

export type Stats = Record<
  | 'orgs'
  | 'users'
  | 'dashboards'
  | 'stars'
  | 'admins'
  | 'editors'
  | 'viewers'
  | 'activeUsers'
  | 'activeAdmins'
  | 'activeEditors'
  | 'activeViewers'
  | 'activeSessions'
  | 'dailyActiveUsers'
  | 'dailyActiveAdmins'
  | 'dailyActiveEditors'
  | 'dailyActiveViewers'
  | 'dailyActiveSessions',
  number
>

/** Users and orgs come from counters; the rest is counted within a bound, and is a lower bound in a directory beyond it. */
export async function readStats(db: Db, now: number): Promise<Stats> {
  const row = await bound(db, stats, now - day, now - 30 * day, now).first<Stats>()
  if (!row) throw new Error('a count without a row')
  return row
}

/** The days of which the overview tells, today the last of them. */
export const daysShown = 30

/** What triggers (drizzle/0018_overview.sql) and failed sign-ins left of each day, as JSON by its number. ?1 the day before the first. */
const byDay = (kind: string) =>
  `(SELECT json_group_object(owner_id, n) FROM counters WHERE kind = '${kind}' AND owner_id > ?1)`

/**
 * All but the sessions is counted already, whatever the size of the directory. Of sessions those that end last are looked
 * at. ?2 now, ?3 since when a session must have been seen.
 */
const overview = `SELECT ${counter('users')} AS users, ${counter('orgs')} AS orgs, ${counter('seen')} AS neverSeen,
    (SELECT coalesce(sum(n), 0) FROM counters WHERE kind = 'seen' AND owner_id > ?1) AS activeLast30Days,
    ${byDay('sign-ins')} AS succeeded, ${byDay('failures')} AS failed,
    EXISTS (SELECT 1 FROM orgs WHERE name = 'Main Org.') AS hasMainOrg, EXISTS (SELECT 1 FROM tokens) AS hasTokens,
    count(*) AS sessionsSeen, count(*) FILTER (WHERE seen_at > ?3) AS liveSessions
  FROM (SELECT seen_at FROM sessions WHERE expires_at > ?2 ORDER BY expires_at DESC LIMIT ${atMost})`

type Counted = Record<
  'users' | 'orgs' | 'neverSeen' | 'activeLast30Days' | 'hasMainOrg' | 'hasTokens' | 'sessionsSeen' | 'liveSessions',
  number
>
export type Figures = Counted & {
  today: number
  areSessionsCut: boolean
  succeeded: Record<string, number>
  failed: Record<string, number>
}

export async function readOverview(db: Db, now: number, idleSince: number): Promise<Figures> {
  const today = Math.floor(now / day)
  const row = await bound(db, overview, today - daysShown, now, idleSince).first<
    Counted & { succeeded: string; failed: string }
  >()
  if (!row) throw new Error('a count without a row')
  const areSessionsCut = row.sessionsSeen === atMost
  return { ...row, today, areSessionsCut, succeeded: JSON.parse(row.succeeded), failed: JSON.parse(row.failed) }
}
