import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { knownActions } from '../src/auth/actions.ts'
import { allowedAmong } from '../src/auth/metadata.ts'
import { allows, type Grant } from '../src/auth/permissions.ts'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// Rolf is a Viewer of org 1 who has something from everywhere; olive is Admin of org 2 alone; rita reads permissions in org 1
// and gina everywhere.

const people: Record<string, number> = {}
const grantsOf: Record<string, Grant[]> = {
  mine: [
    ['users:read', 'global.users:id:7'],
    ['orgs:read', ''],
  ],
  everywhere: [['server.stats:read', '']],
  ours: [['teams:read', 'teams:id:99']],
  viewers: [['apikeys:read', 'apikeys:*']],
  elsewhere: [['apikeys:delete', 'apikeys:*']],
}
let team: number
let account: number

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const give = (column: string, owner: number, orgId: number, uid: string) =>
  run(`INSERT INTO role_assignments (role_uid, org_id, ${column}, created_at) VALUES (?, ?, ?, 0)`, uid, orgId, owner)
const reader = 'fixed_GkfG-1NSwEGb4hpK3-E3qHyNltc'

const maintainer = 'fixed_CMm-uuBaPUBf4r8XG3jIvxo55bg'

const of = (login: string) => `/api/access-control/users/${people[login]}/permissions`
const message = (status: number, text: string) => ({ status, body: { message: text } })
const denied = (action: string) =>
  message(403, `You'll need additional permissions to perform this action. Permissions needed: ${action}`)

beforeAll(async () => {
  for (const login of ['rolf', 'olive', 'rita', 'gina', 'dora', 'vic']) people[login] = await person(login)
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  await run('DELETE FROM org_members WHERE org_id = 1 AND user_id = ?', people.olive)
  for (const [uid, grants] of Object.entries(grantsOf)) {
    const orgId = uid === 'elsewhere' ? 2 : 0
    const values = [uid, orgId, `Role ${uid}`, JSON.stringify(grants)]
    await run(
      'INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (?, ?, ?, 1, 0, 0, ?)',
      ...values,
    )
  }
  const { rolf = 0, olive = 0, rita = 0, gina = 0, dora = 0 } = people
  team = numberIn((await as(root).post('/api/teams', { name: 'Team' })).body, 'teamId')
  await as(root).post(`/api/teams/${team}/members`, { userId: rolf })
  account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'SA' })).body, 'id')
  const sharing = `/api/access-control/serviceaccounts/${account}`
  await as(root).post(`${sharing}/users/${rolf}`, { permission: 'Edit' })
  await as(root).post(`${sharing}/teams/${team}`, { permission: 'Edit' })
  await give('user_id', rolf, 1, 'mine')
  await give('user_id', rolf, 0, 'everywhere')
  await give('team_id', team, 1, 'ours')
  await give('basic_rank', 1, 1, 'viewers')
  await give('basic_rank', 1, 2, 'elsewhere')
  await give('user_id', olive, 0, 'everywhere')
  await give('user_id', rita, 1, reader)
  await give('user_id', gina, 0, reader)
  await give('user_id', gina, 0, maintainer)
  await give('user_id', dora, 0, 'everywhere')
  await as(root).post(`/api/admin/users/${dora}/disable`)
})

