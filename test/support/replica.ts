import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_DB: D1Database
    }
  }
}

// D1 with a read replica that is arbitrarily late, out of two real databases: DB is the primary, TEST_DB the replica. What
// the primary writes is kept in a log, and a bookmark is a place in it. The replica repeats the log, never further than it
// must or is told, and may be taken back, since the next request may meet another replica.

type Query = { text: string; values: unknown[] }

/** What a call does at whichever of the two it is asked of. */
type Ask<T> = (d1: D1Database) => Promise<T>
type Place = <T>(queries: Query[], ask: Ask<T>) => Promise<T>

const isWrite = ({ text }: Query) =>
  /^\s*(insert|update|delete|replace)\b|\)\s*(insert into|update|delete from)\b/i.test(text)

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** In D1's own form, and sortable like D1's. */
export const bookmarkAt = (position: number) => `${hex(position, 8)}-0000024c-00004c6d-${hex(position, 32)}`

function positionOf(bookmark: string): number {
  const position = Number.parseInt(bookmark.slice(0, 8), 16)
  if (bookmark !== bookmarkAt(position)) throw new Error(`D1_ERROR: no bookmark: ${bookmark}`)
  return position
}

const queries = new WeakMap<object, Query>()
const queryOf = (statement: object): Query => {
  const query = queries.get(statement)
  if (!query) throw new Error('a statement of another database')
  return query
}

const textOf = (asked: Query[]) => asked.map(({ text }) => text).join('; ')

const on = (d1: D1Database, { text, values }: Query) => d1.prepare(text).bind(...values)

/** A statement that is asked of whichever database its place says once it is run. */
function statementAt(place: Place, query: Query): D1PreparedStatement {
  const own: Record<PropertyKey, unknown> = {
    bind: (...values: unknown[]) => statementAt(place, { ...query, values }),
    first: (column?: string) =>
      place([query], (d1) => (column === undefined ? on(d1, query).first() : on(d1, query).first(column))),
    all: () => place([query], (d1) => on(d1, query).all()),
    run: () => place([query], (d1) => on(d1, query).run()),
    raw: () => place([query], (d1) => on(d1, query).raw()),
  }
  const proxy = new Proxy(env.DB.prepare(query.text), { get: (target, key) => own[key] ?? Reflect.get(target, key) })
  queries.set(proxy, query)
  return proxy
}

const askedAt = (place: Place) => ({
  prepare: (text: string) => statementAt(place, { text, values: [] }),
  batch: <T>(statements: D1PreparedStatement[]) => {
    const all = statements.map(queryOf)
    return place(all, (d1) => d1.batch<T>(all.map((query) => on(d1, query))))
  },
})

/** Kept by D1 itself, or by the triggers of the search index. */
const isKept = (name: string) => !/^(sqlite_|_cf_|d1_|user_search)/.test(name)

async function namesAndSql(d1: D1Database, type: 'table' | 'trigger') {
  const { results } = await d1
    .prepare('SELECT name, sql FROM sqlite_master WHERE type = ? ORDER BY rowid')
    .bind(type)
    .all<{ name: string; sql: string }>()
  return results.filter(({ name }) => isKept(name))
}

/** All that is stored; generated columns follow from it. */
export async function allRows(d1: D1Database): Promise<Record<string, Record<string, unknown>[]>> {
  const names = (await namesAndSql(d1, 'table')).map(({ name }) => name)
  const columns = await d1.batch<{ name: string }>(
    names.map((name) => d1.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0').bind(name)),
  )
  const listOf = (n: number) => columns[n]?.results.map(({ name }) => `"${name}"`).join(', ')
  const tables = await d1.batch<Record<string, unknown>>(
    names.map((name, n) => d1.prepare(`SELECT ${listOf(n)} FROM ${name}`)),
  )
  return Object.fromEntries(tables.map(({ results }, n) => [names[n] ?? '', results]))
}

/** What takes a database back to how it is now, in one batch, without triggers, and so that the next ids are the same. */
async function backTo(d1: D1Database): Promise<D1PreparedStatement[]> {
  const rows = await allRows(d1)
  const triggers = await namesAndSql(d1, 'trigger')
  const { results: sequences } = await d1.prepare('SELECT name, seq FROM sqlite_sequence').all()
  const searched = triggers.find(({ name }) => name === 'users_search_insert')?.sql ?? ''
  const words = /NEW\.id, (.*)\);/.exec(searched)?.[1]?.replaceAll('NEW.', '') ?? ''
  const filling = Object.entries(rows).flatMap(([name, [first, ...more]]) => {
    if (!first) return []
    const columns = Object.keys(first)
    const values = JSON.stringify([first, ...more].map((row) => columns.map((column) => row[column])))
    const picked = columns.map((_, n) => `value ->> ${n}`)
    return d1
      .prepare(`INSERT INTO ${name} (${columns.join(', ')}) SELECT ${picked.join(', ')} FROM json_each(?)`)
      .bind(values)
  })
  return [
    d1.prepare('PRAGMA defer_foreign_keys = on'),
    ...triggers.map(({ name }) => d1.prepare(`DROP TRIGGER ${name}`)),
    ...Object.keys(rows).map((name) => d1.prepare(`DELETE FROM ${name}`)),
    ...filling,
    d1.prepare("INSERT INTO user_search (user_search) VALUES ('delete-all')"),
    d1.prepare(`INSERT INTO user_search (rowid, words) SELECT id, ${words} FROM users`),
    ...triggers.map(({ sql }) => d1.prepare(sql)),
    d1
      .prepare(
        "UPDATE sqlite_sequence SET seq = coalesce((SELECT value ->> 'seq' FROM json_each(?) WHERE value ->> 'name' = name), 0)",
      )
      .bind(JSON.stringify(sequences)),
  ]
}

