import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const denied = (action: string) => ({
  status: 403,
  body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
})

const make = async (who: Who, name: string, more: object = {}) =>
  numberIn((await as(who).post('/api/teams', { name, ...more })).body, 'teamId')

/** Logins with permissions, in the order of the answer. */
async function onTeam(id: number, who: Who = root): Promise<[unknown, unknown][]> {
  const { body } = await as(who).get(`/api/teams/${id}/members`)
  if (!Array.isArray(body)) throw new Error(`no list: ${JSON.stringify(body)}`)
  return body.map(({ login, permission }) => [login, permission])
}

const limited = async (permissions: object[], who: Who = root) => {
  const made = await as(who).post('/api/user/tokens', { name: crypto.randomUUID(), permissions })
  return { token: textIn(made.body, 'key') }
}

let vic: number
let tess: number
let olive: number
let key: Who
beforeAll(async () => {
  vic = await person('vic', { email: 'Vic@Example.org' })
  tess = await person('tess', { email: 'tess@example.org' })
  olive = await person('olive', { email: 'olive@example.org' })
  await as(root).post('/api/orgs', { name: 'Two' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as('olive:pass').post('/api/user/using/2')
  await env.DB.prepare('DELETE FROM org_members WHERE org_id = 1 AND user_id = ?').bind(olive).run()
  key = { token: textIn((await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' })).body, 'key') }
})

describe('a search', () => {
  let red: number
  let blue: number
  beforeAll(async () => {
    red = await make(root, 'Red Team')
    blue = await make(root, 'Blue Team', { email: 'blue@example.org' })
    await make(root, 'RED')
    await make(root, 'Ärger 50%')
    await make('olive:pass', 'Red of Two')
  })

  const names = async (who: Who, query: string) => {
    const { status, body } = await as(who).get(`/api/teams/search${query}`)
    expect(status).toBe(200)
    const teams: unknown = Reflect.get(Object(body), 'teams')
    if (!Array.isArray(teams)) throw new Error('no teams')
    return [Reflect.get(Object(body), 'totalCount'), ...teams.map((team) => textIn(team, 'name'))]
  }

  it.each([
    ['', [4, 'Blue Team', 'RED', 'Red Team', 'Ärger 50%']],
    ['?query=red', [2, 'RED', 'Red Team']],
    ['?query=d%20T', [1, 'Red Team']],
    ['?query=50%25', [1, 'Ärger 50%']],
    ['?query=%00', [4, 'Blue Team', 'RED', 'Red Team', 'Ärger 50%']],
    ['?query=%zz', [4, 'Blue Team', 'RED', 'Red Team', 'Ärger 50%']],
    ['?query=', [4, 'Blue Team', 'RED', 'Red Team', 'Ärger 50%']],
    ["?query='", [0]],
    ['?name=Red%20Team', [1, 'Red Team']],
    ['?name=Red+Team', [1, 'Red Team']],
    ['?name=red%20team', [0]],
    ['?name=Red', [0]],
    ['?name=Red%20Team&query=blue', [0]],
    ['?name=Red%20Team&query=tea', [1, 'Red Team']],
    ['?perpage=2&page=2', [4, 'Red Team', 'Ärger 50%']],
    ['?perPage=2&page=2', [4, 'Red Team', 'Ärger 50%']],
    ['?perpage=3&perPage=2&page=2', [4, 'Ärger 50%']],
    ['?query=red&perpage=1&page=2', [2, 'Red Team']],
    ['?query=red&perpage=1&page=9', [2]],
    ['?page=9223372036854775807&perpage=9223372036854775807', [4]],
  ])('%s finds the teams of the org that it means', async (query, expected) => {
    expect(await names(root, query)).toEqual(expected)
    expect(await names(key, query)).toEqual(expected)
  })

  it('shows a member its own teams, found and counted among themselves', async () => {
    expect(await as('vic:pass').get('/api/teams/search')).toMatchObject(denied('teams:read'))
    for (const team of [red, blue]) await as(root).post(`/api/teams/${team}/members`, { userId: vic })
    expect(await names('vic:pass', '')).toEqual([2, 'Blue Team', 'Red Team'])
    expect(await names('vic:pass', '?perpage=1&page=2')).toEqual([2, 'Red Team'])
    expect(await names('vic:pass', '?query=red')).toEqual([1, 'Red Team'])
    expect(await names('vic:pass', '?name=RED')).toEqual([0])
    expect(await names('vic:pass', '?name=Blue%20Team')).toEqual([1, 'Blue Team'])
  })

  it('shows a token only what its limits let its owner see', async () => {
    const ofTeam = (scope: string) => ({ action: 'teams:read', scope })
    expect(await names(await limited([ofTeam(`teams:id:${blue}`)]), '')).toEqual([1, 'Blue Team'])
    expect(await names(await limited([ofTeam('teams:id:*')]), '?perpage=1')).toEqual([4, 'Blue Team'])
    expect(await names(await limited([ofTeam('teams:*')], 'vic:pass'), '')).toEqual([2, 'Blue Team', 'Red Team'])
    expect(await names(await limited([ofTeam(`teams:id:${red}`)], 'vic:pass'), '')).toEqual([1, 'Red Team'])
    expect(await as(await limited([ofTeam(`teams:id:${blue}`)])).get(`/api/teams/${red}`)).toMatchObject(
      denied('teams:read'),
    )
    expect(
      await as(await limited([{ action: 'teams:write', scope: 'teams:*' }])).get('/api/teams/search'),
    ).toMatchObject(denied('teams:read'))
  })

  it('stays in the org of the request', async () => {
    expect(await names('olive:pass', '')).toEqual([1, 'Red of Two'])
    expect(await names(root, '?targetOrgId=2')).toEqual([1, 'Red of Two'])
    expect((await as('olive:pass').get('/api/teams/search', { 'X-Grafana-Org-Id': '1' })).status).toBe(403)
  })

  it('answers as Grafana does, key by key', async () => {
    const { text } = await as(root).get('/api/teams/search?name=Blue%20Team')
    expect(text).toBe(
      `{"totalCount":1,"teams":[{"id":${blue},"orgId":1,"name":"Blue Team","email":"blue@example.org","avatarUrl":"/avatar/ecfa371020ab2d379071ce66092949ee","memberCount":2,"permission":0,"accessControl":null}],"page":1,"perPage":1000}`,
    )
  })
})

describe('a team', () => {
  let team: number
  beforeEach(async () => {
    team = await make(root, `Team ${crypto.randomUUID()}`)
  })

  it('is changed and deleted by key as by person', async () => {
    expect(await as(key).put(`/api/teams/${team}`, { name: `New ${team}` })).toMatchObject(message('Team updated'))
    expect((await as(key).get(`/api/teams/${team}`)).body).toMatchObject({ name: `New ${team}` })
    expect(await as(key).del(`/api/teams/${team}`)).toMatchObject(message('Team deleted'))
    expect(await as(key).get(`/api/teams/${team}`)).toMatchObject(message('Team not found', 404))
  })

  it.each([
    ['a name that is no text', { name: 5 }, badData],
    ['an e-mail that is no text', { email: {} }, badData],
    ['a list', '[]', badData],
    ['a name too long', { name: 'x'.repeat(1001) }, message('name is longer than 1000 characters', 400)],
  ])('is not changed by %s', async (_, body, expected) => {
    expect(await as(root).put(`/api/teams/${team}`, body)).toMatchObject(expected)
  })

  it('has one winner among ten that want its name', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => make(root, `Racer ${crypto.randomUUID()}`)))
    const name = `Winner ${team}`
    const tries = await Promise.all(ids.map((id) => as(root).put(`/api/teams/${id}`, { name })))
    expect(tries.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(400)])
    expect((await as(root).get(`/api/teams/search?name=${encodeURIComponent(name)}`)).body).toMatchObject({
      totalCount: 1,
    })
  })

  it('takes with it memberships, preferences and its place in the count', async () => {
    const total = async () => numberIn((await as(root).get('/api/teams/search?perpage=1')).body, 'totalCount')
    await as(root).post(`/api/teams/${team}/members`, { userId: vic })
    await as(root).put(`/api/teams/${team}/preferences`, { theme: 'dark' })
    const before = await total()
    await as(root).del(`/api/teams/${team}`)
    expect(await total()).toBe(before - 1)
    for (const table of ['team_members', 'preferences']) {
      const left = env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE team_id = ?`).bind(team)
      expect(await left.first('n'), table).toBe(0)
    }
  })

  it("is nothing to another org's admin", async () => {
    await as(root).put(`/api/teams/${team}/preferences`, { theme: 'dark' })
    await as(root).post(`/api/teams/${team}/members`, { userId: vic })
    const of = `/api/teams/${team}`
    const asked: [string, string, unknown, object][] = [
      ['GET', of, undefined, message('Team not found', 404)],
      ['PUT', of, { name: 'Stolen' }, message('Team not found', 404)],
      ['DELETE', of, undefined, message('Failed to delete Team. ID not found', 404)],
      ['GET', `${of}/members`, undefined, { status: 200, body: [] }],
      ['POST', `${of}/members`, { userId: olive }, message('Team not found', 404)],
      ['PUT', `${of}/members`, { members: ['olive@example.org'] }, message('Team not found', 404)],
      ['PUT', `${of}/members`, { members: [] }, message('Team not found', 404)],
      ['PUT', `${of}/members/${vic}`, { permission: 4 }, message('Team member not found.', 404)],
      ['DELETE', `${of}/members/${vic}`, undefined, message('Team not found', 404)],
      ['GET', `${of}/preferences`, undefined, { status: 200, body: { theme: '' } }],
      ['PUT', `${of}/preferences`, { theme: 'light' }, message('Team not found', 404)],
      ['PATCH', `${of}/preferences`, { theme: 'light' }, message('Team not found', 404)],
    ]
    for (const [method, path, body, expected] of asked)
      expect(await call('olive:pass', method, path, { body }), `${method} ${path}`).toMatchObject(expected)
    expect(await onTeam(team)).toEqual([
      ['admin', 4],
      ['vic', 0],
    ])
    expect((await as(root).get(`${of}/preferences`)).body).toMatchObject({ theme: 'dark' })
  })

  it('is managed by its admin, and by nobody else who is on it', async () => {
    const [tessAs, vicAs] = [as('tess:pass'), as('vic:pass')]
    const other = await make(root, `Other ${team}`)
    const of = `/api/teams/${team}`
    for (const userId of [vic, tess]) await as(root).post(`${of}/members`, { userId })
    expect(await tessAs.put(of, { name: 'x' })).toMatchObject(denied('teams:write'))
    expect(await tessAs.get(`${of}/members`)).toMatchObject(denied('teams.permissions:read'))
    expect((await tessAs.get(`${of}/preferences`)).status).toBe(200)
    expect(await as(root).put(`${of}/members/${tess}`, { permission: 4 })).toMatchObject(message('Team member updated'))

    expect(await tessAs.put(of, { name: `By tess ${team}` })).toMatchObject(message('Team updated'))
    expect(await tessAs.put(`${of}/preferences`, { theme: 'dark' })).toMatchObject(message('Preferences updated'))
    expect(await tessAs.put(`${of}/members/${vic}`, { permission: 4 })).toMatchObject(message('Team member updated'))
    expect(await onTeam(team, 'tess:pass')).toEqual([
      ['admin', 4],
      ['tess', 4],
      ['vic', 4],
    ])
    expect(await tessAs.put(`/api/teams/${other}`, { name: 'x' })).toMatchObject(denied('teams:write'))
    expect(await tessAs.del(`/api/teams/${other}/members/1`)).toMatchObject(denied('teams.permissions:write'))
    expect(await tessAs.post('/api/teams', { name: 'x' })).toMatchObject(denied('teams:create'))

    expect(await vicAs.del(`${of}/members/${tess}`)).toMatchObject(message('Team Member removed'))
    expect(await tessAs.get(of)).toMatchObject(denied('teams:read'))
    expect(await vicAs.put(`${of}/members/${vic}`, { permission: 0 })).toMatchObject(message('Team member updated'))
    expect(await vicAs.del(of)).toMatchObject(denied('teams:delete'))
  })

  it('says how a member from elsewhere signs in', async () => {
    const external = await person(`saml${team}`)
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (?, 'auth.saml', 0)")
      .bind(external)
      .run()
    await as(root).post(`/api/teams/${team}/members`, { userId: external })
    expect((await as(root).get(`/api/teams/${team}/members`)).body).toMatchObject([
      { login: 'admin', auth_module: '' },
      { userId: external, auth_module: 'auth.saml', labels: [] },
    ])
  })

  it('gains nobody from another org, and loses who leaves the org', async () => {
    expect(await as(root).post(`/api/teams/${team}/members`, { userId: olive })).toMatchObject(
      message('User not found', 404),
    )
    const leaver = await person(`leaver${team}`)
    await as(root).post(`/api/teams/${team}/members`, { userId: leaver })
    expect((await as(root).get(`/api/teams/${team}`)).body).toMatchObject({ memberCount: 2 })
    await as(root).del(`/api/admin/users/${leaver}`)
    expect((await as(root).get(`/api/teams/${team}`)).body).toMatchObject({ memberCount: 1 })
    expect(await onTeam(team)).toEqual([['admin', 4]])
  })

  it.each([
    [3, 'permission must be 0 (member) or 4 (admin)'],
    [-4, 'permission must be 0 (member) or 4 (admin)'],
    [0.5, 'bad request data'],
    ['4', 'bad request data'],
  ])('has no permission %s', async (permission, text) => {
    expect(await as(root).put(`/api/teams/${team}/members/1`, { permission })).toMatchObject(message(text, 400))
    expect(await onTeam(team)).toEqual([['admin', 4]])
  })
})

describe('the members of a team, all at once,', () => {
  let team: number
  const replace = (body: unknown) => as(root).put(`/api/teams/${team}/members`, body)
  const replaced = message('Team memberships have been updated')
  beforeAll(async () => {
    team = await make(root, 'Whole')
  })

  it('are who is named, as what they are named', async () => {
    expect(await replace({ members: ['vic@example.org'], admins: ['tess@example.org'] })).toMatchObject(replaced)
    expect(await onTeam(team)).toEqual([
      ['tess', 4],
      ['vic', 0],
    ])
    expect(
      await replace({ members: ['tess@example.org'], admins: ['VIC@EXAMPLE.ORG', 'admin@localhost'] }),
    ).toMatchObject(replaced)
    expect(await onTeam(team)).toEqual([
      ['admin', 4],
      ['tess', 0],
      ['vic', 4],
    ])
    expect((await as(root).get(`/api/teams/${team}`)).body).toMatchObject({ memberCount: 3 })
  })

  it('are admins if named as both, and once if named twice', async () => {
    const both = ['vic@example.org', 'Vic@example.org']
    expect(await replace({ members: both, admins: both })).toMatchObject(replaced)
    expect(await onTeam(team)).toEqual([['vic', 4]])
  })

  it.each([
    ['nobody has the e-mail', { members: ['tess@example.org', 'no@where'] }, message('user not found: no@where', 404)],
    ['it is a login', { members: ['tess'] }, message('user not found: tess', 404)],
    ['they are in another org', { admins: ['olive@example.org'] }, message('user not found: olive@example.org', 404)],
    ['it is a number', { members: [5] }, badData],
    ['there is no list', { members: 'tess@example.org' }, badData],
    ['the body is broken', '{"members": ["tess@', badData],
  ])('stay as they are where %s', async (_, body, expected) => {
    expect(await replace(body)).toMatchObject(expected)
    expect(await onTeam(team)).toEqual([['vic', 4]])
  })

  it('keep the time at which they joined', async () => {
    await env.DB.prepare('UPDATE team_members SET created_at = 7 WHERE team_id = ?').bind(team).run()
    await replace({ members: ['vic@example.org', 'tess@example.org'] })
    const joined = await env.DB.prepare('SELECT user_id FROM team_members WHERE team_id = ? AND created_at = 7')
      .bind(team)
      .all()
    expect(joined.results).toEqual([{ user_id: vic }])
  })

  it('may be nobody', async () => {
    expect(await replace({ members: null, admins: null })).toMatchObject(replaced)
    expect(await onTeam(team)).toEqual([])
    expect((await as(root).get(`/api/teams/${team}`)).body).toMatchObject({ memberCount: 0 })
  })

  it('are counted right whatever happens at once', async () => {
    await Promise.all([
      replace({ members: ['vic@example.org', 'tess@example.org'] }),
      replace({ admins: ['admin@localhost'] }),
      as(root).post(`/api/teams/${team}/members`, { userId: vic }),
      replace({ members: ['tess@example.org'] }),
      as(root).del(`/api/teams/${team}/members/${tess}`),
    ])
    const { body } = await as(root).get(`/api/teams/${team}`)
    expect(numberIn(body, 'memberCount')).toBe((await onTeam(team)).length)
  })
})

describe('a request costs no more than its budget', () => {
  const d1 = countingD1()
  let team: number

  async function cost(who: Who, method: string, path: string, body?: unknown) {
    await as(who).get('/api/user')
    d1.reset()
    const { status } = await call(who, method, path, { body, bindings: { DB: d1.db } })
    return { status, ...d1.count }
  }

  beforeAll(async () => {
    team = await make(root, 'Cheap')
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO teams (uid, org_id, name, created_at, updated_at) SELECT 'seed' || i, 1, printf('seed %05d', i), 0, 0 FROM n`,
    ).run()
  })

  const reads = ['/api/teams/search', '/api/teams/search?name=Cheap', '/api/teams/TEAM', '/api/teams/TEAM/members']
  it.each([...reads, '/api/teams/TEAM/preferences'])('GET %s, two trips', async (path) => {
    const { status, trips, rowsWritten } = await cost(root, 'GET', path.replace('TEAM', String(team)))
    expect({ status, rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
    expect(trips).toBeLessThanOrEqual(2)
  })

  it.each([
    ['PUT', '', { name: 'Cheaper' }],
    ['POST', '/members', { userId: 2 }],
    ['PUT', '/members/2', { permission: 4 }],
    ['DELETE', '/members/2', undefined],
    ['PUT', '/members', { members: ['vic@example.org', 'tess@example.org'], admins: ['admin@localhost'] }],
    ['PUT', '/preferences', { theme: 'dark' }],
    ['PATCH', '/preferences', { theme: 'light' }],
    ['DELETE', '', undefined],
  ])('%s /api/teams/:teamId%s, three trips', async (method, path, body) => {
    const { status, trips } = await cost(root, method, `/api/teams/${team}${path}`, body)
    expect(status).toBe(200)
    expect(trips).toBeLessThanOrEqual(3)
  })

  it.each([
    ['a page', '?perpage=50', 300],
    ['a page in the middle', '?perpage=50&page=20', 1300],
    ['a name', '?name=seed%2000042', 60],
    ['text, the names of the org once', '?query=seed%2000042&perpage=50', 26_000],
  ])('%s of twelve thousand teams', async (_, query, rows) => {
    const { status, rowsRead } = await cost(root, 'GET', `/api/teams/search${query}`)
    expect(status).toBe(200)
    expect(rowsRead).toBeLessThanOrEqual(rows)
  })

  it("a member's search, its own teams", async () => {
    const { status, rowsRead } = await cost('vic:pass', 'GET', '/api/teams/search?query=e')
    expect(status).toBe(200)
    expect(rowsRead).toBeLessThanOrEqual(60)
  })

  it('a deletion, what hangs on the team', async () => {
    const doomed = await make(root, 'Doomed')
    for (let id = 0; id < 300; id++)
      await env.DB.prepare(
        'INSERT INTO preferences (org_id, team_id, updated_at) SELECT 1, id, 0 FROM teams WHERE uid = ?',
      )
        .bind(`seed${id + 1}`)
        .run()
    const { status, rowsRead } = await cost(root, 'DELETE', `/api/teams/${doomed}`)
    expect(status).toBe(200)
    expect(rowsRead).toBeLessThanOrEqual(60)
  })

  it('an answer of more than ten thousand teams is refused, naming the limit', async () => {
    const limit = message('An answer holds at most 10000 rows: ask for fewer', 400)
    for (const query of ['?perpage=20000', '?perpage=20000&query=seed'])
      expect(await as(root).get(`/api/teams/search${query}`)).toMatchObject(limit)
    const { body } = await as(root).get('/api/teams/search?perpage=10000')
    expect(body).toHaveProperty('teams.length', 10_000)
  })
})
