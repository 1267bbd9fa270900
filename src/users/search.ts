import { nameKey, readUser, type UserRow, userColumns } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { maxRows, type Page } from '../page.ts'

// A page costs its own size, not the directory's: totals come from a counter or from the hits of the trigram index, and
// text that the index can't answer (too short, or in more than `maxHits` people) walks no more than `maxWalked` of the
// login index, so that its total is a lower bound.

const maxHits = 10_000
const maxWalked = 20_000

const all = `SELECT ${userColumns} FROM (SELECT id, login FROM users ORDER BY login, id LIMIT ?1 OFFSET ?2) p
  JOIN users u ON u.id = p.id ORDER BY p.login, p.id`

const total = "SELECT n FROM counters WHERE kind = 'users' AND owner_id = 0"

/** ?1 the text as an FTS5 phrase, ?2 folded for the walk, ?3 limit, ?4 offset, ?5 seen after; `broad` says whether the index can't answer. The walk is skipped by a limit of 0, since SQLite reads the rows of a false WHERE. */
const matching = (few: string, broad: string) => `WITH few (id) AS MATERIALIZED (${few}),
  broad (yes) AS MATERIALIZED (${broad}),
  walked AS MATERIALIZED (SELECT id, login FROM (
      SELECT id, login, login_key, email_key, name, last_seen_at FROM users ORDER BY login, id LIMIT (SELECT ${maxWalked} * yes FROM broad))
    WHERE (instr(login_key, ?2) OR instr(email_key, ?2) OR instr(lower(name), ?2)) AND coalesce(last_seen_at, 0) > ?5),
  hits AS MATERIALIZED (SELECT u.id, u.login FROM few JOIN users u ON u.id = few.id
      WHERE NOT (SELECT yes FROM broad) AND coalesce(u.last_seen_at, 0) > ?5
    UNION ALL SELECT id, login FROM walked),
  page AS (SELECT id, login FROM hits ORDER BY login, id LIMIT ?3 OFFSET ?4)
  SELECT (SELECT count(*) FROM hits) AS total, ${userColumns}
  FROM (SELECT 1) LEFT JOIN page p LEFT JOIN users u ON u.id = p.id ORDER BY p.login, p.id`

const indexed = matching(
  `SELECT rowid FROM user_search WHERE user_search MATCH ?1 LIMIT ${maxHits + 1}`,
  `SELECT count(*) > ${maxHits} FROM few`,
)
const tooShort = matching('SELECT 0 WHERE 0', 'SELECT 1')

/** `%` and `_` are ordinary characters. */
const phrase = (text: string) => `"${text.replaceAll('"', '""')}"`

export type Hits = { totalCount: number; users: ReturnType<typeof readUser>[] }

/** One row more than an answer may hold tells that there are too many. */
const limitOf = ({ perPage }: Page) => Math.min(perPage, maxRows + 1)

async function listAll(db: Db, page: Page): Promise<Hits> {
  const [counted, rows] = await db.$client.batch<{ n: number } & UserRow>([
    bound(db, total),
    bound(db, all, limitOf(page), page.offset),
  ])
  return { totalCount: counted?.results[0]?.n ?? 0, users: (rows?.results ?? []).map(readUser) }
}

export type Filter = {
  /** What login, e-mail or name contain; a NUL means no text, as in Grafana. */
  text: string
  /** Only people seen after this time, in seconds since 1970. */
  seenAfter: number | undefined
}

/** In the order (login, id), byte by byte. */
export async function searchUsers(db: Db, filter: Filter, page: Page): Promise<Hits> {
  const text = filter.text.includes('\0') ? '' : filter.text
  if (text === '' && filter.seenAfter === undefined) return listAll(db, page)
  const statement = [...text].length < 3 ? tooShort : indexed
  const values = [phrase(text), nameKey(text), limitOf(page), page.offset, filter.seenAfter ?? -1]
  const { results } = await bound(db, statement, ...values).all<{ total: number } & UserRow>()
  return { totalCount: results[0]?.total ?? 0, users: results.filter((row) => row.id !== null).map(readUser) }
}
