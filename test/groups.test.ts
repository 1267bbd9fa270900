import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, numberIn, person, root } from './support/client.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})

let vic: number
beforeAll(async () => {
  vic = await person('vic', { email: 'vic@example.org' })
  await person('olive')
})

describe('organizations', () => {
  let two: number

  it('are made by a server admin, who becomes their Admin', async () => {
    const { status, body, text } = await as(root).post('/api/orgs', { name: 'Second Org', id: 9, address: {} })
    two = numberIn(body, 'orgId')
    expect({ status, text }).toEqual({ status: 200, text: `{"message":"Organization created","orgId":${two}}` })
    expect((await as(root).get('/api/user/orgs')).body).toEqual([
      { orgId: 1, name: 'Main Org.', role: 'Admin' },
      { orgId: two, name: 'Second Org', role: 'Admin' },
    ])
  })

  it.each([
    [
      'a taken name',
      { name: 'Second Org' },
      { status: 409, body: { message: 'Organization name taken', traceID: '' } },
    ],
    ['an empty name', { name: '' }, badData],
    ['no name', {}, badData],
    ['half a body', '{"name": ', badData],
  ])('are not made with %s', async (_, body, expected) => {
    expect(await as(root).post('/api/orgs', body)).toMatchObject(expected)
  })

  it('are told apart by case, and take blanks', async () => {
    expect((await as(root).post('/api/orgs', { name: 'second org' })).status).toBe(200)
    expect((await as(root).post('/api/orgs', { name: '  ' })).status).toBe(200)
  })

  it('take members by login or e-mail', async () => {
    const add = (body: unknown) => as(root).post(`/api/orgs/${two}/users`, body)
    const added = await add({ loginOrEmail: 'vic@example.org', role: 'editor' })
    expect(added).toMatchObject({ status: 200, text: `{"message":"User added to organization","userId":${vic}}` })
    expect(await add({ loginOrEmail: 'vic', role: 'Viewer' })).toMatchObject({
      status: 409,
      body: { message: 'User is already member of this organization', userId: vic },
    })
    expect((await as(root).get(`/api/users/${vic}/orgs`)).body).toEqual([
      { orgId: 1, name: 'Main Org.', role: 'Viewer' },
      { orgId: two, name: 'Second Org', role: 'Editor' },
    ])
  })

  it.each([
    ['nobody by that name', 2, { loginOrEmail: 'VIC', role: 'Viewer' }, message('User not found', 404)],
    ['no role', 2, { loginOrEmail: 'vic' }, badData],
    ['a role that is none', 2, { loginOrEmail: 'vic', role: 'King' }, badData],
    ['no name', 2, { role: 'Viewer' }, badData],
    ['no such org', 999, { loginOrEmail: 'vic', role: 'Viewer' }, message('Organization not found', 404)],
    ['no org at all', 'abc', { loginOrEmail: 'vic', role: 'Viewer' }, denied('')],
    ['org 0', 0, { loginOrEmail: 'vic', role: 'Viewer' }, denied('')],
  ])('take no member with %s', async (_, org, body, expected) => {
    expect(await as(root).post(`/api/orgs/${org}/users`, body)).toMatchObject(expected)
  })

  it('take members from their own admin, whichever org that one is in', async () => {
    expect((await as(root).post(`/api/orgs/${two}/users`, { loginOrEmail: 'olive', role: 'Admin' })).status).toBe(200)
    await person('newcomer')
    const add = (org: number) =>
      as('olive:pass').post(`/api/orgs/${org}/users`, { loginOrEmail: 'newcomer', role: 'Viewer' })
    expect((await add(two)).status).toBe(200)
    for (const org of ['%31', '+1', '01', '%2B1', '%311']) {
      const sneaked = await as('olive:pass').post(`/api/orgs/${org}/users`, { loginOrEmail: 'newcomer', role: 'Admin' })
      expect(sneaked).toMatchObject(denied('org.users:add'))
    }
    expect(
      (await as('olive:pass').post(`/api/orgs/0${two}/users`, { loginOrEmail: 'newcomer', role: 'Viewer' })).status,
    ).toBe(409)
    expect(await add(1)).toMatchObject(denied('org.users:add'))
    expect(await as('vic:pass').post(`/api/orgs/${two}/users`, { loginOrEmail: 'olive', role: 'Admin' })).toMatchObject(
      denied('org.users:add'),
    )
  })

  it('are switched between, by oneself and by a server admin', async () => {
    const changed = message('Active organization changed')
    const invalid = message('Not a valid organization', 401)
    expect(await as('vic:pass').post(`/api/user/using/${two}`)).toMatchObject(changed)
    expect((await as('vic:pass').get('/api/user')).body).toMatchObject({ orgId: two })
    expect(await as(root).post(`/api/users/${vic}/using/1`)).toMatchObject(changed)
    expect((await as('vic:pass').get('/api/user')).body).toMatchObject({ orgId: 1 })
    for (const org of ['3', '0', '-1', '999']) {
      expect(await as('vic:pass').post(`/api/user/using/${org}`)).toMatchObject(invalid)
      expect(await as(root).post(`/api/users/${vic}/using/${org}`)).toMatchObject(invalid)
    }
    expect(await as(root).post('/api/users/9999/using/1')).toMatchObject(invalid)
    expect(await as('vic:pass').post('/api/user/using/abc')).toMatchObject({
      status: 400,
      body: { message: 'id is invalid', traceID: '' },
    })
    expect(await as(root).post(`/api/users/${vic}/using/abc`)).toMatchObject({
      status: 400,
      body: { message: 'orgId is invalid' },
    })
    expect(await as(root).post('/api/users/abc/using/1')).toMatchObject({
      status: 400,
      body: { message: 'id is invalid' },
    })
  })

  it('of somebody unknown are none', async () => {
    for (const id of ['9999', '0', '-1'])
      expect(await as(root).get(`/api/users/${id}/orgs`)).toMatchObject({ status: 200, body: [] })
    expect((await as(root).get('/api/users/abc/orgs')).status).toBe(400)
  })

  it('are chosen for one request by a header, only by who is in them', async () => {
    const create = (who: string, org: string, name: string) =>
      as(who).post('/api/teams', { name }, { 'X-Grafana-Org-Id': org })
    const made = await create('olive:pass', String(two), 'By header')
    expect(made.status).toBe(200)
    const row = await env.DB.prepare('SELECT org_id FROM teams WHERE id = ?')
      .bind(numberIn(made.body, 'teamId'))
      .first()
    expect(row).toEqual({ org_id: two })
    expect(await create('olive:pass', '1', 'x')).toMatchObject(denied('teams:create'))
    expect(await create('olive:pass', '3', 'x')).toMatchObject(denied('teams:create'))
    expect((await create('admin:admin', '0', 'Zero is ignored')).status).toBe(200)
    expect((await create('admin:admin', 'abc', 'So is text')).status).toBe(200)
    expect((await as('vic:pass').get('/api/user', { 'X-Grafana-Org-Id': String(two) })).body).toMatchObject({
      orgId: 1,
    })
  })
})

