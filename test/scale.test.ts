import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, root, textIn } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// Rows read of a directory of 40,000, the statement that authenticates included: a dozen.

const size = 40_000
const d1 = countingD1()
const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const logins = async (sql: string) =>
  (await env.DB.prepare(`SELECT login FROM users ${sql}`).all<{ login: string }>()).results.map(({ login }) => login)

type Person = { login: string }
type Found = { rowsRead: number; trips: number; totalCount: number; users: Person[]; cursor: string | undefined }

async function ask(path: string, headers: Record<string, string> = {}): Promise<Found> {
  d1.reset()
  const { status, body } = await call(root, 'GET', path, { headers, bindings: { DB: d1.db } })
  expect({ status, body }).toMatchObject({ status: 200 })
  const found = Object(body)
  const users = Array.isArray(found) ? found : (found.users ?? found.OrgUsers ?? found.teams ?? found.serviceAccounts)
  return { ...d1.count, totalCount: found.totalCount, users, cursor: found.cursor }
}
const search = (query: string) => ask(`/api/users/search?${query}`)
const shown = ({ users }: Found) => users.map(({ login }) => login)

const numbers = 'WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?1)'
const now = Math.floor(Date.now() / 1000)
const dayAgo = (days: number) => now - days * 86_400

beforeAll(async () => {
  await as(root).get('/api/user')
  // Logins are in no order of ids. One in four was never there, one in fifty is disabled, one in a thousand an admin.
  await run(
    `${numbers}, p AS (SELECT n, printf('p%05d', (n * 7919) % ${size}) AS login FROM s)
    INSERT INTO users (uid, login, email, login_key, email_key, name, is_admin, is_disabled, last_seen_at, created_at, updated_at)
    SELECT 'p' || n, login, printf('%05d@example.org', n), login, printf('%05d@example.org', n),
      CASE WHEN n % 2000 = 0 THEN 'Quartz Ünit' WHEN n % 8 = 0 THEN 'Feldspar ' || n ELSE 'Person ' || n END,
      n % 1000 = 1, n % 50 = 2, iif(n % 4 = 3, NULL, ${now} - n * 60), 0, 0 FROM s JOIN p USING (n)`,
    size,
  )
  await run("INSERT INTO orgs (id, name, created_at, updated_at) VALUES (2, 'Big', 0, 0)")
  await run(
    "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT 2, id, iif(id = 1, 'Admin', 'Viewer'), 0 FROM users WHERE id <= 12000",
  )
  await run("INSERT INTO teams (uid, org_id, name, created_at, updated_at) SELECT 't1', 2, 'Big team', 0, 0")
  await run(
    'INSERT INTO team_members (team_id, org_id, user_id, created_at) SELECT 1, 2, user_id, 0 FROM org_members WHERE org_id = 2 AND user_id <= 10000',
  )
  await run(
    `${numbers} INSERT INTO teams (uid, org_id, name, created_at, updated_at) SELECT 'u' || n, 1, printf('team %05d', n), 0, 0 FROM s`,
    22_000,
  )
  await run(
    `${numbers} INSERT INTO service_accounts (uid, org_id, name, login, role, created_at, updated_at) SELECT 'a' || n, 1, 'robot ' || n, printf('sa-%05d', n), 'Viewer', 0, 0 FROM s`,
    22_000,
  )
  await run(
    `${numbers} INSERT INTO orgs (name, created_at, updated_at) SELECT printf('org %05d', n), 0, 0 FROM s`,
    12_000,
  )
})