describe("somebody's permissions", () => {
  it('are what everything gives them in the org, each once, in order', async () => {
    const { status, body } = await as(root).get(of('rolf'))
    expect({ status, body }).toEqual({
      status: 200,
      body: [
        { action: 'apikeys:read', scope: 'apikeys:*' },
        { action: 'dashboards:read', scope: 'dashboards:*' },
        { action: 'orgs.quotas:read', scope: '' },
        { action: 'orgs:read', scope: '' },
        { action: 'server.stats:read', scope: '' },
        { action: 'serviceaccounts:read', scope: `serviceaccounts:id:${account}` },
        { action: 'serviceaccounts:write', scope: `serviceaccounts:id:${account}` },
        { action: 'teams:read', scope: 'teams:id:99' },
        { action: 'teams:read', scope: `teams:id:${team}` },
        { action: 'users:read', scope: 'global.users:id:7' },
      ].sort((a, b) => (a.action + a.scope < b.action + b.scope ? -1 : 1)),
    })
  })

  it('are the same as they see them themselves', async () => {
    const { body } = await as(root).get(of('rolf'))
    const listed = Array.isArray(body) ? body.map((entry) => textIn(entry, 'action') + textIn(entry, 'scope')) : []
    const own = await as('rolf:pass').get('/api/access-control/user/permissions')
    const seen = Object.entries(Object(own.body)).flatMap(([action, scopes]) =>
      Array.isArray(scopes) ? scopes.map((scope) => action + scope) : [],
    )
    expect(listed.sort()).toEqual(seen.sort())
    const elsewhere = await as('olive:pass').get('/api/access-control/user/permissions', { 'X-Grafana-Org-Id': '1' })
    expect(elsewhere.body).toEqual({ 'server.stats:read': [''] })
  })

  it('tell where they come from', async () => {
    const { body } = await as(root).get(`${of('rolf')}?explain=true`)
    const sources = Object.fromEntries(
      Array.isArray(body)
        ? body.map((entry) => [`${textIn(entry, 'action')} ${textIn(entry, 'scope')}`, Reflect.get(entry, 'sources')])
        : [],
    )
    const viewer = { kind: 'basic role', uid: 'basic_viewer', name: 'basic:viewer' }
    const gift = { kind: 'service account', serviceAccountId: account, permission: 'Edit' }
    expect(sources).toEqual({
      'apikeys:read apikeys:*': [{ kind: 'builtin role', uid: 'viewers', name: 'Role viewers', builtInRole: 'Viewer' }],
      'dashboards:read dashboards:*': [viewer],
      'orgs.quotas:read ': [viewer],
      'orgs:read ': [viewer, { kind: 'role', uid: 'mine', name: 'Role mine', global: false }],
      'server.stats:read ': [{ kind: 'role', uid: 'everywhere', name: 'Role everywhere', global: true }],
      [`serviceaccounts:read serviceaccounts:id:${account}`]: [gift, { ...gift, teamId: team }],
      [`serviceaccounts:write serviceaccounts:id:${account}`]: [gift, { ...gift, teamId: team }],
      'teams:read teams:id:99': [{ kind: 'team role', uid: 'ours', name: 'Role ours', teamId: team }],
      [`teams:read teams:id:${team}`]: [{ kind: 'team', teamId: team, isAdmin: false }],
      'users:read global.users:id:7': [{ kind: 'role', uid: 'mine', name: 'Role mine', global: false }],
    })
  })

  it('of a server admin come from being one, too, and from a fixed role by its name', async () => {
    const { body } = await as(root).get('/api/access-control/users/1/permissions?explain=1')
    expect(body).toContainEqual({
      action: 'users:create',
      scope: '',
      sources: [{ kind: 'server admin', uid: 'basic_grafana_admin', name: 'basic:grafana_admin' }],
    })
    expect((await as(root).get(`${of('gina')}?explain=true`)).body).toContainEqual({
      action: 'roles:read',
      scope: 'roles:*',
      sources: [{ kind: 'role', uid: reader, name: 'fixed:roles:reader', global: true }],
    })
  })

  it('are none while somebody is disabled', async () => {
    expect(await as(root).get(of('dora'))).toMatchObject({ status: 200, body: [] })
  })

  it('count in the org of the request; of whoever is not in it, what counts everywhere', async () => {
    expect((await as(root).get(of('olive'))).body).toEqual([{ action: 'server.stats:read', scope: '' }])
    const { body } = await as(root).get(of('olive'), { 'X-Grafana-Org-Id': '2' })
    expect(body).toContainEqual({ action: 'apikeys:delete', scope: 'apikeys:*' })
    expect(body).toContainEqual({ action: 'teams:create', scope: '' })
    expect((await as(root).get(of('rolf'), { 'X-Grafana-Org-Id': '2' })).body).toEqual([
      { action: 'server.stats:read', scope: '' },
    ])
  })

  it('are read by whoever was let to, in the org where they were', async () => {
    expect((await as('rita:pass').get(of('rolf'))).status).toBe(200)
    expect(await as('rita:pass').get(of('olive'))).toMatchObject(message(404, 'user not found'))
    expect((await as('gina:pass').get(of('olive'))).body).toEqual([{ action: 'server.stats:read', scope: '' }])
    expect(await as('rita:pass').get(of('rolf'), { 'X-Grafana-Org-Id': '2' })).toMatchObject(
      denied('users.permissions:read'),
    )
  })

  it.each<[string, Who, string, object]>([
    ['a stranger', undefined, '/1/permissions', message(401, 'Unauthorized')],
    ['a viewer', 'vic:pass', '/1/permissions', denied('users.permissions:read')],
    ["an org's admin, of nobody", 'olive:pass', '/9999/permissions', message(404, 'user not found')],
    ['somebody who asks for an id that nobody has', root, '/9999/permissions', message(404, 'user not found')],
    ['the same, in one org', 'rita:pass', '/9999/permissions', message(404, 'user not found')],
    ['somebody who asks for no id', root, '/abc/permissions', message(400, 'userId is invalid')],
    ['a viewer of everybody', 'vic:pass', '/permissions', denied('users.permissions:read')],
    ['a viewer who searches', 'vic:pass', '/permissions/search', denied('users.permissions:read')],
    ['who searches for no id', root, '/permissions/search?userId=abc', message(400, 'userId is invalid')],
  ])('are not for %s', async (_, who, path, expected) => {
    expect(await as(who).get(`/api/access-control/users${path}`)).toMatchObject(expected)
  })
})

