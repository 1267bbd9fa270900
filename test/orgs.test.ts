import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const traced = (text: string, status: number) => ({ status, body: { message: text, traceID: '' } })
const badData = traced('bad request data', 400)
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})
const run = (sql: string, ...values: (string | number)[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const rows = async (sql: string, ...values: (string | number)[]) =>
  (
    await env.DB.prepare(sql)
      .bind(...values)
      .all()
  ).results

const newOrg = async (name: string, who: Who = root) =>
  numberIn((await as(who).post('/api/orgs', { name })).body, 'orgId')
const join = (org: number, loginOrEmail: string, role = 'Viewer') =>
  as(root).post(`/api/orgs/${org}/users`, { loginOrEmail, role })
/** Somebody who is in that org alone. */
const newcomer = (login: string, orgId: number, more: object = {}) => person(login, { orgId, ...more })
const logins = (body: unknown) => (Array.isArray(body) ? body.map((member) => textIn(member, 'login')) : body)
const key = async (role: string) =>
  textIn((await as(root).post('/api/auth/keys', { name: `key ${role}`, role })).body, 'key')

async function serviceAccount(name: string, permissions: string[][]) {
  const id = numberIn((await as(root).post('/api/serviceaccounts', { name, role: 'Viewer' })).body, 'id')
  await run('UPDATE service_accounts SET permissions = ? WHERE id = ?', JSON.stringify(permissions), id)
  return { token: textIn((await as(root).post(`/api/serviceaccounts/${id}/tokens`, { name })).body, 'key') }
}

let two: number
let olive: number
let vic: number
beforeAll(async () => {
  vic = await person('vic', { email: 'Vic@example.org', name: 'Victor Hugo' })
  two = await newOrg('Second Org')
  olive = await newcomer('olive', two)
  await as(root).patch(`/api/orgs/${two}/users/${olive}`, { role: 'Admin' })
})

describe('the list of orgs', () => {
  beforeAll(async () => {
    for (const name of ['second org', '  ', 'Été', '50%_off']) await newOrg(name)
  })

  it.each([
    ['', ['  ', '50%_off', 'Main Org.', 'Second Org', 'second org', 'Été']],
    ['perpage=2', ['  ', '50%_off']],
    ['perpage=2&page=0', ['  ', '50%_off']],
    ['perpage=2&page=1', ['Main Org.', 'Second Org']],
    ['perpage=2&page=-1', ['  ', '50%_off']],
    ['page=5', []],
    ['page=9223372036854775807', []],
    ['query=SECOND', ['Second Org', 'second org']],
    ['query=SECOND&perpage=1&page=1', ['second org']],
    ['query=org', []],
    ['query=%25', []],
    ['query=50%25_', ['50%_off']],
    ['query=%C3%89t', ['Été']],
    ['query=%C3%A9t', []],
    ['query=a%00b&name=', ['  ', '50%_off', 'Main Org.', 'Second Org', 'second org', 'Été']],
    ['name=Second+Org', ['Second Org']],
    ['name=Second', []],
    ['name=Second+Org&query=m', []],
  ])('?%s', async (query, names) => {
    const { status, body } = await as(root).get(`/api/orgs?${query}`)
    expect({ status, names: Array.isArray(body) && body.map((org) => textIn(org, 'name')) }).toEqual({
      status: 200,
      names,
    })
  })
})

describe('an org', () => {
  const empty = { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' }

  it('is shown by id, by name, and to whoever acts in it', async () => {
    const shown = { id: two, name: 'Second Org', address: empty }
    for (const path of [`/api/orgs/${two}`, '/api/orgs/name/Second%20Org', '/api/orgs/name/Second%20Org/'])
      expect(await as(root).get(path)).toMatchObject({ status: 200, body: shown })
    expect((await as('olive:pass').get('/api/org')).body).toEqual(shown)
    expect((await as('olive:pass').get(`/api/orgs/${two}`)).body).toEqual(shown)
    expect((await as(root).get('/api/org/', { 'X-Grafana-Org-Id': String(two) })).body).toEqual(shown)
  })

  it('may have the name of a path', async () => {
    for (const name of ['users', 'name', 'a/b', 'Dot. & +']) {
      const id = await newOrg(name)
      expect((await as(root).get(`/api/orgs/name/${encodeURIComponent(name)}`)).body).toMatchObject({ id, name })
    }
  })

  it.each([
    ['GET', '/api/orgs/999', undefined, traced('Organization not found', 404)],
    ['GET', '/api/orgs/-1', undefined, traced('Organization not found', 404)],
    ['GET', '/api/orgs/0', undefined, denied('')],
    ['GET', '/api/orgs/abc', undefined, denied('')],
    ['GET', '/api/orgs/name/', undefined, denied('')],
    ['GET', '/api/orgs/name/SECOND%20ORG', undefined, traced('Organization not found', 404)],
    ['PUT', '/api/orgs/2', { name: 'Main Org.' }, traced('Organization name taken', 400)],
    ['PUT', '/api/orgs/2', { name: '' }, badData],
    ['PUT', '/api/orgs/2', {}, badData],
    ['PUT', '/api/orgs/2', '{"name": ', badData],
    ['PUT', '/api/orgs/999', { name: 'x' }, traced('Organization not found', 404)],
    ['PUT', '/api/orgs/999/address', { city: 'x' }, traced('Organization not found', 404)],
    ['PUT', '/api/orgs/2/address', { city: 5 }, badData],
    ['PUT', '/api/orgs/abc', { name: 'x' }, denied('')],
    ['PUT', '/api/org', { name: 'Second Org' }, traced('Organization name taken', 400)],
    ['PUT', '/api/org', {}, badData],
    ['DELETE', '/api/orgs/1', undefined, message('Can not delete org for current user', 400)],
    ['DELETE', '/api/orgs/999', undefined, message('Failed to delete organization. ID not found', 404)],
    ['DELETE', '/api/orgs/abc', undefined, denied('')],
  ])('%s %s with %j is refused', async (method, path, body, expected) => {
    expect(await call(root, method, path, { body })).toMatchObject(expected)
  })

  it('that is none is not found by a header either', async () => {
    const headers = { 'X-Grafana-Org-Id': '999' }
    const missing = traced('Organization not found', 404)
    expect(await as(root).get('/api/org', headers)).toMatchObject(missing)
    expect(await as(root).put('/api/org', { name: 'x' }, headers)).toMatchObject(missing)
    expect(await as(root).put('/api/org/address', {}, headers)).toMatchObject(missing)
    expect(await as(root).post('/api/org/users', { loginOrEmail: 'vic', role: 'Viewer' }, headers)).toMatchObject(
      missing,
    )
    expect(await as('vic:pass').get('/api/org', headers)).toMatchObject(denied('orgs:read'))
  })

  it('is renamed and moved, by a server admin and by its own', async () => {
    const updated = message('Organization updated')
    expect(await as(root).put(`/api/orgs/${two}`, { name: 'B', id: 9, address: {} })).toMatchObject(updated)
    expect(await as('olive:pass').put('/api/org', { Name: 'Second Org' })).toMatchObject(updated)
    expect(await as('olive:pass').put(`/api/orgs/${two}`, { name: 'Second Org' })).toMatchObject(updated)
    expect(await as(root).put(`/api/orgs/${two}/address`, { address1: 'a', zipcode: 'z' })).toMatchObject(
      message('Address updated'),
    )
    expect(await as('olive:pass').put('/api/org/address', { city: 'c' })).toMatchObject(message('Address updated'))
    expect((await as('olive:pass').get('/api/org')).body).toEqual({
      id: two,
      name: 'Second Org',
      address: { ...empty, city: 'c' },
    })
    expect(await as('olive:pass').put('/api/orgs/1', { name: 'Mine' })).toMatchObject(denied('orgs:write'))
  })

  it('is deleted with all that is its own, its last admin no obstacle, and its members go on', async () => {
    const doomed = await newOrg('Doomed')
    const lone = await newcomer('lone', doomed)
    await join(doomed, 'vic', 'Editor')
    await as('vic:pass').post(`/api/user/using/${doomed}`)
    const there = { 'X-Grafana-Org-Id': String(doomed) }
    const team = numberIn((await as(root).post('/api/teams', { name: 'T' }, there)).body, 'teamId')
    await as(root).post(`/api/teams/${team}/members`, { userId: vic }, there)
    await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' }, there)
    await as(root).put('/api/org/preferences', { theme: 'dark' }, there)
    expect(await as(root).del(`/api/orgs/${doomed}`)).toMatchObject(message('Organization deleted'))
    for (const table of ['org_members', 'teams', 'team_members', 'tokens', 'preferences', 'invites', 'quotas'])
      expect(await rows(`SELECT * FROM ${table} WHERE org_id = ?`, doomed), table).toEqual([])
    expect(await rows('SELECT * FROM counters WHERE owner_id = ?', doomed)).toEqual([])
    expect(await rows('SELECT count(*) AS n FROM orgs')).toEqual(
      await rows("SELECT n FROM counters WHERE kind = 'orgs'"),
    )
    expect((await as('vic:pass').get('/api/user')).body).toMatchObject({ orgId: 1 })
    expect((await as('lone:pass').get('/api/user')).body).not.toHaveProperty('orgId')
    expect((await as('lone:pass').get('/api/org')).status).toBe(403)
    expect((await as(root).get(`/api/users/${lone}/orgs`)).body).toEqual([])
    expect((await as(root).del(`/api/orgs/${doomed}`)).status).toBe(404)
  })
})

describe('members', () => {
  const listed = ({
    id = vic,
    login = 'vic',
    email = 'Vic@example.org',
    name = 'Victor Hugo',
    role = 'Viewer',
  } = {}) => ({
    orgId: 1,
    userId: id,
    email,
    name,
    avatarUrl: expect.stringMatching(/^\/avatar\/\w{32}$/),
    login,
    role,
    lastSeenAt: expect.any(String),
    lastSeenAtAge: expect.any(String),
    isDisabled: false,
  })
  const everybody = () => [
    listed(),
    listed({ id: 1, login: 'admin', email: 'admin@localhost', name: '', role: 'Admin' }),
  ]

  it('are listed by e-mail, byte by byte', async () => {
    for (const path of ['/api/org/users', '/api/orgs/1/users', '/api/orgs/1/users?query=vic&limit=1'])
      expect((await as(root).get(path)).body, path).toEqual(everybody())
    expect((await as(root).get('/api/org/users/search')).body).toEqual({
      totalCount: 2,
      OrgUsers: everybody(),
      page: 1,
      perPage: 1000,
    })
    expect((await as(root).get('/api/org/users/lookup')).body).toEqual([
      { userId: vic, login: 'vic', avatarUrl: expect.any(String) },
      { userId: 1, login: 'admin', avatarUrl: expect.any(String) },
    ])
    for (const org of ['999', '-1']) expect(await as(root).get(`/api/orgs/${org}/users`)).toMatchObject({ body: [] })
  })

  it.each([
    ['query=HUGO', ['vic']],
    ['query=example.org', ['vic']],
    ['query=v', ['vic']],
    ['query=olive', []],
    ['query=o', ['vic', 'admin']],
    ['query=%25', []],
    ['query=a%00b', ['vic', 'admin']],
    ['limit=1', ['vic']],
    ['limit=0', ['vic', 'admin']],
    ['limit=-1', ['vic', 'admin']],
    ['limit=abc', ['vic', 'admin']],
    ['perpage=1&page=2', ['admin']],
    ['query=o&perpage=1&page=2', ['admin']],
  ])('?%s chooses among them', async (query, expected) => {
    for (const path of ['/api/org/users', '/api/org/users/lookup'])
      expect(logins((await as(root).get(`${path}?${query}`)).body), path).toEqual(expected)
  })

  it('are searched by page, with the total of all', async () => {
    const page = async (query: string) => (await as(root).get(`/api/org/users/search?${query}`)).body
    expect(await page('perpage=1&page=2')).toMatchObject({ totalCount: 2, OrgUsers: [{ login: 'admin' }], page: 2 })
    expect(await page('query=o&perpage=1')).toMatchObject({ totalCount: 2, OrgUsers: [{ login: 'vic' }], perPage: 1 })
    expect(await page('page=9')).toEqual({ totalCount: 2, OrgUsers: [], page: 9, perPage: 1000 })
    expect(await page('query=zzz')).toEqual({ totalCount: 0, OrgUsers: [], page: 1, perPage: 1000 })
    expect(await page('limit=1')).toMatchObject({ OrgUsers: [{}, {}] })
  })

  it('follow a change of e-mail in their order, and show who is disabled', async () => {
    await as(root).put(`/api/users/${vic}`, { login: 'vic', email: 'zoe@example.org' })
    await as(root).post(`/api/admin/users/${vic}/disable`)
    const { body } = await as(root).get('/api/org/users')
    expect(body).toMatchObject([{ login: 'admin' }, { login: 'vic', email: 'zoe@example.org', isDisabled: true }])
    await as(root).post(`/api/admin/users/${vic}/enable`)
  })

  it.each([
    ['PATCH', '/api/orgs/2/users/1', { role: 'King' }, badData],
    ['PATCH', '/api/orgs/2/users/1', {}, badData],
    ['PATCH', '/api/orgs/2/users/abc', { role: 'King' }, badData],
    ['PATCH', '/api/orgs/2/users/abc', { role: 'Viewer' }, traced('userId is invalid', 400)],
    ['PATCH', '/api/orgs/abc/users/1', { role: 'Viewer' }, denied('')],
    ['PATCH', '/api/orgs/2/users/2', { role: 'Viewer' }, message('User is not a member of this organization', 404)],
    ['PATCH', '/api/orgs/2/users/99', { role: 'Viewer' }, message('User is not a member of this organization', 404)],
    ['PATCH', '/api/orgs/99/users/1', { role: 'Viewer' }, traced('Organization not found', 404)],
    ['PATCH', '/api/org/users/99', { role: 'Viewer' }, message('User is not a member of this organization', 404)],
    ['DELETE', '/api/orgs/2/users/2', undefined, message('User removed from organization')],
    ['DELETE', '/api/orgs/2/users/99', undefined, message('User not found', 404)],
    ['DELETE', '/api/orgs/2/users/abc', undefined, traced('userId is invalid', 400)],
    ['DELETE', '/api/orgs/99/users/1', undefined, traced('Organization not found', 404)],
    ['DELETE', '/api/orgs/0/users/1', undefined, denied('')],
    ['DELETE', '/api/org/users/99', undefined, message('User not found', 404)],
    ['DELETE', '/api/org/users/0', undefined, message('User not found', 404)],
    ['POST', '/api/org/users', { loginOrEmail: 'nobody', role: 'Viewer' }, message('User not found', 404)],
    ['POST', '/api/org/users', { loginOrEmail: 'olive', role: 'King' }, badData],
    ['POST', '/api/org/users', {}, badData],
  ])('%s %s with %j', async (method, path, body, expected) => {
    expect(await call(root, method, path, { body })).toMatchObject(expected)
  })

  it('take any role, None too, in any letter case', async () => {
    for (const role of ['None', 'viewer', 'EDITOR', 'Admin', 'Viewer']) {
      expect(await as(root).patch(`/api/org/users/${vic}`, { role })).toMatchObject(
        message('Organization user updated'),
      )
      const shown = `${role[0]?.toUpperCase()}${role.slice(1).toLowerCase()}`
      expect((await as(root).get('/api/org/users?query=vic')).body).toMatchObject([{ role: shown }])
    }
    await as(root).patch(`/api/org/users/${vic}`, { role: 'None' })
    expect(await as('vic:pass').get('/api/org')).toMatchObject(denied('orgs:read'))
    await as(root).patch(`/api/org/users/${vic}`, { role: 'Viewer' })
    expect((await as('vic:pass').get('/api/org')).status).toBe(200)
  })
})

describe('an org without an admin', () => {
  const last = {
    demoted: message('Cannot change role so that there is no organization admin left', 400),
    removed: message('Cannot remove last organization admin', 400),
  }

  it('is refused, whoever asks and by whichever path', async () => {
    const org = await newOrg('Of one', root)
    const there = { 'X-Grafana-Org-Id': String(org) }
    expect(await as(root).patch(`/api/orgs/${org}/users/1`, { role: 'Editor' })).toMatchObject(last.demoted)
    expect(await as(root).patch('/api/org/users/1', { role: 'None' }, there)).toMatchObject(last.demoted)
    expect(await as(root).del(`/api/orgs/${org}/users/1`)).toMatchObject(last.removed)
    expect(await as(root).del('/api/org/users/1', there)).toMatchObject(last.removed)
  })

  it.each(['demoted', 'removed'] as const)('has one winner where two are %s at once', async (how) => {
    const org = await newOrg(`Race to be ${how}`)
    const other = await newcomer(`racer-${how}`, org)
    await as(root).patch(`/api/orgs/${org}/users/${other}`, { role: 'Admin' })
    const strike = (id: number) =>
      how === 'demoted'
        ? as(root).patch(`/api/orgs/${org}/users/${id}`, { role: 'Viewer' })
        : as(root).del(`/api/orgs/${org}/users/${id}`)
    const statuses = (await Promise.all([strike(1), strike(other)])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 400])
    expect(await rows("SELECT count(*) AS n FROM org_members WHERE org_id = ? AND role = 'Admin'", org)).toEqual([
      { n: 1 },
    ])
  })
})

describe('leaving an org', () => {
  const removed = message('User removed from organization')
  const accounts = (login: string) => rows('SELECT org_id FROM users WHERE login = ?', login)

  it('moves the active org to another', async () => {
    const id = await newcomer('mover', two)
    await join(1, 'mover')
    expect(await as('olive:pass').del(`/api/org/users/${id}`)).toMatchObject(removed)
    expect(await accounts('mover')).toEqual([{ org_id: 1 }])
  })

  it('keeps the account where an org admin asks, or the path names the org', async () => {
    const id = await newcomer('kept', two)
    expect(await as('olive:pass').del(`/api/org/users/${id}`)).toMatchObject(removed)
    expect(await accounts('kept')).toEqual([{ org_id: 0 }])
    expect(await join(two, 'kept')).toMatchObject({ status: 200 })
    expect(await accounts('kept')).toEqual([{ org_id: two }])
    expect(await as(root).del(`/api/orgs/${two}/users/${id}`)).toMatchObject(removed)
    expect(await accounts('kept')).toEqual([{ org_id: 0 }])
  })

  it('deletes the account where one who may delete accounts asks, and it was in that org alone', async () => {
    const there = { 'X-Grafana-Org-Id': String(two) }
    const id = await newcomer('gone', two)
    const session = await as(undefined).post('/login', { user: 'gone', password: 'pass' })
    expect(session.status).toBe(200)
    expect(await as(root).del(`/api/org/users/${id}`)).toMatchObject(removed)
    expect(await accounts('gone')).toEqual([{ org_id: two }])
    expect(await as(root).del(`/api/org/users/${id}`, there)).toMatchObject(message('User deleted'))
    expect(await accounts('gone')).toEqual([])
    expect((await env.SESSIONS.list({ prefix: `session:${id}:` })).keys).toEqual([])
  })

  it("never deletes a server admin's account, nor for a token that may not", async () => {
    const there = { 'X-Grafana-Org-Id': String(two) }
    const chief = await newcomer('chief', two)
    await as(root).put(`/api/admin/users/${chief}/permissions`, { isGrafanaAdmin: true })
    expect(await as(root).del(`/api/org/users/${chief}`, there)).toMatchObject(removed)
    expect(await accounts('chief')).toEqual([{ org_id: 0 }])
    const other = await newcomer('other', two)
    const limits = { name: 'remove', permissions: [{ action: 'org.users:remove', scope: 'users:*' }] }
    const token = { token: textIn((await as(root).post('/api/user/tokens', limits)).body, 'key') }
    expect(await as(token).del(`/api/org/users/${other}`, there)).toMatchObject(removed)
    expect(await accounts('other')).toEqual([{ org_id: 0 }])
  })

  it('takes the teams of the org along', async () => {
    const id = await newcomer('player', two)
    const team = numberIn((await as('olive:pass').post('/api/teams', { name: 'Team' })).body, 'teamId')
    await as('olive:pass').post(`/api/teams/${team}/members`, { userId: id })
    expect(await as('olive:pass').del(`/api/org/users/${id}`)).toMatchObject(removed)
    expect(await rows('SELECT * FROM team_members WHERE user_id = ?', id)).toEqual([])
  })
})

describe('who may', () => {
  const vicIn = (org: number) => `/api/orgs/${org}/users/${vic}`

  it("an org admin reaches nobody beyond the own org, whatever the path's spelling", async () => {
    const mine = as('olive:pass')
    expect(await mine.patch('/api/org/users/1', { role: 'Viewer' }, { 'X-Grafana-Org-Id': '1' })).toMatchObject(
      denied('org.users:write'),
    )
    for (const org of ['1', '01', '+1', '%31']) {
      expect(await mine.patch(`/api/orgs/${org}/users/${vic}`, { role: 'Admin' })).toMatchObject(
        denied('org.users:write'),
      )
      expect(await mine.del(`/api/orgs/${org}/users/${vic}`)).toMatchObject(denied('org.users:remove'))
      expect(await mine.get(`/api/orgs/${org}/users`)).toMatchObject(denied('org.users:read'))
      expect(await mine.del(`/api/orgs/${org}`)).toMatchObject(denied('orgs:delete'))
    }
    expect(await mine.patch(`/api/org/users/${vic}`, { role: 'Admin' })).toMatchObject(
      message('User is not a member of this organization', 404),
    )
    for (const path of ['/api/orgs', '/api/orgs/name/Second%20Org'])
      expect(await mine.get(path), path).toMatchObject(denied('orgs:read'))
    expect(await mine.get('/api/orgs/1')).toMatchObject(denied('orgs:read'))
    expect(await mine.del(`/api/orgs/${two}`)).toMatchObject(denied('orgs:delete'))
  })

  it('an editor chooses among members without seeing them, as does the admin of a team', async () => {
    const any =
      'any of org.users:read, teams.permissions:write, folders.permissions:write, dashboards.permissions:write'
    expect(await as('vic:pass').get('/api/org/users/lookup')).toMatchObject(denied(any))
    await as(root).patch(vicIn(1), { role: 'Editor' })
    expect((await as('vic:pass').get('/api/org/users/lookup')).status).toBe(200)
    expect(await as('vic:pass').get('/api/org/users')).toMatchObject(denied('org.users:read'))
    await as(root).patch(vicIn(1), { role: 'Viewer' })
    const team = numberIn((await as(root).post('/api/teams', { name: 'Led by vic' })).body, 'teamId')
    await as(root).post(`/api/teams/${team}/members`, { userId: vic })
    await run('UPDATE team_members SET permission = 4 WHERE team_id = ? AND user_id = ?', team, vic)
    expect((await as('vic:pass').get('/api/org/users/lookup')).status).toBe(200)
  })

  it('a key does what its role does in its own org, and nothing by the paths of the server', async () => {
    const viewer = as({ token: await key('Viewer') })
    const admin = as({ token: await key('Admin') })
    expect((await viewer.get('/api/org', { 'X-Grafana-Org-Id': String(two) })).body).toMatchObject({ id: 1 })
    expect(await viewer.get('/api/org/users')).toMatchObject(denied('org.users:read'))
    expect(logins((await admin.get('/api/org/users')).body)).toContain('vic')
    expect(await admin.patch(`/api/org/users/${vic}`, { role: 'Editor' })).toMatchObject({ status: 200 })
    expect(await admin.patch(`/api/org/users/${vic}`, { role: 'Viewer' })).toMatchObject({ status: 200 })
    for (const path of ['/api/orgs', '/api/orgs/1', '/api/orgs/name/Main%20Org.'])
      expect(await admin.get(path), path).toMatchObject(denied('orgs:read'))
    expect(await admin.get('/api/orgs/1/users')).toMatchObject(denied('org.users:read'))
    expect(await admin.del(`/api/org/users/${olive}`)).toMatchObject(message('User removed from organization'))
    expect(await rows('SELECT org_id FROM users WHERE login = ?', 'olive')).toEqual([{ org_id: two }])
  })

  it('a service account does what a server admin gave it, in every org, and gives no role that holds more', async () => {
    const given = [
      ['orgs:read', ''],
      ['org.users:write', 'users:*'],
      ['org.users:remove', `users:id:${vic}`],
    ]
    const account = as(await serviceAccount('directory', given))
    expect((await account.get('/api/orgs?name=Main+Org.')).body).toEqual([{ id: 1, name: 'Main Org.' }])
    expect((await account.get(`/api/orgs/${two}`)).status).toBe(200)
    expect(await account.get(`/api/orgs/${two}/users`)).toMatchObject(denied('org.users:read'))
    await join(two, 'vic', 'Editor')
    expect(await account.patch(vicIn(two), { role: 'None' })).toMatchObject({ status: 200 })
    // Its role counts in its own org alone.
    expect(await account.patch(vicIn(two), { role: 'Viewer' })).toMatchObject(
      message("Cannot assign a role higher than user's role", 403),
    )
    const raising = as(await serviceAccount('raising', [...given, ['users.permissions:write', 'global.users:*']]))
    expect(await raising.patch(vicIn(two), { role: 'Editor' })).toMatchObject({ status: 200 })
    expect(await account.del(`/api/orgs/${two}/users/${olive}`)).toMatchObject(denied('org.users:remove'))
    expect(await account.del(vicIn(two))).toMatchObject(message('User removed from organization'))
  })

  it('an org that is full takes nobody, where quotas are on', async () => {
    const full = (limit: number) => as(root, { QUOTA_ENABLED: 'true', QUOTA_ORG_USER: String(limit) })
    const body = { loginOrEmail: 'vic', role: 'Viewer' }
    expect(await full(1).post(`/api/orgs/${two}/users`, body)).toMatchObject(message('org Quota reached', 403))
    expect(await full(-1).post(`/api/orgs/${two}/users`, body)).toMatchObject({ status: 200 })
    await as(root).del(vicIn(two))
  })
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()
  async function cost(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    await as(root).get('/api/user')
    d1.reset()
    const { status } = await call(root, method, path, { body, headers, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  it.each([
    '/api/orgs',
    '/api/orgs?query=s&perpage=1',
    '/api/orgs/2',
    '/api/orgs/name/Second%20Org',
    '/api/orgs/1/users',
    '/api/org',
    '/api/org/users',
    '/api/org/users?query=vic',
    '/api/org/users/search?query=v',
    '/api/org/users/lookup',
  ])('GET %s, two trips', async (path) => {
    const { status, trips, rowsWritten } = await cost('GET', path)
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
  })

  it.each([
    ['PUT', '/api/orgs/2', { name: 'Second Org' }],
    ['PUT', '/api/orgs/2/address', { city: 'x' }],
    ['PUT', '/api/org', { name: 'Main Org.' }],
    ['PUT', '/api/org/address', { city: 'x' }],
    ['POST', '/api/org/users', { loginOrEmail: 'olive', role: 'Viewer' }],
    ['PATCH', '/api/org/users/3', { role: 'Editor' }],
    ['DELETE', '/api/org/users/3', undefined],
    ['POST', '/api/orgs/1/users', { loginOrEmail: 'olive', role: 'Viewer' }],
    ['PATCH', '/api/orgs/1/users/3', { role: 'Editor' }],
    ['DELETE', '/api/orgs/1/users/3', undefined],
  ])('%s %s, three trips', async (method, path, body) => {
    const { status, trips } = await cost(method, path, body)
    expect(status).toBe(200)
    expect(trips).toBeLessThanOrEqual(3)
  })

  describe('in an org of 12,000 members, among 14,000 people and 12,000 orgs', () => {
    let big: number
    const there = () => ({ 'X-Grafana-Org-Id': String(big) })
    const numbers = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)'

    beforeAll(async () => {
      big = await newOrg('Big')
      await run(
        `${numbers} INSERT INTO users (uid, login, email, login_key, email_key, name, org_id, created_at, updated_at)
         SELECT 'seed' || i, printf('seed%05d', i), printf('s%05d@example.org', i), printf('seed%05d', i), printf('s%05d@example.org', i),
           CASE WHEN i % 600 = 0 THEN 'Quartz' ELSE 'Person ' || i END, 0, 0, 0 FROM n`,
        14_000,
      )
      await run(
        "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT ?, id, 'Viewer', 0 FROM users WHERE login LIKE 'seed%' ORDER BY login LIMIT 12000",
        big,
      )
      await run(`${numbers} INSERT INTO orgs (name, created_at, updated_at) SELECT 'Org ' || i, 0, 0 FROM n`, 12_000)
      await run(
        `${numbers} INSERT INTO tokens (kind, hash, name, org_id, role, created_at) SELECT 'api_key', 'h' || i, 'n' || i, 1, 'Viewer', 0 FROM n`,
        2000,
      )
    })

    it.each([
      ['/api/org/users/search?perpage=50', 50, 360],
      ['/api/org/users?perpage=50', 50, 360],
      ['/api/org/users?limit=50', 50, 360],
      ['/api/org/users/search?perpage=50&query=quartz', 20, 260],
      ['/api/org/users?query=seed00042', 1, 66],
      ['/api/org/users/search?query=nowhere', 0, 60],
      ['/api/org/users/search?perpage=50&query=42', 50, 21_500],
      ['/api/orgs?query=org+1199', 11, 60],
      ['/api/orgs?query=ORG+119&perpage=50', 50, 360],
      ['/api/orgs?perpage=50', 50, 360],
    ])('GET %s', async (path, hits, rowsRead) => {
      const counted = await cost('GET', path, undefined, there())
      expect(counted).toMatchObject({ status: 200, trips: 2 })
      expect(counted.rowsRead).toBeLessThanOrEqual(rowsRead)
      const { body } = await as(root).get(path, there())
      const found = Array.isArray(body) ? body : Object.entries(Object(body)).find(([key]) => key === 'OrgUsers')?.[1]
      expect(found).toHaveLength(hits)
    })

    it('a total is of the org, whatever the text', async () => {
      const total = async (query: string) => {
        const { body } = await as(root).get(`/api/org/users/search?perpage=1${query}`, there())
        return numberIn(body, 'totalCount')
      }
      expect(await total('')).toBe(12_001)
      expect(await total('&query=quartz')).toBe(20)
      expect(await total('&query=seed00')).toBe(999)
      // In more people than the index is asked for, so that no more than 10,000 members are looked at.
      expect(await total('&query=seed')).toBe(4947)
    })

    it('a list too long for one answer is refused, and read by page', async () => {
      const refused = message('An answer holds at most 10000 rows: ask for fewer', 400)
      for (const path of [
        `/api/orgs/${big}/users`,
        '/api/org/users',
        '/api/org/users/lookup',
        '/api/orgs?perpage=20000',
      ])
        expect(await as(root).get(path, there()), path).toMatchObject(refused)
      const { body } = await as(root).get(`/api/orgs/${big}/users?perpage=5000&page=3`)
      expect(logins(body)).toHaveLength(2001)
    })

    it('deleting reads by index', async () => {
      const { rowsRead } = await cost('DELETE', '/api/orgs/2')
      expect(rowsRead).toBeLessThanOrEqual(200)
      const member = await env.DB.prepare("SELECT id FROM users WHERE login = 'seed00042'").first<number>('id')
      const removal = await cost('DELETE', `/api/org/users/${member}`, undefined, there())
      expect(removal.rowsRead).toBeLessThanOrEqual(60)
      expect(removal).toMatchObject({ status: 200, trips: 2 })
    })

    it('a big org goes in one request', async () => {
      expect(await as(root).del(`/api/orgs/${big}`)).toMatchObject(message('Organization deleted'))
      expect(await rows('SELECT count(*) AS n FROM org_members WHERE org_id = ?', big)).toEqual([{ n: 0 }])
    })
  })
})
