import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { openDb } from '../src/db/client.ts'
import { purge } from '../src/housekeeping.ts'
import { as, call, logIn, numberIn, person, root, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const day = 86_400
const today = () => Math.floor(Date.now() / 1000 / day)
const dateOf = (n: number) => new Date(n * day * 1000).toISOString().slice(0, 10)

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const all = async <T>(sql: string) => (await env.DB.prepare(sql).all<T>()).results

const counted = async (kind: string, owner = today()) =>
  (await env.DB.prepare('SELECT n FROM counters WHERE kind = ? AND owner_id = ?')
    .bind(kind, owner)
    .first<number>('n')) ?? 0

const statement = (start: string) =>
  env.TEST_MIGRATIONS.find(({ name }) => name.startsWith('0018'))?.queries.find((sql) => sql.includes(start)) ?? ''

/** Where it is midnight in a moment the day would change under a test. */
beforeAll(async () => {
  const left = day - ((Date.now() / 1000) % day)
  if (left < 60) await scheduler.wait(left * 1000)
  await as(root).get('/api/user')
})

/** What is counted of the days on which people were last seen, and what there really is; days without anybody left out. */
async function expectSeenExact() {
  const counters = await all("SELECT owner_id AS day, n FROM counters WHERE kind = 'seen' AND n <> 0 ORDER BY owner_id")
  const real = await all(
    'SELECT ifnull(last_seen_at, 0) / 86400 AS day, count(*) AS n FROM users GROUP BY 1 ORDER BY 1',
  )
  expect(counters).toEqual(real)
}

const seenAt = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  // Around the ends of three days, where one second makes the difference.
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(2), fc.integer({ min: -2, max: 2 })).map(([d, s]) => (20_000 + d) * day + s),
  },
)
const change = fc.oneof(
  fc.record({ what: fc.constant('come' as const), size: fc.integer({ min: 1, max: 40 }), at: seenAt }),
  fc.record({ what: fc.constant('see' as const), of: fc.integer({ min: 1, max: 7 }), at: seenAt }),
  fc.record({ what: fc.constant('rename' as const), of: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ what: fc.constant('go' as const), of: fc.integer({ min: 1, max: 7 }) }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

let made = 0
async function apply(one: Change) {
  if (one.what === 'come') {
    await run(
      `INSERT INTO users (uid, login, email, login_key, email_key, last_seen_at, created_at, updated_at)
       SELECT 'o' || n, 'o' || n, 'o' || n, 'o' || n, 'o' || n, ?3, 0, 0 FROM
         (WITH RECURSIVE s (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?2) SELECT CAST(n AS INTEGER) AS n FROM s)`,
      made,
      made + one.size,
      one.at,
    )
    made += one.size
  }
  if (one.what === 'see')
    await run(`UPDATE users SET last_seen_at = ? WHERE uid LIKE 'o%' AND id % ${one.of} = 0`, one.at)
  if (one.what === 'rename') await run(`UPDATE users SET name = 'x' || name WHERE uid LIKE 'o%' AND id % ${one.of} = 0`)
  if (one.what === 'go') await run(`DELETE FROM users WHERE uid LIKE 'o%' AND id % ${one.of} = 0`)
}

describe('the days on which people were last seen', () => {
  beforeEach(async () => {
    await run("DELETE FROM users WHERE uid LIKE 'o%'")
  })

  it('count exactly, under any mix of people who come, are seen and go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 12 }), async (changes) => {
        for (const one of changes) {
          await apply(one)
          await expectSeenExact()
        }
      }),
      { numRuns: 30, endOnFailure: true },
    )
  }, 120_000)

  it('of a directory that was there before are counted by the migration, over what was counted meanwhile', async () => {
    for (const at of [null, 20_000 * day, 20_000 * day + 5, 20_001 * day]) await apply({ what: 'come', size: 9, at })
    await run("UPDATE counters SET n = 77 WHERE kind = 'seen' AND owner_id = 20000")
    await run("DELETE FROM counters WHERE kind = 'seen' AND owner_id <> 20000")
    await run(statement('INSERT INTO counters (kind, owner_id, n) SELECT'))
    await expectSeenExact()
  })

  it('write one row for somebody new, two for the first time in a day, and none for the next', async () => {
    await apply({ what: 'come', size: 1, at: null })
    const see = async (at: number) =>
      (await run("UPDATE users SET last_seen_at = ? WHERE uid LIKE 'o%'", at)).meta.rows_written
    const first = await see(20_000 * day)
    const later = await see(20_000 * day + 300)
    await run('DROP TRIGGER users_seen_update')
    expect(await see(20_000 * day + 600)).toBe(later)
    expect(await see(20_001 * day)).toBe(later)
    expect(first).toBe(later + 2)
    await run(statement('CREATE TRIGGER users_seen_update'))
    await run(statement('INSERT INTO counters (kind, owner_id, n) SELECT'))
  })
})

