import type { Child } from 'hono/jsx'
import { day } from '../../time.ts'
import type { Zone } from '../env.ts'
import { writtenIn } from '../zone.ts'

type TableProps = {
  /** What the rows are; read out, not shown. */
  caption: string
  columns: readonly Child[]
  rows: readonly (readonly Child[])[]
  /** Instead of an empty table: what to do. */
  empty: Child
}

/** On a narrow screen each row is a card, whose cells carry their column's name. */
export function Table({ caption, columns, rows, empty }: TableProps) {
  if (rows.length === 0) return <p class="empty">{empty}</p>
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>{columns.map((column) => (column === '' ? <td /> : <th scope="col">{column}</th>))}</tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr>
            {cells.map((cell, index) => (
              <td data-label={typeof columns[index] === 'string' ? columns[index] : undefined}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type Tab = readonly [href: string, label: string]

/** Pages about one thing. */
export const Tabs = ({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) => (
  <nav class="tabs" aria-label={label}>
    <ul>
      {tabs.map(([href, text]) => (
        <li>
          <a href={href} aria-current={href === current ? 'page' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

export const Badge = ({ tone, children }: { tone?: 'good' | 'bad'; children?: Child }) => (
  <span class={tone ? `badge ${tone}` : 'badge'}>{children}</span>
)

/** The address of a page with some of its query changed; undefined takes a part away. */
export function withQuery(url: string, changes: Record<string, string | undefined>): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.delete('notice')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) searchParams.delete(name)
    else searchParams.set(name, value)
  }
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

type PagerProps = { first?: string | undefined; previous?: string | undefined; next?: string | undefined }

/** Links onwards and back; none where a list ends. */
export const Pager = ({ first, previous, next }: PagerProps) =>
  first || previous || next ? (
    <nav class="pager" aria-label="Pages">
      {first && <a href={first}>First page</a>}
      {previous && (
        <a href={previous} rel="prev">
          Previous page
        </a>
      )}
      {next && (
        <a href={next} rel="next">
          Next page
        </a>
      )}
    </nav>
  ) : null

/** Day and time in the viewer's zone. Where that is the browser's, a script puts it there; until then it is UTC. */
export function Time({ at, zone }: { at: string | null | undefined; zone: Zone }) {
  if (!at || at.startsWith('0001-')) return <>never</>
  return <time datetime={at}>{writtenIn(zone, at)}</time>
}

const nineYears = 9 * 365 * day

/** When somebody was here: the API says ten years before they were created of whoever never was. */
export const LastSeen = ({ at, zone, now }: { at: string; zone: Zone; now: number }) => (
  <Time at={Date.parse(at) / 1000 > now - nineYears ? at : null} zone={zone} />
)

/** A secret that nobody can show again. */
export const Secret = ({ label, value }: { label: string; value: string }) => (
  <div class="secret" role="status">
    <p>
      <strong>{label}</strong> It is shown once: copy it now.
    </p>
    <p>
      <code id="secret">{value}</code>{' '}
      <button type="button" data-copy="secret" hidden>
        Copy
      </button>
    </p>
  </div>
)
