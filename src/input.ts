import type { BaseIssue, BaseSchema, InferOutput } from 'valibot'
import { minValue, number, picklist, pipe, safeInteger, safeParse, string, transform } from 'valibot'
import { roles } from './auth/permissions.ts'
import type { RequestContext } from './env.ts'
import { type ApiError, badRequest, badRequestData, tooLarge, traced } from './errors.ts'

const maxBodyBytes = 1024 * 1024
/** Deep enough for any body this API reads; a deeper one is an attack on a parser. */
const maxDepth = 64
/** Longer than any name; one that everybody's lists would carry along, and that a row has no room for. */
const maxText = 1000
/** A whole number in a body. Ids stay within what a double holds exactly, and no id is larger. */
export const int64 = pipe(number(), safeInteger())

/** Grafana counts 0 as missing. */
export const positiveId = pipe(number(), safeInteger(), minValue(1))

const spelledRole = (text: string) => roles.find((role) => role.toLowerCase() === text.toLowerCase())

/** A role in any letter case (Grafana 9.3.2). */
export const roleName = pipe(string(), transform(spelledRole), picklist(roles))

const maxInt64 = 2n ** 63n - 1n
const minInt64 = -(2n ** 63n)

/** Go's strconv.ParseInt for base 10: a sign and leading zeros are fine, anything past 64 bits is not. `undefined` if it is no integer. */
export function parseInt64(text: string): number | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value > maxInt64 || value < minInt64 ? undefined : Number(value)
}

/** Go's ParseBool, of a flag in the query string. */
export const isTrue = (text: string | undefined) => /^(1|t|T|true|TRUE|True)$/.test(text ?? '')

/** A text of the query string: the first by that name, and empty where its percent-encoding is broken (Go drops such a one). */
export function readText(url: string, name: string): string {
  const { search } = new URL(url)
  const raw = search
    .slice(1)
    .split('&')
    .find((pair) => pair.split('=')[0] === name)
  try {
    return decodeURIComponent((raw ?? '').slice(name.length + 1).replaceAll('+', ' '))
  } catch {
    return ''
  }
}

/** Whether a request by this method only reads. */
export const isSafe = (method: string) => ['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Seconds since 1970, written so or as RFC 3339; undefined where there is none. */
export function readTime(url: string, name: string): number | undefined {
  const text = readText(url, name)
  if (text === '') return undefined
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  const time = isDate ? Math.ceil(Date.parse(text) / 1000) : /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(time)) throw badRequest(`${name} is invalid`)
  return time
}

/** What a search looks for; a NUL means no text, as in Grafana. */
export function readSearch(url: string, name: string): string {
  const text = readText(url, name)
  return text.includes('\0') ? '' : text
}

/** A path parameter that must be an integer; Grafana's 400 names the parameter. */
export function readId(text: string | undefined, name = 'id'): number {
  const id = parseInt64(text ?? '')
  if (id === undefined) throw badRequest(`${name} is invalid`, traced)
  return id
}

/** Where a string that starts at a quote ends: at its closing quote, or with the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

const depthChange: Record<string, number> = { '{': 1, '[': 1, '}': -1, ']': -1 }

/**
 * Where the first JSON value of a text ends: Go's decoder stops there and ignores what follows; so do we. One pass, by
 * hand, since a pattern for strings takes quadratic time on one that never ends. `undefined` = nested too deep.
 */
function endOfFirstValue(text: string): number | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '"') at = endOfString(text, at)
    const change = depthChange[char] ?? 0
    depth += change
    if (depth > maxDepth) return undefined
    if (change < 0 && depth === 0) return at + 1
  }
  return text.length
}

function parseFirstValue(text: string): unknown {
  const end = endOfFirstValue(text)
  if (end === undefined) return undefined
  try {
    return JSON.parse(text.slice(0, end))
  } catch {
    return undefined
  }
}

/**
 * As lenient as Grafana's Go decoder and no more: text after the first value, unknown keys and nulls are ignored, keys
 * match in any letter case and the last one wins. `keys` are the spellings that the schema knows. `undefined` = no JSON object within the depth limit.
 */
export function decodeLeniently(text: string, keys: string[]): Record<string, unknown> | undefined {
  const value = parseFirstValue(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const spelling = new Map(keys.map((key) => [key.toLowerCase(), key]))
  const known = Object.entries(value).flatMap(([key, field]) => {
    const name = spelling.get(key.toLowerCase())
    return name === undefined || field === null ? [] : [[name, field] as const]
  })
  return Object.fromEntries(known)
}

/** The body as UTF-8 text, read no further than the limit however it is framed. */
export async function readWhole(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxBodyBytes) throw tooLarge(`request body is larger than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer())
}

/** Half a character, which UTF-8 has no form for, becomes U+FFFD as in Go; a text past the limit is refused. */
function bounded(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]) => {
    if (typeof value !== 'string') return [key, value] as const
    if (value.length > maxText) throw badRequest(`${key} is longer than ${maxText} characters`)
    return [key, value.toWellFormed()] as const
  })
  return Object.fromEntries(entries)
}

type BodySchema = BaseSchema<unknown, unknown, BaseIssue<unknown>> & { entries: Record<string, unknown> }

/** Grafana 9 answers every body it can't bind, and every body not sent as JSON, with the same 400: `invalid`. */
export async function readBody<S extends BodySchema>(
  c: RequestContext,
  schema: S,
  invalid: () => ApiError = badRequestData,
): Promise<InferOutput<S>> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) throw invalid()
  const decoded = decodeLeniently(await readWhole(c.req.raw), Object.keys(schema.entries))
  const parsed = decoded && safeParse(schema, bounded(decoded))
  if (!parsed?.success) throw invalid()
  return parsed.output
}
