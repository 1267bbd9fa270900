import { badRequest } from './errors.ts'
import { parseInt64 } from './input.ts'

export type Page = { page: number; perPage: number; offset: number }

/** An answer never holds more rows than this; beyond it the caller is told to page. */
export const maxRows = 10_000

const positive = (text: string | undefined, otherwise: number) => {
  const value = parseInt64(text ?? '')
  return value !== undefined && value > 0 ? value : otherwise
}

/** Never an error: zero, negative and unreadable numbers mean the defaults, 1000 and 1 (Grafana 9.3.2). */
export function readPage(query: Record<string, string | undefined>): Page {
  const perPage = positive(query.perpage, 1000)
  const page = positive(query.page, 1)
  return { page, perPage, offset: Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER) }
}

/** Refuses an answer that is too long, of which a query fetched one row more than may be sent. */
export function withinLimit<T>(rows: T[]): T[] {
  if (rows.length > maxRows) throw badRequest(`An answer holds at most ${maxRows} rows: ask for a smaller perpage`)
  return rows
}
