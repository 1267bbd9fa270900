import { badRequest } from './errors.ts'
import { parseInt64 } from './input.ts'

export type Page = { page: number; perPage: number; offset: number }

/** An answer never holds more rows than this; beyond it the caller is told to page. */
export const maxRows = 10_000

const positive = (text: string | undefined, otherwise: number) => {
  const value = parseInt64(text ?? '')
  return value !== undefined && value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : otherwise
}

/** Never an error: zero, negative and unreadable numbers mean the defaults, 1000 and 1 (Grafana 9.3.2). */
export function readPage(query: Record<string, string | undefined>): Page {
  const perPage = positive(query.perpage, 1000)
  const page = positive(query.page, 1)
  return { page, perPage, offset: Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER) }
}

/** Of a list whose first page is 0. */
export function readPageFromZero(query: Record<string, string | undefined>): Page {
  const { perPage } = readPage(query)
  const page = positive(query.page, 0)
  return { page, perPage, offset: Math.min(page * perPage, Number.MAX_SAFE_INTEGER) }
}

/**
 * Of a list that Grafana's clients read whole: `perpage` and `page`, which Grafana ignores there, cut it, so that one of
 * more rows than an answer may hold can be read too. `limit` is how many rows are wanted at most.
 */
export const readWhole = (query: Record<string, string | undefined>, limit?: string): Page =>
  query.perpage === undefined ? { page: 1, perPage: positive(limit, maxRows + 1), offset: 0 } : readPage(query)

/** How many rows a query fetches for a page: one more than an answer may hold tells that there are too many. */
export const limitOf = ({ perPage }: Page) => Math.min(perPage, maxRows + 1)

/** Refuses an answer that is too long, of which a query fetched one row more than may be sent. */
export function withinLimit<T>(rows: T[]): T[] {
  if (rows.length > maxRows) throw badRequest(`An answer holds at most ${maxRows} rows: ask for fewer`)
  return rows
}