describe('teams', () => {
  let team: number

  it('are made by an org admin, who becomes team admin', async () => {
    const { body, text } = await as(root).post('/api/teams', { name: 'Team A', email: 'a@team.org', orgId: 2 })
    team = numberIn(body, 'teamId')
    expect(text).toBe(`{"message":"Team created","teamId":${team}}`)
    expect(
      await env.DB.prepare('SELECT org_id, user_id, permission FROM team_members WHERE team_id = ?').bind(team).first(),
    ).toEqual({
      org_id: 1,
      user_id: 1,
      permission: 4,
    })
  })

  it.each([
    ['a taken name', { name: 'Team A' }, { status: 409, body: { message: 'Team name taken', traceID: '' } }],
    ['no name', {}, badData],
    ['an empty name', { name: '' }, badData],
    ['a name that is a number', { name: 5 }, badData],
  ])('are not made with %s', async (_, body, expected) => {
    expect(await as(root).post('/api/teams', body)).toMatchObject(expected)
  })

  it('are not made by a viewer', async () => {
    expect(await as('vic:pass').post('/api/teams', { name: 'V' })).toMatchObject(denied('teams:create'))
  })

  it('take members, who then see them', async () => {
    const add = (body: unknown, id: number | string = team) => as(root).post(`/api/teams/${id}/members`, body)
    expect(await add({ userID: vic, permission: 4 })).toMatchObject(message('Member added to Team'))
    expect(await add({ userId: vic })).toMatchObject(message('User is already added to this team', 400))
    expect(await add({ userId: 9999 })).toMatchObject(message('User not found', 404))
    expect(await add({ userId: vic }, 9999)).toMatchObject({
      status: 404,
      body: { message: 'Team not found', traceID: '' },
    })
    for (const body of [{}, { userId: 0 }, { userId: '2' }, '{']) expect(await add(body)).toMatchObject(badData)
    expect(await add({ userId: vic }, 'abc')).toMatchObject({
      status: 400,
      body: { message: 'teamId is invalid', traceID: '' },
    })
    const shown = {
      id: team,
      orgId: 1,
      name: 'Team A',
      email: 'a@team.org',
      avatarUrl: '/avatar/ad50b66f37a1aac2417e6bc741f58678',
      memberCount: 2,
      permission: 0,
      accessControl: null,
    }
    expect((await as('vic:pass').get('/api/user/teams')).body).toEqual([shown])
    expect((await as(root).get(`/api/users/${vic}/teams`)).body).toEqual([shown])
    expect((await as(root).get(`/api/users/${vic}/teams`, { 'X-Grafana-Org-Id': '2' })).body).toEqual([])
    expect((await as(root).get('/api/users/9999/teams')).body).toEqual([])
  })

  it('without an e-mail have a picture by their name', async () => {
    for (const name of ['Bteam', 'team b']) await as(root).post('/api/teams', { name })
    expect((await as(root).get('/api/user/teams')).body).toMatchObject([
      { name: 'Bteam', avatarUrl: '/avatar/9288fa37aaafa404ae241cb5e7198eeb' },
      { name: 'So is text' },
      { name: 'Team A', memberCount: 2 },
      { name: 'Zero is ignored' },
      { name: 'team b' },
    ])
  })
})

