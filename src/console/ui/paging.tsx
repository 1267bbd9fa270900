import type { PageContext } from '../env.ts'
import { Pager, withQuery } from './lists.tsx'

/** A part of a list that the API gives whole, by `page` in the address. */
export function partOf<T>(c: PageContext, rows: readonly T[], perPage: number) {
  const last = Math.max(1, Math.ceil(rows.length / perPage))
  const asked = Number.parseInt(c.req.query('page') ?? '', 10) || 1
  const number = Math.min(Math.max(asked, 1), last)
  const linkTo = (to: number) => withQuery(c.req.url, { page: to === 1 ? undefined : String(to) })
  return {
    rows: rows.slice((number - 1) * perPage, number * perPage),
    pager: (
      <Pager
        previous={number > 1 ? linkTo(number - 1) : undefined}
        next={number < last ? linkTo(number + 1) : undefined}
      />
    ),
  }
}
