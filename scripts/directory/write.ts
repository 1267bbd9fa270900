// Records as SQL, in chunks that D1 takes whole or not at all. The last statement of each writes into the database how
// far it got (drizzle/0019_imports.sql): whoever starts again, on whatever machine, goes on from there.

import type { Database } from './database.ts'
import { type Column, columnsOf, type DirectoryRecord, type Kind, keyColumnsOf, keyOf, kinds } from './records.ts'

/** Bytes of one statement; D1 takes 100,000. */
const maxStatement = 90_000
/** Bytes of one chunk: well within what D1 does in its 30 seconds, triggers and all. */
const maxChunk = 2_000_000

const bytes = (text: string) => Buffer.byteLength(text)

/** SQLite ends a text at NUL when it reads SQL, so that a literal can't hold one. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return String(value)
  return String(value)
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || char(0) || ')
}

const namesOf = (columns: Column[]) => columns.map(({ name }) => `"${name}"`).join(', ')

/** What is there already under the same key stays as it is; any other collision fails, and the chunk with it. */
const keep = (kind: Kind) => `ON CONFLICT (${namesOf(keyColumnsOf(kind))}) DO NOTHING`

/** What is there already under the same key becomes what the record says. */
const replace = (kind: Kind) => {
  const rest = columnsOf(kind).filter(({ property }) => !(kinds[kind].key as readonly string[]).includes(property))
  return `ON CONFLICT (${namesOf(keyColumnsOf(kind))}) DO UPDATE SET ${rest.map(({ name }) => `"${name}" = excluded."${name}"`).join(', ')}`
}

/** A text too long for a statement is written in pieces; a piece is never cut within a character. */
function* pieces(text: string, size: number): Generator<string> {
  let piece = ''
  for (const character of text) {
    if (piece.length >= size) {
      yield piece
      piece = ''
    }
    piece += character
  }
  yield piece
}

/** Characters a piece: at most four bytes each, and twice that where they are quotes. */
const pieceLength = 20_000

/** One record that fits no statement: inserted without its long texts, which are then appended bit by bit. */
function* longStatements(kind: Kind, row: Record<string, unknown>, conflict: string): Generator<string> {
  const columns = columnsOf(kind)
  const long = columns.filter(({ property }) => bytes(String(row[property] ?? '')) > pieceLength)
  const short = Object.fromEntries(long.map(({ property }) => [property, '']))
  const where = keyColumnsOf(kind)
    .map(({ property, name }) => `"${name}" = ${literal(row[property])}`)
    .join(' AND ')
  const table = kinds[kind].name
  const values = columns.map(({ property, otherwise }) => literal({ ...row, ...short }[property] ?? otherwise))
  yield `INSERT INTO ${table} (${namesOf(columns)}) VALUES (${values.join(', ')}) ${conflict}`
  for (const { property, name } of long) {
    let written = 0
    for (const piece of pieces(String(row[property]), pieceLength)) {
      // Whoever comes a second time finds it longer already, and changes nothing.
      yield `UPDATE ${table} SET "${name}" = "${name}" || ${literal(piece)} WHERE ${where} AND octet_length("${name}") = ${written}`
      written += bytes(piece)
    }
  }
}

/** Records of one kind, as few statements as hold them. */
function* statementsFor(kind: Kind, rows: Iterable<Record<string, unknown>>, conflict: string): Generator<string> {
  const columns = columnsOf(kind)
  const head = `INSERT INTO ${kinds[kind].name} (${namesOf(columns)}) VALUES `
  let values: string[] = []
  let size = 0
  const flush = () => `${head}${values.join(', ')} ${conflict}`
  for (const row of rows) {
    const value = `(${columns.map(({ property, otherwise }) => literal(row[property] ?? otherwise)).join(', ')})`
    const length = bytes(value) + 2
    if (values.length > 0 && (size + length > maxStatement || length > maxStatement)) {
      yield flush()
      values = []
      size = 0
    }
    if (length > maxStatement) yield* longStatements(kind, row, conflict)
    else {
      values.push(value)
      size += length
    }
  }
  if (values.length > 0) yield flush()
}

