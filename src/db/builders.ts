import { Column, is, type Query, SQL } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import {
  type SelectedFields,
  SQLiteAsyncDialect,
  SQLiteDeleteBase,
  SQLiteInsertBuilder,
  SQLiteSelectBuilder,
  type SQLiteSession,
  type SQLiteTable,
  SQLiteUpdateBuilder,
} from 'drizzle-orm/sqlite-core'

// Drizzle's builders of statements, without its driver: that carries transactions, a cache and relational queries along,
// 3.6 KiB of the Worker, and reads rows as arrays, of which D1 doesn't say what they cost.

/** Drizzle as far as it is there. */
export type Builders = Pick<DrizzleD1Database, 'select' | 'insert' | 'update' | 'delete' | 'batch'>

/** A column of the answer: where its value goes, and what it is of. */
type Field = { path: string[]; field: unknown }
type Row = Record<string, unknown>

/** What an expression is read as (`mapWith`) stands in no type of Drizzle's. */
function decoderOf(field: unknown): Pick<Column, 'mapFromDriverValue'> {
  if (is(field, Column)) return field
  return Reflect.get(is(field, SQL.Aliased) ? field.sql : Object(field), 'decoder')
}

const decoded = (field: unknown, value: unknown) => (value === null ? null : decoderOf(field).mapFromDriverValue(value))

/** Values come under their columns' names, so of two with one name one is lost: then they need names of their own (`as`). */
function rowOf(fields: Field[], found: Row): Row {
  const values = Object.values(found)
  if (values.length !== fields.length) throw new Error('two columns of one name')
  const row: Row = {}
  fields.forEach(({ path: [name = '', inner], field }, n) => {
    const value = decoded(field, values[n])
    if (inner === undefined) row[name] = value
    else row[name] = Object.assign(row[name] ?? {}, { [inner]: value })
  })
  return row
}

/** What Drizzle calls a prepared query, as its builders use it. */
class Prepared {
  readonly statement: D1PreparedStatement
  readonly fields: Field[] | undefined
  readonly method: string
  constructor(statement: D1PreparedStatement, fields: Field[] | undefined, method: string) {
    this.statement = statement
    this.fields = fields
    this.method = method
  }
  rows({ results }: D1Result<Row>) {
    const { fields } = this
    if (!fields) return results
    // It comes before all others, so that each value would be under another's name.
    const [first = '', second] = Object.keys(results[0] ?? {})
    if (second !== undefined && /^\d+$/.test(first)) throw new Error('a number for the name of a column')
    return results.map((found) => rowOf(fields, found))
  }
  run() {
    return this.statement.run()
  }
  async all() {
    return this.rows(await this.statement.all())
  }
  async get() {
    return (await this.all())[0]
  }
  execute() {
    return this.method === 'run' ? this.run() : this.all()
  }
  fromBatch(result: D1Result<Row>) {
    return this.method === 'run' ? result : this.rows(result)
  }
}

const dialect = new SQLiteAsyncDialect()

export function builders(d1: D1Database): Builders & { $client: D1Database } {
  const prepareQuery = ({ sql, params }: Query, fields: Field[] | undefined, method: string) =>
    new Prepared(d1.prepare(sql).bind(...params), fields, method)
  // All of a session that the builders ask for.
  const session = { prepareQuery, prepareOneTimeQuery: prepareQuery } as unknown as SQLiteSession<
    'async',
    D1Result,
    Record<string, never>,
    Record<string, never>
  >
  const built = {
    $client: d1,
    select: (fields?: SelectedFields) => new SQLiteSelectBuilder({ fields, session, dialect }),
    insert: (table: SQLiteTable) => new SQLiteInsertBuilder(table, session, dialect),
    update: (table: SQLiteTable) => new SQLiteUpdateBuilder(table, session, dialect),
    delete: (table: SQLiteTable) => new SQLiteDeleteBase(table, session, dialect),
    async batch(queries: { prepare: () => Prepared }[]) {
      const prepared = queries.map((query) => query.prepare())
      const results = await d1.batch<Row>(prepared.map(({ statement }) => statement))
      return prepared.map((one, n) => one.fromBatch(results[n] as D1Result<Row>))
    },
  }
  // The types of rows and of what follows are Drizzle's own; the objects are the same.
  return built as unknown as Builders & { $client: D1Database }
}