describe('a page of everybody', () => {
  it.each([
    ['perpage=50', 50],
    ['perpage=50&page=2', 50],
    ['perpage=1', 1],
    ['', 1000],
    ['perpage=50&sort=login-desc', 50],
    ['perpage=50&sort=email-asc', 50],
    ['perpage=50&sort=email-desc', 50],
    ['perpage=50&sort=name-asc', 50],
    ['perpage=50&sort=name-desc', 50],
    ['perpage=50&sort=lastSeenAt-asc', 50],
    ['perpage=50&sort=lastSeenAtAge-desc', 50],
    ['perpage=50&cursor=', 50],
  ])('?%s reads 6 rows for each shown and 60', async (query, perpage) => {
    const { rowsRead, trips, users, totalCount } = await search(query)
    expect({ trips, shown: users.length, totalCount }).toEqual({ trips: 2, shown: perpage, totalCount: size + 1 })
    expect(rowsRead).toBeLessThanOrEqual(6 * perpage + 60)
  })

  it.each([20, 21, 200, 400, 401, 600, 799, 800, 801, 900])(
    'page %d of 50 reads 5,000 rows more at most',
    async (page) => {
      for (const path of ['/api/users', '/api/users/search']) {
        const found = await ask(`${path}?perpage=50&page=${page}`)
        expect(shown(found)).toEqual(await logins(`ORDER BY login, id LIMIT 50 OFFSET ${(page - 1) * 50}`))
        expect(found.rowsRead).toBeLessThanOrEqual(5000 + 6 * 50)
      }
    },
  )

  it('in another order ends where the rows read would', async () => {
    const last = await search('perpage=50&page=301&sort=email-asc')
    expect(shown(last)).toEqual(await logins('ORDER BY email LIMIT 50 OFFSET 15000'))
    expect(last.rowsRead).toBeLessThanOrEqual(20_000)
    expect(await as(root).get('/api/users/search?perpage=50&page=302&sort=email-asc')).toMatchObject({
      status: 400,
      body: { message: 'In this order pages end at 15000 rows: go on by cursor' },
    })
  })
})

describe('text', () => {
  it.each([
    ['quartz', 20],
    ['%C3%BCnit', 20],
    ['p00042', 1],
    ['nowhere', 0],
    ['feldspar', 4980],
    ['feldspar&sort=lastSeenAt-desc&isDisabled=false', 4780, 4980],
  ])('query=%s reads 6 rows for each hit and 60', async (text, hits, ofIndex = hits) => {
    for (const perpage of [50, 5000]) {
      const { rowsRead, totalCount, trips } = await search(`perpage=${perpage}&query=${text}`)
      expect({ trips, totalCount }).toEqual({ trips: 2, totalCount: hits })
      expect(rowsRead).toBeLessThanOrEqual(6 * ofIndex + 60)
    }
  })

  it.each(['p', '42', 'person', 'example.org', '%C3%BC', 'person&sort=email-desc', 'p&isDisabled=true'])(
    'query=%s reads 20,000 rows at most, and its total is a lower bound',
    async (text) => {
      for (const perpage of [50, 1000]) {
        const { rowsRead, totalCount, trips } = await search(`perpage=${perpage}&query=${text}`)
        expect(trips).toBe(2)
        expect(rowsRead).toBeLessThanOrEqual(20_000)
        expect(totalCount).toBeLessThanOrEqual(size)
      }
    },
  )

  it('in many people finds the first of them', async () => {
    const found = await search('perpage=50&query=example.org')
    expect(shown(found)).toEqual(await logins("WHERE email LIKE '%example.org' ORDER BY login LIMIT 50"))
    expect(found.totalCount).toBeGreaterThan(9000)
  })
})

const monthAgo = dayAgo(20)
const filters: [string, string][] = [
  ['isDisabled=true', 'is_disabled'],
  ['isDisabled=false', 'NOT is_disabled'],
  ['isAdmin=true', 'is_admin'],
  ['isAdmin=false', 'NOT is_admin'],
  ['neverSeen=true', 'last_seen_at IS NULL'],
  ['neverSeen=false', 'last_seen_at > 0'],
  [`lastSeenBefore=${monthAgo}`, `coalesce(last_seen_at, 0) < ${monthAgo}`],
  [`lastSeenBefore=${monthAgo}&neverSeen=false`, `last_seen_at < ${monthAgo}`],
  ['activeLast30Days=true', `last_seen_at > ${dayAgo(30)}`],
  ['isDisabled=true&neverSeen=true', 'is_disabled AND last_seen_at IS NULL'],
  ['isAdmin=true&isDisabled=false', 'is_admin AND NOT is_disabled'],
]
const sorts: [string, string][] = [
  ['login-asc', 'login'],
  ['login-desc', 'login DESC'],
  ['email-asc', 'email'],
  ['name-desc', 'name DESC, login DESC'],
  ['lastSeenAt-asc', 'coalesce(last_seen_at, 0), login'],
  ['lastSeenAt-desc', 'coalesce(last_seen_at, 0) DESC, login DESC'],
]