describe('a search for permissions', () => {
  const search = async (query: string, who: Who = root, headers = {}) => {
    const { status, body } = await as(who).get(`/api/access-control/users/permissions/search${query}`, headers)
    expect(status).toBe(200)
    return body
  }

  it('finds members of the org, not those who are disabled', async () => {
    const found = Object.keys(Object(await search('')))
    const { rolf, rita, gina, vic } = people
    expect(found.map(Number)).toEqual([1, rolf, rita, gina, vic].toSorted((a, b) => Number(a) - Number(b)))
    expect(await search('')).toEqual((await as(root).get('/api/access-control/users/permissions')).body)
    expect(Object.keys(Object(await search('', root, { 'X-Grafana-Org-Id': '2' }))).map(Number)).toEqual([
      1,
      people.olive,
    ])
  })

  it('says of each the same as when they are asked about alone', async () => {
    const all = Object(await search(''))
    for (const login of ['rolf', 'rita', 'gina', 'vic']) {
      const { body } = await as(root).get(of(login))
      const listed = Array.isArray(body) ? body.map((entry) => [textIn(entry, 'action'), textIn(entry, 'scope')]) : []
      const found = Object.entries(Object(all[String(people[login])])).flatMap(([action, scopes]) =>
        Array.isArray(scopes) ? scopes.toSorted().map((scope) => [action, scope]) : [],
      )
      expect(found).toEqual(listed)
      expect(await search(`?userId=${people[login]}`)).toEqual({ [String(people[login])]: all[String(people[login])] })
    }
  })

  it('takes an action, or how it starts, and leaves out who holds none', async () => {
    expect(await search('?action=server.stats:read')).toEqual({
      1: { 'server.stats:read': [''] },
      [String(people.rolf)]: { 'server.stats:read': [''] },
    })
    expect(await search('?action=users')).toEqual({})
    expect(await search(`?userId=${people.rolf}&actionPrefix=orgs.`)).toEqual({
      [String(people.rolf)]: { 'orgs.quotas:read': [''] },
    })
    for (const nobody of [people.olive, 9999]) expect(await search(`?userId=${nobody}`)).toEqual({})
  })

  it('knows what was changed of basic roles', async () => {
    await run(
      "INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES ('basic_viewer', 0, 'basic:viewer', 2, 0, 0, ?)",
      JSON.stringify([['server.stats:read', '']]),
    )
    const held = { 'apikeys:read': ['apikeys:*'], 'server.stats:read': [''] }
    expect(await search(`?userId=${people.vic}`)).toEqual({ [String(people.vic)]: held })
    await run("DELETE FROM roles WHERE uid = 'basic_viewer'")
  })

  it('goes by pages, of which each member is on one', async () => {
    const found: string[] = []
    for (let page = 1; page <= 4; page++) {
      const ids = Object.keys(Object(await search(`?perpage=2&page=${page}`)))
      expect(ids.length).toBeLessThanOrEqual(2)
      found.push(...ids)
    }
    expect(found.toSorted()).toEqual(Object.keys(Object(await search(''))).toSorted())
  })

  it('is for those who may read it of everybody there', async () => {
    expect(Object.keys(Object(await search('', 'rita:pass')))).toHaveLength(5)
    const narrow = JSON.stringify([['users.permissions:read', `users:id:${people.rolf}`]])
    await run(
      "INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES ('narrow', 0, 'narrow', 1, 0, 0, ?)",
      narrow,
    )
    await give('user_id', people.vic ?? 0, 1, 'narrow')
    expect((await as('vic:pass').get(of('rolf'))).status).toBe(200)
    expect(await as('vic:pass').get(of('rita'))).toMatchObject(denied('users.permissions:read'))
    const refused = await as('vic:pass').get('/api/access-control/users/permissions/search')
    expect(refused).toMatchObject(denied('users.permissions:read'))
    await run("DELETE FROM roles WHERE uid = 'narrow'")
  })
})

