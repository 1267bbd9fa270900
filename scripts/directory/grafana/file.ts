// Grafana's database as a file, and its rows one by one: opened so that nothing is ever written to it.

import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Failure, messageOf } from '../../failure.ts'
import { openFolder, tablesIn } from './csv.ts'
import { isSqlite } from './magic.ts'
import { missingFrom, type Shape, shapeTables, versionOf } from './tables.ts'
import { type ColumnType, Flaw, type Raw, readers, type ValueOf } from './values.ts'

type Optional<S extends Shape> = S extends { optional: infer O extends Record<string, ColumnType> } ? O : object
type Columns<S extends Shape> = S['columns'] & Optional<S>

export type RowOf<S extends Shape> = {
  [K in keyof Columns<S>]: Columns<S>[K] extends ColumnType ? ValueOf<Columns<S>[K]> : never
}

/** A row whose columns hold what they should, or which column doesn't. */
export type Read<S extends Shape> = { row: RowOf<S>; flaw?: undefined } | { row?: undefined; flaw: string; id: string }

export type GrafanaFile = {
  /** "12": at least that. */
  version: string
  has(shape: Shape): boolean
  /** In the order of their ids; `where` is SQL. */
  rows<S extends Shape>(shape: S, where?: string): Generator<Read<S>>
  close(): void
}

const hasWal = (file: string) => existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0

/**
 * A database in WAL mode takes a file beside it to be read, which a folder that can't be written to refuses: without a
 * WAL it can be read as what never changes.
 */
function openSqlite(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    if (hasWal(file) || !isSqlite(file)) throw error
    return new DatabaseSync(new URL(`${pathToFileURL(file)}?immutable=1`), { readOnly: true })
  }
}

/** A copy made while Grafana was writing, or cut short, is found here rather than halfway. */
function checkWhole(db: DatabaseSync, file: string): void {
  const refused = (what: string) =>
    new Failure(
      `${file} is damaged (${what}): copy it again while Grafana is stopped, with the -wal file beside it if any`,
    )
  let found: unknown
  try {
    found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0]
  } catch (error) {
    throw refused(messageOf(error))
  }
  if (found !== 'ok') throw refused(String(found).split('\n').at(-1) ?? '')
}

/** Pages go by SQLite's own number of a row: of a table without it, or with a column of its name, rows would be missed. */
function withoutRowids(db: DatabaseSync, found: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const lacking = new Set(
    db
      .prepare('SELECT name FROM pragma_table_list WHERE wr')
      .all()
      .map(({ name }) => name),
  )
  return shapeTables.find((table) => lacking.has(table) || found.get(table)?.has('rowid'))
}

function columnsOf(db: DatabaseSync): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const list =
    'SELECT m.name AS "table", c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = \'table\''
  for (const { table, name } of db.prepare(list).all()) {
    const columns = found.get(String(table)) ?? new Set()
    found.set(String(table), columns.add(String(name)))
  }
  return found
}

function opened(path: string): DatabaseSync {
  if (statSync(path).isDirectory()) return openFolder(path)
  try {
    const db = openSqlite(path)
    checkWhole(db, path)
    return db
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      `${path} could not be opened: ${messageOf(error)}. Copy it, with the -wal file beside it if any, to a folder of yours`,
    )
  }
}

function readRow(columns: Record<string, ColumnType>, raw: Record<string, Raw>) {
  const row: Record<string, unknown> = {}
  for (const column in columns) {
    const value = readers[columns[column] ?? 'text'](raw[column])
    if (value instanceof Flaw) return { flaw: `${column} ${value.words}`, id: String(raw.id ?? '?') }
    row[column] = value
  }
  return { row }
}

/** Rows at a time: one by one takes SQLite's binding several times as long. */
const pageSize = 1000

/** By rowid, which in Grafana's own tables is the id: nothing needs sorting. */
function* pagesOf(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  where: string,
): Generator<Record<string, Raw>> {
  const list = columns.map((column) => `"${column}"`).join(', ')
  const statement = db.prepare(
    `SELECT rowid AS "(rowid)", ${list} FROM "${table}" WHERE rowid > ? AND (${where}) ORDER BY rowid LIMIT ${pageSize}`,
  )
  statement.setReadBigInts(true)
  for (let after: Raw = -(2n ** 63n); ; ) {
    const page: Record<string, Raw>[] = statement.all(after)
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.['(rowid)'] ?? null
  }
}

export function openFile(path: string): GrafanaFile {
  const db = opened(path)
  const found = columnsOf(db)
  const missing = missingFrom(found)
  if (missing.length > 0) {
    db.close()
    throw new Failure(
      `${path} is no database of Grafana 8 to 12, or of one that is not known yet. It lacks ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ` and ${missing.length - 8} more` : ''}`,
    )
  }
  const odd = withoutRowids(db, found)
  if (odd !== undefined) {
    db.close()
    throw new Failure(
      `${path}: the table ${odd} is not as Grafana makes it (its rowid). Import the file that Grafana used`,
    )
  }
  return {
    version: versionOf(found),
    has: ({ table }) => found.has(table),
    *rows<S extends Shape>(shape: S, where = '1'): Generator<Read<S>> {
      if (!found.has(shape.table)) return
      const columns: Record<string, ColumnType> = { ...shape.columns, ...shape.optional }
      const there = Object.keys(columns).filter((column) => found.get(shape.table)?.has(column))
      // What a shape's columns are read as is what the type says: readers[type] gives ValueOf<type>.
      for (const raw of pagesOf(db, shape.table, there, where)) yield readRow(columns, raw) as Read<S>
    },
    close: () => db.close(),
  }
}

/** SHA-256 of everything in it, and of the WAL beside it. */
export function hashOf(path: string): string {
  const hash = createHash('sha256')
  const files = statSync(path).isDirectory()
    ? tablesIn(path).map((name) => `${path}/${name}`)
    : [path, ...(hasWal(path) ? [`${path}-wal`] : [])]
  const buffer = Buffer.alloc(1 << 20)
  for (const file of files) {
    const descriptor = openSync(file, 'r')
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, read))
    closeSync(descriptor)
    hash.update('\0')
  }
  return hash.digest('hex')
}