describe('sign-ins', () => {
  let id = 0
  beforeAll(async () => {
    id = await person('vic')
  })

  const signIn = (password: string, headers: Record<string, string> = {}) =>
    as(undefined).post('/login', { user: 'vic', password }, headers)

  /** How many more of each there are after it. */
  async function more(what: () => Promise<unknown>) {
    const before = [await counted('sign-ins'), await counted('failures')] as const
    await what()
    return { succeeded: (await counted('sign-ins')) - before[0], failed: (await counted('failures')) - before[1] }
  }

  /** Each from a network of its own, which no limit stops. */
  let networks = 0
  const elsewhere = () => ({ 'CF-Connecting-IP': `2001:db8:${(++networks).toString(16)}::1` })

  it.each([
    ['a right one', () => signIn('pass', elsewhere()), { succeeded: 1, failed: 0 }],
    ['a wrong one', () => signIn('wrong', elsewhere()), { succeeded: 0, failed: 1 }],
    [
      'a name that nobody has',
      () => as(undefined).post('/login', { user: 'nobody', password: 'x' }, elsewhere()),
      { succeeded: 0, failed: 1 },
    ],
    [
      'a wrong one with a request',
      () => call('vic:bad', 'GET', '/api/user', { headers: elsewhere() }),
      { succeeded: 0, failed: 1 },
    ],
    [
      'a right one with a request',
      () => call('vic:pass', 'GET', '/api/user', { headers: elsewhere() }),
      { succeeded: 0, failed: 0 },
    ],
    [
      'a request for mail',
      () => as(undefined).post('/api/user/password/send-reset-email', { userOrEmail: 'vic' }),
      { succeeded: 0, failed: 0 },
    ],
    [
      'no password at all',
      () => as(undefined).post('/login', { user: 'vic', password: '' }),
      { succeeded: 0, failed: 0 },
    ],
  ])('%s is counted as what it was', async (_, what, expected) => {
    expect(await more(what)).toEqual(expected)
  })

  it('by whoever changes the own password are a session opened, or one wrong password and no deed', async () => {
    const own = (who: Who, oldPassword: string) =>
      call(who, 'PUT', '/api/user/password', {
        body: { oldPassword, newPassword: 'a longer one' },
        headers: elsewhere(),
      })
    await person('self')
    const session = await logIn('self', 'pass')
    expect(await more(() => own(session, 'not it'))).toEqual({ succeeded: 0, failed: 1 })
    const [row] = await all<{ outcome: number }>('SELECT outcome FROM audit_log ORDER BY id DESC LIMIT 1')
    expect(row).toEqual({ outcome: 401 })
    expect(await more(() => own(session, 'pass'))).toEqual({ succeeded: 1, failed: 0 })
  })

  it('refused unseen for too many failures are not counted', async () => {
    const here = elsewhere()
    const guess = (n: number) => signIn(`guess ${n}`, here)
    expect(
      await more(async () => {
        for (let n = 0; n < 9; n++) await guess(n)
      }),
    ).toEqual({ succeeded: 0, failed: 5 })
  })

  it('many at once, right, wrong and the same, are counted exactly', async () => {
    const guesses = fc.array(fc.constantFrom('pass', 'a', 'b', 'c', 'd'), { minLength: 2, maxLength: 16 })
    let round = 0
    const forgetAttempts = async () => {
      await run('DELETE FROM login_attempts')
      await run('DELETE FROM account_failures')
    }
    await forgetAttempts()
    await fc.assert(
      fc.asyncProperty(guesses, async (passwords) => {
        round += 1
        const here = elsewhere()
        const given = passwords.map((password) => (password === 'pass' ? password : `${password} ${round}`))
        const statuses: number[] = []
        const { succeeded, failed } = await more(async () => {
          const answers = await Promise.all(given.map((password) => signIn(password, here)))
          statuses.push(...answers.map(({ status }) => status))
        })
        expect(succeeded).toBe(statuses.filter((status) => status === 200).length)
        // As many as the limit counts: the same one many times at once may be one guess, and beyond the limit none is looked at.
        const [left] = await all(`SELECT count(*) AS n FROM login_attempts WHERE account = 'id:${id}'`)
        expect(left).toEqual({ n: failed })
        await forgetAttempts()
      }),
      { numRuns: 25, endOnFailure: true },
    )
  }, 120_000)

  it('write one row for it: a right one with its session, a wrong one after the answer', async () => {
    const d1 = countingD1()
    const cost = async (password: string) => {
      d1.reset()
      const headers = { 'CF-Connecting-IP': '2001:db8:ffff::1' }
      await call(undefined, 'POST', '/login', { body: { user: 'vic', password }, headers, bindings: { DB: d1.db } })
      return { ...d1.count }
    }
    await cost('pass')
    expect(await cost('pass')).toMatchObject({ trips: 2, rowsWritten: 15 })
    // Who it is, a place among the attempts; and after the answer the count, and the audit log.
    expect(await cost('yet another')).toMatchObject({ trips: 4, rowsWritten: 15 })
    await cost('pass')
    await run('DROP TRIGGER sessions_count_insert')
    expect(await cost('pass')).toMatchObject({ trips: 2, rowsWritten: 14 })
    await run(statement('CREATE TRIGGER sessions_count_insert'))
  })
})

