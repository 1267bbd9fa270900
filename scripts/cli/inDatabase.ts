// What the commands have in common that write into the database itself.

import { type Database, type Where, withDatabase } from '../directory/database.ts'
import { literal } from '../directory/write.ts'
import { Failure, Misuse, messageOf } from '../failure.ts'
import { complaint } from './complaint.ts'

/** What a database lacks that was never migrated. */
const advice = ({ remote }: Where) =>
  remote ? 'npm run deploy migrates it' : 'npm run dev, or npm run deploy -- --local, migrates it'

/** As a command for one database does its work: what goes wrong there is said in a line. */
export async function inDatabase<T>(where: Where, work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await withDatabase(where, work)
  } catch (error) {
    if (messageOf(error).includes('no such table')) throw new Failure(`The database has no tables: ${advice(where)}`)
    if (error instanceof Failure || error instanceof Misuse) throw error
    throw new Failure(`The database refused: ${complaint(messageOf(error))}`)
  }
}

/**
 * The row of the audit log that belongs to a change, for the same batch: by nobody that is signed in. `target` is SQL. Time
 * never runs backwards from row to row.
 */
export const auditRow = (action: string, target: string, now: number): string =>
  `INSERT INTO audit_log (at, actor, credential, action, target, outcome)
  SELECT max(${now}, coalesce((SELECT at FROM audit_log ORDER BY id DESC LIMIT 1), 0)), '', 'cli', ${literal(action)}, ${target}, 200`

export const secondsNow = () => Math.floor(Date.now() / 1000)