describe('stars', () => {
  it('are given and taken back, by id and by uid', async () => {
    const mine = as('vic:pass')
    for (const uid of ['H9C42DRdk', 'other-uid'])
      await as(root).post('/api/dashboards/db', { dashboard: { title: uid, uid } })
    expect((await mine.get('/api/user/stars')).body).toEqual([])
    for (const path of ['2', '2', '1', 'uid/H9C42DRdk', '9999']) {
      expect(await mine.post(`/api/user/stars/dashboard/${path}`)).toMatchObject(message('Dashboard starred!'))
    }
    expect((await mine.get('/api/user/stars')).body).toEqual(['other-uid', 'H9C42DRdk'])
    expect((await as(root).get('/api/user/stars')).body).toEqual([])
    for (const path of ['uid/H9C42DRdk', '1', '2', '9999']) {
      expect(await mine.del(`/api/user/stars/dashboard/${path}`)).toMatchObject(message('Dashboard unstarred'))
    }
    expect((await mine.get('/api/user/stars')).body).toEqual([])
  })

  it.each([
    ['0', 'Missing dashboard id'],
    ['-1', 'Missing dashboard id'],
    ['abc', 'Invalid dashboard ID'],
    ['99999999999999999999', 'Invalid dashboard ID'],
    ['uid/', 'Invalid dashboard ID'],
  ])('are not given to %s', async (path, text) => {
    expect(await as('vic:pass').post(`/api/user/stars/dashboard/${path}`)).toMatchObject(message(text, 400))
    expect(await as('vic:pass').del(`/api/user/stars/dashboard/${path}`)).toMatchObject(message(text, 400))
  })

  it.each(['never', 'a%20b', 'h9c42drdk'])('are not given to uid %s, which no dashboard has', async (uid) => {
    for (const change of [as('vic:pass').post, as('vic:pass').del])
      expect(await change(`/api/user/stars/dashboard/uid/${uid}`)).toMatchObject(message('Dashboard not found', 404))
  })

  it('reach no dashboard of another org by its uid, and show none by its number', async () => {
    const headers = { 'X-Grafana-Org-Id': '2' }
    const saved = await as(root).post('/api/dashboards/db', { dashboard: { title: 'Of two', uid: 'of-two' } }, headers)
    expect((await as('newcomer:pass').post('/api/user/stars/dashboard/uid/of-two')).status).toBe(404)
    expect((await as('newcomer:pass').post(`/api/user/stars/dashboard/${numberIn(saved.body, 'id')}`)).status).toBe(200)
    expect((await as('newcomer:pass').get('/api/user/stars')).body).toEqual([])
    expect((await as('newcomer:pass').get('/api/user/stars', headers)).body).toEqual(['of-two'])
  })
})

describe('an org of which one is no member', () => {
  it('tells nothing of its dashboards by stars', async () => {
    const there = { 'X-Grafana-Org-Id': '2' }
    const saved = await as(root).post('/api/dashboards/db', { dashboard: { title: 'Secret', uid: 'secretuid' } }, there)
    expect(saved.status).toBe(200)
    await person('outsider')
    const outsider = as('outsider:pass')
    expect((await outsider.post(`/api/user/stars/dashboard/${numberIn(saved.body, 'id')}`)).status).toBe(200)
    expect((await outsider.get('/api/user/stars', there)).body).toEqual([])
    expect((await outsider.post('/api/user/stars/dashboard/uid/secretuid', undefined, there)).status).toBe(404)
    expect((await as(root).post('/api/user/stars/dashboard/uid/secretuid', undefined, there)).status).toBe(200)
    expect((await as(root).get('/api/user/stars', there)).body).toEqual(['secretuid'])
  })
})
