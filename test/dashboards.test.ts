import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { decide, type Stored, slugOf, uidFault, uidOf, type Wanted } from '../src/dashboards/rules.ts'
import { as, call, numberIn, person, root, textIn } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const save = (dashboard: object, more: object = {}, who: Parameters<typeof as>[0] = root) =>
  as(who).post('/api/dashboards/db', { dashboard, ...more })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})
const notFound = { status: 404, body: { message: 'Dashboard not found', traceID: '' } }
const limitedTo = async (name: string, ...actions: string[]) => {
  const permissions = actions.map((action) => ({ action, scope: '*' }))
  return { token: textIn((await as(root).post('/api/user/tokens', { name, permissions })).body, 'key') }
}

beforeAll(async () => {
  await person('vic')
  await person('ed')
  await env.DB.prepare("UPDATE org_members SET role = 'Editor' WHERE user_id = 3").run()
  await as(root).post('/api/orgs', { name: 'Two' })
})

describe('a dashboard', () => {
  it('is kept as the JSON that came', async () => {
    const model = { title: ' Plain <b> ', uid: 'plain', tags: ['a', 'ü'], panels: [{ id: 7, z: 1, a: [null, 1.5] }] }
    const saved = await save({ ...model, id: null, version: 99 })
    expect(saved).toMatchObject({ status: 200, body: { slug: 'plain-b', version: 1, url: '/d/plain/plain-b' } })
    const { body } = await as(root).get('/api/dashboards/uid/plain')
    const id = numberIn(saved.body, 'id')
    expect(body).toMatchObject({ dashboard: { ...model, title: 'Plain <b>', id, version: 1 } })
    expect((await as(root).get('/api/search?query=plain')).body).toMatchObject([{ id, tags: ['a', 'ü'] }])
  })

  it('gets a uid where it brings none', async () => {
    const uid = textIn((await save({ title: 'No uid' })).body, 'uid')
    expect(uid).toMatch(/^[A-Za-z0-9]{9}$/)
    expect((await as(root).get(`/api/dashboards/uid/${uid}`)).status).toBe(200)
  })

  it('names who made and who changed it, as long as they are there', async () => {
    await save({ title: 'Signed', uid: 'signed' }, {}, 'ed:pass')
    await save({ title: 'Signed', uid: 'signed', version: 1 })
    const meta = async () => (await as(root).get('/api/dashboards/uid/signed')).body
    expect(await meta()).toMatchObject({ meta: { createdBy: 'ed', updatedBy: 'admin', version: 2 } })
    const key = textIn((await as(root).post('/api/auth/keys', { name: 'writer', role: 'Editor' })).body, 'key')
    await save({ title: 'Signed', uid: 'signed', version: 2 }, {}, { token: key })
    expect(await meta()).toMatchObject({ meta: { createdBy: 'ed', updatedBy: 'Anonymous', version: 3 } })
  })

  it('may change its title and, by id, its uid', async () => {
    const id = numberIn((await save({ title: 'Old', uid: 'old' })).body, 'id')
    const renamed = { id, version: 2, uid: 'new', slug: 'new-title' }
    expect((await save({ id, title: 'New title', uid: 'new', version: 1 })).body).toMatchObject(renamed)
    expect(await as(root).get('/api/dashboards/uid/old')).toMatchObject(notFound)
    expect(await save({ id, title: 'New title', uid: 'plain', version: 2 })).toMatchObject({
      status: 400,
      body: { message: 'A dashboard with the same uid already exists' },
    })
  })

  it('replaces one of the same title only where that is asked for, and keeps its uid', async () => {
    await save({ title: 'Twice', uid: 'first' })
    expect(await save({ title: 'Twice', uid: 'second' })).toMatchObject({
      status: 412,
      body: { status: 'name-exists' },
    })
    expect((await save({ title: 'Twice', uid: 'second' }, { overwrite: true })).body).toMatchObject({
      uid: 'first',
      version: 2,
    })
  })

  it('has one winner among ten who save the same version, and among ten of one title', async () => {
    await save({ title: 'Race', uid: 'race' })
    const saves = await Promise.all(Array.from({ length: 10 }, () => save({ title: 'Race', uid: 'race', version: 1 })))
    expect(saves.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(saves.filter(({ status }) => status === 412)).toHaveLength(9)
    const made = await Promise.all(Array.from({ length: 10 }, (_, i) => save({ title: 'One', uid: `one-${i}` })))
    expect(made.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(made.filter(({ status }) => status === 412)).toHaveLength(9)
  })

  it('is no larger than half a MiB', async () => {
    const tooLarge = { status: 413, body: { message: 'dashboard is larger than 524288 bytes' } }
    expect(await save({ title: 'Large', text: 'ü'.repeat(262_200) })).toMatchObject(tooLarge)
    expect((await save({ title: 'Large', text: 'x'.repeat(524_200) })).status).toBe(200)
  })

  it('is written by whoever may do just that', async () => {
    const create = await limitedTo('create', 'dashboards:create')
    const write = await limitedTo('write', 'dashboards:write')
    expect((await save({ title: 'By token', uid: 'by-token' }, {}, create)).status).toBe(200)
    expect(await save({ title: 'By token', uid: 'by-token', version: 1 }, {}, create)).toMatchObject(
      denied('dashboards:write'),
    )
    expect((await save({ title: 'By token', uid: 'by-token', version: 1 }, {}, write)).status).toBe(200)
    expect(await save({ title: 'Another' }, {}, write)).toMatchObject(denied('dashboards:create'))
    const read = await limitedTo('read', 'dashboards:read')
    expect(await save({ title: 'Another' }, {}, read)).toMatchObject(
      denied('any of dashboards:create, dashboards:write'),
    )
    expect((await as(read).get('/api/dashboards/uid/by-token')).body).toMatchObject({
      meta: { canSave: false, canEdit: false, canAdmin: false, canDelete: false },
    })
    expect((await as(create).get('/api/search')).body).toEqual([])
    expect(await as(create).get('/api/dashboards/uid/by-token')).toMatchObject(denied('dashboards:read'))
  })

  it('is its org alone', async () => {
    const two = { 'X-Grafana-Org-Id': '2' }
    const sent = { dashboard: { title: 'Plain', uid: 'plain' } }
    const saved = await as(root).post('/api/dashboards/db', sent, two)
    expect(saved).toMatchObject({ status: 200, body: { uid: 'plain', version: 1 } })
    expect((await as(root).get('/api/search', two)).body).toMatchObject([{ title: 'Plain' }])
    const id = numberIn(saved.body, 'id')
    expect(await save({ id, title: 'Stolen', version: 1 })).toMatchObject({
      status: 404,
      body: { status: 'not-found' },
    })
    expect((await as('ed:pass').get('/api/search', two)).body).toEqual([])
    for (const path of ['uid/plain', 'uid/nope']) {
      expect(await as('ed:pass').get(`/api/dashboards/${path}`, two)).toMatchObject(denied('dashboards:read'))
      expect(await as('ed:pass').del(`/api/dashboards/${path}`, two)).toMatchObject(denied('dashboards:delete'))
    }
    expect((await as(root).del('/api/dashboards/uid/plain', two)).status).toBe(200)
    expect((await as(root).get('/api/dashboards/uid/plain')).status).toBe(200)
  })

  it('takes its stars along when it goes, and when its org does', async () => {
    const starsOn = (id: number) =>
      env.DB.prepare('SELECT count(*) AS n FROM stars WHERE dashboard = ?').bind(id).first('n')
    const id = numberIn((await save({ title: 'Short-lived', uid: 'short' })).body, 'id')
    for (const who of [root, 'vic:pass']) await as(who).post('/api/user/stars/dashboard/uid/short')
    expect(await starsOn(id)).toBe(2)
    expect((await as('ed:pass').del('/api/dashboards/uid/short')).status).toBe(200)
    expect(await starsOn(id)).toBe(0)
    await env.DB.prepare("INSERT INTO orgs (id, name, created_at, updated_at) VALUES (7, 'Seven', 0, 0)").run()
    await env.DB.prepare(
      "INSERT INTO dashboards (id, uid, org_id, title, slug, model, created_at, updated_at) VALUES (700, 'u', 7, 't', 't', '{}', 0, 0)",
    ).run()
    await as('vic:pass').post('/api/user/stars/dashboard/700')
    expect(await starsOn(700)).toBe(1)
    await env.DB.prepare('DELETE FROM orgs WHERE id = 7').run()
    expect(await starsOn(700)).toBe(0)
  })
})

describe('the search', () => {
  it.each([
    ['%25', 'a percent sign'],
    ['_', 'an underscore'],
    ['"', 'a quote'],
  ])('takes %s as it is: %s', async (text, title) => {
    await save({ title: `with ${decodeURIComponent(text)} ${title}` })
    expect((await as(root).get(`/api/search?query=${text}`)).body).toMatchObject([
      { title: expect.stringMatching(title) },
    ])
  })

  it.each([
    ['limit=5001', 422],
    ['limit=5000', 200],
    ['limit=0', 200],
    ['limit=abc', 200],
    ['limit=-1', 200],
    ['page=0', 200],
    ['page=abc&limit=99999999999999999999', 200],
  ])('with ?%s answers %i', async (query, status) => {
    expect((await as(root).get(`/api/search?${query}`)).status).toBe(status)
  })

  it('shows every dashboard once, page by page', async () => {
    const titles: string[] = []
    for (let page = 1; ; page++) {
      const { body } = await as(root).get(`/api/search/?type=dash-db&limit=3&page=${page}`)
      if (!Array.isArray(body) || body.length === 0) break
      titles.push(...body.map((hit) => textIn(hit, 'title')))
    }
    expect(titles).toEqual([...new Set(titles)].sort())
    expect(titles.length).toBe(await env.DB.prepare('SELECT count(*) AS n FROM dashboards WHERE org_id = 1').first('n'))
  })
})

describe('the home dashboard', () => {
  const choose = (column: string, owner: number | null, uid: string, id = 0) =>
    env.DB.prepare(
      `INSERT INTO preferences (org_id, ${column}, home_dashboard_uid, home_dashboard_id, updated_at) VALUES (1, ?, ?, ?, 0)`,
    )
      .bind(owner, uid, id)
      .run()
  const home = async () => (await as('vic:pass').get('/api/dashboards/home')).body

  it("is one's own, else a team's, else the org's, else an empty page", async () => {
    expect(await home()).toMatchObject({ meta: { canSave: false }, dashboard: { title: 'Home' } })
    await choose('user_id', null, 'plain')
    expect(await home()).toEqual({ redirectUri: '/d/plain/plain-b' })
    const team = numberIn((await as(root).post('/api/teams', { name: 'T' })).body, 'teamId')
    await choose('team_id', team, 'signed')
    expect(await home()).toEqual({ redirectUri: '/d/plain/plain-b' })
    await as(root).post(`/api/teams/${team}/members`, { userId: 2 })
    expect(await home()).toEqual({ redirectUri: '/d/signed/signed' })
    await choose(
      'user_id',
      2,
      '',
      (await env.DB.prepare("SELECT id FROM dashboards WHERE uid = 'race'").first<number>('id')) ?? 0,
    )
    expect(await home()).toEqual({ redirectUri: '/d/race/race' })
    await as(root).del('/api/dashboards/uid/race')
    expect(await home()).toEqual({ redirectUri: '/d/signed/signed' })
  })
})

describe('which dashboard a save is about', () => {
  const a: Stored = { id: 1, uid: 'a', title: 'A', version: 3 }
  const b: Stored = { id: 2, uid: 'b', title: 'B', version: 1 }
  const want = (wanted: Partial<Wanted>): Wanted => ({
    id: 0,
    uid: '',
    title: 'C',
    version: 0,
    overwrite: false,
    ...wanted,
  })

  it.each<[string, Stored[], Partial<Wanted>, unknown]>([
    ['none, by nothing that is there', [], {}, { kind: 'create' }],
    ['none, by a uid that is free', [], { uid: 'c' }, { kind: 'create' }],
    ['its own, by id', [a], { id: 1, version: 3 }, { kind: 'replace', target: a, uid: 'a' }],
    ['its own, by uid', [a], { uid: 'a', version: 3 }, { kind: 'replace', target: a, uid: 'a' }],
    ['its own, at any version', [a], { uid: 'a', overwrite: true }, { kind: 'replace', target: a, uid: 'a' }],
    ['its own, at no other version', [a], { uid: 'a', version: 2 }, { kind: 'stale version' }],
    ['an id that is none', [b], { id: 9, uid: 'b' }, { kind: 'unknown id' }],
    ["another's uid", [a, b], { id: 1, uid: 'b', version: 3 }, { kind: 'taken uid' }],
    ["another's title", [a], { title: 'A' }, { kind: 'taken title' }],
    ["another's title, over it", [a], { title: 'A', overwrite: true }, { kind: 'replace', target: a, uid: 'a' }],
    ["another's title with its own uid", [a, b], { uid: 'b', title: 'A', overwrite: true }, { kind: 'taken title' }],
  ])('%s', (_, stored, wanted, expected) => {
    expect(decide(stored, want(wanted))).toEqual(expected)
  })

  it.each([
    ['Star Me', 'star-me'],
    ['Ünïcode  100%!', 'unicode-100'],
    ['a_b/c', 'a_b-c'],
    ['日本', ''],
  ])('and the address of %s is %s', (title, slug) => {
    expect(slugOf(title)).toBe(slug)
  })

  it('and which uids may be', () => {
    expect([uidFault('a-_Z9'), uidFault('x'.repeat(41)), uidFault('a b'), uidFault('')]).toEqual([
      undefined,
      'too long',
      'illegal',
      undefined,
    ])
    expect(uidOf(new Uint8Array([0, 61, 62, 255]))).toBe('A9AH')
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()

  async function cost(method: string, path: string, body?: unknown) {
    await as(root).get('/api/user')
    d1.reset()
    const { status } = await call(root, method, path, { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  it.each([
    '/api/search',
    '/api/search?starred=true',
    '/api/dashboards/uid/plain',
    '/api/dashboards/home',
    '/api/user/stars',
  ])('GET %s, two trips', async (path) => {
    const { status, trips, rowsWritten } = await cost('GET', path)
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
  })

  it.each([
    ['POST', '/api/dashboards/db', { dashboard: { title: 'Cost', uid: 'cost' } }, 3],
    ['POST', '/api/dashboards/db', { dashboard: { title: 'Cost', uid: 'cost', version: 1 } }, 3],
    ['POST', '/api/user/stars/dashboard/uid/cost', undefined, 2],
    ['DELETE', '/api/user/stars/dashboard/uid/cost', undefined, 2],
    ['DELETE', '/api/dashboards/uid/cost', undefined, 2],
  ])('%s %s', async (method, path, body, budget) => {
    const { status, trips } = await cost(method, path, body)
    expect({ status, trips }).toEqual({ status: 200, trips: budget })
  })

  it('a page of a hundred of five thousand dashboards reads by the page', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO dashboards (uid, org_id, title, slug, model, created_at, updated_at)
       SELECT 'seed' || i, 1, printf('seed %05d', i), 'seed', '{}', 0, 0 FROM n`,
    ).run()
    const { rowsRead } = await cost('GET', '/api/search?limit=100')
    expect(rowsRead).toBeLessThanOrEqual(450)
    expect((await cost('GET', '/api/dashboards/uid/plain')).rowsRead).toBeLessThanOrEqual(30)
    expect((await cost('GET', '/api/user/stars')).rowsRead).toBeLessThanOrEqual(30)
  })

  it('a home in an org where thousands have chosen one', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3100)
       INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, created_at, updated_at)
       SELECT i, 'seed' || i, 'seed' || i, 'seed' || i, 'seed' || i, 'seed' || i, 0, 0, 0 FROM n`,
    ).run()
    await env.DB.prepare(
      "INSERT INTO preferences (org_id, user_id, home_dashboard_uid, updated_at) SELECT 1, id, 'plain', 0 FROM users WHERE id >= 100",
    ).run()
    expect((await cost('GET', '/api/dashboards/home')).rowsRead).toBeLessThanOrEqual(40)
  })
})
