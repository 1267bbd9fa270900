import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const updated = message('Preferences updated')
const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }

const own = '/api/user/preferences'
const ofOrg = '/api/org/preferences'
const get = async (who: Who, path = own) => (await as(who).get(path)).body

let vic: number
let team: number
beforeAll(async () => {
  vic = await person('vic')
  await person('olive')
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  team = numberIn((await as(root).post('/api/teams', { name: 'Team' })).body, 'teamId')
  for (const uid of ['one', 'two']) await as(root).post('/api/dashboards/db', { dashboard: { uid, title: uid } })
})

describe('preferences', () => {
  it('are one for a person, one for a team, one for the org', async () => {
    const ofTeam = `/api/teams/${team}/preferences`
    expect(await as('vic:pass').put(own, { theme: 'light' })).toMatchObject(updated)
    expect(await as(root).put(ofTeam, { theme: 'dark', timezone: 'utc' })).toMatchObject(updated)
    expect(await as(root).patch(ofTeam, { weekStart: 'monday' })).toMatchObject(updated)
    expect(await as(root).put(ofOrg, { timezone: 'browser' })).toMatchObject(updated)
    expect(await get('vic:pass')).toMatchObject({ theme: 'light', timezone: '' })
    expect(await get(root, ofTeam)).toMatchObject({ theme: 'dark', timezone: 'utc', weekStart: 'monday' })
    expect(await get(root, ofOrg)).toMatchObject({ theme: '', timezone: 'browser' })
    expect(await get(root)).toMatchObject({ theme: '', timezone: '' })
  })

  it("are a person's in each org", async () => {
    await as(root).put(own, { theme: 'dark' }, { 'X-Grafana-Org-Id': '2' })
    expect(await get(root)).toMatchObject({ theme: '' })
    expect((await as(root).get(own, { 'X-Grafana-Org-Id': '2' })).body).toMatchObject({ theme: 'dark' })
  })

  it('are not kept in an org where one is no member', async () => {
    const there = { 'X-Grafana-Org-Id': '2' }
    for (const body of [{ theme: 'dark' }, { homeDashboardId: 1 }, { homeDashboardUID: 'one' }])
      expect(await as('vic:pass').put(own, body, there)).toMatchObject(message('Organization not found', 404))
    const none = env.DB.prepare('SELECT count(*) AS n FROM preferences WHERE org_id = 2 AND user_id = ?').bind(vic)
    expect(await none.first('n')).toBe(0)
  })

  it("find no other org's dashboard", async () => {
    expect(await as('olive:pass').put(own, { homeDashboardUID: 'one' })).toMatchObject(
      message('Dashboard not found', 404),
    )
    expect(await as('olive:pass').put(own, { homeDashboardId: 1 })).toMatchObject(updated)
    expect(await get('olive:pass')).not.toHaveProperty('homeDashboardUID')
  })

  it('name a dashboard by uid before number, and an empty uid is none', async () => {
    const put = async (body: object) => {
      expect(await as('vic:pass').put(own, body)).toMatchObject(updated)
      return get('vic:pass')
    }
    expect(await put({ homeDashboardId: 1, homeDashboardUID: 'two' })).toMatchObject({
      homeDashboardId: 2,
      homeDashboardUID: 'two',
    })
    expect(await put({ homeDashboardId: 1, homeDashboardUID: null })).toMatchObject({ homeDashboardUID: 'one' })
    expect(await put({ homeDashboardId: 1, homeDashboardUID: '' })).toMatchObject({ homeDashboardId: 0 })
    await as('vic:pass').patch(own, { homeDashboardUID: 'two' })
    await as('vic:pass').patch(own, { theme: 'dark' })
    expect(await get('vic:pass')).toMatchObject({ theme: 'dark', homeDashboardUID: 'two' })
    await as('vic:pass').patch(own, { homeDashboardUID: '' })
    expect(await get('vic:pass')).toMatchObject({ theme: 'dark', homeDashboardId: 0 })
  })

  it('leave a dashboard that is gone its number', async () => {
    await as(root).post('/api/dashboards/db', { dashboard: { uid: 'gone', title: 'gone' } })
    await as('vic:pass').put(own, { homeDashboardUID: 'gone' })
    const { homeDashboardId } = Object(await get('vic:pass'))
    await as(root).del('/api/dashboards/uid/gone')
    const { body } = await as('vic:pass').get(own)
    expect(body).toMatchObject({ homeDashboardId })
    expect(body).not.toHaveProperty('homeDashboardUID')
  })

  it('choose the home dashboard alone by the older route', async () => {
    await as('vic:pass').put(own, { theme: 'dark' })
    const choose = (who: Who, body: unknown) => as(who).post('/api/preferences/set-home-dash', body)
    expect(await choose('vic:pass', { homeDashboardId: 1 })).toMatchObject(message('Home dashboard set'))
    expect(await get('vic:pass')).toMatchObject({ theme: 'dark', homeDashboardUID: 'one' })
    expect(await choose('vic:pass', { homeDashboardUID: 'nope' })).toMatchObject(message('Dashboard not found', 404))
    expect((await choose('olive:pass', { homeDashboardUID: 'one' })).status).toBe(404)
  })

  it('keep a menu and a tab as they came, without what is unknown', async () => {
    const navbar = {
      savedItems: [
        { id: 'a', text: 'A', url: '/a', more: 1 },
        { id: 'b', text: '', target: null },
      ],
    }
    expect(
      await as('vic:pass').put(own, { navbar, queryHistory: { homeTab: 'starred', x: 1 }, cookies: ['x'] }),
    ).toMatchObject(updated)
    expect(await get('vic:pass')).toMatchObject({
      navbar: { savedItems: [{ id: 'a', text: 'A', url: '/a' }, { id: 'b' }] },
      queryHistory: { homeTab: 'starred' },
    })
    await as('vic:pass').patch(own, { navbar: null, queryHistory: null, theme: 'light' })
    expect(await get('vic:pass')).toMatchObject({ theme: 'light', queryHistory: { homeTab: 'starred' } })
    await as('vic:pass').put(own, {})
    expect(await get('vic:pass')).toEqual({
      theme: '',
      homeDashboardId: 0,
      timezone: '',
      weekStart: '',
      locale: '',
      navbar: { savedItems: null },
      queryHistory: { homeTab: '' },
    })
  })

  it.each([
    [{ theme: 'system' }, message('Invalid theme', 400)],
    [{ theme: 'Dark' }, message('Invalid theme', 400)],
    [{ timezone: 5 }, badData],
    [{ homeDashboardId: '1' }, badData],
    [{ homeDashboardId: 1.5 }, badData],
    [{ navbar: [] }, badData],
    [{ navbar: { savedItems: [5] } }, badData],
    [{ navbar: { savedItems: [[]] } }, badData],
    [{ queryHistory: 'query' }, badData],
    [{ navbar: { savedItems: Array(101).fill({ id: 'x' }) } }, badData],
    [{ queryHistory: { homeTab: 'x'.repeat(1001) } }, badData],
    [{ timezone: 'x'.repeat(1001) }, message('timezone is longer than 1000 characters', 400)],
    ['[]', badData],
    ['', badData],
  ])('refuse %j and stay as they were', async (body, expected) => {
    await as('vic:pass').put(own, { theme: 'dark', timezone: 'utc' })
    expect(await as('vic:pass').put(own, body)).toMatchObject(expected)
    expect(await as('vic:pass').patch(own, body)).toMatchObject(expected)
    expect(await get('vic:pass')).toMatchObject({ theme: 'dark', timezone: 'utc' })
  })

  it('keep every change of many at once, in one row', async () => {
    await as('vic:pass').put(own, {})
    const changes = [
      { theme: 'dark' },
      { timezone: 'utc' },
      { weekStart: 'monday' },
      { locale: 'de' },
      { homeDashboardId: 7 },
    ]
    await Promise.all(changes.map((change) => as('vic:pass').patch(own, change)))
    expect(await get('vic:pass')).toMatchObject(Object.assign({}, ...changes))
    const rows = env.DB.prepare('SELECT count(*) AS n FROM preferences WHERE org_id = 1 AND user_id = ?').bind(vic)
    expect(await rows.first('n')).toBe(1)
  })

  it("of the org are beyond a Viewer's key, which may read them", async () => {
    const key = { token: textIn((await as(root).post('/api/auth/keys', { name: 'k', role: 'Viewer' })).body, 'key') }
    await as(root).put(ofOrg, { theme: 'light' })
    expect(await get(key)).toMatchObject({ theme: 'light' })
    for (const method of ['PUT', 'PATCH'])
      expect(await call(key, method, own, { body: { theme: 'dark' } })).toMatchObject(message('user not found', 404))
    expect((await as(key).put(ofOrg, { theme: 'dark' })).status).toBe(403)
    expect(await get(root, ofOrg)).toMatchObject({ theme: 'light' })
  })

  it("of the org are an Admin's key's to change", async () => {
    const key = { token: textIn((await as(root).post('/api/auth/keys', { name: 'a', role: 'Admin' })).body, 'key') }
    expect(await as(key).patch(ofOrg, { weekStart: 'monday' })).toMatchObject(updated)
    expect(await get(root, ofOrg)).toMatchObject({ theme: 'light', weekStart: 'monday' })
    expect(await get('olive:pass', ofOrg)).toMatchObject({ weekStart: '' })
  })

  it('go with their person', async () => {
    const leaver = await person('leaver')
    await as('leaver:pass').put(own, { theme: 'dark' })
    await as(root).del(`/api/admin/users/${leaver}`)
    const left = env.DB.prepare('SELECT count(*) AS n FROM preferences WHERE user_id = ?').bind(leaver)
    expect(await left.first('n')).toBe(0)
  })
})

