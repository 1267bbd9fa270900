// A table page by page, in the order of its key: each page begins where the last one ended, so that all of them together read
// every row once, however many there are.

import type { Database } from './database.ts'
import { type Column, type Kind, keyColumnsOf, kinds } from './records.ts'
import { literal } from './write.ts'

export type StoredRow = Record<string, string | number | null>

/** Bytes that a page should have: D1 answers with no more than so much at once, and this process holds one page. */
const pageBytes = 2_000_000
const maxPage = 5000

const named = ({ name }: Column) => `"${name}"`

/** Two rows compare as their keys do, column by column. */
function after(key: Column[], last: StoredRow | undefined): string {
  if (last === undefined) return 'true'
  return `(${key.map(named).join(', ')}) > (${key.map(({ property }) => literal(last[property])).join(', ')})`
}

/** `columns` have the key's among them; `within` is SQL that holds for the rows that are wanted. */
export async function* pagesOf(
  db: Database,
  kind: Kind,
  columns: readonly Column[],
  within = 'true',
): AsyncGenerator<StoredRow[]> {
  const key = keyColumnsOf(kind)
  const list = columns.map((column) => `${named(column)} AS "${column.property}"`).join(', ')
  let last: StoredRow | undefined
  let limit = 100
  for (;;) {
    const rows = await db.rows<StoredRow>(
      `SELECT ${list} FROM ${kinds[kind].name} WHERE ${after(key, last)} AND ${within} ORDER BY ${key.map(named).join(', ')} LIMIT ${limit}`,
    )
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    last = rows.at(-1)
    const mean = Buffer.byteLength(JSON.stringify(rows)) / rows.length
    limit = Math.max(10, Math.min(maxPage, limit * 4, Math.floor(pageBytes / mean)))
  }
}
