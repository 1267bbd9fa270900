// Ids that were given once: an audit log, and whoever made a token, name them long after the rows are gone.

import type { Counts } from './export.ts'
import { type Kind, kindNames, kinds } from './records.ts'

function* raised(kind: Kind, id: number | undefined): Generator<string> {
  if (!id) return
  const table = kinds[kind].name
  yield `UPDATE sqlite_sequence SET seq = max(seq, ${id}) WHERE name = '${table}'`
  yield `INSERT INTO sqlite_sequence (name, seq) SELECT '${table}', ${id} WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '${table}')`
}

/** Statements after which no id up to those in `sequences` is given again. */
export const sequenceStatements = (sequences: Counts): string[] =>
  kindNames.flatMap((kind) => [...raised(kind, sequences[kind])])