const everything = (actions: string[]) => Object.fromEntries(actions.map((action) => [action, true]))

describe('accesscontrol=true', () => {
  const members = ['org.users:add', 'org.users:read', 'org.users:remove', 'org.users:write']
  const org = [
    'orgs.preferences:read',
    'orgs.preferences:write',
    'orgs.quotas:read',
    'orgs.quotas:write',
    'orgs:delete',
    'orgs:read',
    'orgs:write',
  ]
  const teamActions = ['teams.permissions:read', 'teams.permissions:write', 'teams:delete', 'teams:read', 'teams:write']

  it('tells of members, between age and being disabled, as Grafana 9.3.2 does', async () => {
    for (const path of ['/api/org/users', '/api/orgs/1/users']) {
      const { text } = await as(root).get(`${path}?accesscontrol=true`)
      const shown = `","accessControl":${JSON.stringify(everything(members))},"isDisabled":`
      expect(text.split(shown)).toHaveLength(7)
      expect((await as(root).get(path)).text).not.toContain('accessControl')
    }
    for (const path of ['/api/org/users/search', '/api/users', '/api/users/search', '/api/user']) {
      expect((await as(root).get(`${path}?accesscontrol=true`)).text).not.toContain('accessControl')
    }
  })

  it('tells of a user, at the end', async () => {
    const { text, body } = await as(root).get(`/api/users/${people.vic}?accesscontrol=true`)
    expect(text).toMatch(/"avatarUrl":"[^"]*","accessControl":\{[^}]*\}\}$/)
    expect(body).toMatchObject({ accessControl: { 'users:read': true, 'users:write': true, 'users:delete': true } })
    expect(text).not.toMatch(/org\.users|"users:create"/)
    expect((await as(root).get(`/api/users/${people.vic}`)).body).not.toHaveProperty('accessControl')
    const limits = [
      { action: 'users:read', scope: 'global.users:*' },
      { action: 'users:write', scope: `global.users:id:${people.rolf}` },
    ]
    const made = await as(root).post('/api/user/tokens', { name: 'limited', permissions: limits })
    const token = { token: textIn(made.body, 'key') }
    const asked = async (login: string) => (await as(token).get(`/api/users/${people[login]}?accesscontrol=true`)).body
    expect(await asked('vic')).toMatchObject({ accessControl: { 'users:read': true } })
    expect(await asked('rolf')).toMatchObject({ accessControl: everything(['users:read', 'users:write']) })
    expect(Object.keys(Object(Reflect.get(Object(await asked('vic')), 'accessControl')))).toEqual(['users:read'])
  })

  it.each<[string, Who, string, string[]]>([
    ["the server's admin", root, '/api/org', org],
    [
      "who maintains orgs, of one that isn't theirs",
      'gina:pass',
      '/api/orgs/2',
      org.filter((it) => !/preferences/.test(it)),
    ],
    ['a viewer', 'vic:pass', '/api/org', ['orgs.quotas:read', 'orgs:read']],
    ['a viewer, by id', 'vic:pass', '/api/orgs/1', ['orgs.quotas:read', 'orgs:read']],
    ['an admin of the org', 'olive:pass', '/api/orgs/2', org.filter((action) => !/delete|quotas:write/.test(action))],
  ])('tells of an org to %s', async (_, who, path, actions) => {
    const { status, text } = await as(who).get(`${path}?accesscontrol=true`)
    expect(status).toBe(200)
    expect(text.endsWith(`},"accessControl":${JSON.stringify(everything(actions))}}`)).toBe(true)
    expect((await as(who).get(path)).body).not.toHaveProperty('accessControl')
  })

  it('tells of teams to whoever sees them, and is null without', async () => {
    const withRoles = [...teamActions, 'teams.roles:read'].sort()
    expect((await as(root).get(`/api/teams/${team}?accesscontrol=true`)).body).toMatchObject({
      accessControl: everything(withRoles),
    })
    expect((await as(root).get(`/api/teams/${team}?accesscontrol=false`)).body).toMatchObject({ accessControl: null })
    const led = numberIn((await as(root).post('/api/teams', { name: 'Led' })).body, 'teamId')
    await as(root).post(`/api/teams/${led}/members`, { userId: people.rolf })
    await as(root).put(`/api/teams/${led}/members/${people.rolf}`, { permission: 4 })
    const { body } = await as('rolf:pass').get('/api/teams/search?accesscontrol=t')
    expect(body).toMatchObject({
      totalCount: 2,
      teams: [
        { id: led, accessControl: everything(teamActions) },
        { id: team, accessControl: { 'teams:read': true } },
      ],
    })
    expect((await as('rolf:pass').get('/api/teams/search')).body).toMatchObject({
      teams: [{ accessControl: null }, { accessControl: null }],
    })
    expect((await as('rolf:pass').get('/api/user/teams?accesscontrol=true')).body).toMatchObject([
      { accessControl: null },
      { accessControl: null },
    ])
  })

  it('says of each thing what the decision says, whatever is held', () => {
    const scopes = fc.constantFrom('', '*', 'users:*', 'users:id:*', 'users:id:7', 'global:users:id:7', 'users:id:70:*')
    const grants = fc.array(fc.tuple(fc.constantFrom('users:read', 'users:write', 'org.users:read'), scopes))
    fc.assert(
      fc.property(fc.array(grants, { minLength: 1, maxLength: 3 }), fc.constantFrom(7, 70, 8), (deciding, id) => {
        for (const prefix of ['users:id:', 'global.users:id:', 'teams:id:']) {
          const allowed = knownActions.filter((action) =>
            deciding.every((held) => allows(held, action, `${prefix}${id}`)),
          )
          expect(allowedAmong(deciding, knownActions, prefix)(id)).toEqual(allowed)
        }
      }),
    )
  })
})

