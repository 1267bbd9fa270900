import type { User } from '../auth/identity.ts'
import { type Role, roles } from '../auth/permissions.ts'
import { nameKey, readUser, type UserRow, userColumns } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { hitsOf, pageOfHits, walkable } from '../db/hits.ts'
import { limitOf, type Page } from '../page.ts'
import { bucketAt, shallow } from './buckets.ts'
import type { Cursor, Filter, Sort } from './listing.ts'

// A page costs its own size, not the directory's: totals come from a counter or from the hits of an index, and what no
// index answers walks a bounded part of the one that people are ordered by, so that its total is a lower bound.

/** What to look for, as SQL in which `u` is a person, `m` a membership and ?1 the org. */
type Wanted = {
  /** Where everybody is in order, and what joins to it the rest of what text is looked for in. */
  from: string
  join: string
  /** Joins those whom an index told of, `j.value`. */
  among: string
  /** What people are ordered by; the last is their id. */
  keys: string[]
  isDescending: boolean
  /** In two bits; a page carries it beside the id. */
  role: string
  total: string
  few: Few | undefined
  /** What the index in `from` answers, what is asked of each row then, and what of each of the few. */
  within: string[]
  ofWalked: string[]
  ofFew: string[]
  isByCursor: boolean
}

/** Whoever may fit, as an index tells: more than `max` it isn't asked for, and the walk finds the page. */
type Few = { ids: string; max: number; isSkipped: string }

const all = (conditions: string[]) => conditions.join(' AND ') || '1'

const inOrder = ({ keys, isDescending }: Wanted) =>
  `ORDER BY ${keys.map((key) => `${key}${isDescending ? ' DESC' : ''}`).join()}`

const packed = ({ keys, role }: Wanted) => `SELECT ${keys.at(-1)} * 4 + ${role} AS hit`
/** For a cursor. */
const place = ({ keys }: Wanted) => `json_array(${keys.join()})`

/** Everybody there is, from an offset on. */
function listing(wanted: Wanted, offset: string, isDeep: boolean): string {
  const { from, within, total } = wanted
  const [bucket, start, before] = isDeep
    ? [`${bucketAt(offset)},`, ' AND u.login >= (SELECT first_login FROM bucket)', ' - (SELECT before FROM bucket)']
    : ['', '', '']
  const found = `${packed(wanted)} FROM ${from} WHERE ${all(within)}${start} ${inOrder(wanted)} LIMIT ?2 OFFSET ${offset}${before}`
  return `WITH ${bucket} ${hitsOf(found)} SELECT coalesce((${total}), 0) AS total, 0 AS walked, NULL AS end`
}

const fewOf = ({ ids, max, isSkipped }: Few) =>
  `few AS MATERIALIZED (SELECT iif(${isSkipped}, ${max + 1}, count(*)) AS n, json_group_array(id) AS ids
    FROM (${ids} LIMIT iif(${isSkipped}, 0, ${max + 1})))`

/** The walk is skipped by a limit of 0, since SQLite reads the rows of a false WHERE. By cursor it ends with the page, and `end` is where it gave up. */
function matching(wanted: Wanted, limit: number): string {
  const { from, join, among, few, within, ofWalked, ofFew, isByCursor } = wanted
  const room = walkable(limit, join ? 2 : 1, few ? few.max + 1 : 0)
  const length = isByCursor ? Math.floor(room / 2) : room
  const walked = few ? `(SELECT n > ${few.max} FROM few)` : '1'
  const way = `FROM ${from} ${join} WHERE ${all(within)} ${inOrder(wanted)} LIMIT`
  const walk = `SELECT hit FROM (${packed(wanted)}, u.* ${way} ${length} * ${walked}) u WHERE ${all(ofWalked)} ${isByCursor ? 'LIMIT ?2' : ''}`
  const found = few
    ? `SELECT hit FROM (${packed(wanted)} FROM few CROSS JOIN json_each(iif(n > ${few.max}, '[]', ids)) j CROSS JOIN ${among}
      WHERE ${all(ofFew)} ${inOrder(wanted)} LIMIT ${few.max}) UNION ALL SELECT hit FROM (${walk})`
    : walk
  const end = isByCursor
    ? `iif(total < ?2 AND ${walked}, (SELECT ${place(wanted)} ${way} 1 OFFSET ${length - 1}), NULL)`
    : 'NULL'
  return `WITH ${few ? `${fewOf(few)},` : ''} ${hitsOf(found)} SELECT total, ${walked} AS walked, ${end} AS end`
}

