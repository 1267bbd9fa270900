// What a column of Grafana's may hold. SQLite keeps whatever it is given in any column, and a table that came by way of
// CSV holds nothing but text: each value is read for what it should be, and a flaw is said in words.

import { largestId } from '../records.ts'

/** As node:sqlite gives it, integers as bigints. */
export type Raw = string | bigint | number | Uint8Array | null | undefined

export class Flaw {
  readonly words: string
  constructor(words: string) {
    this.words = words
  }
}

const largest = BigInt(Number.MAX_SAFE_INTEGER)

/** Null where there is none: an empty text is what CSV makes of NULL. */
function readInteger(raw: Raw): number | null | Flaw {
  if (raw === null || raw === undefined || raw === '') return null
  if (typeof raw === 'string' && /^-?\d{1,40}$/.test(raw)) return readInteger(BigInt(raw))
  if (typeof raw !== 'bigint') return new Flaw(`is ${nounOf(raw)} where a whole number should be`)
  return raw > largest || raw < -largest ? new Flaw('is a number beyond 2^53') : Number(raw)
}

function nounOf(raw: Raw): string {
  if (raw instanceof Uint8Array) return 'a blob'
  return typeof raw === 'string' ? 'text' : typeof raw === 'number' ? 'a fraction' : 'a number'
}

function readId(raw: Raw): number | Flaw {
  const id = readInteger(raw)
  if (id instanceof Flaw) return id
  if (id !== null && id > largestId) return new Flaw('is beyond 2^52')
  return id === null || id < 1 ? new Flaw(id === null ? 'is missing' : 'is not above 0') : id
}

function readReference(raw: Raw): number | Flaw {
  const id = readInteger(raw)
  if (id instanceof Flaw) return id
  return id !== null && id < 0 ? new Flaw('is below 0') : (id ?? 0)
}

const flags = new Map([
  ['1', true],
  ['t', true],
  ['true', true],
  ['0', false],
  ['f', false],
  ['false', false],
  ['', false],
])

/** MySQL's `bit` arrives as a byte. */
function readFlag(raw: Raw): boolean | Flaw {
  const text = raw instanceof Uint8Array && raw.length === 1 ? String(raw[0]) : String(raw ?? '')
  return flags.get(text.toLowerCase()) ?? new Flaw(`is ${nounOf(raw)} where true or false should be`)
}

function readText(raw: Raw): string | Flaw {
  if (raw instanceof Uint8Array) return new Flaw('is a blob where text should be')
  const text = raw === null || raw === undefined ? '' : String(raw)
  if (text.includes('\0')) return new Flaw('holds NUL')
  // What SQLite hands over for bytes that are no UTF-8, half of a surrogate pair among them.
  return text.includes('\uFFFD') || !text.isWellFormed() ? new Flaw('is no valid UTF-8') : text
}

const written =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(?:Z|UTC|([+-])(\d\d):?(\d\d)?(?::?00)?(?: [A-Z]{1,5})?)?$/

/** Seconds since 1970 of one of the ways in which Go's drivers write a time, in UTC where no zone is said. */
function secondsOf(text: string): number | undefined {
  const parts = written.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // What isn't in the calendar, as the 30th of February, comes out as another day.
  if (at.getUTCDate() !== day || at.getUTCMonth() !== month - 1 || at.getUTCHours() !== hour) return undefined
  const offset = Number(parts[8] ?? 0) * 3600 + Number(parts[9] ?? 0) * 60
  return at.getTime() / 1000 - (parts[7] === '-' ? -offset : offset)
}

/** A row was mostly created and changed at once, and many rows with it. */
const recent = new Map<string, number | undefined>()

function remembered(text: string): number | undefined {
  if (recent.size > 1000) recent.clear()
  if (!recent.has(text)) recent.set(text, secondsOf(text))
  return recent.get(text)
}

/** The year 3000: later is no time that anybody meant. */
const end = 32_503_680_000

/** Null where there is none, Go's zero time included. */
function readTime(raw: Raw): number | null | Flaw {
  if (raw === null || raw === undefined || raw === '') return null
  const isNumber = typeof raw === 'bigint' || (typeof raw === 'string' && /^\d{1,12}$/.test(raw))
  const seconds = isNumber ? Number(raw) : typeof raw === 'string' ? remembered(raw) : undefined
  if (seconds === undefined || seconds > end) return new Flaw('is no time')
  return seconds <= 0 ? null : seconds
}

export const readers = {
  /** Whole and above 0. */
  id: readId,
  /** An id, or 0 for nobody. */
  reference: readReference,
  number: readInteger,
  flag: readFlag,
  text: readText,
  /** Seconds since 1970. */
  time: readTime,
}

export type ColumnType = keyof typeof readers

export type ValueOf<T extends ColumnType> = Exclude<ReturnType<(typeof readers)[T]>, Flaw>
