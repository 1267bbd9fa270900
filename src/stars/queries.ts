import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { stars } from '../db/schema.ts'
import { maxRows } from '../page.ts'

/** A star already given stays as it is. */
export const star = (db: Db, userId: number, dashboard: string, now: number) =>
  db.insert(stars).values({ userId, dashboard, createdAt: now }).onConflictDoNothing()

export const unstar = (db: Db, userId: number, dashboard: string) =>
  db.delete(stars).where(and(eq(stars.userId, userId), eq(stars.dashboard, dashboard)))

/** In the order in which they were given; one more than an answer may hold tells that there are too many. */
export const listStars = async (db: Db, userId: number) =>
  (
    await db
      .select({ dashboard: stars.dashboard })
      .from(stars)
      .where(eq(stars.userId, userId))
      .orderBy(stars.createdAt, sql`rowid`)
      .limit(maxRows + 1)
  ).map((row) => row.dashboard)