type Row = UserRow & { total: number; walked: number; end: string | null; place: string | null; role: number }

type Value = string | number
/** Names a bound value by its place. */
type Name = (value: Value) => string

const naming =
  (values: Value[]): Name =>
  (value) =>
    `?${values.push(value)}`

/** One page; `values` are what `wanted` names, after the org, the limit, and the offset among hits. */
async function find(db: Db, wanted: Wanted, values: Value[], offset: number, isCounted: boolean) {
  const isEverybody = wanted.ofWalked.length === 0
  if (!isEverybody) values[2] = offset
  const text = isEverybody
    ? listing(wanted, naming(values)(offset), isCounted && offset >= shallow)
    : matching(wanted, Number(values[1]))
  const at = wanted.isByCursor ? place(wanted) : 'NULL'
  const statement = `${text}, ${userColumns}, p.value % 4 AS role, ${at} AS place
    FROM ${pageOfHits()} LEFT JOIN users u ON u.id = p.value / 4`
  const { results } = await bound(db, statement, ...values).all<Row>()
  const [{ total, walked, end } = { total: 0, walked: 0, end: null }] = results
  return { total, walked, end, rows: results.filter((row) => row.id !== null) }
}

const maxHits = 10_000
/** Of a filter: sorting them costs four rows each. */
const maxKept = 4_000

const isLong = (text: string) => [...text].length >= 3

/** As typed or composed: logins and e-mails are kept composed, names as they came. `%` and `_` are ordinary characters. */
const phrases = (text: string) =>
  [...new Set([text, text.normalize('NFC')])].map((one) => `"${one.replaceAll('"', '""')}"`).join(' OR ')

const withText = (text: string, name: Name, isSkipped = '0'): Few => ({
  ids: `SELECT rowid AS id FROM user_search WHERE user_search MATCH ${name(phrases(text))}`,
  max: maxHits,
  isSkipped,
})

const capitalised = (text: string) => text.replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase())

/** SQLite folds ASCII only: a name in other letters is found as it was typed, and by its capitals. */
function contains(text: string, name: Name): string[] {
  if (text === '') return []
  const [folded, ...written] = [nameKey(text), text, capitalised(text)].map(name)
  const fields = ['u.login_key', 'u.email_key', 'lower(u.name)'].map((field) => `instr(${field}, ${folded})`)
  return [`(${[...fields, ...written.map((one) => `instr(u.name, ${one})`)].join(' OR ')})`]
}

/** A login is one person's, and so decides among equals: what an index ends with, the id, can't be the start of a range in it. */
const keysOf = ({ by }: Sort) => [
  ...(by === 'last_seen' ? ['u.seen_key', 'u.login'] : by === 'name' ? ['u.name', 'u.login'] : [`u.${by}`]),
  'u.id',
]

/** Whoever was never seen was at 0. */
function conditionsOf({ isAdmin, isDisabled, neverSeen, seenAfter, seenBefore }: Filter, name: Name) {
  const flag = (column: string, value: boolean | undefined) =>
    value === undefined ? [] : [`u.${column} = ${Number(value)}`]
  const seen = (sign: string, value: number | undefined) =>
    value === undefined ? [] : [`u.seen_key ${sign} ${name(value)}`]
  return {
    flags: [...flag('is_admin', isAdmin), ...flag('is_disabled', isDisabled)],
    seen: [
      ...(neverSeen === undefined ? [] : [`u.seen_key ${neverSeen ? '=' : '>'} 0`]),
      ...seen('>', seenAfter),
      ...seen('<', seenBefore),
    ],
  }
}

/** The index to walk, and what of the filter it answers by itself. */
function wayOf({ by }: Sort, { isAdmin, isDisabled, neverSeen }: Filter, seen: string[]): [string, string[]] {
  if (by === 'last_seen') return [by, seen]
  if (by !== 'login') return [by, []]
  if (isAdmin) return ['admin', ['u.is_admin = 1']]
  if (isDisabled) return ['disabled', ['u.is_disabled = 1']]
  return neverSeen ? ['last_seen', ['u.seen_key = 0']] : [by, []]
}

