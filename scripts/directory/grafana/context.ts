// What every kind of record is read with.

import type { Finding } from '../source.ts'
import type { GrafanaFile, Read, RowOf } from './file.ts'
import type { Names } from './names.ts'
import type { Shape } from './tables.ts'

/** What is carried, as far as it was read: what refers to anything else is an orphan. */
export type Known = {
  orgs: Set<number>
  users: Set<number>
  /** Service accounts, with their orgs. */
  accounts: Map<number, number>
  /** The people of each org. */
  members: Map<number, Set<number>>
  /** Of whoever is in any: the one with the least id. */
  firstOrg: Map<number, number>
  teams: Map<number, number>
  dashboards: Map<number, number>
  /** By `<org>/<uid>`. */
  dashboardsByUid: Map<string, number>
  roles: Map<number, { uid: string; orgId: number; bytes: number }>
}

export type Context = {
  file: GrafanaFile
  names: Names
  known: Known
  /** The time of the reading, by which what is over is called so. */
  now: number
  /** Findings are made at the first reading alone. */
  report(finding: Finding): void
}

/** For a second look at a table whose flaws are told elsewhere. */
export const quiet = (context: Context): Context => ({ ...context, report: () => {} })

type Options = {
  /** Of a row with a value that can't be read. */
  weight?: Finding['weight']
  /** SQL: those for which it holds come first, the others after them. */
  first?: string
  /** Whether a row that can't be read is left out by choice. */
  isSkipped?: (id: string) => boolean
}

function* inTurn<S extends Shape>(file: GrafanaFile, shape: S, first: string | undefined): Generator<Read<S>> {
  if (first === undefined) return yield* file.rows(shape)
  yield* file.rows(shape, first)
  yield* file.rows(shape, `(${first}) IS NOT 1`)
}

/** The rows of a table that can be read; of the others it is said why they can't. */
export function* readable<S extends Shape>(
  { file, report }: Pick<Context, 'file' | 'report'>,
  shape: S,
  { weight = 'left out', first, isSkipped = () => false }: Options = {},
): Generator<RowOf<S>> {
  for (const read of inTurn(file, shape, first)) {
    if (read.flaw === undefined) yield read.row
    else if (!isSkipped(read.id)) {
      const row = `${shape.table} ${read.id}: ${read.flaw}`
      const advice = weight === 'stop' ? { advice: 'correct it in a copy of the database' } : {}
      report({ weight, what: "a value that can't be read", row, ...advice })
    }
  }
}

/** Why a row isn't carried; a text means that it is left out. */
export type Refusal = string | { stop: string; advice: string }

/** The first that holds is why. */
export type Check = readonly [isWrong: () => boolean, refusal: Refusal]

export const anIdTwice: Refusal = { stop: 'an id twice', advice: 'the table lacks its keys: export it again' }

type Carrying<S extends Shape, Out> = Options & {
  /** Which row it is, for whoever reads the report. */
  label(row: RowOf<S>): string
  /** None of this kind, or left out by choice: nothing is said of it. */
  isIgnored?(row: RowOf<S>): boolean
  checks(row: RowOf<S>): readonly Check[]
  /** `note` tells what is odd about a row that is carried. */
  make(row: RowOf<S>, note: (what: string, more?: string) => void): Out
}

/** The records that a table makes. */
export function* carried<S extends Shape, Out>(
  context: Context,
  shape: S,
  { label, isIgnored = () => false, checks, make, ...options }: Carrying<S, Out>,
): Generator<Out> {
  const { report } = context
  for (const row of readable(context, shape, options)) {
    if (isIgnored(row)) continue
    const [, refusal] = checks(row).find(([isWrong]) => isWrong()) ?? []
    if (refusal === undefined)
      yield make(row, (what, more) =>
        report({ weight: 'note', what, row: more ? `${label(row)}: ${more}` : label(row) }),
      )
    else if (typeof refusal === 'string') report({ weight: 'left out', what: refusal, row: label(row) })
    else report({ weight: 'stop', what: refusal.stop, row: label(row), advice: refusal.advice })
  }
}

/** Tells what comes a second time: keys that the table of a whole database has once. */
export function repeats() {
  const seen = new Set<string | number | undefined>()
  return (...parts: (string | number)[]): boolean => {
    const key = parts.length === 1 ? parts[0] : parts.join('\0')
    const isRepeated = seen.has(key)
    seen.add(key)
    return isRepeated
  }
}

export const isMember = ({ members }: Known, orgId: number, userId: number) => members.get(orgId)?.has(userId) === true

/** Longer is no text that the API takes in a body. */
export const maxText = 1000

/** Enough of a name to know it by. */
export const brief = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** `uid`, or with its id, and a number where even that is another's. */
export function distinctUid(uid: string, id: number, isRepeated: (...parts: string[]) => boolean): string {
  if (!isRepeated('uid', uid)) return uid
  for (let turn = 1; ; turn++) {
    const made = `${uid.slice(0, 20)}-${id}${turn === 1 ? '' : `-${turn}`}`
    if (!isRepeated('uid', made)) return made
  }
}

type Times = { created: number | null; updated: number | null }

/** A time that is missing is the other; none at all is 1970. */
export const timesOf = ({ created, updated }: Times) => {
  const createdAt = created ?? updated ?? 0
  return { createdAt, updatedAt: updated ?? createdAt }
}