describe('filters', () => {
  it.each(filters)('%s in any order reads 20,000 rows at most', async (query, where) => {
    for (const [sort, order] of sorts) {
      const found = await search(`perpage=50&sort=${sort}&${query}`)
      expect(found.rowsRead, sort).toBeLessThanOrEqual(20_000)
      expect(found.trips).toBe(2)
      const real = await logins(`WHERE ${where} ORDER BY ${order}`)
      expect(shown(found), sort).toEqual(real.slice(0, found.users.length))
      expect(found.users.length).toBe(Math.min(50, found.totalCount))
      expect(found.totalCount).toBeLessThanOrEqual(real.length)
    }
  })

  it.each([
    ['isDisabled=true', 800],
    ['isAdmin=true', 41],
    ['isAdmin=true&sort=lastSeenAt-desc', 41],
    ['isDisabled=true&sort=name-asc', 800],
    ['neverSeen=true', 10_000],
    ['neverSeen=true&sort=lastSeenAt-asc', 10_000],
  ])('%s has an index, and so its total', async (query, total) => {
    expect(await search(`perpage=50&${query}`)).toMatchObject({ totalCount: total })
  })

  it.each([
    ['isDisabled=yes', 'isDisabled must be true or false'],
    ['isAdmin=1', 'isAdmin must be true or false'],
    ['neverSeen=never', 'neverSeen must be true or false'],
    ['lastSeenBefore=yesterday', 'lastSeenBefore is invalid'],
    ['lastSeenBefore=2025-02-30', 'lastSeenBefore is invalid'],
    ['cursor=x', 'cursor is invalid'],
    ['cursor=W10', 'cursor is invalid'],
    ['cursor=e30', 'cursor is invalid'],
  ])('?%s is refused', async (query, message) => {
    for (const path of ['/api/users', '/api/users/search']) {
      expect(await as(root).get(`${path}?${query}`)).toMatchObject({ status: 400, body: { message } })
    }
  })

  it.each(['age-asc', 'login', 'loginAge-asc', 'email'])('?sort=%s, which is none, changes nothing', async (sort) => {
    expect(shown(await search(`perpage=50&sort=${sort}`))).toEqual(shown(await search('perpage=50')))
  })

  it('takes the first of several orders, and times as a date', async () => {
    const [date] = new Date(monthAgo * 1000).toISOString().split('.')
    const byDate = await search(`perpage=5&sort=email-desc,login-asc&sort=name-asc&lastSeenBefore=${date}Z`)
    const bySeconds = await search(`perpage=5&sort=email-desc&lastSeenBefore=${monthAgo}`)
    expect(shown(byDate)).toEqual(shown(bySeconds))
    expect(shown(byDate)).toEqual(
      await logins(`WHERE coalesce(last_seen_at, 0) < ${monthAgo} ORDER BY email DESC LIMIT 5`),
    )
  })
})

/** All that a walk by cursor meets, and the most that a page read. */
async function follow(query: string) {
  const met: string[] = []
  let most = 0
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const page: Found = await search(`${query}&cursor=${cursor}`)
    met.push(...shown(page))
    most = Math.max(most, page.rowsRead)
    cursor = page.cursor
  }
  return { met, most }
}

