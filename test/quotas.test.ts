import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const on = { QUOTA_ENABLED: 'true' }
const quota = (who: Who, more: object = {}) => as(who, { ...on, ...more })
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})
const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const updated = message('Organization quota updated')

let vic: number
let two: number
beforeAll(async () => {
  vic = await person('vic')
  await person('olive')
  two = numberIn((await as(root).post('/api/orgs', { name: 'Two' })).body, 'orgId')
  await env.DB.prepare("INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (?, 3, 'Admin', 0)")
    .bind(two)
    .run()
})

describe('quotas while they are off', () => {
  it.each([
    ['GET', '/api/org/quotas', undefined],
    ['GET', '/api/orgs/1/quotas', undefined],
    ['GET', '/api/admin/users/1/quotas', undefined],
    ['PUT', '/api/orgs/1/quotas/org_user', { limit: 0 }],
    ['PUT', '/api/admin/users/1/quotas/org_user', { limit: 0 }],
  ])('%s %s says so and changes nothing', async (method, path, body) => {
    expect(await call(root, method, path, { body })).toMatchObject(message('Quotas not enabled', 404))
    expect(await env.DB.prepare('SELECT count(*) AS n FROM quotas').first('n')).toBe(0)
  })

  it('of oneself are refused as Grafana does', async () => {
    expect(await as('vic:pass').get('/api/user/quotas')).toMatchObject({
      status: 400,
      text: '{"message":"Bad request","messageId":"quota.bad-request","statusCode":400,"traceID":""}',
    })
  })
})

describe('quotas', () => {
  it('of an org say what there is and may be, to every member', async () => {
    const shown = [
      { org_id: 1, target: 'org_user', limit: 10, used: 3 },
      { org_id: 1, target: 'dashboard', limit: 100, used: 0 },
    ]
    for (const who of [root, 'vic:pass']) {
      expect(await quota(who).get('/api/org/quotas')).toMatchObject({ status: 200, body: shown })
      expect(await quota(who).get('/api/orgs/1/quotas')).toMatchObject({ status: 200, body: shown })
    }
    const { body } = await as(root).post('/api/auth/keys', { name: 'k', role: 'Viewer' })
    expect((await quota({ token: textIn(body, 'key') }).get('/api/org/quotas')).body).toEqual(shown)
  })

  it('of a person count its orgs', async () => {
    const shown = [{ user_id: vic, target: 'org_user', limit: 10, used: 1 }]
    expect((await quota('vic:pass').get('/api/user/quotas')).text).toBe(JSON.stringify(shown))
    expect((await quota(root).get(`/api/admin/users/${vic}/quotas`)).text).toBe(JSON.stringify(shown))
    expect((await quota('olive:pass').get('/api/user/quotas')).body).toMatchObject([{ used: 2 }])
  })

  it('have configured defaults, and limits of their own before them', async () => {
    const less = { QUOTA_ORG_USER: '4', QUOTA_ORG_DASHBOARD: '-1', QUOTA_USER_ORG: '2' }
    expect((await quota(root, less).get('/api/org/quotas')).body).toMatchObject([{ limit: 4 }, { limit: -1 }])
    expect((await quota(root, less).get('/api/user/quotas')).body).toMatchObject([{ limit: 2 }])
    expect(await quota(root).put(`/api/orgs/${two}/quotas/org_user`, { limit: 5 })).toMatchObject(updated)
    expect(await quota(root).put(`/api/orgs/${two}/quotas/org_user`, { limit: 7 })).toMatchObject(updated)
    expect((await quota(root, less).get(`/api/orgs/${two}/quotas`)).body).toMatchObject([{ limit: 7 }, { limit: -1 }])
    expect(await quota(root).put(`/api/admin/users/${vic}/quotas/org_user`, { limit: -1 })).toMatchObject(updated)
    expect((await quota(root, less).get(`/api/admin/users/${vic}/quotas`)).body).toMatchObject([{ limit: -1 }])
    expect((await quota(root, less).get('/api/user/quotas')).body).toMatchObject([{ limit: 2 }])
  })

  it.each([
    ['GET', '/api/orgs/999/quotas', undefined, message('Organization not found', 404)],
    ['GET', '/api/admin/users/999/quotas', undefined, message('user not found', 404)],
    ['GET', '/api/admin/users/0/quotas', undefined, message('user not found', 404)],
    ['GET', '/api/admin/users/abc/quotas', undefined, { status: 400, body: { message: 'id is invalid', traceID: '' } }],
    ['PUT', '/api/orgs/999/quotas/org_user', { limit: 1 }, message('Organization not found', 404)],
    ['PUT', '/api/admin/users/999/quotas/org_user', { limit: 1 }, message('user not found', 404)],
    ['PUT', '/api/orgs/1/quotas/bogus', { limit: 1 }, message('Invalid quota target', 404)],
    ['PUT', '/api/admin/users/1/quotas/dashboard', { limit: 1 }, message('Invalid quota target', 404)],
    ['PUT', '/api/orgs/1/quotas/org_user', { limit: -2 }, badData],
    ['PUT', '/api/orgs/1/quotas/org_user', { limit: '5' }, badData],
    ['PUT', '/api/orgs/1/quotas/org_user', undefined, badData],
    ['GET', '/api/orgs/abc/quotas', undefined, denied('')],
  ])('%s %s with %o is refused', async (method, path, body, expected) => {
    expect(await call(root, method, path, { body, bindings: on })).toMatchObject(expected)
  })

  it("are not an org admin's to set, nor another org's to see", async () => {
    const olive = quota('olive:pass')
    expect((await olive.get(`/api/orgs/${two}/quotas`)).status).toBe(200)
    expect(await olive.put(`/api/orgs/${two}/quotas/org_user`, { limit: 99 })).toMatchObject(
      denied('orgs.quotas:write'),
    )
    expect(await olive.get(`/api/admin/users/${vic}/quotas`)).toMatchObject(denied('users.quotas:read'))
    expect(await quota('vic:pass').get(`/api/orgs/${two}/quotas`)).toMatchObject(denied('orgs.quotas:read'))
  })

  it('go with their org and their person', async () => {
    const id = await person('leaver')
    await quota(root).put(`/api/admin/users/${id}/quotas/org_user`, { limit: 1 })
    await as(root).del(`/api/admin/users/${id}`)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM quotas WHERE user_id = ?').bind(id).first('n')).toBe(0)
  })
})

