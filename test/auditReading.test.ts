import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, logIn, person, root, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// 20,000 rows of times 1,000,000 and up, two a second: actor user:n by tens, action write:n by sevens, target teams:id:n by thousands.

const rows = 20_000
const seed = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})
  INSERT INTO audit_log (at, actor, action, target, outcome) SELECT 1000000 + i / 2, 'user:' || (100 + i % 10), 'write:' || (i % 7), 'teams:id:' || (i % 1000), 200 FROM n`

let vic: Who
let wren: Who
beforeAll(async () => {
  await env.DB.prepare(seed).run()
  await person('vic')
  vic = await logIn('vic', 'pass')
  const id = await person('wren')
  await env.DB.prepare(
    "INSERT INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES ('fixed_7TWFM5h6TBrufwb5MMIRPDiqGyM', 1, ?, 0)",
  )
    .bind(id)
    .run()
  wren = await logIn('wren', 'pass')
})

type Item = { id: number; time: string; actor: string; action: string; target: string }
type Page = { items: Item[]; cursor?: string }

async function page(query: string): Promise<Page> {
  const { status, body } = await as(root).get(`/api/admin/audit?${query}`)
  expect(status).toBe(200)
  return Object(body)
}

/** All pages, and how many there were. */
async function walk(query: string) {
  const items: Item[] = []
  let cursor: string | undefined
  for (let pages = 1; ; pages++) {
    const one = await page(`${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
    items.push(...one.items)
    cursor = one.cursor
    if (cursor === undefined) return { items, pages }
  }
}

const firstTime = '1970-01-12T13:46:40Z'

