import type { PageContext } from '../env.ts'
import { Pager, withQuery } from './lists.tsx'

// Lists whose pages have numbers: `page` in the address, from 1.

export function pageIn(c: PageContext): number {
  const text = c.req.query('page') ?? ''
  return /^\d{1,9}$/.test(text) ? Math.max(Number(text), 1) : 1
}

const lastOf = (total: number, perPage: number) => Math.max(1, Math.ceil(total / perPage))

/** From behind the last page the way back is to that one. */
function Pages({ c, number, last }: { c: PageContext; number: number; last: number }) {
  const linkTo = (to: number) => withQuery(c.req.url, { page: to === 1 ? undefined : String(to) })
  const before = Math.min(number - 1, last)
  return (
    <Pager
      first={number > 2 ? linkTo(1) : undefined}
      previous={before > 1 || number === 2 ? linkTo(before) : undefined}
      next={number < last ? linkTo(number + 1) : undefined}
    />
  )
}

type NumberedPagerProps = {
  c: PageContext
  perPage: number
  /** How many rows the list has; without it, where the API doesn't tell, a full page may have another after it. */
  total?: number | undefined
  /** How many of them this page shows. */
  shown: number
}

/** Onwards and back in a list that the API gives page by page. */
export function NumberedPager({ c, perPage, total, shown }: NumberedPagerProps) {
  const number = pageIn(c)
  const known = shown === 0 ? 1 : number + Number(shown === perPage)
  return <Pages c={c} number={number} last={total === undefined ? known : lastOf(total, perPage)} />
}

/** A part of a list that the API gives whole. */
export function partOf<T>(c: PageContext, rows: readonly T[], perPage: number) {
  const last = lastOf(rows.length, perPage)
  const number = Math.min(pageIn(c), last)
  return {
    rows: rows.slice((number - 1) * perPage, number * perPage),
    pager: <Pages c={c} number={number} last={last} />,
  }
}