export type Replicated = Awaited<ReturnType<typeof replicatedD1>>

export async function replicatedD1() {
  const replica = env.TEST_DB
  await applyD1Migrations(replica, env.TEST_MIGRATIONS)
  const log: Query[][] = []
  let applied = 0
  let base = 0
  let back = await backTo(replica)
  let failure: string | undefined
  /** What was asked of sessions: how they began, what the replica was to read, and what it was to write, which it can't. */
  const seen: { sessions: string[]; nearby: string[]; strays: string[] } = { sessions: [], nearby: [], strays: [] }

  async function advance(to: number) {
    const due = log.slice(applied, to).flat()
    applied = Math.max(applied, to)
    if (due.length > 0) await replica.batch(due.map((query) => on(replica, query)))
  }

  let last: Promise<unknown> = Promise.resolve()
  /** One write after the other, so that the log has them in the order in which they were done. */
  const primary: Place = (asked, ask) => {
    if (!asked.some(isWrite)) return ask(env.DB)
    const done = last.then(async () => {
      const result = await ask(env.DB)
      log.push(asked)
      return result
    })
    last = done.catch(() => undefined)
    return done
  }

  /** As D1 documents it: the first statement goes where the constraint says, and the others to any replica that is new enough. */
  function withSession(constraintOrBookmark = 'first-unconstrained'): D1DatabaseSession {
    seen.sessions.push(constraintOrBookmark)
    const isConstraint = constraintOrBookmark.startsWith('first-')
    let reached = isConstraint ? null : positionOf(constraintOrBookmark)
    let isFirst = constraintOrBookmark === 'first-primary'
    const note = (position: number) => {
      reached = Math.max(reached ?? 0, position)
      isFirst = false
    }

    async function nearby<T>(asked: Query[], ask: Ask<T>): Promise<T> {
      seen.nearby.push(textOf(asked))
      if (failure !== undefined) throw new Error(failure)
      await advance(reached ?? 0)
      const result = await ask(replica)
      note(applied)
      return result
    }

    async function onPrimary<T>(asked: Query[], ask: Ask<T>): Promise<T> {
      const isStray = asked.some(isWrite) && constraintOrBookmark !== 'first-primary'
      if (isStray) seen.strays.push(textOf(asked))
      const result = await primary(asked, ask)
      note(log.length)
      return result
    }

    const place: Place = (asked, ask) => (isFirst || asked.some(isWrite) ? onPrimary(asked, ask) : nearby(asked, ask))
    return { ...askedAt(place), getBookmark: () => (reached === null ? null : bookmarkAt(reached)) }
  }

  const own: Record<PropertyKey, unknown> = { ...askedAt(primary), withSession }
  const db = new Proxy(env.DB, { get: (target, key) => own[key] ?? Reflect.get(target, key).bind(target) })

  return {
    db,
    position: () => log.length,
    replicaAt: () => applied,
    /** What was asked of sessions since the last time. */
    strike: () => {
      const before = { ...seen }
      Object.assign(seen, { sessions: [], nearby: [], strays: [] })
      return before
    },
    /** The replica catches up, and is never taken back beyond this. */
    async settle() {
      await advance(log.length)
      base = log.length
      back = await backTo(replica)
    },
    /** The replica is as new as this share of what was written since it last settled, newer or older than before. */
    async lag(share: number) {
      const position = base + Math.floor((log.length - base) * share)
      if (position < applied) {
        await replica.batch(back)
        applied = base
      }
      await advance(position)
    },
    fail: (words: string | undefined) => {
      failure = words
    },
  }
}