describe('GET /api/admin/audit', () => {
  it('lists an entry with all of its fields', async () => {
    const made = await as(root).post('/api/teams', { name: 'One' }, { 'CF-Connecting-IP': '203.0.113.7' })
    const { items } = await page('action=teams:create')
    expect(items).toEqual([
      {
        id: expect.any(Number),
        time: expect.stringMatching(/^20\d\d-/),
        actor: 'user:1',
        login: 'admin',
        credential: 'password',
        action: 'teams:create',
        target: 'teams:id:1',
        orgId: 1,
        address: '203.0.113.7',
        outcome: 200,
        requestId: made.headers.get('X-Request-Id'),
      },
    ])
  })

  it.each([
    ['actor=user:103', 2_000, (item: Item) => item.actor === 'user:103'],
    ['action=write:3', 2_857, (item: Item) => item.action === 'write:3'],
    ['target=teams:id:42', 20, (item: Item) => item.target === 'teams:id:42'],
    ['target=global.teams:id:42', 20, (item: Item) => item.target === 'teams:id:42'],
    ['actor=user:103&action=write:3', 286, (item: Item) => item.actor === 'user:103' && item.action === 'write:3'],
    ['actor=user:102&target=teams:id:42', 20, (item: Item) => item.actor === 'user:102'],
    ['actor=user:103&target=teams:id:42', 0, () => false],
    [`from=1000000&to=1000050`, 100, (item: Item) => item.time < '1970-01-12T13:47:30Z'],
    [`from=${firstTime}&to=1970-01-12T14:46:50%2B01:00`, 20, (item: Item) => item.time < '1970-01-12T13:46:50Z'],
    ['actor=user:103&to=1000050', 10, (item: Item) => item.actor === 'user:103'],
    ['from=1009999.5', 0, () => false],
  ])('?%s finds %i, the newest first, each once', async (query, expected, fits) => {
    if (query === 'from=1009999.5') {
      expect(await as(root).get(`/api/admin/audit?${query}`)).toMatchObject({ status: 400 })
      return
    }
    const { items } = await walk(`limit=1000&${query}`)
    expect(items).toHaveLength(expected)
    expect(items.every(fits)).toBe(true)
    const ids = items.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
  })

  const d1 = countingD1()

  it.each([
    ['', 100],
    ['actor=user:103', 100],
    ['action=write:3', 100],
    ['target=teams:id:42', 20],
    ['from=1000000&to=1005000', 100],
    ['from=1009990', 20],
    ['actor=user:103&from=1000000&to=1005000', 100],
    ['action=write:3&cursor=9zz', 100],
  ])('?%s reads by an index, in two trips, little more than it answers', async (query, expected) => {
    await as(root).get('/api/user')
    d1.reset()
    const { status, body } = await call(root, 'GET', `/api/admin/audit?${query}`, { bindings: { DB: d1.db } })
    expect(status).toBe(200)
    expect(Object(body).items.length).toBeGreaterThanOrEqual(expected)
    expect(d1.count).toMatchObject({ trips: 2, rowsWritten: 0 })
    expect(d1.count.rowsRead).toBeLessThanOrEqual(450)
  })

  it.each([
    'actor=user:103&action=write:3',
    'actor=user:103&target=teams:id:42',
    'actor=user:103&action=write:3&target=teams:id:42',
    'actor=user:103&action=nothing&from=1000000',
  ])('?%s reads no more than a bounded part of what fits one of them', async (query) => {
    await as(root).get('/api/user')
    d1.reset()
    const { body } = await call(root, 'GET', `/api/admin/audit?${query}`, { bindings: { DB: d1.db } })
    expect(Array.isArray(Object(body).items)).toBe(true)
    expect(d1.count.trips).toBe(2)
    expect(d1.count.rowsRead).toBeLessThanOrEqual(5_000)
  })

  it('goes on where it ended while more is written', async () => {
    for (const name of ['First', 'Second', 'Third']) await as(root).post('/api/teams', { name })
    const first = await page('limit=2&actor=user:1')
    await as(root).post('/api/teams', { name: 'Meanwhile' })
    const second = await page(`limit=2&actor=user:1&cursor=${first.cursor}`)
    const ids = [...first.items, ...second.items].map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
  })

  it.each([
    ['format=ndjson', {}],
    ['', { Accept: 'application/x-ndjson' }],
  ])('?%s gives lines, ten thousand an answer, and the cursor in a header', async (query, headers) => {
    const answer = await as(root).get(`/api/admin/audit?actor=user:103&${query}`, headers)
    expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson')
    const lines = answer.text.trimEnd().split('\n')
    expect(lines).toHaveLength(2_000)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ actor: 'user:103' })
    expect(answer.headers.get('X-Next-Cursor')).toBeNull()
    const all = await as(root).get(`/api/admin/audit?to=2000000&${query}`, headers)
    expect(all.text.trimEnd().split('\n')).toHaveLength(10_000)
    const cursor = all.headers.get('X-Next-Cursor')
    const rest = await as(root).get(`/api/admin/audit?to=2000000&${query}&cursor=${cursor}`, headers)
    expect(rest.text.trimEnd().split('\n')).toHaveLength(10_000)
    expect(rest.headers.get('X-Next-Cursor')).toBeNull()
  })

  it('limit is 100 if not said, and 1000 at most', async () => {
    for (const [query, length] of [
      ['', 100],
      ['limit=7', 7],
      ['limit=5000', 1_000],
      ['limit=x', 100],
      ['limit=-1', 100],
    ] as const)
      expect((await page(query)).items).toHaveLength(length)
  })

  const denied = expect.stringContaining('Permissions needed: audit:read')

  it.each([
    ['nobody is signed in', () => undefined, '', 403, denied],
    ['somebody is no server admin', () => vic, '', 403, denied],
    ['somebody may read it in one org alone', () => wren, '', 403, denied],
    ['from is no time', () => root, '?from=yesterday', 400, 'from is invalid'],
    ['to is no time', () => root, '?to=2026-01-01', 400, 'to is invalid'],
    ['the cursor is none', () => root, "?cursor='--", 400, 'cursor is invalid'],
  ])('refuses when %s', async (_, who, query, status, message) => {
    expect(await as(who()).get(`/api/admin/audit${query}`)).toMatchObject({ status, body: { message } })
  })

  it('takes what is asked for as text and nothing else', async () => {
    for (const query of ["actor='%20OR%201=1", 'target=%25', 'action=write:_', 'actor=%00'])
      expect((await page(query)).items).toEqual([])
  })
})

it('time never runs backwards from row to row', async () => {
  await env.DB.prepare("INSERT INTO audit_log (at, actor, action, outcome) VALUES (9000000000, '', 'ahead', 200)").run()
  await as(root).post('/api/teams', { name: 'After' })
  const { items } = await page('limit=1')
  expect(items).toMatchObject([{ action: 'teams:create', time: '2255-03-14T16:00:00Z' }])
})