describe('an org that is full', () => {
  const reached = message('org Quota reached', 403)
  const add = (login: string, who: Who = root, more: object = {}) =>
    quota(who, more).post(`/api/orgs/${two}/users`, { loginOrEmail: login, role: 'Viewer' })

  it('takes no further member, by either way, and nobody is half in', async () => {
    await quota(root).put(`/api/orgs/${two}/quotas/org_user`, { limit: 2 })
    expect(await add('vic')).toMatchObject(reached)
    const headers = { 'X-Grafana-Org-Id': String(two) }
    const own = await quota('olive:pass').post('/api/org/users', { loginOrEmail: 'vic', role: 'Viewer' }, headers)
    expect(own).toMatchObject(reached)
    expect((await as(root).get(`/api/users/${vic}/orgs`)).body).toHaveProperty('length', 1)
    expect((await as('vic:pass').get('/api/user')).body).toMatchObject({ orgId: 1 })
  })

  it('takes one more where quotas are off, and any number with -1', async () => {
    const off = await as(root).post(`/api/orgs/${two}/users`, { loginOrEmail: 'vic', role: 'Viewer' })
    expect(off).toMatchObject(message('User added to organization'))
    await person('another')
    expect(await add('another')).toMatchObject(reached)
    await quota(root).put(`/api/orgs/${two}/quotas/org_user`, { limit: -1 })
    expect(await add('another')).toMatchObject(message('User added to organization'))
  })

  it('has one winner among eight who want the last place', async () => {
    await quota(root).put(`/api/orgs/${two}/quotas/org_user`, { limit: 5 })
    const logins = Array.from({ length: 8 }, (_, i) => `racer${i}`)
    for (const login of logins) await person(login)
    const tries = await Promise.all(logins.map((login) => add(login)))
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(tries.filter(({ status }) => status === 403)).toHaveLength(7)
    expect((await quota(root).get(`/api/orgs/${two}/quotas`)).body).toMatchObject([{ limit: 5, used: 5 }, {}])
  })

  it('stops no new account: it comes into the main org all the same (Grafana)', async () => {
    const made = await quota(root, { QUOTA_ORG_USER: '1' }).post('/api/admin/users', {
      login: 'fresh',
      password: 'pass',
    })
    expect(made.status).toBe(200)
  })

  it('takes no further dashboard, but changes to what it has', async () => {
    const few = { QUOTA_ORG_DASHBOARD: '2' }
    const save = (dashboard: object) => quota(root, few).post('/api/dashboards/db', { dashboard })
    const tries = await Promise.all(['a', 'b', 'c', 'd'].map((title) => save({ title, uid: title })))
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(2)
    expect(await save({ title: 'e' })).toMatchObject(message('Quota reached', 403))
    const [kept] = tries.flatMap(({ status, body }) => (status === 200 ? [textIn(body, 'uid')] : []))
    expect((await save({ title: 'changed', uid: kept, version: 1 })).status).toBe(200)
    await quota(root).put('/api/orgs/1/quotas/dashboard', { limit: 3 })
    expect((await save({ title: 'e' })).status).toBe(200)
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()

  async function cost(method: string, path: string, body?: unknown) {
    await as(root).get('/api/user')
    d1.reset()
    const { status } = await call(root, method, path, { body, bindings: { ...on, DB: d1.db } })
    return { status, ...d1.count }
  }

  it.each(['/api/org/quotas', '/api/orgs/1/quotas', '/api/user/quotas', '/api/admin/users/2/quotas'])(
    'GET %s, two trips and forty rows',
    async (path) => {
      const { status, trips, rowsRead, rowsWritten } = await cost('GET', path)
      expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
      expect(rowsRead).toBeLessThanOrEqual(40)
    },
  )

  it.each(['/api/orgs/1/quotas/org_user', '/api/admin/users/2/quotas/org_user'])('PUT %s, two trips', async (path) => {
    const { status, trips } = await cost('PUT', path, { limit: 50 })
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
  })
})

describe('the configuration', () => {
  it.each([
    [{ QUOTA_ENABLED: 'yes' }, 'QUOTA_ENABLED must be one of false, true'],
    [{ ...on, QUOTA_ORG_USER: '-2' }, 'QUOTA_ORG_USER must be a whole number, or -1 for no limit'],
    [{ GRAFANA_VERSION: 'ten' }, 'GRAFANA_VERSION must start with three numbers, like 9.3.2'],
  ])('%o is refused by name', (variables, words) => {
    expect(() => readConfig({ ...env, ...variables })).toThrow(words)
  })
})
