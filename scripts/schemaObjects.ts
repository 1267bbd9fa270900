// What a database holds once the migrations have run, read from their text alone, so that a deployment can be held to
// it. `wrangler d1 migrations apply --remote` has lost triggers before (workers-sdk#14991, #15178).

export type SchemaObject = {
  type: string
  name: string
  /** The table that an index or a trigger hangs on, and goes with. */
  table: string
  sql: string
}

type Objects = Map<string, SchemaObject>

const quotes = /^["`[]|["`\]]$/g
const bare = (name: string) => name.replace(quotes, '')

/** Drizzle separates its statements by this line; the rest are one a line (docs/decisions/0002-rules-in-the-database.md). */
export const splitMigration = (sql: string): string[] =>
  sql
    .split(/--> statement-breakpoint/)
    .map((statement) => statement.trim())
    .filter(Boolean)

const name = '("[^"]+"|`[^`]+`|\\[[^\\]]+\\]|\\w+)'
const create = new RegExp(
  `^CREATE\\s+(?:UNIQUE\\s+|VIRTUAL\\s+)?(TABLE|INDEX|TRIGGER|VIEW)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${name}`,
  'i',
)
const hangsOn = new RegExp(`\\sON\\s+${name}`, 'i')
const drop = new RegExp(`^DROP\\s+(?:TABLE|INDEX|TRIGGER|VIEW)\\s+(?:IF\\s+EXISTS\\s+)?${name}`, 'i')
const rename = new RegExp(`^ALTER\\s+TABLE\\s+${name}\\s+RENAME\\s+TO\\s+${name}`, 'i')

function created(sql: string): SchemaObject | undefined {
  const [, type, quoted] = create.exec(sql) ?? []
  if (!type || !quoted) return undefined
  const own = bare(quoted)
  const on = /INDEX|TRIGGER/i.test(type) ? hangsOn.exec(sql)?.[1] : undefined
  return { type: type.toLowerCase(), name: own, table: on ? bare(on) : own, sql }
}

/** With a table go its indexes and triggers: what a later migration forgot to make again is then not expected either. */
function forget(objects: Objects, gone: string) {
  for (const { name, table } of [...objects.values()]) if (name === gone || table === gone) objects.delete(name)
}

function renameTable(objects: Objects, from: string, to: string) {
  for (const object of [...objects.values()].filter(({ table }) => table === from)) {
    objects.delete(object.name)
    const name = object.name === from ? to : object.name
    objects.set(name, { ...object, name, table: to })
  }
}

function follow(objects: Objects, sql: string) {
  const made = created(sql)
  if (made) return objects.set(made.name, made)
  const [, gone] = drop.exec(sql) ?? []
  if (gone) return forget(objects, bare(gone))
  const [, from, to] = rename.exec(sql) ?? []
  if (from && to) return renameTable(objects, bare(from), bare(to))
}

/** The tables, indexes and triggers that are left when the statements have run in this order. */
export function expectedObjects(statements: string[]): SchemaObject[] {
  const objects: Objects = new Map()
  for (const sql of statements) follow(objects, sql.replace(/^(?:\s*--.*\n)+/, '').trim())
  return [...objects.values()]
}

type Found = { type: string; name: string }

/** What should be there and isn't; `found` is `SELECT type, name FROM sqlite_master`. */
export function missingObjects(expected: SchemaObject[], found: Found[]): SchemaObject[] {
  const present = new Set(found.map(({ type, name }) => `${type} ${name}`))
  return expected.filter(({ type, name }) => !present.has(`${type} ${name}`))
}
