import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../src/app.ts'
import { demands } from '../src/auth/guards.ts'
import { as, call, logIn, person, root, textIn, type Who } from './support/client.ts'

const routes = app.routes.filter((route) => route.method !== 'ALL')
const guards = routes.flatMap(({ method, path, handler }) => {
  const demand = demands.get(handler)
  return demand === undefined ? [] : [[`${method} ${path}`, demand] as const]
})

it('guards every route, once, and with what is printed here', () => {
  expect(guards.map(([route]) => route).sort()).toEqual([...new Set(routes.map((r) => `${r.method} ${r.path}`))].sort())
  expect(Object.fromEntries(guards)).toEqual({
    'GET /healthz': 'anyone: says only that the Worker runs',
    'GET /api/health': 'anyone: says only whether D1 answers',
    'POST /login': 'anyone: this is where one signs in',
    'GET /login': 'anyone: shows no data',
    'GET /logout': 'anyone: ends only the session whose cookie comes with it',
    'GET /api/login/ping': 'anyone: says only whether the credential is good',
    'GET /api/user/auth-tokens': "signed in: users:read on one's own account",
    'POST /api/user/revoke-auth-token': "signed in: users:write on one's own account",
    'GET /api/user': "signed in: users:read on one's own account",
    'GET /api/users': 'users:read on global.users:*',
    'GET /api/users/search': 'users:read on global.users:*',
    'GET /api/users/lookup': 'users:read on global.users:*',
    'GET /api/users/:id': 'users:read on global.users:id::id',
    'PUT /api/users/:id': 'users:write on global.users:id::id',
    'PUT /api/user': "signed in: users:write on one's own account",
    'PUT /api/user/password': "signed in: users:write on one's own account",
    'POST /api/admin/users': 'users:create on nothing',
    'PUT /api/admin/users/:id/password': 'users.password:write on global.users:id::id',
    'PUT /api/admin/users/:id/permissions': 'users.permissions:write on global.users:id::id',
    'DELETE /api/admin/users/:id': 'users:delete on global.users:id::id',
    'GET /api/user/orgs': "signed in: users:read on one's own account",
    'GET /api/users/:id/orgs': 'users:read on global.users:id::id',
    'POST /api/user/using/:id': "signed in: users:write on one's own account",
    'POST /api/users/:id/using/:orgId': 'users:write on global.users:id::id',
    'POST /api/orgs': 'orgs:create on nothing',
    'POST /api/orgs/:orgId/users': 'org.users:add on users:* in the org of the path',
    'GET /api/user/teams': "signed in: users:read on one's own account",
    'GET /api/users/:id/teams': 'users.teams:read on global.users:id::id',
    'POST /api/teams': 'teams:create on nothing',
    'POST /api/teams/:teamId/members': 'teams.permissions:write on teams:id::teamId',
    'GET /api/auth/keys': 'apikeys:read on apikeys:*',
    'POST /api/auth/keys': 'apikeys:create on nothing',
    'DELETE /api/auth/keys/:id': 'apikeys:delete on apikeys:id::id',
    'GET /api/user/tokens': "signed in: users:read on one's own account",
    'POST /api/user/tokens': "signed in: users:write on one's own account",
    'DELETE /api/user/tokens/:id': "signed in: users:write on one's own account",
    'GET /api/user/stars': "signed in: users:read on one's own account",
    'POST /api/user/stars/dashboard/:id': "signed in: users:write on one's own account",
    'DELETE /api/user/stars/dashboard/:id': "signed in: users:write on one's own account",
    'POST /api/user/stars/dashboard/uid/:uid': "signed in: users:write on one's own account",
    'DELETE /api/user/stars/dashboard/uid/:uid': "signed in: users:write on one's own account",
  })
})

/** Every guarded route, with ids that exist, in the caller's reach or not. */
const asked = guards
  .filter(([, demand]) => !demand.startsWith('anyone'))
  .map(([route, demand]) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, path: path.replace(/:\w+/g, '1'), demand }
  })

describe('every guarded route', () => {
  const callers: Record<string, Who> = {}

  beforeAll(async () => {
    await person('vic')
    await person('olive')
    await as(root).post('/api/orgs', { name: 'Two' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
    await as('olive:pass').post('/api/user/using/2')
    callers.olive = await logIn('olive', 'pass')
    callers.vic = 'vic:pass'
    const limited = { name: 'limited', permissions: [{ action: 'teams:read', scope: 'teams:*' }] }
    callers.limited = { token: textIn((await as(root).post('/api/user/tokens', limited)).body, 'key') }
    const expired = await as(root).post('/api/user/tokens', { name: 'short', secondsToLive: 1 })
    callers.expired = { token: textIn(expired.body, 'key') }
    const key = await as(root).post('/api/auth/keys', { name: 'viewer', role: 'Viewer' })
    callers.key = { token: textIn(key.body, 'key') }
    await new Promise((resolve) => setTimeout(resolve, 1100))
  })

  it.each(asked)('$method $path refuses a stranger', async ({ method, path }) => {
    expect((await call(undefined, method, path)).status).toBe(path.startsWith('/api/admin/') ? 403 : 401)
  })

  it.each(asked)('$method $path refuses an expired token', async ({ method, path }) => {
    expect(await call(callers.expired, method, path)).toMatchObject({
      status: 401,
      body: { message: 'Expired API key' },
    })
  })

  it.each(asked)('$method $path refuses a token limited to something else', async ({ method, path, demand }) => {
    const action = /(?:signed in: )?([\w.]+:\w+)/.exec(demand)?.[1]
    expect(await call(callers.limited, method, path)).toMatchObject({
      status: 403,
      body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
    })
  })

  const byPermission = asked.filter(({ demand }) => !demand.startsWith('signed in'))

  it.each(byPermission)('$method $path refuses a viewer', async ({ method, path }) => {
    expect((await call(callers.vic, method, path)).status).toBe(403)
  })

  it.each(byPermission)("$method $path refuses a viewer's key", async ({ method, path }) => {
    expect((await call(callers.key, method, path)).status).toBe(403)
  })

  /** Olive administers org 2 alone: org 1, its teams and every account are beyond her. */
  const beyondAnOrg = byPermission.filter(({ demand }) => !/^(teams|apikeys)[.:]/.test(demand))

  it.each(beyondAnOrg)("$method $path refuses another org's admin", async ({ method, path }) => {
    expect((await call(callers.olive, method, path)).status).toBe(403)
  })

  it("shows another org's admin nothing of org 1", async () => {
    const team = await as(root).post('/api/teams', { name: 'Secret' })
    expect(team.status).toBe(200)
    const olive = as(callers.olive)
    expect(await olive.post('/api/teams/1/members', { userId: 3 })).toMatchObject({
      status: 404,
      body: { message: 'Team not found' },
    })
    expect(await olive.get('/api/auth/keys')).toMatchObject({ status: 200, body: [] })
    expect((await olive.del('/api/auth/keys/3')).status).toBe(404)
    expect((await olive.post('/api/teams', { name: 'x' }, { 'X-Grafana-Org-Id': '1' })).status).toBe(403)
    expect((await olive.get('/api/auth/keys?targetOrgId=1')).status).toBe(403)
  })
})
