import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// Who was given which roles: what it counts for, and who may change it.

const rolesWriter = 'fixed_W5aFaw8isAM27x_eWfElBhZ0iOc'
const usersReader = 'fixed_buZastUG3reWyQpPemcWjGqPAd0'
const usersWriter = 'fixed_wjzgHHo_Ux25DJuELn_oiAdB_yM'

const said = (message: string, status = 200) => ({ status, body: { message } })
const traced = (status: number, message: string) => ({ status, body: { message, traceID: '' } })
const denied = (action: string, scope?: string) => ({
  status: 403,
  body: {
    title: 'Access denied',
    accessErrorId: expect.stringMatching(/^ACE\d{10}$/),
    message: `You'll need additional permissions to perform this action. Permissions needed: ${action}`,
  },
  scope,
})

/** The status, the body, and the scope that a denial names. */
const told = async (answer: ReturnType<typeof call>) => {
  const { status, body, headers } = await answer
  const named = headers.get('X-Missing-Permission')?.replace(/^.* on /, '')
  return { status, body, ...(status === 403 && { scope: named }) }
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const ofUser = (id: number | undefined) => `/api/access-control/users/${id}/roles`
const ofTeam = (id: number | undefined) => `/api/access-control/teams/${id}/roles`
const ofAccount = (id: number | undefined) => `/api/access-control/serviceaccounts/${id}/roles`
const ofRole = (uid: string) => `/api/access-control/roles/${uid}/assignments`
const inOrg = (id: number) => ({ 'X-Grafana-Org-Id': String(id) })

type Custom = { orgId?: number; isHidden?: boolean; grants: [action: string, scope: string][] }

const makeRole = (uid: string, { orgId = 0, isHidden = false, grants }: Custom) =>
  run(
    `INSERT INTO roles (uid, org_id, name, is_hidden, version, created_at, updated_at, permissions)
      VALUES (?1, ?2, ?1, ?3, 1, 1700000000, 1700000000, ?4)`,
    uid,
    orgId,
    Number(isHidden),
    JSON.stringify(grants),
  )

const ids: Record<string, number> = {}
const people = ['dora', 'gwen', 'vic', 'val', 'olive'] as const
let team = 0
let theirTeam = 0
let account = 0
let theirAccount = 0
let robot: Who

async function rows(owner = ''): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT role_uid AS uid, org_id AS org FROM role_assignments WHERE user_id IS NOT ${ids.dora} AND user_id IS NOT ${ids.gwen} ${owner}
      ORDER BY role_uid, org_id`,
  ).all()
  return results.map(({ uid, org }) => [uid, org])
}

const uidsOf = async (path: string, who: Who = root, headers = {}) => {
  const { status, body } = await as(who).get(path, headers)
  expect(status).toBe(200)
  if (!Array.isArray(body)) throw new Error('no list')
  return body.map((role) => textIn(role, 'uid'))
}

/**
 * Dora passes on roles in org 1, gwen everywhere; both hold `here`, and gwen `users:reader` too. Vic and val are Viewers
 * of org 1, val on its team; olive is an Admin of org 2 alone.
 */
beforeAll(async () => {
  await as(root).post('/api/orgs', { name: 'Two' })
  for (const login of people) ids[login] = await person(login)
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  await as(root).del(`/api/orgs/1/users/${ids.olive}`)
  await makeRole('here', { orgId: 1, grants: [['teams:read', 'teams:*']] })
  await makeRole('there', { orgId: 2, grants: [['teams:read', 'teams:*']] })
  await makeRole('anywhere', { grants: [['teams:read', 'teams:*']] })
  await makeRole('hidden', { isHidden: true, grants: [['teams:read', 'teams:*']] })
  const give = 'INSERT INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES (?, ?, ?, 0)'
  for (const uid of [rolesWriter, 'here']) await run(give, uid, 1, ids.dora)
  for (const uid of [rolesWriter, 'anywhere', usersReader]) await run(give, uid, 0, ids.gwen)
  team = numberIn((await as(root).post('/api/teams', { name: 'Ours' })).body, 'teamId')
  await as(root).post(`/api/teams/${team}/members`, { userId: ids.val })
  theirTeam = numberIn((await as('olive:pass').post('/api/teams', { name: 'Theirs' })).body, 'teamId')
  account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'robot' })).body, 'id')
  theirAccount = numberIn((await as('olive:pass').post('/api/serviceaccounts', { name: 'theirs' })).body, 'id')
  const token = await as(root).post(`/api/serviceaccounts/${account}/tokens`, { name: 't' })
  robot = { token: textIn(token.body, 'key') }
})

beforeEach(async () => {
  await run('DELETE FROM role_assignments WHERE user_id IS NOT ? AND user_id IS NOT ?', ids.dora, ids.gwen)
})

const owners: [string, () => string, { added: string; removed: string; updated: string }][] = [
  [
    'user',
    () => ofUser(ids.vic),
    {
      added: 'Role added to the user.',
      removed: 'Role removed from user.',
      updated: 'User roles have been updated.',
    },
  ],
  [
    'team',
    () => ofTeam(team),
    {
      added: 'Role added to the team.',
      removed: 'Role removed from team.',
      updated: 'Team roles have been updated.',
    },
  ],
  [
    'service account',
    () => ofAccount(account),
    {
      added: 'Role added to the service account.',
      removed: 'Role removed from service account.',
      updated: 'Service account roles have been updated.',
    },
  ],
]

describe.each(owners)('the roles of a %s', (noun, path, words) => {
  it('are given, listed by name and taken away', async () => {
    expect(await as(root).get(path())).toMatchObject({ status: 200, text: '[]' })
    expect(await told(as(root).post(path(), { roleUid: usersReader }))).toEqual(said(words.added))
    expect(await told(as(root).post(path(), { roleUid: 'here' }))).toEqual(said(words.added))
    expect((await as(root).get(path())).text).toBe(
      JSON.stringify([
        {
          version: 1,
          uid: usersReader,
          name: 'fixed:users:reader',
          displayName: 'User reader',
          description: '',
          group: 'Users',
          updated: '0001-01-01T00:00:00Z',
          created: '0001-01-01T00:00:00Z',
          global: true,
          hidden: false,
        },
        {
          version: 1,
          uid: 'here',
          name: 'here',
          displayName: '',
          description: '',
          group: '',
          updated: '2023-11-14T22:13:20Z',
          created: '2023-11-14T22:13:20Z',
          global: false,
          hidden: false,
        },
      ]),
    )
    expect(await told(as(root).del(`${path()}/here`))).toEqual(said(words.removed))
    expect(await uidsOf(path())).toEqual([usersReader])
    expect(await rows()).toEqual([[usersReader, 1]])
  })

  it('are given twice like once, and taken away once', async () => {
    for (const _ of [1, 2]) expect(await told(as(root).post(path(), { roleUid: 'here' }))).toEqual(said(words.added))
    expect(await rows()).toEqual([['here', 1]])
    expect(await told(as(root).del(`${path()}/here`))).toEqual(said(words.removed))
    expect(await told(as(root).del(`${path()}/here`))).toEqual(said('Role assignment not found', 404))
  })

  it('are one row when they are given twenty times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => as(root).post(path(), { roleUid: 'here' })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await rows()).toEqual([['here', 1]])
  })

  it('are set to exactly a list; hidden ones only where they are meant', async () => {
    const set = (body: object) => told(as(root).put(path(), body))
    expect(await set({ roleUids: ['here', 'hidden', 'here'] })).toEqual(said(words.updated))
    expect(await uidsOf(path())).toEqual(['here'])
    expect(await uidsOf(`${path()}?includeHidden=true`)).toEqual(['here', 'hidden'])
    expect(await set({ roleUids: ['anywhere', usersReader] })).toEqual(said(words.updated))
    expect(await uidsOf(`${path()}?includeHidden=true`)).toEqual(['anywhere', usersReader, 'hidden'])
    expect(await set({ roleUids: ['anywhere'], includeHidden: true })).toEqual(said(words.updated))
    expect(await uidsOf(`${path()}?includeHidden=true`)).toEqual(['anywhere'])
    for (const nothing of [{ roleUids: null }, {}, { roleUids: [] }]) {
      expect(await set(nothing)).toEqual(said(words.updated))
      expect(await rows()).toEqual([])
    }
  })

  it('are set all together or not at all', async () => {
    await as(root).put(path(), { roleUids: ['here'] })
    expect(await told(as(root).put(path(), { roleUids: ['anywhere', 'nowhere'] }))).toEqual(said('Role not found', 404))
    expect(await told(as('dora:pass').put(path(), { roleUids: ['anywhere', usersReader] }))).toEqual(
      denied('users:read', 'global.users:*'),
    )
    expect(await uidsOf(path())).toEqual(['here'])
  })

  it.each<[string, object, object]>([
    ['a role that is none', { roleUid: 'nowhere' }, said('Role not found', 404)],
    ["another org's role", { roleUid: 'there' }, said('Role not found', 404)],
    [
      'a basic role',
      { roleUid: 'basic_viewer' },
      said('Basic roles cannot be assigned: change the role in the organization', 400),
    ],
    ['no role', {}, traced(400, 'bad request data')],
    ['an empty uid', { roleUid: '' }, traced(400, 'bad request data')],
    ['a number', { roleUid: 7 }, traced(400, 'bad request data')],
    ['a text for global', { roleUid: 'here', global: 'true' }, traced(400, 'bad request data')],
  ])('are not %s', async (_, body, answer) => {
    expect(await told(as(root).post(path(), body))).toEqual(answer)
    expect(await rows()).toEqual([])
  })

  it('are no more than a thousand', async () => {
    const roleUids = Array.from({ length: 1001 }, () => 'here')
    expect(await told(as(root).put(path(), { roleUids }))).toEqual(traced(400, 'bad request data'))
  })

  it('are passed on and taken away only by who holds all that they grant', async () => {
    const dora = as('dora:pass')
    expect(await told(dora.post(path(), { roleUid: 'here' }))).toEqual(said(words.added))
    expect(await told(dora.post(path(), { roleUid: usersReader }))).toEqual(denied('users:read', 'global.users:*'))
    await as(root).post(path(), { roleUid: usersReader })
    expect(await told(dora.del(`${path()}/${usersReader}`))).toEqual(denied('users:read', 'global.users:*'))
    expect(await told(dora.put(path(), { roleUids: ['here'] }))).toEqual(denied('users:read', 'global.users:*'))
    // What stays isn't hers to hold.
    expect(await told(dora.put(path(), { roleUids: ['anywhere', usersReader] }))).toEqual(said(words.updated))
    expect(await told(dora.put(path(), { roleUids: [usersReader] }))).toEqual(said(words.updated))
    expect(await rows()).toEqual([[usersReader, 1]])
  })

  it('are not raised by a token with limits', async () => {
    const limited = await as(root).post('/api/user/tokens', { name: `for ${noun}`, secondsToLive: 1000 })
    const token = as({ token: textIn(limited.body, 'key') })
    const refusal = said(
      'A token with an expiry or with limited permissions cannot create credentials or raise rights',
      403,
    )
    expect(await token.post(path(), { roleUid: 'here' })).toMatchObject(refusal)
    expect(await token.put(path(), { roleUids: ['here'] })).toMatchObject(refusal)
  })

  it('cost two trips to read and three to change', async () => {
    const d1 = countingD1()
    const cost = async (method: string, at: string, body?: unknown) => {
      d1.reset()
      const { status } = await call(root, method, at, { body, bindings: { DB: d1.db } })
      return [status, d1.count.trips]
    }
    await as(root).get('/api/user')
    expect(await cost('POST', path(), { roleUid: 'here' })).toEqual([200, 3])
    expect(await cost('GET', path())).toEqual([200, 2])
    expect(d1.count.rowsRead).toBeLessThanOrEqual(30)
    expect(await cost('PUT', path(), { roleUids: ['anywhere', 'hidden'] })).toEqual([200, 3])
    expect(await cost('DELETE', `${path()}/hidden`)).toEqual([200, 3])
  })
})

describe('a role that is given', () => {
  const mayReadUsers = async (who: Who, headers = {}) => (await as(who).get('/api/users/1', headers)).status

  it('counts for a user on the next request, by cookie, password and token', async () => {
    const cookie = await logIn('vic', 'pass')
    const token = { token: textIn((await as('vic:pass').post('/api/user/tokens', { name: 't' })).body, 'key') }
    const callers = [cookie, 'vic:pass', token]
    for (const caller of callers) expect(await mayReadUsers(caller)).toBe(403)
    await as(root).post(ofUser(ids.vic), { roleUid: usersReader })
    for (const caller of callers) expect(await mayReadUsers(caller)).toBe(200)
    await as(root).del(`${ofUser(ids.vic)}/${usersReader}`)
    for (const caller of callers) expect(await mayReadUsers(caller)).toBe(403)
  })

  it('counts for those on the team, as long as they are', async () => {
    const cookie = await logIn('val', 'pass')
    expect(await mayReadUsers(cookie)).toBe(403)
    await as(root).post(ofTeam(team), { roleUid: usersReader })
    for (const caller of [cookie, 'val:pass']) expect(await mayReadUsers(caller)).toBe(200)
    expect(await mayReadUsers('vic:pass')).toBe(403)
    await as(root).del(`/api/teams/${team}/members/${ids.val}`)
    expect(await mayReadUsers(cookie)).toBe(403)
    await as(root).post(`/api/teams/${team}/members`, { userId: ids.val })
    expect(await mayReadUsers(cookie)).toBe(200)
    await as(root).put(ofTeam(team), { roleUids: [] })
    expect(await mayReadUsers(cookie)).toBe(403)
  })

  it('counts for a service account, and with `global` beyond its org', async () => {
    expect(await mayReadUsers(robot)).toBe(403)
    await as(root).post(ofAccount(account), { roleUid: usersReader })
    expect(await mayReadUsers(robot)).toBe(200)
    const otherOrg = () => as(robot).get('/api/orgs/2')
    await makeRole('orgs', { grants: [['orgs:read', '']] })
    await as(root).post(ofAccount(account), { roleUid: 'orgs' })
    expect((await otherOrg()).status).toBe(403)
    await as(root).post(ofAccount(account), { roleUid: 'orgs', global: true })
    expect((await otherOrg()).status).toBe(200)
    await as(root).del(`${ofAccount(account)}/${usersReader}`)
    expect(await mayReadUsers(robot)).toBe(403)
  })

  it('decides nothing in another org', async () => {
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'vic', role: 'Viewer' })
    await as(root).post(ofUser(ids.vic), { roleUid: usersReader })
    expect(await mayReadUsers('vic:pass', inOrg(1))).toBe(200)
    expect(await mayReadUsers('vic:pass', inOrg(2))).toBe(403)
    expect(await uidsOf(ofUser(ids.vic), root, inOrg(2))).toEqual([])
    await as(root).post(ofUser(ids.vic), { roleUid: usersReader, global: true })
    expect(await mayReadUsers('vic:pass', inOrg(2))).toBe(200)
    expect(await uidsOf(ofUser(ids.vic), root, inOrg(2))).toEqual([usersReader])
    expect(await uidsOf(ofUser(ids.vic))).toEqual([usersReader])
    expect(await told(as(root).del(`${ofUser(ids.vic)}/${usersReader}?global=true`))).toEqual(
      said('Role removed from user.'),
    )
    expect(await mayReadUsers('vic:pass', inOrg(2))).toBe(403)
    expect(await rows()).toEqual([[usersReader, 1]])
    await as(root).del(`/api/orgs/2/users/${ids.vic}`)
  })

  it('in one org and everywhere are two sets', async () => {
    const path = ofUser(ids.vic)
    await as(root).put(path, { roleUids: ['here', 'anywhere'] })
    await as('gwen:pass').put(path, { roleUids: ['anywhere', usersReader], global: true })
    await as(root).put(path, { roleUids: [] })
    expect(await rows()).toEqual([
      ['anywhere', 0],
      [usersReader, 0],
    ])
    await as('gwen:pass').put(path, { roleUids: [usersReader], global: true })
    expect(await rows()).toEqual([[usersReader, 0]])
  })

  it('goes when its owner leaves or is deleted, with the role, and with the org', async () => {
    const guest = await person('guest')
    await as(root).put(ofUser(guest), { roleUids: ['here', usersReader] })
    await as('gwen:pass').put(ofUser(guest), { roleUids: ['anywhere'], global: true })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'guest', role: 'Viewer' })
    await as(root).del(`/api/orgs/1/users/${guest}`)
    expect(await rows()).toEqual([['anywhere', 0]])
    await as(root).del(`/api/admin/users/${guest}`)
    expect(await rows()).toEqual([])

    const brief = numberIn((await as(root).post('/api/teams', { name: 'Brief' })).body, 'teamId')
    await as(root).put(ofTeam(brief), { roleUids: ['here', usersReader] })
    await as(root).del(`/api/teams/${brief}`)
    const drone = numberIn((await as(root).post('/api/serviceaccounts', { name: 'drone' })).body, 'id')
    await as(root).put(ofAccount(drone), { roleUids: ['here', usersReader] })
    await as(root).del(`/api/serviceaccounts/${drone}`)
    expect(await rows()).toEqual([])

    await makeRole('short', { grants: [] })
    await as(root).post(ofUser(ids.vic), { roleUid: 'short' })
    await as(root).post(ofTeam(team), { roleUid: 'short' })
    await run("DELETE FROM roles WHERE uid = 'short'")
    expect(await rows()).toEqual([])

    const org = numberIn((await as(root).post('/api/orgs', { name: 'Three' })).body, 'orgId')
    await as(root).post(ofUser(ids.vic), { roleUid: usersReader }, inOrg(org))
    expect(await rows()).toEqual([[usersReader, org]])
    await as(root).del(`/api/orgs/${org}`)
    expect(await rows()).toEqual([])
  })
})

describe('nobody gains', () => {
  it.each<[string, () => object, () => ReturnType<typeof call>]>([
    [
      'by giving itself what it lacks',
      () => denied('users:read', 'global.users:*'),
      () => as('dora:pass').post(ofUser(ids.dora), { roleUid: usersWriter }),
    ],
    [
      'by the role of the same set',
      () => denied('users:read', 'global.users:*'),
      () => as('dora:pass').put(ofUser(ids.dora), { roleUids: ['here', rolesWriter, usersWriter] }),
    ],
    [
      'by giving everywhere what it holds in its org',
      () => denied('users.roles:add', 'permissions:type:delegate'),
      () => as('dora:pass').post(ofUser(ids.vic), { roleUid: 'anywhere', global: true }),
    ],
    [
      'by setting what counts everywhere',
      () => denied('users.roles:add', 'permissions:type:delegate'),
      () => as('dora:pass').put(ofUser(ids.vic), { roleUids: [], global: true }),
    ],
    [
      'by taking away what counts everywhere',
      () => denied('users.roles:remove', 'permissions:type:delegate'),
      () => as('dora:pass').del(`${ofUser(ids.gwen)}/anywhere?global=1`),
    ],
    [
      'by giving an account everywhere what it holds in its org',
      () => denied('users.roles:add', 'permissions:type:delegate'),
      () => as('dora:pass').post(ofAccount(account), { roleUid: 'anywhere', global: true }),
    ],
    [
      'everywhere beyond what it holds there',
      () => denied('users:write', 'global.users:*'),
      () => as('gwen:pass').post(ofUser(ids.vic), { roleUid: usersWriter, global: true }),
    ],
    [
      'by a role of one org that would count in all',
      () => said('A role of one organization cannot be assigned in all of them', 400),
      () => as('gwen:pass').post(ofUser(ids.vic), { roleUid: 'here', global: true }),
    ],
    [
      "by reaching for a stranger's roles",
      () => said('user not found', 404),
      () => as('dora:pass').get(ofUser(ids.olive)),
    ],
    [
      'by giving a stranger roles',
      () => said('user not found', 404),
      () => as('dora:pass').post(ofUser(ids.olive), { roleUid: 'here' }),
    ],
    [
      "by another org's team",
      () => said('Team not found', 404),
      () => as('dora:pass').post(ofTeam(theirTeam), { roleUid: 'anywhere' }),
    ],
    [
      "by another org's account",
      () => traced(404, 'Failed to retrieve service account'),
      () => as('dora:pass').post(ofAccount(theirAccount), { roleUid: 'anywhere' }),
    ],
    [
      'as a viewer',
      () => denied('users.roles:add', 'permissions:type:delegate'),
      () => as('vic:pass').post(ofUser(ids.vic), { roleUid: 'here' }),
    ],
    [
      'as an admin of the org',
      () => denied('users:read', 'global.users:*'),
      () => as('olive:pass').post(ofUser(ids.olive), { roleUid: usersWriter }),
    ],
    [
      'in an org in which it passes on nothing',
      () => denied('users.roles:add', 'permissions:type:delegate'),
      () => as('dora:pass').post(ofUser(ids.olive), { roleUid: 'there' }, inOrg(2)),
    ],
  ])('%s', async (_, answer, attempt) => {
    const before = await env.DB.prepare('SELECT * FROM role_assignments').all()
    expect(await told(attempt())).toEqual(answer())
    expect((await env.DB.prepare('SELECT * FROM role_assignments').all()).results).toEqual(before.results)
  })

  it.each<[string, () => ReturnType<typeof call>, object]>([
    ['an unknown user', () => as(root).get(ofUser(999)), said('user not found', 404)],
    ['an unknown user to add to', () => as(root).post(ofUser(999), { roleUid: 'here' }), said('user not found', 404)],
    ['an unknown user to set', () => as(root).put(ofUser(999), { roleUids: [] }), said('user not found', 404)],
    ['an unknown user to take from', () => as(root).del(`${ofUser(999)}/here`), said('user not found', 404)],
    ['user 0', () => as(root).get(ofUser(0)), said('user not found', 404)],
    ['letters for a user', () => as(root).get('/api/access-control/users/x/roles'), traced(400, 'userId is invalid')],
    ['an unknown team', () => as(root).get(ofTeam(999)), said('Team not found', 404)],
    ["another org's team", () => as(root).get(ofTeam(theirTeam)), said('Team not found', 404)],
    ["another org's team to set", () => as(root).put(ofTeam(theirTeam), {}), said('Team not found', 404)],
    ['letters for a team', () => as(root).get('/api/access-control/teams/x/roles'), traced(400, 'teamId is invalid')],
    ['an unknown account', () => as(root).get(ofAccount(999)), traced(404, 'Failed to retrieve service account')],
    [
      'letters for an account',
      () => as(root).get('/api/access-control/serviceaccounts/x/roles'),
      traced(400, 'Service Account ID is invalid'),
    ],
    ['a role that is none', () => as(root).del(`${ofUser(ids.vic)}/nowhere`), said('Role not found', 404)],
    [
      'an org that is none',
      () => as(root).post(ofUser(ids.vic), { roleUid: usersReader }, inOrg(999)),
      traced(404, 'Organization not found'),
    ],
  ])('finds nothing for %s', async (_, attempt, answer) => {
    expect(await told(attempt())).toEqual(answer)
  })

  it('without an org, only everywhere', async () => {
    await person('nomad', { OrgId: 2 })
    const { id } = { id: (await as(root).get('/api/users/lookup?loginOrEmail=nomad')).body }
    const nomad = numberIn(id, 'id')
    await as(root).put(`/api/admin/users/${nomad}/permissions`, { isGrafanaAdmin: true })
    await as(root).del(`/api/orgs/2/users/${nomad}`)
    const none = said('You are in no organization: choose one', 400)
    expect(await told(as('nomad:pass').post(ofUser(ids.vic), { roleUid: usersReader }))).toEqual(none)
    expect(await told(as('nomad:pass').put(ofUser(ids.vic), { roleUids: [usersReader] }))).toEqual(none)
    expect(await told(as('nomad:pass').del(`${ofUser(ids.vic)}/${usersReader}`))).toEqual(none)
    expect(await told(as('nomad:pass').put(ofRole(usersReader), { users: [ids.vic] }))).toEqual(none)
    expect(await told(as('nomad:pass').post(ofTeam(team), { roleUid: usersReader }))).toEqual(none)
    expect((await as('nomad:pass').get(ofRole(usersReader))).body).toMatchObject({ users: [] })
    expect(await rows()).toEqual([])
    expect(await told(as('nomad:pass').post(ofUser(ids.vic), { roleUid: usersReader, global: true }))).toEqual(
      said('Role added to the user.'),
    )
    expect(await rows()).toEqual([[usersReader, 0]])
    await as(root).del(`/api/admin/users/${nomad}`)
  })

  it('who may on the whole server reaches whoever there is', async () => {
    expect(await told(as('gwen:pass').post(ofUser(ids.olive), { roleUid: usersReader }))).toEqual(
      said('Role added to the user.'),
    )
    expect(await uidsOf(ofUser(ids.olive), 'gwen:pass')).toEqual([usersReader])
    expect(await rows()).toEqual([[usersReader, 1]])
  })
})

/** D1 that does something else just before the batch that writes. */
function racing(before: () => Promise<unknown>) {
  let trips = 0
  return new Proxy(env.DB, {
    get(target, key) {
      if (key !== 'batch') return Reflect.get(target, key).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        trips += 1
        if (trips === 2) await before()
        return target.batch(statements)
      }
    },
  })
}

describe('what changes meanwhile', () => {
  const changed = said('It was changed by somebody else meanwhile: try again', 409)
  const while_ = (before: () => Promise<unknown>, method: string, path: string, body?: unknown) =>
    told(call(root, method, path, { body, bindings: { DB: racing(before) } }))

  beforeEach(async () => {
    await run("DELETE FROM roles WHERE uid = 'moving'")
    await makeRole('moving', { grants: [] })
  })

  const upgrade = () =>
    run(`UPDATE roles SET version = 2, permissions = '[["users:write","global.users:*"]]' WHERE uid = 'moving'`)

  it('a role is not given by mistake', async () => {
    expect(await while_(upgrade, 'POST', ofUser(ids.vic), { roleUid: 'moving' })).toEqual(changed)
    expect(await while_(upgrade, 'PUT', ofTeam(team), { roleUids: ['moving'] })).toEqual(
      said('Team roles have been updated.'),
    )
    await as(root).put(ofTeam(team), { roleUids: ['here'] })
    await run("UPDATE roles SET version = 1 WHERE uid = 'moving'")
    expect(await while_(upgrade, 'PUT', ofTeam(team), { roleUids: ['moving'] })).toEqual(changed)
    expect(await uidsOf(ofTeam(team))).toEqual(['here'])
    await run("UPDATE roles SET version = 1 WHERE uid = 'moving'")
    expect(await while_(upgrade, 'PUT', ofRole('moving'), { users: [ids.vic] })).toEqual(changed)
    expect(await rows()).toEqual([['here', 1]])
  })

  it('a role that is deleted is given to nobody', async () => {
    const remove = () => run("DELETE FROM roles WHERE uid = 'moving'")
    expect(await while_(remove, 'POST', ofUser(ids.vic), { roleUid: 'moving' })).toEqual(changed)
    expect(await rows()).toEqual([])
  })

  it('an owner who is deleted, or an org, is given nothing', async () => {
    const guest = await person('ghost')
    const remove = () => as(root).del(`/api/admin/users/${guest}`)
    expect(await while_(remove, 'POST', ofUser(guest), { roleUid: 'moving' })).toEqual(changed)
    const org = numberIn((await as(root).post('/api/orgs', { name: 'Four' })).body, 'orgId')
    const path = `${ofUser(ids.vic)}?targetOrgId=${org}`
    expect(await while_(() => as(root).del(`/api/orgs/${org}`), 'POST', path, { roleUid: 'moving' })).toEqual(changed)
    expect(await rows()).toEqual([])
  })

  it('whoever leaves the org keeps nothing from who has no say beyond it', async () => {
    const guest = await person('leaver')
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'leaver', role: 'Viewer' })
    const leave = () => as(root).del(`/api/orgs/1/users/${guest}`)
    const bindings = { DB: racing(leave) }
    const sent = { body: { roleUid: 'here' }, bindings }
    expect(await told(call('dora:pass', 'POST', ofUser(guest), sent))).toEqual(changed)
    expect(await rows()).toEqual([])
  })

  it('a list is set to what was looked at, or not', async () => {
    const give = (uid: string) => () => as(root).post(ofUser(ids.vic), { roleUid: uid })
    expect(await while_(give(usersReader), 'PUT', ofUser(ids.vic), { roleUids: ['here'] })).toEqual(changed)
    expect(await rows()).toEqual([[usersReader, 1]])
    const take = () => as(root).del(`${ofUser(ids.vic)}/${usersReader}`)
    expect(await while_(take, 'PUT', ofUser(ids.vic), { roleUids: ['here'] })).toEqual(changed)
    expect(await while_(give('anywhere'), 'PUT', ofRole('anywhere'), { teams: [team] })).toEqual(changed)
    expect(await rows()).toEqual([['anywhere', 1]])
    const gone = () => as(root).del(`${ofUser(ids.vic)}/anywhere`)
    expect(await while_(gone, 'DELETE', `${ofUser(ids.vic)}/anywhere`)).toEqual(said('Role assignment not found', 404))
  })
})

describe('the assignments of a role', () => {
  const set = (body: object, who: Who = root) => told(as(who).put(ofRole('anywhere'), body))
  const shown = (users: unknown[], teams: unknown[] = [], accounts: unknown[] = []) => ({
    status: 200,
    body: { role_uid: 'anywhere', users, teams, service_accounts: accounts },
  })

  it('are set and read as a whole', async () => {
    expect((await as(root).get(ofRole('anywhere'))).text).toBe(
      '{"role_uid":"anywhere","users":[],"teams":[],"service_accounts":[]}',
    )
    const { vic = 0, val = 0, olive = 0 } = ids
    const all = { users: [olive, vic, vic], teams: [team], service_accounts: [account] }
    expect(await set(all)).toEqual(shown([vic, olive], [team], [account]))
    expect(await told(as(root).get(ofRole('anywhere')))).toEqual(shown([vic, olive], [team], [account]))
    expect(await set({ users: [val], teams: null })).toEqual(shown([val]))
    expect(await rows()).toEqual([['anywhere', 1]])
    expect(await set({ users: null, teams: null, service_accounts: null })).toEqual(shown([]))
    expect(await rows()).toEqual([])
  })

  it('are those of the org, not those that count everywhere', async () => {
    await as('gwen:pass').post(ofUser(ids.vic), { roleUid: 'anywhere', global: true })
    await as(root).post(ofUser(ids.olive), { roleUid: 'anywhere' }, inOrg(2))
    expect(await told(as(root).get(ofRole('anywhere')))).toEqual(shown([]))
    expect(await set({})).toEqual(shown([]))
    expect(await rows()).toEqual([
      ['anywhere', 0],
      ['anywhere', 2],
    ])
  })

  it('count once somebody is a member', async () => {
    expect(await told(as(root).put(ofRole(usersReader), { users: [ids.olive] }))).toMatchObject({ status: 200 })
    const inOne = () => as('olive:pass').get('/api/users/1', inOrg(1))
    expect((await inOne()).status).toBe(403)
    await as(root).post('/api/orgs/1/users', { loginOrEmail: 'olive', role: 'Viewer' })
    expect((await inOne()).status).toBe(200)
    await as(root).del(`/api/orgs/1/users/${ids.olive}`)
    expect(await rows()).toEqual([])
  })

  it.each<[string, () => object, object]>([
    ['an unknown user', () => ({ users: [ids.vic, 999] }), said('user not found: 999', 404)],
    ['an unknown team', () => ({ users: [ids.vic], teams: [999] }), said('team not found: 999', 404)],
    ['an unknown account', () => ({ service_accounts: [999] }), said('service account not found: 999', 404)],
    ['user 0', () => ({ users: [0] }), said('user not found: 0', 404)],
    ['a text', () => ({ users: ['1'] }), traced(400, 'bad request data')],
    ['no list', () => ({ users: 1 }), traced(400, 'bad request data')],
  ])('are not changed for %s', async (_, body, answer) => {
    await set({ users: [ids.val] })
    expect(await set(body())).toEqual(answer)
    expect(await told(as(root).get(ofRole('anywhere')))).toEqual(shown([ids.val]))
  })

  it("are not those of another org's teams and accounts", async () => {
    expect(await set({ teams: [theirTeam] })).toEqual(said(`team not found: ${theirTeam}`, 404))
    expect(await set({ service_accounts: [theirAccount] })).toEqual(
      said(`service account not found: ${theirAccount}`, 404),
    )
  })

  it.each<[string, string, number, string]>([
    ['an unknown role', 'nowhere', 404, 'Role not found'],
    ["another org's role", 'there', 404, 'Role not found'],
    ['a basic role', 'basic_admin', 400, 'Basic roles cannot be assigned: change the role in the organization'],
  ])('are none for %s', async (_, uid, status, message) => {
    expect(await told(as(root).put(ofRole(uid), {}))).toEqual(said(message, status))
  })

  it('of a fixed role, a basic one and none are read alike', async () => {
    expect((await as(root).get(ofRole(usersReader))).body).toMatchObject({ role_uid: usersReader, users: [] })
    expect((await as(root).get(ofRole('basic_viewer'))).body).toMatchObject({ users: [] })
    expect(await told(as(root).get(ofRole('nowhere')))).toEqual(said('Role not found', 404))
  })

  it('are changed by who may give and take, and holds the role', async () => {
    const to = (uid: string, body: object) => told(as('dora:pass').put(ofRole(uid), body))
    expect(await to(usersReader, { users: [ids.vic] })).toEqual(denied('users:read', 'global.users:*'))
    expect(await to('anywhere', { users: [ids.olive] })).toEqual(said(`user not found: ${ids.olive}`, 404))
    await set({ users: [ids.olive] })
    expect(await to('anywhere', { users: [ids.vic, ids.olive] })).toEqual(shown([ids.vic, ids.olive]))
    expect(await to('anywhere', { users: [ids.olive] })).toEqual(shown([ids.olive]))
    expect(await told(as('vic:pass').put(ofRole('anywhere'), {}))).toEqual(
      denied('any of users.roles:add, users.roles:remove, teams.roles:add, teams.roles:remove', 'nothing'),
    )
  })

  it('take only the permissions that the change needs', async () => {
    const delegate = 'permissions:type:delegate'
    await makeRole('adds', { orgId: 1, grants: [['users.roles:add', delegate]] })
    await as(root).put(ofUser(ids.vic), { roleUids: ['adds', 'here'] })
    const users = [ids.vic, ids.dora, ids.val]
    const vic = (body: object) => told(as('vic:pass').put(ofRole('here'), body))
    expect(await vic({ users, service_accounts: [account] })).toMatchObject({ status: 200 })
    expect(await vic({ users })).toEqual(denied('users.roles:remove', delegate))
    expect(await vic({ users, service_accounts: [account], teams: [team] })).toEqual(
      denied('teams.roles:add', delegate),
    )
    await run("DELETE FROM roles WHERE uid = 'adds'")
  })

  it('cost two trips to read and three to change, and few rows', async () => {
    const d1 = countingD1()
    await set({ users: [ids.vic], teams: [team], service_accounts: [account] })
    d1.reset()
    await call(root, 'GET', ofRole('anywhere'), { bindings: { DB: d1.db } })
    expect(d1.count.trips).toBe(2)
    expect(d1.count.rowsRead).toBeLessThanOrEqual(20)
    d1.reset()
    await call(root, 'PUT', ofRole('anywhere'), { body: { users: [ids.val] }, bindings: { DB: d1.db } })
    expect(d1.count.trips).toBe(3)
    expect(d1.count.rowsRead).toBeLessThanOrEqual(200)
  })

  it('are not raised by a token with limits', async () => {
    const limited = await as(root).post('/api/user/tokens', { name: 'assigns', secondsToLive: 1000 })
    expect(await set({}, { token: textIn(limited.body, 'key') })).toMatchObject({ status: 403 })
  })

  it('are many', async () => {
    await run(
      `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)
       INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at)
       SELECT i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 0, 0 FROM n`,
    )
    const users = Array.from({ length: 2000 }, (_, n) => 1000 + n)
    expect(await set({ users })).toEqual(shown(users))
    expect(await set({ users: users.slice(1) })).toEqual(shown(users.slice(1)))
    expect(await told(as(root).get(ofRole('anywhere')))).toEqual(shown(users.slice(1)))
  })
})

describe('the roles of many', () => {
  const users = '/api/access-control/users/roles/search'
  const teams = '/api/access-control/teams/roles/search'
  const found = async (path: string, body: object, who: Who = root) => {
    const answer = await as(who).post(path, body)
    expect(answer.status).toBe(200)
    return Object.fromEntries(
      Object.entries(Object(answer.body)).map(([id, roles]) => [
        id,
        Array.isArray(roles) ? roles.map((role) => textIn(role, 'uid')) : [],
      ]),
    )
  }

  it('are found by ids of users', async () => {
    const { vic = 0, val = 0, olive = 0 } = ids
    await as(root).put(ofUser(vic), { roleUids: ['here', 'hidden'] })
    await as(root).put(ofUser(vic), { roleUids: [usersReader], global: true })
    await as(root).post(ofUser(olive), { roleUid: 'there' }, inOrg(2))
    const userIds = [vic, vic, val, olive, 999]
    expect(await found(users, { userIds })).toEqual({ [vic]: [usersReader, 'here'], [val]: [], [olive]: [] })
    expect(await found(users, { userIds: [vic], includeHidden: true })).toEqual({
      [vic]: [usersReader, 'here', 'hidden'],
    })
    expect(await found(users, { userIds, orgId: 2 })).toEqual({ [vic]: [usersReader], [val]: [], [olive]: ['there'] })
    expect(await found(users, { userIds: [] })).toEqual({})
    expect(await found(users, {})).toEqual({})
  })

  it('are found by ids of teams', async () => {
    await as(root).put(ofTeam(team), { roleUids: ['here'] })
    expect(await found(teams, { teamIds: [team, theirTeam, 999] })).toEqual({ [team]: ['here'] })
    expect(await found(teams, { teamIds: [team, theirTeam], orgId: 2 })).toEqual({ [theirTeam]: [] })
  })

  it('are those of the org for who reads them there alone', async () => {
    const { vic = 0, olive = 0 } = ids
    expect(await found(users, { userIds: [vic, olive] }, 'dora:pass')).toEqual({ [vic]: [] })
    expect(await told(as('dora:pass').post(users, { userIds: [olive], orgId: 2 }))).toEqual(
      denied('users.roles:read', 'users:*'),
    )
    expect(await told(as('dora:pass').post(teams, { teamIds: [theirTeam], orgId: 2 }))).toEqual(
      denied('teams.roles:read', 'teams:*'),
    )
  })

  it.each([
    ['a thousand and one', { userIds: Array.from({ length: 1001 }, (_, n) => n) }],
    ['a text', { userIds: ['1'] }],
  ])('are not found by %s', async (_, body) => {
    expect(await told(as(root).post(users, body))).toEqual(traced(400, 'bad request data'))
  })

  it('cost two trips, and no rows for the roles that nobody asked about', async () => {
    const d1 = countingD1()
    await run(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
       INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions)
       SELECT 'n' || i, i % 2, 'n' || i, 1, 0, 0, '[]' FROM n`,
    )
    await call(root, 'POST', users, { body: { userIds: [ids.vic, ids.val] }, bindings: { DB: d1.db } })
    expect(d1.count.trips).toBe(2)
    expect(d1.count.rowsRead).toBeLessThanOrEqual(30)
  })
})
