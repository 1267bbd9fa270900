// A directory read out of its database, as the lines of a file that says everything (docs/export.md). By pages on each
// table's key, so that neither a million people nor a deployed database needs more than a few megabytes here.

import { readdirSync } from 'node:fs'
import { root } from '../wrangler.ts'
import type { Database } from './database.ts'
import { type Column, columnsOf, type Kind, kindNames, kinds, type Row } from './records.ts'
import { literal } from './write.ts'

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
  sequences: Partial<Record<Kind, number>>
}

export type Counts = Partial<Record<Kind, number>>

/** Another number means that whoever reads version 1 would understand it wrongly. */
export const formatVersion = 1

const schemaName = () =>
  readdirSync(`${root}drizzle`)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .at(-1)
    ?.replace('.sql', '') ?? ''

/** Bytes that a page should have: D1 answers with no more than so much at once, and this process holds one page. */
const pageBytes = 2_000_000
const maxPage = 5000

type DatabaseRow = Record<string, string | number | null>

const keyColumns = (kind: Kind): Column[] =>
  kinds[kind].key.flatMap((property) => columnsOf(kind).filter((column) => column.property === property))

const named = ({ name }: Column) => `"${name}"`

/** Two rows compare as their keys do, column by column. */
function after(key: Column[], last: DatabaseRow | undefined): string {
  if (last === undefined) return 'true'
  return `(${key.map(named).join(', ')}) > (${key.map(({ property }) => literal(last[property])).join(', ')})`
}

/** Rows of one kind in the order of their key, those that were there when the ids in `known` were the greatest. */
async function* pages(db: Database, kind: Kind, known: Counts): AsyncGenerator<DatabaseRow[]> {
  const key = keyColumns(kind)
  const columns = columnsOf(kind).map((column) => `${named(column)} AS "${column.property}"`)
  const within = withinOf(kind, known)
  let last: DatabaseRow | undefined
  let limit = 100
  for (;;) {
    const rows = await db.rows<DatabaseRow>(
      `SELECT ${columns.join(', ')} FROM ${kinds[kind].name} WHERE ${after(key, last)}${within} ORDER BY ${key.map(named).join(', ')} LIMIT ${limit}`,
    )
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    last = rows.at(-1)
    const mean = Buffer.byteLength(JSON.stringify(rows)) / rows.length
    limit = Math.max(10, Math.min(maxPage, limit * 4, Math.floor(pageBytes / mean)))
  }
}

const parents: Record<string, Kind> = { orgId: 'org', userId: 'user', teamId: 'team' }

/** What came after the export began is no part of it: what it refers to may have been read already. */
function withinOf(kind: Kind, known: Counts): string {
  const bounds: Record<string, Kind> = kinds[kind].key[0] === 'id' ? { id: kind } : parents
  return columnsOf(kind)
    .flatMap((column) => {
      const of = bounds[column.property]
      return of ? ` AND ${named(column)} <= ${known[of] ?? 0}` : []
    })
    .join('')
}

/** The greatest id that each table ever gave, all at one moment. */
export async function readSequences(db: Database): Promise<Counts> {
  const rows = await db.rows<{ name: string; seq: number }>('SELECT name, seq FROM sqlite_sequence')
  const sequences = new Map(rows.map(({ name, seq }) => [name, seq]))
  return Object.fromEntries(
    kindNames.flatMap((kind) => {
      const seq = sequences.get(kinds[kind].name)
      return seq === undefined ? [] : [[kind, seq]]
    }),
  )
}

/** A row as JSON says it: SQLite knows no booleans. */
function rowOf<K extends Kind>(columns: Column[], row: DatabaseRow): Row<K> {
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
  for await (const page of pages(db, kind, known)) yield page.map((row) => rowOf(columns, row))
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