describe('GET /api/admin/overview', () => {
  const d1 = countingD1()
  const ask = async () => {
    await as(root).get('/api/user')
    d1.reset()
    const { status, body } = await call(root, 'GET', '/api/admin/overview', { bindings: { DB: d1.db } })
    return { status, body, ...d1.count }
  }

  beforeAll(async () => {
    await run("DELETE FROM users WHERE login <> 'admin'")
    await run('DELETE FROM sessions')
    await run("DELETE FROM counters WHERE kind IN ('sign-ins', 'failures')")
    await run('DELETE FROM tokens')
  })

  it('tells of a new installation that nothing is done', async () => {
    const { status, body } = await ask()
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        users: 1,
        orgs: 1,
        activeLast30Days: 1,
        neverSeen: 0,
        liveSessions: 0,
        liveSessionsAtLeast: false,
        signIns: Array.from({ length: 30 }, (_, n) => ({ day: dateOf(today() - 29 + n), succeeded: 0, failed: 0 })),
        firstSteps: { hasOrganizations: false, hasUsers: false, hasTokens: false },
      },
    })
  })

  it('tells exactly who was there, and what became of sign-ins', async () => {
    const now = Math.floor(Date.now() / 1000)
    await as(root).put('/api/orgs/1', { name: 'Ours' })
    await as(root).post('/api/user/tokens', { name: 't' })
    const seen = [null, null, now, (today() - 29) * day, (today() - 29) * day - 1, (today() - 100) * day]
    for (const [n, at] of seen.entries()) {
      const id = await person(`p${n}`)
      await run('UPDATE users SET last_seen_at = ? WHERE id = ?', at, id)
    }
    // Of today's sessions one is over, and one was left alone for longer than a session may be.
    for (let n = 0; n < 4; n++) await logIn('p0', 'pass')
    await run('UPDATE sessions SET expires_at = ? WHERE id = (SELECT min(id) FROM sessions)', now - 1)
    await run('UPDATE sessions SET seen_at = ? WHERE id = (SELECT max(id) FROM sessions)', now - 7 * day - 1)
    for (const [kind, n, ago] of [
      ['sign-ins', 7, 29],
      ['sign-ins', 100, 30],
      ['failures', 3, 1],
      ['failures', 100, 31],
    ] as const)
      await run('INSERT INTO counters (kind, n, owner_id) VALUES (?, ?, ?)', kind, n, today() - ago)
    const { body } = await ask()
    expect(body).toMatchObject({
      users: 7,
      orgs: 1,
      activeLast30Days: 3,
      neverSeen: 2,
      liveSessions: 2,
      liveSessionsAtLeast: false,
      firstSteps: { hasOrganizations: true, hasUsers: true, hasTokens: true },
    })
    const days = Array.from({ length: 30 }, (_, n) => ({ day: dateOf(today() - 29 + n), succeeded: 0, failed: 0 }))
    Object.assign(days[0] ?? {}, { succeeded: 7 })
    Object.assign(days[28] ?? {}, { failed: 3 })
    Object.assign(days[29] ?? {}, { succeeded: 4 })
    expect(Reflect.get(Object(body), 'signIns')).toEqual(days)
  })

  it('asks D1 once, and reads a hundred rows however many days were counted', async () => {
    await run(
      `INSERT INTO counters (kind, owner_id, n) SELECT k.value, d.value, 5 FROM json_each('["seen","sign-ins","failures"]') k,
         json_each((WITH RECURSIVE s (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM s WHERE n < ?2) SELECT json_group_array(CAST(n AS INTEGER)) FROM s)) d
       WHERE true ON CONFLICT DO UPDATE SET n = 5`,
      today() - 800,
      today(),
    )
    await run(
      "INSERT INTO counters (kind, owner_id, n) SELECT 'teams', value, 1 FROM json_each(?)",
      JSON.stringify(Array.from({ length: 2000 }, (_, n) => n + 1000)),
    )
    await run('DELETE FROM sessions')
    const { status, trips, rowsRead, rowsWritten } = await ask()
    // One trip and twelve rows of these say who is asking.
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
    expect(rowsRead).toBeLessThanOrEqual(12 + 100)
  })

  it('looks at ten thousand sessions, and says so', async () => {
    await run(
      `WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 12000)
       INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at) SELECT 1, 's' || n, ?1, ?1, ?1 + n FROM s`,
      Math.floor(Date.now() / 1000) + 600,
    )
    const { body, rowsRead } = await ask()
    expect(body).toMatchObject({ liveSessions: 10_000, liveSessionsAtLeast: true })
    expect(rowsRead).toBeLessThanOrEqual(20_200)
    expect(numberIn(Object(body).signIns.at(-1), 'succeeded')).toBe(12_005)
  })
})

