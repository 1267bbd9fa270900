import { and, eq, sql } from 'drizzle-orm'
import { bound, type Db } from '../db/client.ts'
import { dashboards } from '../db/schema.ts'
import { roomForDashboard } from '../quotas/queries.ts'
import type { Stored, Wanted } from './rules.ts'

const alike = `SELECT id, uid, title, version FROM dashboards WHERE org_id = ?1 AND uid = ?2
  UNION SELECT id, uid, title, version FROM dashboards WHERE org_id = ?1 AND title = ?3
  UNION SELECT id, uid, title, version FROM dashboards WHERE org_id = ?1 AND id = ?4`

/** Those of the org that share the id, the uid or the title: three at most. */
export const findAlike = async (db: Db, orgId: number, { id, uid, title }: Wanted) =>
  (await bound(db, alike, orgId, uid, title, id).all<Stored>()).results

/** `model` without id, uid and version, which are the row's; `tags` as JSON. */
export type Content = { uid: string; title: string; slug: string; tags: string; model: string }

type By = { orgId: number; userId: number | null; now: number }

/** Its id, or `undefined` where the org has no room for one more. Throws a duplicate where the title or the uid is taken. `limit` undefined = no quotas. */
export async function createDashboard(db: Db, content: Content, by: By, limit: number | undefined) {
  const row = {
    id: sql<number>`NULL`.as('id'),
    uid: sql<string>`${content.uid}`.as('uid'),
    orgId: sql<number>`${by.orgId}`.as('org_id'),
    title: sql<string>`${content.title}`.as('title'),
    slug: sql<string>`${content.slug}`.as('slug'),
    tags: sql<string>`${content.tags}`.as('tags'),
    version: sql<number>`1`.as('version'),
    createdBy: sql<number | null>`${by.userId}`.as('created_by'),
    updatedBy: sql<number | null>`${by.userId}`.as('updated_by'),
    createdAt: sql<number>`${by.now}`.as('created_at'),
    updatedAt: sql<number>`${by.now}`.as('updated_at'),
    model: sql<string>`${content.model}`.as('model'),
  }
  const one = db.select(row).from(sql`(SELECT 1)`)
  const source = one.where(sql.raw(roomForDashboard(by.orgId, limit)))
  const [created] = await db.insert(dashboards).select(source).returning({ id: dashboards.id })
  return created?.id
}

/** Only while the version is still the one that was read: whoever saved meanwhile wins. Throws a duplicate as above. */
export async function replaceDashboard(db: Db, { id, version }: Stored, content: Content, { orgId, userId, now }: By) {
  const replaced = await db
    .update(dashboards)
    .set({ ...content, version: version + 1, updatedBy: userId, updatedAt: now })
    .where(and(eq(dashboards.id, id), eq(dashboards.orgId, orgId), eq(dashboards.version, version)))
    .returning({ id: dashboards.id })
  return replaced.length > 0
}

export type Dashboard = {
  id: number
  uid: string
  title: string
  slug: string
  version: number
  model: string
  createdAt: number
  updatedAt: number
  /** Null for a machine, and for somebody who is gone. */
  createdBy: string | null
  updatedBy: string | null
  isStarred: number
}

const byUid = `SELECT d.id, d.uid, d.title, d.slug, d.version, d.model, d.created_at AS createdAt, d.updated_at AS updatedAt,
    (SELECT login FROM users WHERE id = d.created_by) AS createdBy, (SELECT login FROM users WHERE id = d.updated_by) AS updatedBy,
    EXISTS (SELECT 1 FROM stars WHERE user_id = ?3 AND dashboard = d.id) AS isStarred
  FROM dashboards d WHERE d.org_id = ?1 AND d.uid = ?2`

/** `userId` 0 = a machine, which stars nothing. */
export const findDashboard = (db: Db, orgId: number, uid: string, userId: number) =>
  bound(db, byUid, orgId, uid, userId).first<Dashboard>()

/** With its stars, by a trigger. */
export const deleteDashboard = async (db: Db, orgId: number, uid: string) =>
  db
    .delete(dashboards)
    .where(and(eq(dashboards.orgId, orgId), eq(dashboards.uid, uid)))
    .returning({ id: dashboards.id, title: dashboards.title })
    .get()

export type Hit = { id: number; uid: string; title: string; slug: string; tags: string; isStarred: number }

export type Search = { orgId: number; userId: number; text: string; starred: boolean; limit: number; offset: number }

/** A search for text looks through so many titles of the org at most. */
const maxWalked = 20_000

const columns = 'd.id, d.uid, d.title, d.slug, d.tags'

const all = `SELECT ${columns}, EXISTS (SELECT 1 FROM stars WHERE user_id = ?2 AND dashboard = d.id) AS isStarred
  FROM (SELECT id, uid, title, slug, tags FROM dashboards WHERE org_id = ?1 ORDER BY title LIMIT ${maxWalked}) d
  WHERE instr(lower(d.title), lower(?3)) ORDER BY d.title LIMIT ?4 OFFSET ?5`

const starredOnly = `SELECT ${columns}, 1 AS isStarred FROM stars s CROSS JOIN dashboards d ON d.id = s.dashboard
  WHERE s.user_id = ?2 AND d.org_id = ?1 AND instr(lower(d.title), lower(?3)) ORDER BY d.title LIMIT ?4 OFFSET ?5`

/** By title. */
export const searchDashboards = async (db: Db, { orgId, userId, text, starred, limit, offset }: Search) =>
  (await bound(db, starred ? starredOnly : all, orgId, userId, text, limit, offset).all<Hit>()).results

/** A person's own choice goes before its teams', and theirs before the org's. */
const home = `SELECT d.uid, d.slug FROM preferences p JOIN dashboards d ON d.org_id = p.org_id
    AND d.id = coalesce((SELECT id FROM dashboards WHERE org_id = p.org_id AND uid = p.home_dashboard_uid), p.home_dashboard_id)
  WHERE p.org_id = ?1 AND ifnull(p.user_id, 0) IN (0, ?2)
    AND ifnull(p.team_id, 0) IN (SELECT 0 UNION ALL SELECT value FROM json_each(?3))
  ORDER BY p.user_id IS NULL, p.team_id IS NULL, p.team_id LIMIT 1`

/** The dashboard that the person sees first, where one was chosen and is still there. */
export const findHome = (db: Db, orgId: number, userId: number, teamIds: number[]) =>
  bound(db, home, orgId, userId, JSON.stringify(teamIds)).first<{ uid: string; slug: string }>()