/** Runs of records of one kind. */
function* runs(records: Iterable<DirectoryRecord>): Generator<{ kind: Kind; rows: Record<string, unknown>[] }> {
  let kind: Kind | undefined
  let rows: Record<string, unknown>[] = []
  for (const record of records) {
    if (kind !== undefined && (record.kind !== kind || rows.length === 5000)) {
      yield { kind, rows }
      rows = []
    }
    kind = record.kind
    rows.push(record.row)
  }
  if (kind !== undefined) yield { kind, rows }
}

export type Chunk = { statements: string[]; records: number }

export type Plan = {
  /** Names what is imported, with every choice made about it: SHA-256 in hex. */
  source: string
  /** Seconds since 1970. */
  now: number
  /** Keys (`keyOf`) of records that take the place of what is there under the same key. */
  replaced?: Partial<Record<Kind, ReadonlySet<string>>>
  /** SQL at the head of the first chunk, and at the end of the last. */
  first?: readonly string[]
  last?: readonly string[]
}

type Group = { rows: Record<string, unknown>[]; conflict: string }

/** Those that replace come last: the last administrator is then no longer the last. */
function groupsOf(kind: Kind, rows: Record<string, unknown>[], replaced: ReadonlySet<string> = new Set()): Group[] {
  const isReplaced = (row: Record<string, unknown>) => replaced.has(keyOf(kind, row))
  return [
    { rows: rows.filter((row) => !isReplaced(row)), conflict: keep(kind) },
    { rows: rows.filter(isReplaced), conflict: replace(kind) },
  ]
}

/** The same records always make the same chunks, so that a number says how far an import got. */
export function* chunksOf(
  records: Iterable<DirectoryRecord>,
  { replaced = {}, first = [], last = [] }: Pick<Plan, 'replaced' | 'first' | 'last'>,
): Generator<Chunk> {
  let chunk: Chunk = { statements: [...first], records: 0 }
  let size = 0
  for (const { kind, rows } of runs(records)) {
    for (const group of groupsOf(kind, rows, replaced[kind])) {
      for (const sql of statementsFor(kind, group.rows, group.conflict)) {
        chunk.statements.push(sql)
        size += bytes(sql)
      }
    }
    chunk.records += rows.length
    if (size < maxChunk) continue
    yield chunk
    chunk = { statements: [], records: 0 }
    size = 0
  }
  chunk.statements.push(...last)
  if (chunk.statements.length > 0) yield chunk
}

/** What the database knows of an import; undefined = nothing of it was written. */
export type Progress = { chunksDone: number; chunks: number; startedAt: number; finishedAt: number | null }

export async function progressOf(db: Database, source: string): Promise<Progress | undefined> {
  const columns = 'chunks_done AS chunksDone, chunks, started_at AS startedAt, finished_at AS finishedAt'
  const [row] = await db.rows<Progress>(`SELECT ${columns} FROM imports WHERE source = ${literal(source)}`)
  return row
}

const noted = ({ source, now }: Plan, done: number, chunks: number) =>
  `INSERT INTO imports (source, chunks_done, chunks, started_at, finished_at)
  VALUES (${literal(source)}, ${done}, ${chunks}, ${now}, ${done === chunks ? now : 'NULL'})
  ON CONFLICT (source) DO UPDATE SET chunks_done = excluded.chunks_done, finished_at = excluded.finished_at WHERE chunks_done < excluded.chunks_done`

/**
 * Writes what is not written yet, chunk by chunk. `records` is asked for twice, once to count. Throws where a chunk is
 * refused: the ones before it stay, it and those after it are not there, and the same call goes on with it.
 */
export async function writeRecords(
  db: Database,
  records: () => Iterable<DirectoryRecord>,
  plan: Plan,
  tell: (done: number, chunks: number) => void = () => {},
): Promise<void> {
  let chunks = 0
  for (const _ of chunksOf(records(), plan)) chunks++
  const before = (await progressOf(db, plan.source))?.chunksDone ?? 0
  let done = 0
  for (const { statements } of chunksOf(records(), plan)) {
    done++
    if (done <= before) continue
    await db.apply([...statements, noted(plan, done, chunks)])
    tell(done, chunks)
  }
}
