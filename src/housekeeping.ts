import { attemptWindow, knownFor } from './auth/attempts.ts'
import type { Config } from './config.ts'
import { bound, type Db } from './db/client.ts'
import { day } from './time.ts'

// What no longer counts is refused wherever it is looked at; here it is only thrown away. So it does no harm to do this
// twice, at once or not at all.

/** Rows in one statement, and statements for one table in one run: a run is bounded, and the next goes on. */
const batch = 500
const maxBatches = 20

/** An expired token is still listed for so long, so that whoever wonders why it stopped can see. */
const tokensKept = 30 * day

/** Tables with the column that says when a row stops counting, each the first of an index. */
const columns = {
  sessions: 'expires_at',
  tokens: 'expires_at',
  login_attempts: 'at',
  account_failures: 'at',
  sign_in_addresses: 'at',
  invites: 'expires_at',
  password_resets: 'expires_at',
  audit_log: 'at',
} as const

type Table = keyof typeof columns

const statement = (table: Table) =>
  `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${columns[table]} <= ?1 LIMIT ${batch})`

/** What was counted of a day (drizzle/0018_overview.sql), longer than anything shows it; day 0 of 'seen' is never. */
const daysKept = 400
const forgetDays =
  "DELETE FROM counters WHERE kind IN ('seen', 'sign-ins', 'failures') AND owner_id > 0 AND owner_id < ?1"

async function purgeTable(db: Db, table: Table, before: number): Promise<number> {
  let purged = 0
  for (let n = 0; n < maxBatches; n++) {
    const { changes } = (await bound(db, statement(table), before).run()).meta
    purged += changes
    if (changes < batch) break
  }
  return purged
}

/** Throws away what has expired, at most 10,000 rows of each table in one run; answers how many. */
export async function purge(db: Db, { auditSeconds }: Config, now: number): Promise<Record<Table, number>> {
  const purged = {
    sessions: await purgeTable(db, 'sessions', now),
    tokens: await purgeTable(db, 'tokens', now - tokensKept),
    login_attempts: await purgeTable(db, 'login_attempts', now - attemptWindow),
    account_failures: await purgeTable(db, 'account_failures', now - knownFor),
    sign_in_addresses: await purgeTable(db, 'sign_in_addresses', now - knownFor),
    invites: await purgeTable(db, 'invites', now),
    password_resets: await purgeTable(db, 'password_resets', now),
    audit_log: await purgeTable(db, 'audit_log', now - auditSeconds),
  }
  await bound(db, forgetDays, Math.floor(now / day) - daysKept).run()
  return purged
}
