// An export read back (docs/export.md): every line is checked before anything is written anywhere.

import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { formatVersion, type Header } from './export.ts'
import { type Line, linesOf } from './lines.ts'
import { type Counts, type DirectoryRecord, type Kind, kindNames, largestId } from './records.ts'
import { type Parsed, type Remark, remarksOn, remember, type Seen } from './remarks.ts'
import { isObject } from './rowChecks.ts'
import type { Finding, Source } from './source.ts'

type Row = Record<string, unknown>

/** A file with more findings than anybody reads has one fault, not so many. */
const maxFindings = 1000

/** What a parser says of a text that is none shows the text: nobody hears it. */
function parse(text: string | undefined): Row | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isKind = (name: unknown): name is Kind => kindNames.some((kind) => kind === name)

/** Which row, in words that hold no secret: the number of the line, and what a person would look for. */
function labelOf({ kind, row }: Parsed, { number }: Line): string {
  const name = [row.login, row.name].find((text) => typeof text === 'string' && text !== '')
  const id = Number.isSafeInteger(row.id) ? ` ${row.id}` : ''
  const shown =
    name === undefined
      ? ''
      : ` (${String(name)
          .slice(0, 100)
          .replace(/\p{Cc}/gu, '?')})`
  return `line ${number}: ${kind}${id}${shown}`
}

/** What is known of a file once it was read. */
type Reading = {
  header: Partial<Header>
  findings: Finding[]
  /** Records that are carried, and lines that hold some, carried or not. */
  counts: Counts
  lines: Counts
  /** By the numbers of lines: none of it is carried, or not as it is. */
  leftOut: Set<number>
  changed: Map<number, Row>
  seen: Seen
  latest: number
  hasEnd: boolean
}

function stop(reading: Reading, what: string, row: string, advice?: string) {
  reading.findings.push({ weight: 'stop', what, row, ...(advice ? { advice } : {}) })
}

const again = 'Export again: the file is not as it was written.'

const isDate = (value: unknown) => typeof value === 'string' && /^[0-9TZ:.-]{10,30}$/.test(value)

const isGiven = (id: unknown) => Number.isSafeInteger(id) && Number(id) >= 0 && Number(id) <= largestId

/** They become part of a statement. */
const areSequences = (value: unknown) =>
  isObject(value) && Object.entries(value).every(([kind, id]) => isKind(kind) && isGiven(id))

function headerComplaint(header: Row): [what: string, advice?: string] | undefined {
  if (header.format !== 'rollcall') return ['not an export of Rollcall']
  if (header.version !== formatVersion)
    return ['a version of the format that is not known here', `This Rollcall reads version ${formatVersion}.`]
  if (!isDate(header.exportedAt) || !areSequences(header.sequences)) return ['a first line of another form', again]
  return undefined
}

function readHeader(reading: Reading, line: Line | undefined) {
  const header = parse(line?.text) ?? {}
  const [what, advice] = headerComplaint(header) ?? []
  if (what) stop(reading, what, 'line 1', advice)
  else reading.header = header
}

function readEnd(reading: Reading, { counts }: Row) {
  reading.hasEnd = true
  const said = isObject(counts) ? counts : {}
  for (const kind of kindNames)
    if ((said[kind] ?? 0) !== (reading.lines[kind] ?? 0))
      stop(reading, `not as many rows of ${kind} as its last line says`, 'the file', again)
}

/** Records come in the order of `kinds`, so that what they refer to came before. */
function isInOrder(reading: Reading, kind: Kind): boolean {
  const at = kindNames.indexOf(kind)
  if (at < reading.latest) return false
  reading.latest = at
  return true
}

function settle(reading: Reading, parsed: Parsed, line: Line, remarks: Remark[]) {
  for (const { change, ...finding } of remarks) {
    reading.findings.push({ ...finding, row: labelOf(parsed, line) })
    if (change) reading.changed.set(line.number, { ...reading.changed.get(line.number), ...change })
  }
  if (remarks.some(({ weight }) => weight !== 'note')) {
    reading.leftOut.add(line.number)
    return
  }
  remember(parsed, reading.seen)
  reading.counts[parsed.kind] = (reading.counts[parsed.kind] ?? 0) + 1
}

function readRecord(reading: Reading, line: Line) {
  const where = `line ${line.number}`
  const said = parse(line.text)
  if (reading.hasEnd) return stop(reading, 'something after the last line', where, again)
  if (said === undefined) return stop(reading, 'not a line of JSON', where, again)
  const { kind, row } = said
  if (kind === 'end') return readEnd(reading, said)
  if (!isKind(kind)) return stop(reading, 'a kind of record that is not known here', where)
  if (!isObject(row)) return stop(reading, 'a record without a row', where, again)
  reading.lines[kind] = (reading.lines[kind] ?? 0) + 1
  if (!isInOrder(reading, kind)) return stop(reading, `${kind} after what refers to it`, where)
  settle(reading, { kind, row }, line, remarksOn({ kind, row }, reading.seen))
}

function read(file: string, see: (bytes: Buffer) => void): Reading {
  const reading: Reading = {
    header: {},
    findings: [],
    counts: {},
    lines: {},
    leftOut: new Set(),
    changed: new Map(),
    seen: new Map(),
    latest: 0,
    hasEnd: false,
  }
  const lines = linesOf(file, see)
  readHeader(reading, lines.next().value)
  for (const line of lines) {
    // Nothing below a first line that is none makes sense, nor what comes after so many faults.
    if (reading.header.format === undefined) break
    if (reading.findings.length >= maxFindings) {
      stop(reading, `more than ${maxFindings} findings`, `line ${line.number} and after`, 'The rest was not read.')
      return reading
    }
    readRecord(reading, line)
  }
  if (reading.header.format !== undefined && !reading.hasEnd)
    stop(reading, 'the last line is missing', 'the file', again)
  return reading
}

function* recordsIn(file: string, { leftOut, changed }: Reading): Generator<DirectoryRecord> {
  for (const { number, text } of linesOf(file)) {
    if (number === 1 || leftOut.has(number)) continue
    const said = parse(text)
    if (!isKind(said?.kind) || !isObject(said.row)) continue
    yield { kind: said.kind, row: { ...said.row, ...changed.get(number) } } as DirectoryRecord
  }
}

/** A reading of another file, if the same name, would be carried unchecked. */
const stateOf = (file: string) => {
  const { size, mtimeMs, ino } = statSync(file)
  return `${size} ${mtimeMs} ${ino}`
}

/**
 * An export as the source of an import. Reads the whole file once; `records` reads it again at every call. What is wrong
 * is in `findings`; throws only where the file can't be read.
 */
export function openJsonl(file: string): Source & { sequences: Counts } {
  const state = stateOf(file)
  const hash = createHash('sha256')
  const reading = read(file, (bytes) => hash.update(bytes))
  reading.seen.clear()
  const { header, findings, counts } = reading
  return {
    description: `an export of Rollcall (${file}, ${header.exportedAt ?? 'no date'})`,
    findings,
    counts,
    sequences: header.sequences ?? {},
    *records() {
      if (stateOf(file) !== state) throw new Error(`${file} was changed while it was read.`)
      yield* recordsIn(file, reading)
    },
    fingerprint: hash.digest('hex'),
    close() {},
  }
}