describe('by cursor', () => {
  it.each([
    ['perpage=4000', '', 'login', 6 * 4000 + 60],
    ['perpage=8000&sort=login-desc', '', 'login DESC', 6 * 8000 + 60],
    ['perpage=8000&sort=email-asc', '', 'email', 6 * 8000 + 60],
    ['perpage=8000&sort=name-desc', '', 'name DESC, login DESC', 6 * 8000 + 60],
    ['perpage=8000&sort=lastSeenAt-asc', '', 'coalesce(last_seen_at, 0), login', 6 * 8000 + 60],
    ['perpage=8000&sort=lastSeenAt-desc', '', 'coalesce(last_seen_at, 0) DESC, login DESC', 6 * 8000 + 60],
    ['perpage=100&isDisabled=true', 'WHERE is_disabled', 'login', 6 * 100 + 60],
    ['perpage=2500&neverSeen=true', 'WHERE last_seen_at IS NULL', 'login', 6 * 2500 + 60],
    ['perpage=500&isDisabled=true&sort=email-asc', 'WHERE is_disabled', 'email', 20_000],
    ['perpage=1000&query=feldspar', "WHERE name LIKE 'Feldspar%'", 'login', 6 * 4980 + 60],
    ['perpage=1000&query=42', "WHERE login LIKE '%42%' OR name LIKE '%42%' OR email LIKE '%42%'", 'login', 20_000],
    ['perpage=5000&query=person', "WHERE name LIKE 'Person%'", 'login', 35_000],
    [
      `perpage=1000&sort=name-asc&lastSeenBefore=${dayAgo(27)}&neverSeen=false`,
      `WHERE last_seen_at < ${dayAgo(27)}`,
      'name, login',
      20_000,
    ],
  ])('%s meets everyone once, in order', async (query, where, order, budget) => {
    const { met, most } = await follow(query)
    expect(met).toEqual(await logins(`${where} ORDER BY ${order}`))
    expect(most).toBeLessThanOrEqual(budget)
  })

  it('a page reads no more at the end than at the start', async () => {
    const [login] = await logins('ORDER BY login LIMIT 1 OFFSET 39000')
    const start = await search('perpage=50&cursor=')
    const [, , ...places] = JSON.parse(atob(start.cursor ?? ''))
    expect(places).toEqual([shown(start)[49], expect.any(Number)])
    const late = btoa(JSON.stringify(['login-false', 0, login, 0])).replace(/=+$/, '')
    const found = await search(`perpage=50&cursor=${late}`)
    expect(shown(found)).toEqual(await logins('ORDER BY login LIMIT 50 OFFSET 39000'))
    expect(found.rowsRead).toBeLessThanOrEqual(6 * 50 + 60)
  })

  it('is good for its own order only, and absent where nobody asked for it', async () => {
    const { cursor } = await search('perpage=5&sort=email-asc&cursor=')
    expect(await as(root).get(`/api/users/search?sort=email-desc&cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { message: 'cursor is invalid' },
    })
    expect((await search('perpage=5')).cursor).toBeUndefined()
  })

  it('/api/users has it in a header', async () => {
    const first = await as(root).get('/api/users?perpage=5&cursor=')
    const next = await as(root).get(`/api/users?perpage=5&cursor=${first.headers.get('X-Next-Cursor')}`)
    expect(JSON.parse(next.text)).toMatchObject(
      (await logins('ORDER BY login LIMIT 5 OFFSET 5')).map((login) => ({ login })),
    )
    expect((await as(root).get('/api/users?perpage=5')).headers.has('X-Next-Cursor')).toBe(false)
  })
})

describe('in an org of 12,000', () => {
  const there = { 'X-Grafana-Org-Id': '2' }

  it.each([
    ['/api/org/users/search?perpage=50', 50, 6 * 50 + 60],
    ['/api/orgs/2/users?perpage=50', 50, 6 * 50 + 60],
    ['/api/org/users/search?perpage=50&query=quartz', 6, 6 * 20 + 60],
    ['/api/org/users/search?perpage=5000&query=feldspar', 1494, 6 * 4980 + 60],
    ['/api/org/users/search?perpage=50&query=42', 50, 20_000],
    ['/api/org/users/search?perpage=50&query=person', 50, 20_000],
    // A page by number costs its depth: one row for each member before it.
    ['/api/org/users/search?perpage=50&page=200', 50, 10_000 + 6 * 50 + 60],
    ['/api/orgs/2/users?perpage=50&page=200', 50, 10_000 + 6 * 50 + 60],
    ['/api/teams/1/members', 10_000, 6 * 10_000 + 60],
  ])('%s', async (path, hits, budget) => {
    const found = await ask(path, there)
    expect({ trips: found.trips, hits: found.users.length }).toEqual({ trips: 2, hits })
    expect(found.rowsRead).toBeLessThanOrEqual(budget)
  })
})

describe('among 22,000', () => {
  it.each([
    ['/api/teams/search?perpage=50', 50, 6 * 50 + 60],
    ['/api/teams/search?perpage=50&query=team', 50, 20_000],
    ['/api/teams/search?perpage=1000&query=9', 1000, 20_000],
    ['/api/serviceaccounts/search?perpage=50&query=robot', 50, 20_000],
    ['/api/serviceaccounts/search?perpage=1000&expiredTokens=true', 0, 20_000],
    ['/api/orgs?perpage=50&query=org', 50, 20_000],
    ['/api/orgs?perpage=50&query=org%2000042', 1, 60],
  ])('%s', async (path, hits, budget) => {
    const found = await ask(path)
    expect({ trips: found.trips, hits: found.users.length }).toEqual({ trips: 2, hits })
    expect(found.rowsRead).toBeLessThanOrEqual(budget)
  })

  it('a page of service accounts counts the tokens of each', async () => {
    const { body } = await as(root).get('/api/serviceaccounts/search?perpage=1&query=robot')
    expect(textIn(Object(body).serviceAccounts[0], 'login')).toBe('sa-00000')
  })
})

describe('where names are alike', () => {
  beforeAll(async () => {
    await run("UPDATE users SET name = iif(id % 3 = 0, 'Иван ' || id, '') WHERE id > 1")
  })

  it('a page in their order reads no more at the end than at the start', async () => {
    const inOrder = 'ORDER BY name, login'
    const [last] = await logins(`${inOrder} LIMIT 1 OFFSET 20000`)
    const late = btoa(JSON.stringify(['name-false', 0, '', last, 0])).replace(/=+$/, '')
    const found = await search(`perpage=50&sort=name-asc&cursor=${late}`)
    expect(shown(found)).toEqual(await logins(`${inOrder} LIMIT 50 OFFSET 20000`))
    expect(found.rowsRead).toBeLessThanOrEqual(6 * 50 + 60)
    const { met } = await follow('perpage=9000&sort=name-desc')
    expect(met).toEqual(await logins('ORDER BY name DESC, login DESC'))
  })

  it.each(['Иван', 'иван', 'Ив', 'ван '])(
    '%s is found outside ASCII, in more people than the index is asked for',
    async (text) => {
      const found = await search(`perpage=50&query=${encodeURIComponent(text)}`)
      expect(shown(found)).toEqual(await logins("WHERE name LIKE 'Иван%' ORDER BY login LIMIT 50"))
      expect(found.totalCount).toBeGreaterThan(3000)
    },
  )

  it.each([
    [
      'isAdmin=true&neverSeen=false&sort=lastSeenAt-desc',
      'is_admin AND last_seen_at > 0 ORDER BY last_seen_at DESC, login DESC',
    ],
    [
      'isDisabled=true&neverSeen=false&sort=lastSeenAt-asc',
      'is_disabled AND last_seen_at > 0 ORDER BY last_seen_at, login',
    ],
    ['neverSeen=true&isDisabled=true&sort=email-asc', 'is_disabled AND last_seen_at IS NULL ORDER BY email'],
  ])('?%s finds the few, wherever they are in that order', async (query, where) => {
    const all = await logins(`WHERE ${where}`)
    const found = await search(`perpage=50&${query}`)
    expect({ totalCount: found.totalCount, logins: shown(found) }).toEqual({
      totalCount: all.length,
      logins: all.slice(0, 50),
    })
    expect(found.rowsRead).toBeLessThanOrEqual(20_000)
  })

  it('the few who were never seen are found by e-mail, too', async () => {
    await run('UPDATE users SET last_seen_at = 1 WHERE last_seen_at IS NULL AND id < 39990')
    const all = await logins('WHERE last_seen_at IS NULL ORDER BY email')
    expect(shown(await search('perpage=50&neverSeen=true&sort=email-asc'))).toEqual(all)
    expect(all.length).toBeGreaterThan(1)
  })

  it('an accent may be typed apart from its letter', async () => {
    await run("UPDATE users SET login = 'a-ü-müller', login_key = 'a-ü-müller' WHERE id = 77")
    for (const text of ['müller', 'mu\u0308ller']) {
      expect(shown(await search(`query=${encodeURIComponent(text)}`))).toEqual(['a-ü-müller'])
    }
  })
})