describe('help flags', () => {
  const set = (id: string) => as('vic:pass').put(`/api/user/helpflags/${id}`)

  it('add up, and are forgotten together', async () => {
    expect((await set('1')).text).toBe('{"helpFlags1":1,"message":"Help flag set"}')
    expect((await set('99999999999')).body).toMatchObject({ helpFlags1: 99999999999 })
    expect((await as('vic:pass').get('/api/user/helpflags/clear')).text).toBe(
      '{"helpFlags1":0,"message":"Help flag set"}',
    )
    expect((await set('0')).body).toMatchObject({ helpFlags1: 0 })
  })

  it.each(['abc', '-1', '9007199254740992', '9223372036854775808', 'clear'])('refuse %s', async (id) => {
    expect(await set(id)).toMatchObject({ status: 400, body: { message: 'id is invalid', traceID: '' } })
  })

  it('keep every one of many at once', async () => {
    await Promise.all([1, 2, 4, 8, 16].map((id) => set(String(id))))
    expect((await set('0')).body).toMatchObject({ helpFlags1: 31 })
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()

  async function cost(who: Who, method: string, path: string, body?: unknown) {
    await as(who).get('/api/user')
    d1.reset()
    const { status } = await call(who, method, path, { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  it.each([own, ofOrg])('GET %s, two trips', async (path) => {
    const { status, trips, rowsRead, rowsWritten } = await cost(root, 'GET', path)
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
    expect(rowsRead).toBeLessThanOrEqual(20)
  })

  it.each([
    ['PUT', own, { theme: 'dark', homeDashboardUID: 'one' }],
    ['PATCH', own, { theme: 'light' }],
    ['PUT', ofOrg, { theme: 'dark', homeDashboardUID: 'one' }],
    ['PATCH', ofOrg, { theme: 'light' }],
    ['POST', '/api/preferences/set-home-dash', { homeDashboardId: 1 }],
    ['PUT', '/api/user/helpflags/1', undefined],
    ['GET', '/api/user/helpflags/clear', undefined],
  ])('%s %s, three trips', async (method, path, body) => {
    const { status, trips } = await cost(root, method, path, body)
    expect(status).toBe(200)
    expect(trips).toBeLessThanOrEqual(3)
  })
})
