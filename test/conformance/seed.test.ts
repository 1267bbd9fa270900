import { beforeAll, describe, expect, it } from 'vitest'
import { as, cookieOf, logIn, numberIn, root, textIn, type Who } from '../support/client.ts'

// The example requests of Grafana's page "User HTTP API", in its order. Where the page shows keys that 9.3.2 has more of
// (a picture in lists, two fields in teams), both are expected. Ids are numbers, also where the page once writes a text.

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const shortAge = expect.stringMatching(/^(< 1m|[1-9]\d*[mhdMy])$/)
const json = { Accept: 'application/json', 'Content-Type': 'application/json' }

/** The page's token is a person's; Rollcall's personal tokens are such. */
const bearer = { token: '' }

const linux =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.119 Safari/537.36'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) AppleWebKit/604.1.38 (KHTML, like Gecko) Version/11.0 Mobile/15A372 Safari/604.1'

/** admin and user with the page's addresses, five more so that there is a 7, and org 2 with admin and 7 in it. */
beforeAll(async () => {
  const admin = as(root)
  await admin.put('/api/users/1', { email: 'admin@mygraf.com', name: 'Admin', login: 'admin', theme: 'light' })
  await admin.post('/api/admin/users', { email: 'user@mygraf.com', name: 'User', login: 'user', password: 'user' })
  for (const login of ['three', 'four', 'five', 'six', 'seven'])
    await admin.post('/api/admin/users', { login, name: 'Jane Doe', email: `${login}@example.org`, password: 'pass' })
  await admin.post('/api/orgs', { name: 'Second Org' })
  await admin.post('/api/orgs/2/users', { loginOrEmail: 'seven', role: 'Viewer' })
  await admin.post('/api/teams', { name: 'team1' })
  await admin.post('/api/teams', { name: 'MyTestTeam' }, { 'X-Grafana-Org-Id': '2' })
  bearer.token = textIn((await admin.post('/api/user/tokens', { name: 'page' })).body, 'key')
})

const hit = (id: number, login: string, more: object) => ({
  id,
  name: 'Jane Doe',
  login,
  email: `${login}@example.org`,
  isAdmin: false,
  isDisabled: false,
  lastSeenAt: time,
  lastSeenAtAge: '10y',
  authLabels: [],
  avatarUrl: expect.stringMatching(/^\/avatar\/[0-9a-f]{32}$/),
  ...more,
})
const adminHit = hit(1, 'admin', { name: 'Admin', email: 'admin@mygraf.com', isAdmin: true, lastSeenAtAge: shortAge })
const userHit = hit(2, 'user', { name: 'User', email: 'user@mygraf.com' })
const others = [hit(5, 'five', {}), hit(4, 'four', {}), hit(7, 'seven', {}), hit(6, 'six', {}), hit(3, 'three', {})]

const profile = {
  id: 1,
  email: 'admin@mygraf.com',
  name: 'Admin',
  login: 'admin',
  theme: 'light',
  orgId: 1,
  isGrafanaAdmin: true,
  isDisabled: false,
  isExternal: false,
  authLabels: [],
  updatedAt: time,
  createdAt: time,
  avatarUrl: '/avatar/e6cc01113cdca0603c837485622babd9',
}
const lookedUp = { ...profile, authLabels: null, avatarUrl: '' }
const userFound = {
  ...lookedUp,
  id: 2,
  email: 'user@mygraf.com',
  name: 'User',
  login: 'user',
  theme: '',
  isGrafanaAdmin: false,
}
const orgs = [
  { orgId: 1, name: 'Main Org.', role: 'Admin' },
  { orgId: 2, name: 'Second Org', role: 'Admin' },
]
const team = { email: '', memberCount: 1, permission: 0, accessControl: null }
const team1 = { ...team, id: 1, orgId: 1, name: 'team1', avatarUrl: '/avatar/3fcfe295eae3bcb67a49349377428a66' }
const myTestTeam = {
  ...team,
  id: 2,
  orgId: 2,
  name: 'MyTestTeam',
  avatarUrl: '/avatar/3f49c15916554246daa714b9bd0ee398',
}
const stranger = { status: 401, body: { message: 'Unauthorized' } }

