import { type Builders, builders } from './builders.ts'
import { Patient } from './patience.ts'

export type Db = Builders & { $client: D1Database }

/** The database, or a session of it, which is asked in the same way. */
export type D1 = D1Database | D1DatabaseSession

export const openDb = (d1: D1): Db => builders(new Patient(d1))

/** A bound statement for D1 itself: the hot ones, and the conditional ones that Drizzle can't put into a batch. */
export const bound = (db: Db, text: string, ...values: (string | number | null)[]) =>
  db.$client.prepare(text).bind(...values)

/** What the database itself said: the innermost cause. */
export function cause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.cause === undefined ? error : cause(error.cause)
}

/** What a raising trigger said (`rule: …` in drizzle/0001_triggers.sql), in Grafana's words. */
export const brokenRule = (error: unknown) =>
  /^(?:D1_ERROR: )?rule: (.+?)(?:: SQLITE_\w+.*)?$/s.exec(cause(error).message)?.[1]

const says = (error: unknown, what: string) =>
  cause(error)
    .message.replace(/^D1_ERROR: /, '')
    .startsWith(what)

export const isDuplicate = (error: unknown) => says(error, 'UNIQUE constraint failed')

export const isMissingReference = (error: unknown) => says(error, 'FOREIGN KEY constraint failed')

/** The database is not to be had; a statement that it can't read (SQLITE_ERROR) is a bug of ours instead. */
export const isUnavailable = (error: unknown) =>
  /^D1_[A-Z_]*ERROR|Network connection lost|storage caused object to be reset/.test(cause(error).message) &&
  !/SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|TOOBIG)/.test(cause(error).message)