describe('the settings', () => {
  const withRole = async (grants: Grant[] | undefined, uid: string) => {
    const login = `settings-${uid.slice(0, 12)}`
    const id = await person(login)
    if (grants)
      await run(
        'INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (?, 0, ?, 1, 0, 0, ?)',
        uid,
        uid,
        JSON.stringify(grants),
      )
    await give('user_id', id, 1, uid)
    return (await as(`${login}:pass`).get('/api/admin/settings')).body
  }

  it.each<[string, string, Grant[], object]>([
    ['a section', 'section', [['settings:read', 'settings:server:*']], { server: { root_url: '' } }],
    [
      'one of them',
      'one',
      [['settings:read', 'settings:auth:login_cookie_name']],
      { auth: { login_cookie_name: 'grafana_session' } },
    ],
    ['nothing that there is', 'none', [['settings:read', 'settings:auth.saml:*']], {}],
  ])('shows %s to whoever may read that', async (_, uid, grants, expected) => {
    expect(await withRole(grants, uid)).toEqual(expected)
  })

  it('shows all to the fixed role, and nothing to the one for sign-in from elsewhere', async () => {
    const { body } = await as(root).get('/api/admin/settings')
    expect(await withRole(undefined, 'fixed_0LaUt1x6PP8hsZzEBhqPQZFUd8Q')).toEqual(body)
    expect(await withRole(undefined, 'fixed_0rYhZ2Qnzs8AdB1nX7gexk3fHDw')).toEqual({})
    expect(await as('vic:pass').get('/api/admin/settings')).toMatchObject(denied('settings:read'))
    expect(await as(undefined).get('/api/admin/settings')).toMatchObject(denied('settings:read'))
  })
})

