import type { D1 } from '../db/client.ts'
import type { Deed } from './deed.ts'

/** What is written beside a deed: attempts that are counted, when somebody was last seen, what has expired. */
const aside =
  /\b(login_attempts|account_failures|sign_in_addresses|audit_log)\b|^INSERT INTO counters\b|^UPDATE \w+ SET (last_)?(seen|used)_at\b|^DELETE\b.*\bexpires_at"? <=/is
const change = /^\s*(insert|update|delete|replace)\b|\)\s*(insert into|update|delete from)\b/i

/** A sign-in is one once there is a session: before it a hash may be replaced, and the first administrator made. */
const isPart = (deed: Deed, text: string) =>
  change.test(text) && !aside.test(text) && (deed.action !== 'login' || /^insert into "?sessions\b/i.test(text))

/**
 * The database with a statement behind each that can be the deed, in the same batch: `rowAfter` writes the deed's row
 * where the one before it changed something and no row of this request is there yet. So neither is ever there without the
 * other, and it costs no trip. The caller sees the results of its own statements alone.
 */
export function recordingD1(d1: D1, deed: Deed, rowAfter: (text: string) => D1PreparedStatement): D1 {
  const texts = new WeakMap<object, { statement: D1PreparedStatement; text: string }>()

  async function batch(statements: D1PreparedStatement[]) {
    const asked = statements.flatMap((given) => {
      const { statement, text } = texts.get(given) ?? { statement: given, text: '' }
      const own = { statement, isRow: false }
      return deed.row === undefined && text ? [own, { statement: rowAfter(text), isRow: true }] : [own]
    })
    const results = await d1.batch<Record<string, unknown>>(asked.map(({ statement }) => statement))
    for (const id of results.flatMap(({ results: [row] }, n) => (asked[n]?.isRow ? [row?.id] : [])))
      if (typeof id === 'number') deed.row = id
    return results.filter((_, n) => !asked[n]?.isRow)
  }

  function wrap(statement: D1PreparedStatement, text: string): D1PreparedStatement {
    const run = async () => (await batch([proxy]))[0]
    const rows = async () => (await run())?.results ?? []
    const first = async (column?: string) => {
      const [row] = await rows()
      return row && column !== undefined ? row[column] : (row ?? null)
    }
    const own: Record<PropertyKey, unknown> = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), text),
      first,
      run,
      all: run,
      raw: async () => (await rows()).map((row) => Object.values(row)),
    }
    const proxy = new Proxy(statement, { get: (target, key) => own[key] ?? Reflect.get(target, key) })
    texts.set(proxy, { statement, text })
    return proxy
  }

  const own: Record<PropertyKey, unknown> = {
    batch,
    prepare: (text: string) => (isPart(deed, text) ? wrap(d1.prepare(text), text) : d1.prepare(text)),
  }
  return new Proxy(d1, { get: (target, key) => own[key] ?? Reflect.get(target, key).bind(target) })
}
