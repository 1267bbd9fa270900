import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { dashboards, stars } from '../db/schema.ts'
import { maxRows } from '../page.ts'

/** A star already given stays as it is. */
export const star = (db: Db, userId: number, dashboardId: number, now: number) =>
  db.insert(stars).values({ userId, dashboardId, createdAt: now }).onConflictDoNothing()

export const unstar = (db: Db, userId: number, dashboardId: number) =>
  db.delete(stars).where(and(eq(stars.userId, userId), eq(stars.dashboardId, dashboardId)))

/** A dashboard as one of its org names it. */
type Named = { userId: number; orgId: number; uid: string }

const named = (db: Db, { orgId, uid }: Named) =>
  db
    .select({ id: dashboards.id })
    .from(dashboards)
    .where(and(eq(dashboards.orgId, orgId), eq(dashboards.uid, uid)))

/** Whether the org has the dashboard, and so it is starred. */
export async function starByUid(db: Db, dashboard: Named, now: number): Promise<boolean> {
  const { userId, orgId, uid } = dashboard
  const found = db
    .select({
      userId: sql<number>`${userId}`.as('user_id'),
      dashboardId: dashboards.id,
      createdAt: sql<number>`${now}`.as('created_at'),
    })
    .from(dashboards)
    .where(and(eq(dashboards.orgId, orgId), eq(dashboards.uid, uid)))
  const [known] = await db.batch([named(db, dashboard), db.insert(stars).select(found).onConflictDoNothing()])
  return known.length > 0
}

/** Whether the org has the dashboard, starred or not. */
export async function unstarByUid(db: Db, dashboard: Named): Promise<boolean> {
  const its = and(eq(stars.userId, dashboard.userId), inArray(stars.dashboardId, named(db, dashboard)))
  const [known] = await db.batch([named(db, dashboard), db.delete(stars).where(its)])
  return known.length > 0
}

/** Those of the org, in the order in which they were starred; one more than an answer may hold tells that there are too many. */
export const listStars = async (db: Db, userId: number, orgId: number) =>
  (
    await db
      .select({ uid: dashboards.uid })
      .from(stars)
      .innerJoin(dashboards, and(eq(dashboards.id, stars.dashboardId), eq(dashboards.orgId, orgId)))
      .where(eq(stars.userId, userId))
      .orderBy(stars.createdAt, sql`stars.rowid`)
      .limit(maxRows + 1)
  ).map(({ uid }) => uid)
