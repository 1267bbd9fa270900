// Whether an import can be written to a directory as it is: nobody there may lose an id or a name to somebody else.

import { createHash } from 'node:crypto'
import { listObjects, missingFrom } from '../migrations.ts'
import type { Database } from './database.ts'
import { type Existing, misfit, readFirsts, replacing } from './firstAccount.ts'
import { readGone, touchesKept } from './gone.ts'
import { type Counts, type DirectoryRecord, type Kind, keyOf, kindNames } from './records.ts'
import type { Finding, Source } from './source.ts'
import { readThere, type There } from './there.ts'
import { type Plan, type Progress, progressOf } from './write.ts'

export type Target = {
  findings: Finding[]
  /** Of the source: there already. */
  kept: Counts
  plan: Omit<Plan, 'now'>
}

/** Whether the database has every table, index and trigger that this version makes. */
export async function isMigrated(db: Database): Promise<boolean> {
  return missingFrom(await db.rows(listObjects)).missing.length === 0
}

const planOf = (source: Source, existing: Existing | undefined) =>
  createHash('sha256')
    .update(`${source.fingerprint} ${existing ?? ''}`)
    .digest('hex')

const choices = [undefined, 'keep', 'replace'] as const

export type Earlier = Progress & { existing: Existing | undefined }

/** What was written of this source before, and with which choice. */
export async function earlierImport(db: Database, source: Source): Promise<Earlier | undefined> {
  for (const existing of choices) {
    const progress = await progressOf(db, planOf(source, existing))
    if (progress) return { ...progress, existing }
  }
  return undefined
}

const nameOf = (row: Record<string, unknown>) =>
  [row.login, row.name, row.title, row.uid].find((text) => typeof text === 'string') ?? ''

type Taken = { kind: Kind; row: Record<string, unknown> }

function collision({ kind, row }: Taken, there: There, isSettled: boolean): Finding | undefined {
  const label = `${kind} ${keyOf(kind, row)}${nameOf(row) ? ` (${String(nameOf(row)).slice(0, 60)})` : ''}`
  const advice = 'change it there or in the source, or import into an empty database'
  if (!isSettled && there.has(kind, keyOf(kind, row)) && !there.isSame(kind, row))
    return { weight: 'stop', what: "an id that is another's in the directory", row: label, advice }
  const holder = isSettled && there.has(kind, keyOf(kind, row)) ? undefined : there.holderOf(kind, row)
  if (holder === undefined) return undefined
  return {
    weight: 'stop',
    what: 'a name, or what else only one can have, that is taken in the directory',
    row: `${label}: by ${kind} ${holder}`,
    advice,
  }
}

type Look = (record: DirectoryRecord) => Finding | undefined

const isUnnumbered = ({ kind, row }: DirectoryRecord) => kind === 'audit' && row.id === undefined

/** What is missing was removed only where the rest is the same directory's: `gone` counts where anything is there already. */
function compare(
  source: Source,
  there: There,
  collides: Look,
  gone: (record: DirectoryRecord) => Finding[] = () => [],
): Pick<Target, 'findings' | 'kept'> {
  const findings: Finding[] = []
  const removed: Finding[] = []
  const kept: Counts = {}
  function look(record: DirectoryRecord): void {
    const { kind, row } = record
    const found = collides(record)
    if (found) findings.push(found)
    else if (there.has(kind, keyOf(kind, row))) kept[kind] = (kept[kind] ?? 0) + 1
    else removed.push(...gone(record))
  }
  if (!there.isEmpty) for (const record of source.records()) if (!isUnnumbered(record)) look(record)
  return { findings: Object.keys(kept).length > 0 ? [...findings, ...removed] : findings, kept }
}

/** Kept as they are by choice, whatever they are called. */
const firstRows: ReadonlySet<string> = new Set(['user 1', 'org 1', 'orgMember 1/1'])

const noAdmin: Finding = {
  weight: 'note',
  what: 'no server admin',
  row: 'nobody will be able to manage the directory',
  advice: 'npm run rollcall -- admin create makes one afterwards',
}

const hasAdmin = async (db: Database) =>
  (await db.rows('SELECT 1 FROM users WHERE is_admin = 1 AND is_disabled = 0 LIMIT 1')).length > 0

/** Of these kinds the first account's rows go before anything is written. */
const emptied: readonly Kind[] = ['session', 'token', 'star', 'preferences']

/** What is there may differ in all but what makes it the same: then it stays as it is there, and is counted. */
async function comparison(
  db: Database,
  source: Source,
  existing: Existing | undefined,
  replaced: Plan['replaced'] = {},
  isBegun: boolean,
) {
  const wanted = kindNames.filter((kind) => (source.counts[kind] ?? 0) > 0)
  const isGoing = (kind: Kind, key: string) =>
    replaced[kind]?.has(key) === true || (existing === 'replace' && !isBegun && emptied.includes(kind))
  const there = await readThere(db, wanted, isGoing)
  const settled = existing === 'keep' ? firstRows : new Set()
  const collides: Look = (record) =>
    collision(record, there, settled.has(`${record.kind} ${keyOf(record.kind, record.row)}`))
  if (existing === 'keep') return compare(source, there, (record) => touchesKept(record) ?? collides(record))
  // Neither what replaces a first account nor what goes on halfway finds what somebody removed.
  const isLater = existing === undefined && !isBegun
  return compare(source, there, collides, isLater ? await readGone(db, there) : undefined)
}

/** `earlier` is an import of the same source that was cut short: what it was told of the first account holds. */
export async function checkTarget(
  db: Database,
  source: Source,
  wanted: Existing | undefined,
  earlier: Earlier | undefined,
): Promise<Target> {
  const existing = earlier ? earlier.existing : wanted
  const wrong = earlier ? undefined : await misfit(db, existing)
  const plan = { source: planOf(source, existing) }
  if (wrong) return { findings: [wrong], kept: {}, plan }
  const firsts = readFirsts(source)
  const { findings, ...choice } = existing === 'replace' ? replacing(firsts) : { findings: [] }
  const compared = await comparison(
    db,
    source,
    existing,
    'replaced' in choice ? choice.replaced : {},
    earlier !== undefined,
  )
  const lacking = firsts.hasAdmin || (await hasAdmin(db)) ? [] : [noAdmin]
  return {
    findings: [...findings, ...lacking, ...compared.findings],
    kept: compared.kept,
    plan: { ...plan, ...choice },
  }
}