/** What every answer of the page is: 200, plain JSON, exactly these keys and values. */
function expectExactly(answer: Awaited<ReturnType<ReturnType<typeof as>['get']>>, body: unknown) {
  expect(answer.body).toStrictEqual(body)
  expect(answer).toMatchObject({ status: 200 })
  expect(answer.headers.get('Content-Type')).toBe('application/json')
}

describe('the users', () => {
  it.each([
    ['Search Users', '/api/users', [adminHit, ...others, userHit]],
    ['Search Users, as headed', '/api/users?perpage=10&page=1', [adminHit, ...others, userHit]],
    [
      'Search Users with Paging',
      '/api/users/search?perpage=10&page=1&query=mygraf',
      { totalCount: 2, users: [adminHit, userHit], page: 1, perPage: 10 },
    ],
    [
      'Search Users with Paging, for text with a space',
      '/api/users/search?perpage=2&page=3&query=Jane%20Doe',
      { totalCount: 5, users: [others[4]], page: 3, perPage: 2 },
    ],
    ['Get single user by Id', '/api/users/1', profile],
    ['Get single user by Username(login)', '/api/users/lookup?loginOrEmail=admin', lookedUp],
    ['Get Organizations for user', '/api/users/1/orgs', orgs],
    ['Get Teams for user', '/api/users/1/teams', [team1]],
    ['Actual User', '/api/user', profile],
  ])('%s', async (_, path, body) => {
    expectExactly(await as(root).get(path, json), body)
    expect(await as(undefined).get(path, json)).toMatchObject(stranger)
  })

  it('Get single user by Email, with the token', async () => {
    expectExactly(await as(bearer).get('/api/users/lookup?loginOrEmail=user@mygraf.com', json), userFound)
  })

  it('User Update', async () => {
    const change = { email: 'user@mygraf.com', name: 'User2', login: 'user', theme: 'light' }
    expectExactly(await as(root).put('/api/users/2', change, json), { message: 'User updated' })
    expect(await as('user:user').get('/api/user')).toMatchObject({ status: 200, body: change })
  })

  it.each([
    ['users:read', 'GET', '/api/users'],
    ['users:read', 'GET', '/api/users/search?perpage=10&page=1&query=mygraf'],
    ['users:read', 'GET', '/api/users/1'],
    ['users:read', 'GET', '/api/users/lookup?loginOrEmail=user@mygraf.com'],
    ['users:write', 'PUT', '/api/users/2'],
    ['users:read', 'GET', '/api/users/1/orgs'],
    ['users.teams:read', 'GET', '/api/users/1/teams'],
  ])('asks for %s on %s %s, as the page does', async (action, method, path) => {
    const user = as('user:user')
    expect(await (method === 'GET' ? user.get(path) : user.put(path, {}))).toMatchObject({
      status: 403,
      body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
    })
  })
})

describe('Change Password', () => {
  const changed = { message: 'User password changed' }
  const setTo = (who: string, newPassword: string) =>
    as(who).put('/api/user/password', { oldPassword: who.split(':')[1], newPassword })

  it('as in the example', async () => {
    await setTo(root, 'old_password')
    const body = { oldPassword: 'old_password', newPassword: 'new_password' }
    expectExactly(await as('admin:old_password').put('/api/user/password', body, json), changed)
    expect(await as('admin:new_password').get('/api/user')).toMatchObject({ status: 200 })
  })

  it('with a script', async () => {
    await setTo('admin:new_password', 'oldpass')
    const body = { oldPassword: 'oldpass', newPassword: 'newpass', confirmNew: 'newpass' }
    expectExactly(
      await as('admin:oldpass').put('/api/user/password', body, { 'Content-Type': 'application/json' }),
      changed,
    )
    expect(await setTo('admin:newpass', 'admin')).toMatchObject({ status: 200 })
  })
})

