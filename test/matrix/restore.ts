import { env } from 'cloudflare:workers'

/** What triggers and virtual tables keep up by themselves, what D1 keeps for itself, or what no answer here depends on. */
const derived = /^(sqlite_|_cf_|d1_|user_search|sign_in_names$|audit_log$)/

type Table = { name: string; rows: Record<string, unknown>[] }

async function readTables(): Promise<Table[]> {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  const names = results.map(({ name }) => name).filter((name) => !derived.test(name))
  return Promise.all(
    names.map(async (name) => ({ name, rows: (await env.DB.prepare(`SELECT * FROM ${name}`).all()).results })),
  )
}

/** The rows as they were, in one statement whatever their number. */
function filling({ name, rows: [first, ...more] }: Table): D1PreparedStatement[] {
  if (!first) return []
  // A generated column takes no value.
  const columns = Object.keys(first).filter((column) => column !== 'seen_key')
  const rows = JSON.stringify([first, ...more].map((row) => columns.map((column) => row[column])))
  const values = columns.map((_, n) => `value ->> ${n}`)
  return [
    env.DB.prepare(`INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM json_each(?)`).bind(
      rows,
    ),
  ]
}

/**
 * Nobody takes the last server admin away, and nobody an org its last admin: an understudy stands in for the one while
 * everybody is gone, and orgs go before their members.
 */
const understudy = 'SELECT 999999999'
const arrives = `INSERT INTO users (id, uid, login, email, login_key, email_key, is_admin, created_at, updated_at)
  SELECT id, 'understudy', 'understudy', 'understudy', 'understudy', 'understudy', 1, 0, 0 FROM (${understudy} AS id)`

/**
 * Remembers the whole database, and gives what takes it back there: everything goes and comes again in one batch, with
 * foreign keys looked at in the end. Triggers count once more what comes, so the counts are put last.
 */
export async function remember(): Promise<() => Promise<void>> {
  const tables = await readTables()
  const counts = tables.filter(({ name }) => name === 'counters' || name === 'login_buckets')
  const others = tables.filter((table) => !counts.includes(table) && table.name !== 'orgs' && table.name !== 'users')
  const first = ['orgs', 'users'].flatMap((name) => tables.filter((table) => table.name === name))
  const statements = [
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
    env.DB.prepare(arrives),
    env.DB.prepare('DELETE FROM orgs'),
    env.DB.prepare(`DELETE FROM users WHERE id NOT IN (${understudy})`),
    ...others.map(({ name }) => env.DB.prepare(`DELETE FROM ${name}`)),
    ...[...first, ...others].flatMap(filling),
    env.DB.prepare(`DELETE FROM users WHERE id IN (${understudy})`),
    ...counts.map(({ name }) => env.DB.prepare(`DELETE FROM ${name}`)),
    ...counts.flatMap(filling),
  ]
  return async () => {
    await env.DB.batch(statements)
  }
}

/** The real D1, and whether anything was asked of it that can have changed something. */
export function watchedD1() {
  const seen = { writes: false }
  const db = new Proxy(env.DB, {
    get(target, key) {
      if (key !== 'prepare') return Reflect.get(target, key).bind(target)
      return (text: string) => {
        if (/\b(insert|update|delete|replace)\b/i.test(text) && !text.includes('audit_log')) seen.writes = true
        return target.prepare(text)
      }
    },
  })
  return { db, seen }
}