describe('the page /', () => {
  const d1 = countingD1()
  const open = (who: Who, path = '/') =>
    call(who, 'GET', path, { headers: { Accept: 'text/html' }, bindings: { DB: d1.db } })
  const stepsOf = (text: string) =>
    [...text.matchAll(/<h3><a href="([^"]+)">[^<]*<\/a> (<span[^>]*>done)?/g)].map(([, href, done]) => [
      href,
      done !== undefined,
    ])

  beforeAll(async () => {
    await run("DELETE FROM users WHERE login <> 'admin'")
    await run('DELETE FROM sessions')
    await run('DELETE FROM tokens')
    await run("UPDATE orgs SET name = 'Main Org.' WHERE id = 1")
    await run('DELETE FROM orgs WHERE id > 1')
  })

  it('sends a stranger to sign in, without a way back, and whoever may not read it to their account', async () => {
    const stranger = await open(undefined)
    expect([stranger.status, stranger.headers.get('Location')]).toEqual([302, '/login'])
    expect(stranger.headers.get('Set-Cookie')).toBeNull()
    await person('vic')
    const other = await open(await logIn('vic', 'pass'), '/?notice=welcome')
    expect([other.status, other.headers.get('Location')]).toEqual([302, '/profile?notice=welcome'])
    await run("DELETE FROM users WHERE login = 'vic'")
  })

  it('says what to do first, and what of it is done, for as long as something is left', async () => {
    const session = await logIn('admin', 'admin')
    await open(session)
    d1.reset()
    const { status, text } = await open(session)
    expect({ status, trips: d1.count.trips }).toEqual({ status: 200, trips: 2 })
    expect(text).toContain('curl -u &#39;admin&#39;')
    expect(stepsOf(text)).toEqual([
      ['/profile/password', false],
      ['/orgs/new', false],
      ['/users/new', false],
      ['/profile/tokens', false],
    ])
    await as(root).put('/api/orgs/1', { name: 'Ours' })
    await person('second')
    await as(root).post('/api/user/tokens', { name: 't' })
    expect(stepsOf((await open(session)).text).map(([, isDone]) => isDone)).toEqual([false, true, true, true])
    const mine = { ADMIN_PASSWORD: 'what it was before' }
    expect((await call(session, 'GET', '/', { bindings: mine })).text).not.toContain('First steps')
    for (let n = 0; n < 4; n++) await person(`more${n}`)
    expect((await open(session)).text).not.toContain('First steps')
  })

  it('draws each day and says the same in a table, without a style of its own, and no larger than a page may be', async () => {
    await run("DELETE FROM counters WHERE kind IN ('sign-ins', 'failures')")
    const session = await logIn('admin', 'admin')
    expect((await open(session)).text).toContain('No sign-in failed in the last 30 days.')
    await run("INSERT INTO counters (kind, owner_id, n) VALUES ('failures', ?, 1234)", today() - 3)
    const { text } = await open(session)
    expect(text.match(/<svg/g)).toHaveLength(2)
    expect(text.match(/<rect class="bar-bad"/g)).toHaveLength(30)
    expect(text.match(/<th scope="row">/g)).toHaveLength(60)
    expect(text).toContain('<td>1,234</td>')
    expect(text).toContain('href="/users?show=neverSeen%3Dtrue"')
    expect(text).not.toMatch(/\sstyle=|<style|\son\w+=/)
    expect(text.length).toBeLessThan(60_000)
  })
})

it('days of more than a year ago are thrown away, and never is kept', async () => {
  const put = 'INSERT INTO counters (kind, owner_id, n) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = 1'
  const kinds = ['seen', 'sign-ins', 'failures']
  for (const kind of kinds) for (const owner of [400, 401, 402]) await run(put, kind, today() - owner)
  const never = await counted('seen', 0)
  const teams = await counted('teams', 1000)
  await purge(openDb(env.DB), readConfig(env), Math.floor(Date.now() / 1000))
  const oldest = await all(
    `SELECT kind, min(owner_id) AS day FROM counters WHERE kind IN ('seen', 'sign-ins', 'failures') AND owner_id > 0 GROUP BY kind ORDER BY kind`,
  )
  expect(oldest).toEqual(kinds.toSorted().map((kind) => ({ kind, day: today() - 400 })))
  expect([await counted('seen', 0), await counted('teams', 1000)]).toEqual([never, teams])
})
