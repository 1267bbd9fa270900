// Ids that were given once: an audit log, and whoever made a token, name them long after the rows are gone.

import type { Database } from './database.ts'
import { type Counts, type Kind, kindNames, kinds } from './records.ts'

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

function* raised(kind: Kind, id: number | undefined): Generator<string> {
  if (!id) return
  const table = kinds[kind].name
  yield `UPDATE sqlite_sequence SET seq = max(seq, ${id}) WHERE name = '${table}'`
  yield `INSERT INTO sqlite_sequence (name, seq) SELECT '${table}', ${id} WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '${table}')`
}

/** Statements after which no id up to those in `sequences` is given again. */
export const sequenceStatements = (sequences: Counts): string[] =>
  kindNames.flatMap((kind) => [...raised(kind, sequences[kind])])
