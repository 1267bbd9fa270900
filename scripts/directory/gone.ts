// What was in a directory and is there no more: an import of another copy, or with another choice, would bring it back.

import type { Database } from './database.ts'
import { type DirectoryRecord, type Kind, keyOf, kinds } from './records.ts'
import { readSequences } from './sequences.ts'
import type { Finding } from './source.ts'
import type { There } from './there.ts'

/** Kinds that have no id of their own, with the two that each stands between. */
const between: Partial<Record<Kind, readonly [Kind, string][]>> = {
  orgMember: [
    ['org', 'orgId'],
    ['user', 'userId'],
  ],
  teamMember: [
    ['team', 'teamId'],
    ['user', 'userId'],
  ],
  star: [
    ['user', 'userId'],
    ['dashboard', 'dashboardId'],
  ],
}

const advice =
  'it would be back: import into an empty database, or delete it in the source too (--resolve 12=skip leaves a person out)'

const what = 'removed in the directory, or never carried there'

const isUnfinished = async (db: Database) =>
  (await db.rows('SELECT 1 FROM imports WHERE finished_at IS NULL LIMIT 1')).length > 0

/**
 * Tells of a record that isn't there whether it is missing because somebody removed it: its id was given already, or both
 * that it joins are there. While an import is unfinished nothing can be said: it hasn't written everything.
 */
export async function readGone(db: Database, there: There): Promise<(record: DirectoryRecord) => Finding[]> {
  if (there.isEmpty || (await isUnfinished(db))) return () => []
  const given = await readSequences(db)
  function isGone({ kind, row }: DirectoryRecord): boolean {
    if (there.has(kind, keyOf(kind, row))) return false
    const values: Record<string, unknown> = row
    if (kinds[kind].key[0] === 'id') return Number(values.id) <= (given[kind] ?? 0)
    return between[kind]?.every(([of, property]) => there.has(of, String(values[property]))) === true
  }
  return (record) =>
    isGone(record) ? [{ weight: 'stop', what, row: `${record.kind} ${keyOf(record.kind, record.row)}`, advice }] : []
}

const opens = {
  what: 'would sign in as the account that stays',
  advice: 'leave --sessions out (an export: without --hashes), or say --existing replace',
}

const changes = {
  what: 'would change how the account that stays signs in, or what it may do',
  advice: 'take it away in the source, or say --existing replace',
}

/** Whoever stays is neither opened nor changed by what another person of the same number was given. */
export function touchesKept({ kind, row }: DirectoryRecord): Finding | undefined {
  if (!('userId' in row) || row.userId !== 1) return undefined
  const told = (found: typeof opens): Finding => ({
    weight: 'stop',
    row: `${kind} ${keyOf(kind, row)}, of the source's user 1`,
    ...found,
  })
  if (kind === 'session' || (kind === 'token' && row.kind === 'personal')) return told(opens)
  return kind === 'userAuth' || kind === 'roleAssignment' ? told(changes) : undefined
}
