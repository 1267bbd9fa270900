// What the tables demand of one another's rows, read from src/db/schema.ts: which values no two rows may share, and which
// rows a row refers to.

import { is, type SQL, type Column as TableColumn } from 'drizzle-orm'
import { getTableConfig, SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { columnsOf, type Kind, kindNames, kinds } from './records.ts'

type Row = Record<string, unknown>

export type Unique = { properties: string[]; applies(row: Row): boolean }

export type Reference = { properties: string[]; to: Kind; toProperties: string[] }

const propertyIn = (kind: Kind, name: string) =>
  columnsOf(kind).find((column) => column.name === name)?.property ?? name

const propertiesIn = (kind: Kind, columns: TableColumn[]) => columns.map(({ name }) => propertyIn(kind, name))

/** The condition of a partial index, of which the schema has two forms. */
function conditionOf(kind: Kind, where: SQL | undefined): Unique['applies'] {
  const text = where?.queryChunks.map((chunk) => ('value' in Object(chunk) ? String(Object(chunk).value) : '')).join('')
  // That a column is there goes without saying: no row without it shares anything.
  if (text === undefined || /^\w+ IS NOT NULL$/.test(text)) return () => true
  const [, name, value] = /^(\w+) = '(\w+)'$/.exec(text) ?? []
  if (name === undefined) throw new Error(`An index of ${kinds[kind].name} has a condition of another form: ${text}`)
  const property = propertyIn(kind, name)
  return (row) => row[property] === value
}

const always = () => true

function declared(kind: Kind): Unique[] {
  const { columns, uniqueConstraints, indexes } = getTableConfig(kinds[kind].table)
  return [
    { properties: [...kinds[kind].key], applies: always },
    ...columns
      .filter(({ isUnique }) => isUnique)
      .map((column) => ({ properties: propertiesIn(kind, [column]), applies: always })),
    ...uniqueConstraints.map(({ columns }) => ({ properties: propertiesIn(kind, columns), applies: always })),
    ...indexes.flatMap(({ config: { unique, columns, where } }) =>
      unique
        ? {
            properties: propertiesIn(
              kind,
              columns.filter((column) => is(column, SQLiteColumn)),
            ),
            applies: conditionOf(kind, where),
          }
        : [],
    ),
  ]
}

/** One that holds whatever the key does says nothing more than the key. */
const isOfKey = (kind: Kind, { properties }: Unique) =>
  properties.length > kinds[kind].key.length && kinds[kind].key.every((property) => properties.includes(property))

const uniques = new Map(
  kindNames.map((kind) => [kind, declared(kind).filter((unique) => !isOfKey(kind, unique))] as const),
)
const references = new Map(
  kindNames.map((kind) => [
    kind,
    getTableConfig(kinds[kind].table).foreignKeys.flatMap((key): Reference[] => {
      const { columns, foreignTable, foreignColumns } = key.reference()
      const to = kindNames.find((other) => kinds[other].table === foreignTable)
      if (to === undefined) throw new Error(`${kinds[kind].name} refers to a table of no kind.`)
      return [{ properties: propertiesIn(kind, columns), to, toProperties: propertiesIn(to, foreignColumns) }]
    }),
  ]),
)

export const uniquesOf = (kind: Kind): readonly Unique[] => uniques.get(kind) ?? []
export const referencesOf = (kind: Kind): readonly Reference[] => references.get(kind) ?? []

/** The values of a row as one; undefined where one of them is null, which is equal to nothing. */
export function keyIn(row: Row, properties: readonly string[]): string | number | undefined {
  const values = properties.map((property) => row[property])
  if (values.some((value) => value === null || value === undefined)) return undefined
  const [value] = values
  return values.length === 1 && typeof value === 'number' ? value : JSON.stringify(values)
}
