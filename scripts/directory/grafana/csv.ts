// A folder of tables as PostgreSQL and MySQL write them, read into SQLite: from there on it is a Grafana database like any
// other, all of whose columns are text (values.ts).

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../failure.ts'
import { laterShapes, shapes, shapeTables } from './tables.ts'

type Line = (string | null)[]

/** Where a quoted field's closing quote is; -1 = nowhere. A doubled one stands for itself. */
function closing(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}

const bare = /[^",\r\n]*/y

/** The value at `from`, null where it is bare and empty, and where it ends. */
function fieldAt(text: string, from: number): { value: string | null; end: number } | undefined {
  if (text[from] !== '"') {
    bare.lastIndex = from
    const value = bare.exec(text)?.[0] ?? ''
    return { value: value || null, end: from + value.length }
  }
  const end = closing(text, from + 1)
  return end < 0 ? undefined : { value: text.slice(from + 1, end).replaceAll('""', '"'), end: end + 1 }
}

const separator = /,|\r?\n|$/y

/** `COPY … TO … WITH (FORMAT csv, HEADER)`. The last is undefined where a quote is never closed, or closed too early. */
export function* csvLines(text: string): Generator<Line | undefined> {
  let line: Line = []
  for (let at = 0; at < text.length; ) {
    const field = fieldAt(text, at)
    separator.lastIndex = field?.end ?? 0
    const mark = field && separator.exec(text)?.[0]
    if (field === undefined || mark === undefined) return yield undefined
    line.push(field.value)
    at = field.end + mark.length
    if (mark === ',' && at < text.length) continue
    yield line
    line = []
  }
}

const escapes: Record<string, string> = { t: '\t', n: '\n', '0': '\0', '\\': '\\' }

/** `mysql --batch`: tabs between, backslashes before what would break a line. */
export function* batchLines(text: string): Generator<Line> {
  for (const line of text.split('\n')) {
    if (line === '') continue
    yield line
      .split('\t')
      .map((value) => (value === 'NULL' ? null : value.replace(/\\(.)/g, (_, letter) => escapes[letter] ?? letter)))
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** `mysql --batch` writes nothing at all of an empty table. */
const expectedColumns = (table: string): string[] =>
  Object.keys(
    [...Object.values(shapes), ...Object.values(laterShapes)].find((shape) => shape.table === table)?.columns ?? {},
  )

function fill(db: DatabaseSync, table: string, lines: Iterator<Line | undefined>): void {
  const head: Line = lines.next().value ?? expectedColumns(table)
  if (head.length === 0) return
  if (new Set(head.map((name) => name?.toLowerCase())).size < head.length)
    throw new Failure(`${table}: two columns of one name: the first line must have the names of the columns`)
  const names = head.map((name) => quoted(name ?? ''))
  db.exec(`CREATE TABLE ${quoted(table)} (${names.join(', ')})`)
  const insert = db.prepare(`INSERT INTO ${quoted(table)} VALUES (${names.map(() => '?').join(', ')})`)
  for (let number = 2; ; number++) {
    const { value: line, done } = lines.next()
    if (done) return
    if (line?.length !== names.length)
      throw new Failure(
        `${table}: row ${number} doesn't have the ${names.length} columns of the first: export it again`,
      )
    insert.run(...line)
  }
}

/** Others of the folder are nobody's business. */
const isTable = (path: string) => {
  const [, table = ''] = /([^/]+)\.(?:csv|tsv)$/.exec(path) ?? []
  return shapeTables.includes(table) && statSync(path).isFile()
}

/** As `user.csv` and `user.tsv`: which one counts? */
function checkOnce(files: readonly string[]): void {
  const tables = files.map((file) => file.slice(0, -4))
  const twice = tables.find((table, at) => tables.indexOf(table) < at)
  if (twice !== undefined) throw new Failure(`${twice}.csv and ${twice}.tsv: delete the one that isn't meant`)
}

/** The names of its files that are read, in an order of their own. */
export const tablesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => isTable(`${folder}/${file}`))
    .sort()

export function openFolder(folder: string): DatabaseSync {
  const files = tablesIn(folder)
  if (files.length === 0) throw new Failure(`${folder} holds no tables: they are named user.csv or user.tsv, and so on`)
  checkOnce(files)
  const db = new DatabaseSync('')
  db.exec('BEGIN')
  for (const file of files) {
    const text = readFileSync(`${folder}/${file}`, 'utf8').replace(/^\uFEFF/, '')
    fill(db, file.slice(0, -4), file.endsWith('.csv') ? csvLines(text) : batchLines(text))
  }
  db.exec('COMMIT')
  return db
}
