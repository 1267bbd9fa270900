// What an import reads from, whatever it is: Grafana's database, or an export of Rollcall's own.

import type { Counts, DirectoryRecord } from './records.ts'

/** Something in a source that its owner should know of before anything is written. */
export type Finding = {
  /** `stop`: nothing is written while it stands. `left out`: the row is not carried. `note`: it is, but. */
  weight: 'stop' | 'left out' | 'note'
  /** What it is about, as a heading: "login in two spellings". */
  what: string
  /** Which row: `user 7 (ann)`. Never a hash, a salt or a token. */
  row: string
  /** What can be done: "--resolve rename, or rename one in Grafana". */
  advice?: string
}

export type Source = {
  /** "a database of Grafana 9 (grafana.db)". */
  description: string
  findings: readonly Finding[]
  counts: Readonly<Counts>
  /** In the order of `kinds`, the same at every call. */
  records(): Iterable<DirectoryRecord>
  /** SHA-256, in hex, of the content and of every choice made about it. */
  fingerprint: string
  /** The highest id that was ever given, by kind: none up to it is given again. */
  sequences?: Readonly<Counts>
  close(): void
}
