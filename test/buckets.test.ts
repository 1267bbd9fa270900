import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { as, root } from './support/client.ts'

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const all = async <T>(sql: string) => (await env.DB.prepare(sql).all<T>()).results

/** One for each n, in no order: logins are 16 digits of their hash. */
const people = `INSERT INTO users (uid, login, email, login_key, email_key, created_at, updated_at)
  SELECT 'b' || n, login, login || '@b', login, login || '@b', 0, 0 FROM (SELECT n, %LOGIN% AS login FROM
    (WITH RECURSIVE s (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?2) SELECT n FROM s))`
const scattered = people.replace('%LOGIN%', "printf('k%08x%06d', (n * 2654435761) % 4294967296, n)")
const ascending = people.replace('%LOGIN%', "printf('m%08d', n)")

const migration = env.TEST_MIGRATIONS.find(({ name }) => name.startsWith('0015'))?.queries ?? []
const statement = (start: string) => migration.find((sql) => sql.includes(start)) ?? ''

type Bucket = { first_login: string; n: number; real: number }

/** Each bucket with how many people there really are in it. */
const buckets = () =>
  all<Bucket>(`SELECT first_login, n, (SELECT count(*) FROM users WHERE login >= first_login AND (login < next OR next IS NULL)) AS real
    FROM (SELECT first_login, n, lead(first_login) OVER (ORDER BY first_login) AS next FROM login_buckets) ORDER BY first_login`)

/** What the decision promises: counts are exact, none is too large, two neighbours are never both small, one starts at ''. */
async function expectExact() {
  const found = await buckets()
  expect(found.map(({ n }) => n)).toEqual(found.map(({ real }) => real))
  expect(found[0]?.first_login).toBe('')
  expect(Math.max(...found.map(({ n }) => n))).toBeLessThanOrEqual(2000)
  const pairs = found.slice(1).map(({ n }, at) => n + (found[at]?.n ?? 0))
  expect(Math.min(...pairs, 1300)).toBe(1300)
  return found
}

beforeAll(() => as(root).get('/api/user'))

beforeEach(async () => {
  await run("DELETE FROM users WHERE uid LIKE 'b%' AND id > 1")
})

/** Each changes many at once: SQLite fires the triggers row by row, and buckets split and join under way. */
const change = fc.oneof(
  fc.record({ what: fc.constant('scatter' as const), size: fc.integer({ min: 1, max: 2600 }) }),
  fc.record({ what: fc.constant('ascend' as const), size: fc.integer({ min: 1, max: 2600 }) }),
  fc.record({ what: fc.constant('delete' as const), of: fc.integer({ min: 2, max: 9 }), but: fc.boolean() }),
  fc.record({ what: fc.constant('oldest' as const), size: fc.integer({ min: 1, max: 2600 }) }),
  fc.record({
    what: fc.constant('rename' as const),
    of: fc.integer({ min: 2, max: 9 }),
    to: fc.constantFrom(...'ajlz'),
  }),
  fc.record({ what: fc.constant('below' as const), login: fc.constantFrom('k4', 'k8', 'kc', 'm', 'z') }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

let made = 0
async function apply(one: Change) {
  if (one.what === 'scatter' || one.what === 'ascend') {
    await run(one.what === 'scatter' ? scattered : ascending, made, made + one.size)
    made += one.size
  }
  if (one.what === 'delete') {
    await run(`DELETE FROM users WHERE uid LIKE 'b%' AND id > 1 AND (id % ${one.of} = 0) = ${Number(one.but)}`)
  }
  if (one.what === 'oldest') {
    await run(
      "DELETE FROM users WHERE id IN (SELECT id FROM users WHERE uid LIKE 'b%' AND id > 1 ORDER BY id LIMIT ?)",
      one.size,
    )
  }
  if (one.what === 'rename') {
    await run(
      `UPDATE users SET login = ?1 || substr(login, 2), login_key = ?1 || substr(login_key, 2) WHERE uid LIKE 'b%' AND id > 1 AND id % ${one.of} = 0
        AND ?1 || substr(login, 2) NOT IN (SELECT login FROM users)`,
      one.to,
    )
  }
  if (one.what === 'below') await run("DELETE FROM users WHERE uid LIKE 'b%' AND id > 1 AND login < ?", one.login)
}

describe('the buckets of the order of logins', () => {
  it('count exactly, under any mix of inserts, deletes and renames', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 9 }), async (changes) => {
        for (const one of changes) {
          await apply(one)
          await expectExact()
        }
      }),
      { numRuns: 15, endOnFailure: true },
    )
  }, 120_000)

  it('do not pile up behind a sliding window', async () => {
    await run(ascending, 0, 5000)
    for (let from = 0; from < 20_000; from += 2500) {
      await run(ascending, from + 5000, from + 7500)
      await run('DELETE FROM users WHERE login BETWEEN ? AND ?', 'm', `m${String(from + 2499).padStart(8, '0')}`)
      expect((await expectExact()).length).toBeLessThanOrEqual(8)
    }
  })

  it('are one again when nobody is left', async () => {
    await run(scattered, 0, 9000)
    expect((await expectExact()).length).toBeGreaterThan(4)
    await run("DELETE FROM users WHERE uid LIKE 'b%' AND id > 1")
    expect((await expectExact()).length).toBe(1)
  })
})

it('a page however deep is that of the order', async () => {
  await run(scattered, 0, 6000)
  await run(ascending, 6000, 9000)
  const logins = (await all<{ login: string }>('SELECT login FROM users ORDER BY login, id')).map(({ login }) => login)
  const pages = [1, 10, 11, 12, 21, 45, 46, 47, 60, 85, 90, 91, 1000]
  for (const page of pages) {
    const { body } = await as(root).get(`/api/users/search?perpage=100&page=${page}`)
    const shown = JSON.parse(JSON.stringify(body), (_, value) => value?.login ?? value)
    expect(shown).toMatchObject({ totalCount: logins.length, page })
    expect(shown.users).toEqual(logins.slice((page - 1) * 100, page * 100))
  }
})

it('a directory that was there before is counted by the migration', async () => {
  await run(scattered, 0, 5000)
  await run('DROP TRIGGER login_buckets_join')
  await run('DELETE FROM login_buckets')
  await run(statement('INSERT INTO login_buckets'))
  expect((await expectExact()).map(({ n }) => n).slice(0, 3)).toEqual([1500, 1500, 1500])
})

it('a new account writes fifteen rows, of which one is in its bucket', async () => {
  expect((await run(ascending, 0, 1)).meta.rows_written).toBe(15)
  await run('DROP TRIGGER users_bucket_insert')
  expect((await run(ascending, 1, 2)).meta.rows_written).toBe(14)
})
