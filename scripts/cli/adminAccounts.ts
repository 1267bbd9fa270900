// What the commands have in common that make or mend a server admin's account in the database itself, where nobody can
// sign in to do it by the API.

import { readFileSync } from 'node:fs'
import { hashPassword } from '../../src/auth/passwords.ts'
import type { Config } from '../../src/config.ts'
import type { Database, Where } from '../directory/database.ts'
import { literal } from '../directory/write.ts'
import { root } from '../wrangler.ts'
import { Failure, Misuse, messageOf, whereOptions } from './command.ts'
import { complaint } from './complaint.ts'
import { newPassword } from './secretInput.ts'
import { configOf, readSettings } from './settings.ts'

export const adminOptions = {
  ...whereOptions,
  'must-change-password': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** For the help of every command that takes `adminOptions`. */
export const adminUsage = `
The password is asked for at the terminal, or is the first line of standard input, or ROLLCALL_NEW_PASSWORD.

  --must-change-password   at the next sign-in
  --local, --remote        the database on this machine (as it is without), or the deployed one
  --persist-to <folder>    another local database than that of npm run dev
  --env <name>             an environment of wrangler.toml
  --json                   one JSON document on standard output`

/** As the API has it; a password that only a service elsewhere knows to be breached is not refused here. */
function refuseWeak(password: string, { passwordMinLength }: Config) {
  if (Buffer.byteLength(password) < passwordMinLength) {
    throw new Failure(`The password is too short: PASSWORD_MIN_LENGTH is ${passwordMinLength}`)
  }
  if (passwordMinLength < 8) return
  const common = readFileSync(`${root}public/common-passwords.txt`, 'utf8').split('\n')
  if (common.includes(password.toLowerCase())) {
    throw new Failure('The password is one of the most common ones: choose another')
  }
}

/** The hash of a password that is asked for, as the deployment's settings want both. */
export async function newPasswordHash(where: Where): Promise<string> {
  const config = configOf(await readSettings(where))
  const password = await newPassword()
  refuseWeak(password, config)
  return hashPassword(password, config.passwordScheme)
}

/** What a database lacks that was never migrated. */
const advice = ({ remote }: Where) =>
  remote ? 'npm run deploy migrates it' : 'npm run dev, or npm run deploy -- --local, migrates it'

export async function withDatabase<T>(where: Where, work: (db: Database) => Promise<T>): Promise<T> {
  const { openDatabase } = await import('../directory/database.ts')
  const db = await openDatabase(where)
  try {
    return await work(db)
  } catch (error) {
    if (messageOf(error).includes('no such table')) throw new Failure(`The database has no tables: ${advice(where)}`)
    if (error instanceof Failure || error instanceof Misuse) throw error
    throw new Failure(`The database refused: ${complaint(messageOf(error))}`)
  } finally {
    await db.close()
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
