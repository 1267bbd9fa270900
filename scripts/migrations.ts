// The migrations as files, and what a database has once they have run.

import { readdirSync, readFileSync } from 'node:fs'
import { expectedObjects, missingObjects, type SchemaObject, splitMigration } from './schemaObjects.ts'
import { root } from './wrangler.ts'

export type Migration = { file: string; sql: string }

/** In the order in which they are applied. */
export const readMigrations = (): Migration[] =>
  readdirSync(`${root}drizzle`)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ file, sql: readFileSync(`${root}drizzle/${file}`, 'utf8') }))

export const migrationStatements = (): string[] => readMigrations().flatMap(({ sql }) => splitMigration(sql))

/** Asks a database for what `missingFrom` compares. */
export const listObjects = 'SELECT type, name FROM sqlite_master'

/** What of all that the migrations make isn't among those found. */
export function missingFrom(found: { type: string; name: string }[]): { expected: number; missing: SchemaObject[] } {
  const expected = expectedObjects(migrationStatements())
  return { expected: expected.length, missing: missingObjects(expected, found) }
}
