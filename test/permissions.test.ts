import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { demands } from '../src/auth/guards.ts'
import { as, call, logIn, person, root, textIn, type Who } from './support/client.ts'

const routes = api.routes.filter((route) => route.method !== 'ALL')
const guards = routes.flatMap(({ method, path, handler }) => {
  const demand = demands.get(handler)
  return demand === undefined ? [] : [[`${method} ${path}`, demand] as const]
})

it('guards every route, once, and with what is printed here', () => {
  expect(guards.map(([route]) => route).sort()).toEqual([...new Set(routes.map((r) => `${r.method} ${r.path}`))].sort())
  expect(Object.fromEntries(guards)).toEqual({
    'GET /healthz': 'anyone: says only that the Worker runs',
    'GET /api/health': 'anyone: says only whether D1 answers',
    'GET /api/ready': 'anyone: says only whether it can serve',
    'GET /metrics': 'server.stats:read on nothing',
    'POST /login': 'anyone: this is where one signs in',
    'GET /logout': 'anyone: ends only the session whose cookie comes with it',
    'GET /api/login/ping': 'anyone: says only whether the credential is good',
    'GET /api/user/auth-tokens': "signed in: users:read on one's own account",
    'POST /api/user/revoke-other-auth-tokens': "signed in: users:write on one's own account",
    'POST /api/user/revoke-auth-token': "signed in: users:write on one's own account",
    'GET /api/admin/users/:id/auth-tokens': 'users.authtoken:read on global.users:id::id',
    'POST /api/admin/users/:id/revoke-auth-token': 'users.authtoken:write on global.users:id::id',
    'POST /api/admin/users/:id/logout': 'users:logout on global.users:id::id',
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
    'POST /api/admin/users/:id/disable': 'users:disable on global.users:id::id',
    'POST /api/admin/users/:id/enable': 'users:enable on global.users:id::id',
    'GET /api/user/orgs': "signed in: users:read on one's own account",
    'GET /api/users/:id/orgs': 'users:read on global.users:id::id',
    'POST /api/user/using/:id': "signed in: users:write on one's own account",
    'POST /api/users/:id/using/:orgId': 'users:write on global.users:id::id',
    'POST /api/orgs': 'orgs:create on nothing',
    'GET /api/orgs': 'orgs:read on the whole server',
    'GET /api/orgs/name/:name': 'orgs:read on the whole server',
    'GET /api/orgs/:orgId': 'orgs:read on nothing in the org of the path',
    'PUT /api/orgs/:orgId': 'orgs:write on nothing in the org of the path',
    'PUT /api/orgs/:orgId/address': 'orgs:write on nothing in the org of the path',
    'DELETE /api/orgs/:orgId': 'orgs:delete on nothing in the org of the path',
    'GET /api/orgs/:orgId/users': 'org.users:read on users:* in the org of the path',
    'POST /api/orgs/:orgId/users': 'org.users:add on users:* in the org of the path',
    'PATCH /api/orgs/:orgId/users/:userId': 'org.users:write on users:id::userId in the org of the path',
    'DELETE /api/orgs/:orgId/users/:userId': 'org.users:remove on users:id::userId in the org of the path',
    'GET /api/org': 'orgs:read on nothing',
    'PUT /api/org': 'orgs:write on nothing',
    'PUT /api/org/address': 'orgs:write on nothing',
    'GET /api/org/users': 'org.users:read on users:*',
    'GET /api/org/users/search': 'org.users:read on users:*',
    'GET /api/org/users/lookup':
      'any of org.users:read, teams.permissions:write, folders.permissions:write, dashboards.permissions:write on anything',
    'POST /api/org/users': 'org.users:add on users:*',
    'PATCH /api/org/users/:userId': 'org.users:write on users:id::userId',
    'DELETE /api/org/users/:userId': 'org.users:remove on users:id::userId',
    'GET /api/user/teams': "signed in: users:read on one's own account",
    'GET /api/users/:id/teams': 'users.teams:read on global.users:id::id',
    'POST /api/teams': 'teams:create on nothing',
    'GET /api/teams/search': 'teams:read on anything',
    'GET /api/teams/:teamId': 'teams:read on teams:id::teamId',
    'PUT /api/teams/:teamId': 'teams:write on teams:id::teamId',
    'DELETE /api/teams/:teamId': 'teams:delete on teams:id::teamId',
    'GET /api/teams/:teamId/members': 'teams.permissions:read on teams:id::teamId',
    'POST /api/teams/:teamId/members': 'teams.permissions:write on teams:id::teamId',
    'PUT /api/teams/:teamId/members': 'teams.permissions:write on teams:id::teamId',
    'PUT /api/teams/:teamId/members/:userId': 'teams.permissions:write on teams:id::teamId',
    'DELETE /api/teams/:teamId/members/:userId': 'teams.permissions:write on teams:id::teamId',
    'GET /api/user/preferences': "signed in: users:read on one's own account",
    'PUT /api/user/preferences': "signed in: users:write on one's own account",
    'PATCH /api/user/preferences': "signed in: users:write on one's own account",
    'POST /api/preferences/set-home-dash': "signed in: users:write on one's own account",
    'GET /api/org/preferences': 'orgs.preferences:read on nothing',
    'PUT /api/org/preferences': 'orgs.preferences:write on nothing',
    'PATCH /api/org/preferences': 'orgs.preferences:write on nothing',
    'GET /api/teams/:teamId/preferences': 'teams:read on teams:id::teamId',
    'PUT /api/teams/:teamId/preferences': 'teams:write on teams:id::teamId',
    'PATCH /api/teams/:teamId/preferences': 'teams:write on teams:id::teamId',
    'PUT /api/user/helpflags/:id': "signed in: users:write on one's own account",
    'GET /api/user/helpflags/clear': "signed in: users:write on one's own account",
    'GET /api/auth/keys': 'apikeys:read on apikeys:*',
    'POST /api/auth/keys': 'apikeys:create on nothing',
    'DELETE /api/auth/keys/:id': 'apikeys:delete on apikeys:id::id',
    'GET /api/user/tokens': "signed in: users:read on one's own account",
    'POST /api/user/tokens': "signed in: users:write on one's own account",
    'DELETE /api/user/tokens/:id': "signed in: users:write on one's own account",
    'POST /api/serviceaccounts': 'serviceaccounts:create on nothing',
    'GET /api/serviceaccounts/search': 'serviceaccounts:read on anything',
    'GET /api/serviceaccounts/:id': 'serviceaccounts:read on serviceaccounts:id::id',
    'PATCH /api/serviceaccounts/:id': 'serviceaccounts:write on serviceaccounts:id::id',
    'DELETE /api/serviceaccounts/:id': 'serviceaccounts:delete on serviceaccounts:id::id',
    'GET /api/serviceaccounts/:id/grants': 'serviceaccounts.grants:write on serviceaccounts:*',
    'PUT /api/serviceaccounts/:id/grants': 'serviceaccounts.grants:write on serviceaccounts:*',
    'GET /api/serviceaccounts/:id/tokens': 'serviceaccounts:read on serviceaccounts:id::id',
    'POST /api/serviceaccounts/:id/tokens': 'serviceaccounts:write on serviceaccounts:id::id',
    'DELETE /api/serviceaccounts/:id/tokens/:tokenId': 'serviceaccounts:write on serviceaccounts:id::id',
    'GET /api/access-control/user/permissions': 'anyone signed in: says only what the caller itself may do',
    'GET /api/access-control/user/actions': 'anyone signed in: says only what the caller itself may do',
    'GET /api/access-control/users/:userId/permissions': 'users.permissions:read on users:id::userId',
    'GET /api/access-control/users/permissions': 'users.permissions:read on users:*',
    'GET /api/access-control/users/permissions/search': 'users.permissions:read on users:*',
    'GET /api/access-control/status': 'anyone signed in: says only that there are roles',
    'GET /api/access-control/roles': 'roles:read on roles:*',
    'GET /api/access-control/roles/:uid': 'roles:read on roles:uid::uid',
    'POST /api/access-control/roles': 'roles:write on permissions:type:delegate',
    'PUT /api/access-control/roles/:uid': 'roles:write on permissions:type:delegate',
    'DELETE /api/access-control/roles/:uid': 'roles:delete on permissions:type:delegate',
    'POST /api/access-control/roles/hard-reset': 'roles:write on permissions:type:escalate on the whole server',
    'GET /api/access-control/builtin-roles': 'roles.builtin:read on roles:*',
    'POST /api/access-control/builtin-roles': 'roles.builtin:add on permissions:type:delegate',
    'DELETE /api/access-control/builtin-roles/:builtinRole/roles/:roleUid':
      'roles.builtin:remove on permissions:type:delegate',
    'GET /api/access-control/serviceaccounts/description': 'serviceaccounts.permissions:read on anything',
    'GET /api/access-control/serviceaccounts/:id': 'serviceaccounts.permissions:read on serviceaccounts:id::id',
    'POST /api/access-control/serviceaccounts/:id': 'serviceaccounts.permissions:write on serviceaccounts:id::id',
    'POST /api/access-control/serviceaccounts/:id/users/:userId':
      'serviceaccounts.permissions:write on serviceaccounts:id::id',
    'POST /api/access-control/serviceaccounts/:id/teams/:teamId':
      'serviceaccounts.permissions:write on serviceaccounts:id::id',
    'GET /api/access-control/users/:userId/roles': 'users.roles:read on users:id::userId',
    'POST /api/access-control/users/:userId/roles': 'users.roles:add on permissions:type:delegate',
    'PUT /api/access-control/users/:userId/roles':
      'users.roles:add on permissions:type:delegate and users.roles:remove on permissions:type:delegate',
    'DELETE /api/access-control/users/:userId/roles/:roleUID': 'users.roles:remove on permissions:type:delegate',
    'POST /api/access-control/users/roles/search': 'users.roles:read on users:*',
    'GET /api/access-control/teams/:teamId/roles': 'teams.roles:read on teams:id::teamId',
    'POST /api/access-control/teams/:teamId/roles': 'teams.roles:add on permissions:type:delegate',
    'PUT /api/access-control/teams/:teamId/roles':
      'teams.roles:add on permissions:type:delegate and teams.roles:remove on permissions:type:delegate',
    'DELETE /api/access-control/teams/:teamId/roles/:roleUID': 'teams.roles:remove on permissions:type:delegate',
    'POST /api/access-control/teams/roles/search': 'teams.roles:read on teams:*',
    'GET /api/access-control/serviceaccounts/:id/roles': 'users.roles:read on users:*',
    'POST /api/access-control/serviceaccounts/:id/roles': 'users.roles:add on permissions:type:delegate',
    'PUT /api/access-control/serviceaccounts/:id/roles':
      'users.roles:add on permissions:type:delegate and users.roles:remove on permissions:type:delegate',
    'DELETE /api/access-control/serviceaccounts/:id/roles/:roleUID': 'users.roles:remove on permissions:type:delegate',
    'GET /api/access-control/roles/:roleUID/assignments': 'users.roles:read on users:* and teams.roles:read on teams:*',
    'PUT /api/access-control/roles/:roleUID/assignments':
      'any of users.roles:add on permissions:type:delegate, users.roles:remove on permissions:type:delegate, teams.roles:add on permissions:type:delegate, teams.roles:remove on permissions:type:delegate',
    'GET /api/user/quotas': "signed in: users:read on one's own account",
    'GET /api/admin/users/:id/quotas': 'users.quotas:read on global.users:id::id',
    'PUT /api/admin/users/:id/quotas/:target': 'users.quotas:write on global.users:id::id',
    'GET /api/org/quotas': 'orgs.quotas:read on nothing',
    'GET /api/orgs/:orgId/quotas': 'orgs.quotas:read on nothing in the org of the path',
    'PUT /api/orgs/:orgId/quotas/:target': 'orgs.quotas:write on nothing in the org of the path',
    'GET /api/admin/stats': 'server.stats:read on nothing',
    'GET /api/admin/overview': 'server.stats:read on nothing',
    'GET /api/admin/settings': 'settings:read on anything',
    'GET /api/frontend/settings': 'anyone signed in: says only what is no secret',
    'GET /api/datasources': 'anyone signed in: there are none',
    'GET /api/search': 'anyone signed in: finds only what the caller may read',
    'GET /api/admin/audit': 'audit:read on the whole server',
    'POST /api/dashboards/db': 'any of dashboards:create on folders:*, dashboards:write on dashboards:*',
    'GET /api/dashboards/uid/:uid': 'dashboards:read on dashboards:uid::uid',
    'DELETE /api/dashboards/uid/:uid': 'dashboards:delete on dashboards:uid::uid',
    'GET /api/dashboards/home': 'anyone signed in: names only what the caller may read',
    'GET /api/user/stars': "signed in: users:read on one's own account",
    'POST /api/user/stars/dashboard/:id': "signed in: users:write on one's own account",
    'DELETE /api/user/stars/dashboard/:id': "signed in: users:write on one's own account",
    'POST /api/user/stars/dashboard/uid/:uid': "signed in: users:write on one's own account",
    'DELETE /api/user/stars/dashboard/uid/:uid': "signed in: users:write on one's own account",
    'GET /api/org/invites': 'org.users:add on users:*',
    'POST /api/org/invites': 'org.users:add on users:*',
    'PATCH /api/org/invites/:code/revoke': 'org.users:add on users:*',
    'GET /api/user/invite/:code': 'anyone: shows only what the holder of the code was sent',
    'POST /api/user/invite/complete': 'anyone: needs the code of an invitation',
    'GET /api/user/signup/options': 'anyone: says only how sign-up is configured',
    'POST /api/user/signup': 'anyone: refused unless sign-up is on; limited by address',
    'POST /api/user/signup/step2': 'anyone: refused unless sign-up is on; needs the mailed code',
    'POST /api/user/password/send-reset-email':
      "anyone: mails the account's own address, and answers alike for everybody; limited by address",
    'POST /api/user/password/reset': 'anyone: needs the code that was mailed',
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
    const limited = { name: 'limited', permissions: [{ action: 'annotations:read', scope: 'annotations:*' }] }
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
    const action = demand.replace(/^signed in: /, '').replace(/ on [^,]*/g, '')
    expect(await call(callers.limited, method, path)).toMatchObject({
      status: 403,
      body: { message: `You'll need additional permissions to perform this action. Permissions needed: ${action}` },
    })
  })

  /** What every member of an org holds there. */
  const ofMembers = /^(dashboards:read|orgs\.quotas:read) on|^orgs:read on nothing/
  const byPermission = asked.filter(({ demand }) => !demand.startsWith('signed in') && !ofMembers.test(demand))

  it.each(byPermission)('$method $path refuses a viewer', async ({ method, path }) => {
    expect((await call(callers.vic, method, path)).status).toBe(403)
  })

  it.each(byPermission)("$method $path refuses a viewer's key", async ({ method, path }) => {
    expect((await call(callers.key, method, path)).status).toBe(403)
  })

  /** Olive administers org 2 alone: org 1, its teams and every account are beyond her; /api/org, and roles there, are her own. */
  const beyondAnOrg = byPermission.filter(
    ({ demand, path }) =>
      !/^\/api\/org(\/|$)/.test(path) &&
      (!/^(any of )?(teams|apikeys|dashboards|serviceaccounts|roles|users\.(roles|permissions(?=:read)))(?!\.grants)[.:]/.test(
        demand,
      ) ||
        demand.endsWith('the whole server')),
  )

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
