import type { User } from '../auth/identity.ts'
import type { Role } from '../auth/permissions.ts'
import { nameKey, readUser, type UserRow, userColumns } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { limitOf, type Page } from '../page.ts'

// A page costs its own size, not the directory's: totals come from a counter or from the hits of the trigram index, and
// text that the index can't answer (too short, or in more than `maxHits` people) walks no more than `maxWalked` rows of
// the index that people are ordered by, so that its total is a lower bound.

const maxHits = 10_000
const maxWalked = 20_000

/** An org so small that to look at each member costs less than to ask the index, which knows nothing of orgs. */
const smallOrg = 500

/** Among whom to search: SQL in which ?1 is the org. */
type Circle = {
  /** What people are ordered by, before their id. */
  keys: string
  /** What else a page has of them, beside the columns of `users`. */
  also: string
  /** Everybody in order. */
  list: string
  /** The same with what text is looked for in. */
  walk: string
  maxWalked: number
  /** 1 where a walk is cheaper whatever the text. */
  isSmall: string
  /** Joins the hits of the index, `few`, to those who belong. */
  among: string
  total: string
}

const everybody: Circle = {
  keys: 'login',
  also: '',
  list: 'SELECT id, login FROM users ORDER BY login, id',
  walk: 'SELECT id, login, login_key, email_key, name, last_seen_at FROM users ORDER BY login, id',
  maxWalked,
  isSmall: '0',
  among: 'CROSS JOIN users ON users.id = few.id AND coalesce(last_seen_at, 0) > ?6',
  // ?1 is 0 here.
  total: "SELECT n FROM counters WHERE kind = 'users' AND owner_id = ?1",
}

const sizeOfOrg = "SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = ?1"

/** In the order (e-mail, login, id), byte by byte. To walk costs two rows a member. */
const members: Circle = {
  keys: 'email, login',
  also: ', role',
  list: 'SELECT user_id AS id, email, login, role FROM org_members WHERE org_id = ?1 ORDER BY email, login, user_id',
  walk: `SELECT m.user_id AS id, m.email, m.login, m.role, u.login_key, u.email_key, u.name, u.last_seen_at
    FROM org_members m CROSS JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 ORDER BY m.email, m.login, m.user_id`,
  maxWalked: maxWalked / 2,
  isSmall: `coalesce((${sizeOfOrg}), 0) <= ${smallOrg}`,
  among: 'CROSS JOIN org_members ON org_id = ?1 AND user_id = few.id',
  total: sizeOfOrg,
}

const ofPage = (names: string) => names.replace(/\w+/g, (name) => `p.${name}`)

/** ?2 limit, ?3 offset. */
const listing = ({ keys, also, list }: Circle) => `SELECT ${userColumns}${ofPage(also)}
  FROM (${list} LIMIT ?2 OFFSET ?3) p CROSS JOIN users u ON u.id = p.id ORDER BY ${ofPage(keys)}, p.id`

/** ?2 limit, ?3 offset, ?4 the text as an FTS5 phrase, ?5 folded for the walk, ?6 seen after; `broad` says whether the index can't answer. The walk is skipped by a limit of 0, since SQLite reads the rows of a false WHERE. */
const matching = ({ keys, also, walk, maxWalked, among }: Circle, few: string, broad: string) => `WITH
  few (id) AS MATERIALIZED (${few}),
  broad (yes) AS MATERIALIZED (${broad}),
  walked AS MATERIALIZED (SELECT id, ${keys}${also} FROM (${walk} LIMIT (SELECT ${maxWalked} * yes FROM broad))
    WHERE (instr(login_key, ?5) OR instr(email_key, ?5) OR instr(lower(name), ?5)) AND coalesce(last_seen_at, 0) > ?6),
  hits AS MATERIALIZED (SELECT few.id, ${keys}${also} FROM few ${among} WHERE NOT (SELECT yes FROM broad)
    UNION ALL SELECT id, ${keys}${also} FROM walked),
  page AS (SELECT id, ${keys}${also} FROM hits ORDER BY ${keys}, id LIMIT ?2 OFFSET ?3)
  SELECT (SELECT count(*) FROM hits) AS total, ${userColumns}${ofPage(also)}
  FROM (SELECT 1) LEFT JOIN page p LEFT JOIN users u ON u.id = p.id ORDER BY ${ofPage(keys)}, p.id`

const hitsOfIndex = `SELECT rowid FROM user_search WHERE user_search MATCH ?4`

const statementsFor = (circle: Circle) => ({
  total: circle.total,
  list: listing(circle),
  indexed: matching(
    circle,
    `${hitsOfIndex} LIMIT CASE WHEN ${circle.isSmall} THEN 0 ELSE ${maxHits + 1} END`,
    `SELECT ${circle.isSmall} OR count(*) > ${maxHits} FROM few`,
  ),
  tooShort: matching(circle, 'SELECT 0 WHERE 0', 'SELECT 1'),
})

type Statements = ReturnType<typeof statementsFor>

const ofEverybody = statementsFor(everybody)
const ofMembers = statementsFor(members)

/** `%` and `_` are ordinary characters. */
const phrase = (text: string) => `"${text.replaceAll('"', '""')}"`

type Found<Row> = { totalCount: number; rows: Row[] }

async function listAll<Row>(db: Db, { total, list }: Statements, orgId: number, page: Page): Promise<Found<Row>> {
  const [counted, listed] = await db.$client.batch<{ n: number } & Row>([
    bound(db, total, orgId),
    bound(db, list, orgId, limitOf(page), page.offset),
  ])
  return { totalCount: counted?.results[0]?.n ?? 0, rows: listed?.results ?? [] }
}

export type Filter = {
  /** What login, e-mail or name contain. */
  text: string
  /** Only people seen after this time, in seconds since 1970. */
  seenAfter: number | undefined
}

async function search<Row extends UserRow>(
  db: Db,
  statements: Statements,
  orgId: number,
  filter: Filter,
  page: Page,
): Promise<Found<Row>> {
  const { text, seenAfter } = filter
  if (text === '' && seenAfter === undefined) return listAll(db, statements, orgId, page)
  const statement = [...text].length < 3 ? statements.tooShort : statements.indexed
  const values = [orgId, limitOf(page), page.offset, phrase(text), nameKey(text), seenAfter ?? -1]
  const { results } = await bound(db, statement, ...values).all<{ total: number } & Row>()
  return { totalCount: results[0]?.total ?? 0, rows: results.filter((row) => row.id !== null) }
}

export type Hits = { totalCount: number; users: User[] }

/** In the order (login, id), byte by byte. */
export async function searchUsers(db: Db, filter: Filter, page: Page): Promise<Hits> {
  const { totalCount, rows } = await search<UserRow>(db, ofEverybody, 0, filter, page)
  return { totalCount, users: rows.map(readUser) }
}

export type Member = { user: User; role: Role }

/** Of an org, in the order (e-mail, login, id), byte by byte. */
export async function searchMembers(db: Db, orgId: number, text: string, page: Page) {
  const filter = { text, seenAfter: undefined }
  const { totalCount, rows } = await search<UserRow & { role: Role }>(db, ofMembers, orgId, filter, page)
  return { totalCount, members: rows.map((row): Member => ({ user: readUser(row), role: row.role })) }
}
