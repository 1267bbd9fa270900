import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll } from 'vitest'

/** A folder for all tests of a file, gone when they are over. */
export function temporaryFolderForAll(): string {
  const folder = mkdtempSync(`${tmpdir()}/rollcall-test-`)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
