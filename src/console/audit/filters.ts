import type { PageContext, Zone } from '../env.ts'

// The filters as the page's address has them, and as the API takes them.

export const filterNames = ['actor', 'target', 'action', 'from', 'to'] as const

/** How far a zone is ahead of UTC at a time, in milliseconds. */
function aheadAt(time: number, zone: string): number {
  const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: zone })
  return Date.parse(`${local.format(time).replace(' ', 'T')}Z`) - Math.floor(time / 1000) * 1000
}

const day = 86_400_000

/** When a day begins in a zone: clocks may be changed between the guess and the answer, hence twice. */
function startOf(date: string, offset: number, zone: Zone): string | undefined {
  const midnight = Date.parse(`${date}T00:00:00Z`) + offset * day
  if (Number.isNaN(midnight) || !zone) return Number.isNaN(midnight) ? undefined : String(midnight / 1000)
  const guess = midnight - aheadAt(midnight, zone)
  return String((midnight - aheadAt(guess, zone)) / 1000)
}

/** Days are the viewer's, and `to` is one of them; whatever is no day goes as it is, for the API to read or refuse. */
function timeOf(c: PageContext, name: 'from' | 'to'): string {
  const text = c.req.query(name) ?? ''
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? startOf(text, name === 'to' ? 1 : 0, c.var.zone) : undefined
  return time ?? text
}

/** The query of the API for that of the page: only what the page offers gets there. */
export const apiQuery = (c: PageContext, more: Record<string, string>): string =>
  new URLSearchParams({
    actor: c.req.query('actor')?.trim() ?? '',
    target: c.req.query('target')?.trim() ?? '',
    action: c.req.query('action')?.trim() ?? '',
    from: timeOf(c, 'from'),
    to: timeOf(c, 'to'),
    cursor: c.req.query('cursor') ?? '',
    ...more,
  }).toString()

/** The address of another page about the same entries. */
export function samePath(c: PageContext, path: string, cursor?: string): string {
  const query = new URLSearchParams()
  for (const name of filterNames) if (c.req.query(name)) query.set(name, c.req.query(name) ?? '')
  if (cursor) query.set('cursor', cursor)
  return query.size > 0 ? `${path}?${query}` : path
}
