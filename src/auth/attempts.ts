import { bound, type Db } from '../db/client.ts'

// What may be tried only so often from one address: to sign in to an account, to be sent mail.

/** Seconds in which failed sign-ins count against the next one (Grafana 9.3.2: 290 s old ones count, 305 s old ones don't). */
export const attemptWindow = 5 * 60

/** How many times an account's limit one address may fail, whatever names it tries. */
const accountsOfAnAddress = 20

/** ?5 the limit of an account. In one statement, so that attempts at once can't all find room. */
const reserve = `INSERT INTO login_attempts (account, address, at) SELECT ?1, ?2, ?3
  WHERE (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE account = ?1 AND address = ?2 AND at > ?4 LIMIT ?5)) < ?5
    AND (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE address = ?2 AND at > ?4 LIMIT ?5 * ${accountsOfAnAddress})) < ?5 * ${accountsOfAnAddress}
  RETURNING id`

const forgetOld = 'DELETE FROM login_attempts WHERE id IN (SELECT id FROM login_attempts WHERE at <= ?1 LIMIT 10)'

/**
 * Counts an attempt before it is looked at, to be released if it was right: an id, or nothing where the limit is reached.
 * Forgets a few that no longer count, so that the table stays as small as the last minutes were busy.
 */
export async function reserveAttempt(db: Db, account: string, address: string, now: number, maxAttempts: number) {
  const since = now - attemptWindow
  const [reserved] = await db.$client.batch<{ id: number }>([
    bound(db, reserve, account, address, now, since, maxAttempts),
    bound(db, forgetOld, since),
  ])
  return reserved?.results[0]?.id
}

export const releaseAttempt = (db: Db, id: number) => bound(db, 'DELETE FROM login_attempts WHERE id = ?1', id).run()

/** Whoever asks for mail, or for an account, more often than this within the window is told to wait. */
const maxTurns = 20

/** Whether the address may ask once more; counted like an attempt, and never released. */
export const takeTurn = async (db: Db, what: 'reset' | 'sign-up' | 'invite', address: string, now: number) =>
  (await reserveAttempt(db, `turn:${what}`, address, now, maxTurns)) !== undefined
