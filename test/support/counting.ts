import { env } from 'cloudflare:workers'

/** What D1 was asked: one trip for each call that reaches it, the rows that it says it read, and whether it wrote. */
export type Count = { trips: number; rowsRead: number; rowsWritten: number }

/** The real D1 behind a wrapper that counts. `phases` starts a new count. */
export function countingD1() {
  const count: Count = { trips: 0, rowsRead: 0, rowsWritten: 0 }
  const inner = new WeakMap<object, D1PreparedStatement>()

  function note(...results: D1Result[]) {
    count.trips += 1
    for (const { meta } of results) {
      count.rowsRead += meta.rows_read
      count.rowsWritten += meta.rows_written
    }
  }

  function wrap(statement: D1PreparedStatement, text: string): D1PreparedStatement {
    // `first` says nothing of what it cost, so it is done by way of `all`.
    const counted: Record<PropertyKey, unknown> = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), text),
      first: async () => (await run(statement)).results[0] ?? null,
      all: () => run(statement),
      run: () => run(statement),
      raw: () => raw(statement, text),
    }
    const proxy = new Proxy(statement, { get: (target, key) => counted[key] ?? Reflect.get(target, key) })
    inner.set(proxy, statement)
    return proxy
  }

  async function run(statement: D1PreparedStatement) {
    const result = await statement.all<Record<string, unknown>>()
    note(result)
    return result
  }

  /** Rows as arrays come without their cost, so a read is asked once more for it; a write counts as a trip. */
  async function raw(statement: D1PreparedStatement, text: string) {
    if (/^select/i.test(text)) note(await statement.all())
    else count.trips += 1
    return statement.raw()
  }

  const db = new Proxy(env.DB, {
    get(target, key) {
      if (key === 'prepare') return (text: string) => wrap(target.prepare(text), text)
      if (key === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements.map((statement) => inner.get(statement) ?? statement))
          note(...results)
          return results
        }
      }
      return Reflect.get(target, key).bind(target)
    },
  })

  const reset = () => Object.assign(count, { trips: 0, rowsRead: 0, rowsWritten: 0 })
  return { db, count, reset }
}

/** The real KV behind a wrapper that counts keys written. */
export function countingKv() {
  const count = { puts: 0 }
  const kv = new Proxy(env.SESSIONS, {
    get(target, key) {
      if (key === 'put') count.puts += 1
      return Reflect.get(target, key).bind(target)
    },
  })
  return { kv, count }
}