describe('the signed in user', () => {
  const switched = { message: 'Active organization changed' }

  it('Switch user context for a specified user', async () => {
    expectExactly(await as(root).post('/api/users/7/using/2'), switched)
    expect(await as(root).get('/api/users/7')).toMatchObject({ body: { orgId: 2 } })
    expect(await as('seven:pass').post('/api/users/7/using/1')).toMatchObject({ status: 403 })
  })

  it('Switch user context for signed in user', async () => {
    expectExactly(await as(bearer).post('/api/user/using/2', undefined, json), switched)
    expect(await as(root).get('/api/user')).toMatchObject({ body: { orgId: 2 } })
  })

  it('Organizations of the actual User', async () => {
    expectExactly(await as(root).get('/api/user/orgs', json), orgs)
  })

  it('Teams that the actual User is member of, in the active org', async () => {
    expectExactly(await as(bearer).get('/api/user/teams', json), [myTestTeam])
  })

  it.each([
    ['the id', '/api/user/stars/dashboard/1'],
    ['the uid', '/api/user/stars/dashboard/uid/BqokFhx7z'],
  ])('Star and unstar a dashboard by %s', async (_, path) => {
    await as(root).post('/api/dashboards/db', { dashboard: { title: 'Production', uid: 'BqokFhx7z' }, overwrite: true })
    expectExactly(await as(bearer).post(path, undefined, json), { message: 'Dashboard starred!' })
    expectExactly(await as(bearer).get('/api/user/stars', json), ['BqokFhx7z'])
    expectExactly(await as(bearer).del(path, json), { message: 'Dashboard unstarred' })
    expectExactly(await as(bearer).get('/api/user/stars', json), [])
  })
})

describe('the devices', () => {
  const chromeDevice = { browser: 'Chrome', browserVersion: '72.0', os: 'Linux', osVersion: '', device: 'Other' }
  const phoneDevice = {
    browser: 'Mobile Safari',
    browserVersion: '11.0',
    os: 'iOS',
    osVersion: '11.0',
    device: 'iPhone',
  }
  const shown = (device: object, isActive: boolean) => ({
    id: expect.any(Number),
    isActive,
    clientIp: '127.0.0.1',
    ...device,
    createdAt: time,
    seenAt: time,
  })
  const ids: number[] = []
  let chrome: Who
  let phone: Who

  beforeAll(async () => {
    const from = (agent: string) => ({ 'User-Agent': agent, 'CF-Connecting-IP': '127.0.0.1' })
    chrome = await logIn('admin', 'admin', from(linux))
    phone = await logIn('admin', 'admin', from(iphone))
  })

  it('Auth tokens of the actual User, with the token', async () => {
    const answer = await as(bearer).get('/api/user/auth-tokens', json)
    expectExactly(answer, [shown(chromeDevice, false), shown(phoneDevice, false)])
    if (Array.isArray(answer.body)) ids.push(...answer.body.map((device) => numberIn(device, 'id')))
  })

  it('Auth tokens of the actual User, from the first of them', async () => {
    expectExactly(await as(chrome).get('/api/user/auth-tokens', json), [
      shown(chromeDevice, true),
      shown(phoneDevice, false),
    ])
  })

  it('Revoke an auth token of the actual User', async () => {
    const body = { authTokenId: ids[1] }
    expectExactly(await as(bearer).post('/api/user/revoke-auth-token', body, json), {
      message: 'User auth token revoked',
    })
    const refused = await as(phone).get('/api/user')
    expect(refused).toMatchObject(stranger)
    expect(cookieOf(refused)).toBe('')
    expectExactly(await as(chrome).get('/api/user/auth-tokens', json), [shown(chromeDevice, true)])
  })
})
