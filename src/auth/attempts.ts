import { bound, type Db } from '../db/client.ts'
import { day } from '../time.ts'

// What may be tried only so often from one address: to sign in to an account, to be sent mail.

/** Seconds in which failed sign-ins count against the next one (Grafana 9.3.2: 290 s old ones count, 305 s old ones don't). */
export const attemptWindow = 5 * 60

/** How many times an account's limit one address may fail, whatever names it tries. */
const accountsOfAnAddress = 20

/** Failures of one account from anywhere since its last success, after which only addresses that it is known from go on (NIST SP 800-63B-4, 3.2.2). */
export const maxAccountFailures = 100

/** Seconds for which an address is known after a success there, and for which failures are remembered. */
export const knownFor = 30 * day

/** ?5 the limit of an account. In one statement, so that attempts at once can't all find room. */
const reserve = `INSERT INTO login_attempts (account, address, at) SELECT ?1, ?2, ?3
  WHERE (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE account = ?1 AND address = ?2 AND at > ?4 LIMIT ?5)) < ?5
    AND (SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE address = ?2 AND at > ?4 LIMIT ?5 * ${accountsOfAnAddress})) < ?5 * ${accountsOfAnAddress}
    AND (coalesce((SELECT n FROM account_failures WHERE account = ?1), 0) < ${maxAccountFailures} OR EXISTS (
      SELECT 1 FROM sign_in_addresses WHERE user_id = CAST(substr(?1, 4) AS INTEGER) AND address = ?2 AND at > ?3 - ${knownFor}))
  RETURNING id`

const forgetOld = 'DELETE FROM login_attempts WHERE id IN (SELECT id FROM login_attempts WHERE at <= ?1 LIMIT 10)'

/**
 * Counts an attempt before it is looked at: an id, or nothing where the limit is reached.
 * Forgets a few that no longer count, so that the table stays as small as the last minutes were busy.
 */
async function reserveAttempt(db: Db, account: string, address: string, now: number, maxAttempts: number) {
  const since = now - attemptWindow
  const [reserved] = await db.$client.batch<{ id: number }>([
    bound(db, reserve, account, address, now, since, maxAttempts),
    bound(db, forgetOld, since),
  ])
  return reserved?.results[0]?.id
}

/** Only where the statement before has found room, or another did in the same second. */
const countFailure = `INSERT INTO account_failures (account, n, at) SELECT ?1, 1, ?2
  WHERE EXISTS (SELECT 1 FROM login_attempts WHERE account = ?1 AND address = ?3 AND at = ?2)
  ON CONFLICT (account) DO UPDATE SET n = n + 1, at = excluded.at`

/** The same for a guess at a password, which counts against the account from anywhere, too. */
export async function reserveGuess(db: Db, account: string, address: string, now: number, maxAttempts: number) {
  const since = now - attemptWindow
  const [reserved] = await db.$client.batch<{ id: number }>([
    bound(db, reserve, account, address, now, since, maxAttempts),
    bound(db, countFailure, account, now, address),
    bound(db, forgetOld, since),
  ])
  return reserved?.results[0]?.id
}

const forgive = 'DELETE FROM login_attempts WHERE id = ?1'
const forgetFailures = 'DELETE FROM account_failures WHERE account = ?1'
const knowAddress = `INSERT INTO sign_in_addresses (user_id, address, at) SELECT id, ?2, ?3 FROM users WHERE 'id:' || id = ?1 AND id = ?4
  ON CONFLICT (user_id, address) DO UPDATE SET at = excluded.at`

/** The guess was right: it was no failure, nor do those before it count any longer, and the address is known from now on. */
export const releaseGuess = (
  db: Db,
  id: number,
  { account, address, now }: { account: string; address: string; now: number },
) =>
  db.$client.batch([
    bound(db, forgive, id),
    bound(db, forgetFailures, account),
    bound(db, knowAddress, account, address, now, Number(account.slice('id:'.length)) || 0),
  ])

const tallyFailure = `INSERT INTO counters (kind, owner_id, n) VALUES ('failures', ?1, 1) ON CONFLICT DO UPDATE SET n = n + 1`

/** The guess was wrong, for the overview: a reservation alone may turn out right yet, and is thrown away when it is old. */
export const tallyGuess = (db: Db, now: number) => bound(db, tallyFailure, Math.floor(now / day)).run()

/** Whoever asks for mail, or for an account, more often than this within the window is told to wait. */
const maxTurns = 20

/** Whether the address may ask once more; counted like an attempt, and never released. */
export const takeTurn = async (db: Db, what: 'reset' | 'sign-up' | 'invite' | 'e-mail', address: string, now: number) =>
  (await reserveAttempt(db, `turn:${what}`, address, now, maxTurns)) !== undefined
