import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { drizzle } from 'drizzle-orm/d1'

export type Db = DrizzleD1Database & { $client: D1Database }

export const openDb = (d1: D1Database): Db => drizzle(d1)

/** A bound statement for D1 itself: the hot ones, and the conditional ones that Drizzle can't put into a batch. */
export const bound = (db: Db, text: string, ...values: (string | number | null)[]) =>
  db.$client.prepare(text).bind(...values)

/** Every message in the chain of causes: Drizzle wraps what D1 said, D1 wraps what SQLite said. */
function messages(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${messages(error.cause)}` : ''
}

/** What a raising trigger said (`rule: …` in drizzle/0001_triggers.sql), in Grafana's words. */
export const brokenRule = (error: unknown) => /rule: ([^\n]*?)(?:: SQLITE_\w+.*)?(?:\n|$)/.exec(messages(error))?.[1]

export const isDuplicate = (error: unknown) => messages(error).includes('UNIQUE constraint failed')

export const isMissingReference = (error: unknown) => messages(error).includes('FOREIGN KEY constraint failed')
