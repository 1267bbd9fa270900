import { bound, type Db } from '../db/client.ts'

/** A star already given stays as it is. */
export const star = (db: Db, userId: number, dashboard: string, now: number) =>
  bound(
    db,
    'INSERT INTO stars (user_id, dashboard, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
    userId,
    dashboard,
    now,
  ).run()

export const unstar = (db: Db, userId: number, dashboard: string) =>
  bound(db, 'DELETE FROM stars WHERE user_id = ?1 AND dashboard = ?2', userId, dashboard).run()

export const listStars = async (db: Db, userId: number) =>
  (
    await bound(
      db,
      'SELECT dashboard FROM stars WHERE user_id = ?1 ORDER BY created_at, rowid LIMIT 10001',
      userId,
    ).all<{ dashboard: string }>()
  ).results.map((row) => row.dashboard)
