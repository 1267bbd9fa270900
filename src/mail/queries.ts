import { bound, type Db } from '../db/client.ts'

/** Seconds; the same as for failed sign-ins, whose table this shares. */
const turnWindow = 5 * 60

/** Whoever asks more often than this within the window is told to wait. */
const maxTurns = 20

const take = `INSERT INTO login_attempts (account, address, at) SELECT ?1, ?2, ?3
  WHERE (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE account = ?1 AND address = ?2 AND at > ?4 LIMIT ?5)) < ?5
  RETURNING id`
const forget = 'DELETE FROM login_attempts WHERE id IN (SELECT id FROM login_attempts WHERE at <= ?1 LIMIT 10)'

/** Whether the address may ask once more. One statement counts and takes the turn, so that a burst gets no more than its share. */
export async function takeTurn(
  db: Db,
  what: 'reset' | 'sign-up' | 'invite',
  address: string,
  now: number,
): Promise<boolean> {
  const [taken] = await db.$client.batch([
    bound(db, take, `turn:${what}`, address, now, now - turnWindow, maxTurns),
    bound(db, forget, now - turnWindow),
  ])
  return taken?.results.length === 1
}