/** Those with the text; or the admins, the disabled, or whoever was never seen, where the walk goes by another index. */
function fewOfAll({ text, isAdmin, isDisabled, neverSeen }: Filter, walked: string, name: Name): Few | undefined {
  if (isLong(text)) return withText(text, name)
  const kinds = {
    admin: [isAdmin, 'is_admin = 1'],
    disabled: [isDisabled, 'is_disabled = 1'],
    last_seen: [neverSeen, 'seen_key = 0'],
  }
  const asked = Object.entries(kinds).filter(([, [isAsked]]) => isAsked)
  const [index, [, condition] = []] = asked[0] ?? []
  if (index === undefined || asked.some(([kind]) => kind === walked)) return undefined
  return { ids: `SELECT id FROM users INDEXED BY users_by_${index} WHERE ${condition}`, max: maxKept, isSkipped: '0' }
}

function comesAfter(cursor: Cursor | undefined, sort: Sort, name: Name): string[] {
  if (!cursor?.places.length) return []
  return [`(${keysOf(sort).join()}) ${sort.isDescending ? '<' : '>'} (${cursor.places.map(name).join()})`]
}

export type Hits = {
  totalCount: number
  users: User[]
  /** Where a search by cursor goes on; undefined at its end. */
  next: Cursor | undefined
}

/** In the order asked for, byte by byte; by cursor, from there on. */
export async function searchUsers(db: Db, filter: Filter, sort: Sort, page: Page, cursor?: Cursor): Promise<Hits> {
  const { perPage } = page
  // By cursor one more tells whether there is a next page.
  const values: Value[] = [0, limitOf(cursor ? { ...page, perPage: perPage + 1 } : page), 0]
  const name = naming(values)
  const { flags, seen } = conditionsOf(filter, name)
  const kept = [...flags, ...seen]
  const ofWalked = [...kept, ...contains(filter.text, name)]
  const [index, within] = wayOf(sort, filter, seen)
  const few = cursor?.isWalk ? undefined : fewOfAll(filter, index, name)
  const after = comesAfter(cursor, sort, name)
  const wanted: Wanted = {
    from: `users u INDEXED BY users_by_${index}`,
    join: '',
    among: 'users u ON u.id = j.value',
    keys: keysOf(sort),
    isDescending: sort.isDescending,
    role: '0',
    total: "SELECT n FROM counters WHERE kind = 'users' AND owner_id = ?1",
    few,
    within: [...within, ...after],
    ofWalked,
    ofFew: [...(few?.max === maxHits ? kept : ofWalked), ...after],
    isByCursor: cursor !== undefined,
  }
  const isCounted = sort.by === 'login' && !sort.isDescending
  const { total, walked, end, rows } = await find(db, wanted, values, cursor ? 0 : page.offset, isCounted)
  const last = rows.length > perPage ? rows[perPage - 1]?.place : end
  return {
    totalCount: total,
    users: (cursor ? rows.slice(0, perPage) : rows).map(readUser),
    next: cursor && last ? { places: JSON.parse(last), isWalk: walked === 1 } : undefined,
  }
}

const sizeOfOrg = "SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = ?1"

/** In an org so small, to look at each member costs less than to ask the index, which knows nothing of orgs. */
const isSmall = `coalesce((${sizeOfOrg}), 0) <= 500`

export type Member = { user: User; role: Role }

/** Of an org, in the order (e-mail, login, id), byte by byte. */
export async function searchMembers(db: Db, orgId: number, text: string, page: Page) {
  const values: Value[] = [orgId, limitOf(page), 0]
  const name = naming(values)
  const wanted: Wanted = {
    from: 'org_members m',
    join: 'CROSS JOIN users u ON u.id = m.user_id',
    among: 'org_members m ON m.org_id = ?1 AND m.user_id = j.value',
    keys: ['m.email', 'm.login', 'm.user_id'],
    isDescending: false,
    role: "instr('VEA', substr(m.role, 1, 1))",
    total: sizeOfOrg,
    few: isLong(text) ? withText(text, name, isSmall) : undefined,
    within: ['m.org_id = ?1'],
    ofWalked: contains(text, name),
    ofFew: [],
    isByCursor: false,
  }
  const { total, rows } = await find(db, wanted, values, page.offset, false)
  const members = rows.map((row): Member => ({ user: readUser(row), role: roles[row.role] ?? 'None' }))
  return { totalCount: total, members }
}
