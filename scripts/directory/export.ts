// A directory read out of its database, as the lines of a file that says everything (docs/export.md). By pages on each
// table's key, so that neither a million people nor a deployed database needs more than a few megabytes here.

import { readMigrations } from '../migrations.ts'
import type { Database } from './database.ts'
import { pagesOf, type StoredRow } from './pages.ts'
import { type Column, type Counts, columnsOf, type Kind, kindNames, kinds, type Row } from './records.ts'
import { readSequences } from './sequences.ts'

export type ExportOptions = {
  /** Passwords' hashes, and the kinds that are nothing without theirs. */
  hashes: boolean
  audit: boolean
}

/** What is nothing without the hash of its secret. */
const secretKinds: readonly Kind[] = ['token', 'invite', 'session']

const exportedKinds = ({ hashes, audit }: ExportOptions): Kind[] =>
  kindNames.filter((kind) => (hashes || !secretKinds.includes(kind)) && (audit || kind !== 'audit'))

export type Header = {
  format: 'rollcall'
  version: number
  /** In ISO 8601. */
  exportedAt: string
  /** The newest migration that the columns are of. */
  schema: string
  hashes: boolean
  audit: boolean
  /** The greatest id that each kind ever gave: none of them is given again. */
  sequences: Counts
}

/** Another number means that whoever reads version 1 would understand it wrongly. */
export const formatVersion = 1

const schemaName = () => readMigrations().at(-1)?.file.replace('.sql', '') ?? ''

const parents: Record<string, Kind> = { orgId: 'org', userId: 'user', teamId: 'team' }

/** What came after the export began is no part of it: what it refers to may have been read already. */
function withinOf(kind: Kind, known: Counts): string {
  const bounds: Record<string, Kind> = kinds[kind].key[0] === 'id' ? { id: kind } : parents
  const within = columnsOf(kind).flatMap((column) => {
    const of = bounds[column.property]
    return of ? `"${column.name}" <= ${known[of] ?? 0}` : []
  })
  return ['true', ...within].join(' AND ')
}

/** A row as JSON says it: SQLite knows no booleans. */
function rowOf<K extends Kind>(columns: Column[], row: StoredRow): Row<K> {
  const values = columns.map(({ property, type }) => [
    property,
    type === 'boolean' && row[property] !== null ? row[property] === 1 : row[property],
  ])
  return Object.fromEntries(values)
}

/** The rows of one kind as records have them, page by page: those that were there when the greatest ids were those in `known`. */
export async function* rowsOf<K extends Kind>(
  db: Database,
  kind: K,
  known: Counts,
  { hashes }: Pick<ExportOptions, 'hashes'>,
): AsyncGenerator<Row<K>[]> {
  const columns = columnsOf(kind).filter(({ property }) => hashes || property !== 'passwordHash')
  for await (const page of pagesOf(db, kind, columnsOf(kind), withinOf(kind, known)))
    yield page.map((row) => rowOf(columns, row))
}

export type Export = {
  header: Header
  /** Complete when `lines` has ended. */
  counts: Counts
  /** Some whole lines at a time. */
  lines(): AsyncGenerator<string>
}

/** Begins an export: what there is from now on is what it says. */
export async function openExport(db: Database, options: ExportOptions, now: Date): Promise<Export> {
  const sequences = await readSequences(db)
  const header: Header = {
    format: 'rollcall',
    version: formatVersion,
    exportedAt: now.toISOString(),
    schema: schemaName(),
    ...options,
    sequences,
  }
  const counts: Counts = {}
  async function* lines() {
    yield `${JSON.stringify(header)}\n`
    for (const kind of exportedKinds(options)) {
      counts[kind] = 0
      for await (const rows of rowsOf(db, kind, sequences, options)) {
        counts[kind] += rows.length
        yield rows.map((row) => `${JSON.stringify({ kind, row })}\n`).join('')
      }
    }
    yield `${JSON.stringify({ kind: 'end', counts })}\n`
  }
  return { header, counts, lines }
}