describe('it costs no more than its budget:', () => {
  const d1 = countingD1()
  async function cost(path: string) {
    await as(root).get('/api/user')
    d1.reset()
    const { status, body } = await call(root, 'GET', path, { bindings: { DB: d1.db } })
    return { status, body, ...d1.count }
  }
  let five: number

  beforeAll(async () => {
    five = await person('five')
    for (let n = 0; n < 5; n++) {
      await run(
        'INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (?, 0, ?, 1, 0, 0, ?)',
        `five${n}`,
        `five${n}`,
        JSON.stringify([['users:read', `global.users:id:${n + 1}`]]),
      )
      await give('user_id', five, n % 2, `five${n}`)
    }
    await run(
      `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3499)
       INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at)
       SELECT i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 'm' || i, 0, 0 FROM n`,
    )
    await run(
      "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT 1, id, 'Viewer', 0 FROM users WHERE id >= 1000",
    )
  })

  it('five roles, explained', async () => {
    const { status, trips, rowsRead, rowsWritten } = await cost(
      `/api/access-control/users/${five}/permissions?explain=true`,
    )
    expect({ status, trips, rowsWritten }).toEqual({ status: 200, trips: 2, rowsWritten: 0 })
    expect(rowsRead).toBeLessThanOrEqual(40)
  })

  it.each([
    ['', 100, 0],
    ['?perpage=1000', 1000, 0],
    ['?perpage=5000', 1000, 0],
    ['?perpage=10&page=30', 10, 290],
  ])('a page of members%s', async (query, people, skipped) => {
    const { status, body, trips, rowsRead } = await cost(`/api/access-control/users/permissions/search${query}`)
    expect({ status, trips }).toEqual({ status: 200, trips: 2 })
    expect(Object.keys(Object(body)).length).toBeGreaterThan(people - 3)
    expect(Object.keys(Object(body)).length).toBeLessThanOrEqual(people)
    expect(rowsRead).toBeLessThanOrEqual(18 * people + 3 * skipped + 60)
  })

  it('one member of many', async () => {
    const { trips, rowsRead } = await cost('/api/access-control/users/permissions/search?userId=2000')
    expect(trips).toBe(2)
    expect(rowsRead).toBeLessThanOrEqual(60)
  })

  it('metadata, no trip more', async () => {
    for (const path of ['/api/org/users', '/api/org', '/api/users/2', `/api/teams/${team}`, '/api/teams/search']) {
      const plain = await cost(path)
      const { status, trips, rowsRead } = await cost(`${path}?accesscontrol=true`)
      expect({ status, trips, rowsRead }).toEqual({ status: 200, trips: plain.trips, rowsRead: plain.rowsRead })
    }
  })
})
