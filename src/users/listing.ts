import { fromBase64, toBase64Url } from '../auth/base64.ts'
import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { readSearch, readText, readTime } from '../input.ts'
import { type Page, readPage } from '../page.ts'
import { day } from '../time.ts'

// How the query string asks for a list of people. `sort` is as in later Grafanas; `cursor` and most filters are Rollcall's own.

const columns = ['login', 'email', 'name', 'last_seen'] as const

export type Sort = { by: (typeof columns)[number]; isDescending: boolean }

/** Each undefined = whether or not. Times are seconds since 1970; whoever was never seen was so before any time. */
export type Filter = {
  /** What login, e-mail or name contain; empty = anything. */
  text: string
  isAdmin: boolean | undefined
  isDisabled: boolean | undefined
  neverSeen: boolean | undefined
  seenAfter: number | undefined
  seenBefore: number | undefined
}

/** Where the page before ended: the row's place in the order, empty = at the start. */
export type Cursor = { places: (string | number)[]; isWalk: boolean }

export type Listing = { page: Page; filter: Filter; sort: Sort; cursor: Cursor | undefined }

/** Of several the first. Grafana 9.3.2 takes no notice of any, nor is any here of one that there is none of. */
function readSort(url: string): Sort {
  const [first = ''] = readText(url, 'sort').split(',')
  const [, name, direction] = /^(login|email|name|lastSeenAt)(?:-|(?<=At)Age-)(asc|desc)$/.exec(first) ?? []
  const by = columns.find((column) => column === (name === 'lastSeenAt' ? 'last_seen' : name))
  return { by: by ?? 'login', isDescending: direction === 'desc' }
}

function readFlag(url: string, name: string): boolean | undefined {
  const text = readText(url, name)
  if (!['', 'true', 'false'].includes(text)) throw badRequest(`${name} must be true or false`)
  return text === '' ? undefined : text === 'true'
}

const isPlaces = (value: unknown): value is (string | number)[] =>
  Array.isArray(value) && value.every((place) => typeof place === 'string' || typeof place === 'number')

const nameOf = ({ by, isDescending }: Sort) => `${by}-${isDescending}`

export function cursorText({ places, isWalk }: Cursor, sort: Sort): string {
  const text = JSON.stringify([nameOf(sort), Number(isWalk), ...places])
  return toBase64Url(new TextEncoder().encode(text))
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))))
  } catch {
    return undefined
  }
}

/** It is good for the order that it came from. */
function readCursor(c: RequestContext, sort: Sort): Cursor | undefined {
  if (c.req.query('cursor') === undefined) return undefined
  const text = readText(c.req.url, 'cursor')
  if (text === '') return { places: [], isWalk: false }
  const value = decoded(text)
  if (!isPlaces(value)) throw badRequest('cursor is invalid')
  const [name, isWalk, ...places] = value
  const length = sort.by === 'last_seen' || sort.by === 'name' ? 3 : 2
  if (name !== nameOf(sort) || places.length !== length) throw badRequest('cursor is invalid')
  return { places, isWalk: isWalk === 1 }
}

/** Only the order of logins has its people counted: in another, an offset costs itself. */
const maxDepth = 15_000

export function readListing(c: RequestContext): Listing {
  const { url } = c.req
  const sort = readSort(url)
  const page = readPage(c.req.query())
  const cursor = readCursor(c, sort)
  const isCounted = sort.by === 'login' && !sort.isDescending
  if (!cursor && !isCounted && page.offset > maxDepth) {
    throw badRequest(`In this order pages end at ${maxDepth} rows: go on by cursor`)
  }
  const filter = {
    text: readSearch(url, 'query'),
    isAdmin: readFlag(url, 'isAdmin'),
    isDisabled: readFlag(url, 'isDisabled'),
    neverSeen: readFlag(url, 'neverSeen'),
    seenAfter: c.req.query('activeLast30Days') === 'true' ? c.var.now - 30 * day : undefined,
    seenBefore: readTime(url, 'lastSeenBefore'),
  }
  return { page, filter, sort, cursor }
}
