import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../../scripts/directory/database.ts'
import { migrationStatements } from '../../../scripts/migrations.ts'

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/rollcall-test-`)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const migrations = migrationStatements()

/** A migrated local D1 in which nobody is. */
export async function emptyDatabase(persistTo = temporaryFolder()): Promise<Database> {
  const db = await openDatabase({ persistTo })
  await db.apply(migrations)
  onTestFinished(() => db.close())
  return db
}
