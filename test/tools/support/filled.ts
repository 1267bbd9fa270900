import { basic, bearer, type Caller, type Instance } from './instance.ts'

export const admin = basic('admin', 'admin')
const vic = basic('vic', 'vic-secret')
const numberIn = (body: unknown, name: string) => Number(Object(body)[name])

/** Everything that a directory can consist of, by the API as anybody would; who may ask for what afterwards. */
export async function fill({ get, send }: Instance): Promise<Record<string, Caller>> {
  await get(admin, '/api/user')
  const person = async (login: string, name: string) =>
    numberIn(
      (
        await send(admin, 'POST', '/api/admin/users', {
          login,
          name,
          email: `${login}@example.org`,
          password: `${login}-secret`,
        })
      ).body,
      'id',
    )
  const ida = await person('ida', 'Ída O’Brien 😀')
  const vicId = await person('vic', 'Vic')
  const gone = await person('gone', 'Gone')
  const off = await person('off', 'Off')
  const orgId = numberIn((await send(admin, 'POST', '/api/orgs', { name: "Second 'Org'" })).body, 'orgId')
  await send(admin, 'POST', `/api/orgs/${orgId}/users`, { loginOrEmail: 'ida', role: 'Editor' })
  const teamId = numberIn(
    (await send(admin, 'POST', '/api/teams', { name: 'Team A', email: 'a@example.org' })).body,
    'teamId',
  )
  await send(admin, 'POST', `/api/teams/${teamId}/members`, { userId: ida })
  await send(admin, 'POST', `/api/teams/${teamId}/members`, { userId: vicId })
  await send(admin, 'PUT', `/api/teams/${teamId}/members/${vicId}`, { permission: 4 })
  const board = (
    await send(admin, 'POST', '/api/dashboards/db', {
      dashboard: { title: 'Board', uid: 'board', tags: ['a', 'b'], panels: [{ text: 'x\u0000y "quoted"' }] },
    })
  ).body
  const as = basic('ida', 'ida-secret')
  await send(as, 'POST', `/api/user/stars/dashboard/${numberIn(board, 'id')}`)
  await send(as, 'PUT', '/api/user/preferences', {
    theme: 'dark',
    timezone: 'Europe/Vienna',
    homeDashboardUID: 'board',
  })
  await send(as, 'POST', `/api/user/using/${orgId}`)
  await send(admin, 'PUT', '/api/org/preferences', { weekStart: 'monday' })
  await send(admin, 'PUT', `/api/teams/${teamId}/preferences`, { theme: 'light' })
  const account = numberIn(
    (await send(admin, 'POST', '/api/serviceaccounts', { name: 'robot', role: 'Viewer' })).body,
    'id',
  )
  await send(admin, 'PUT', `/api/serviceaccounts/${account}/grants`, {
    permissions: [{ action: 'users:read', scope: 'global.users:*' }],
  })
  await send(admin, 'POST', `/api/access-control/serviceaccounts/${account}`, {
    permissions: [
      { userId: ida, permission: 'Edit' },
      { teamId, permission: 'Admin' },
    ],
  })
  const robot = (await send(admin, 'POST', `/api/serviceaccounts/${account}/tokens`, { name: 'key' })).body
  const key = (await send(admin, 'POST', '/api/auth/keys', { name: 'key', role: 'Admin' })).body
  const script = (
    await send(as, 'POST', '/api/user/tokens', {
      name: 'key',
      permissions: [{ action: 'users:read', scope: 'global.users:*' }],
    })
  ).body
  const permissions = [{ action: 'users:read', scope: 'global.users:*' }]
  await send(admin, 'POST', '/api/access-control/roles', {
    uid: 'desk',
    name: 'Help desk',
    global: true,
    version: 1,
    permissions,
  })
  await send(admin, 'POST', '/api/access-control/roles', {
    uid: 'local',
    name: 'Local',
    version: 1,
    permissions: [{ action: 'teams:read', scope: 'teams:*' }],
  })
  await send(admin, 'POST', `/api/access-control/users/${vicId}/roles`, { roleUid: 'desk', global: true })
  await send(admin, 'POST', `/api/access-control/teams/${teamId}/roles`, { roleUid: 'local' })
  await send(admin, 'POST', `/api/access-control/serviceaccounts/${account}/roles`, { roleUid: 'local' })
  await send(admin, 'POST', '/api/access-control/builtin-roles', { roleUid: 'local', builtinRole: 'Editor' })
  await send(admin, 'PUT', `/api/admin/users/${vicId}/quotas/org_user`, { limit: 3 })
  await send(admin, 'PUT', '/api/orgs/1/quotas/org_user', { limit: 30 })
  await send(admin, 'POST', '/api/org/invites', { loginOrEmail: 'new@example.org', role: 'Viewer' })
  await send(admin, 'POST', `/api/admin/users/${off}/disable`)
  await send(admin, 'DELETE', `/api/admin/users/${gone}`)
  const left = await send({}, 'POST', '/login', { user: 'vic', password: 'vic-secret' })
  await get({ Cookie: left.cookie }, '/logout')
  await get(basic('ida', 'wrong'), '/api/user')
  const stays = await send({}, 'POST', '/login', { user: 'ida', password: 'ida-secret' })
  await get(vic, '/api/user')
  return {
    admin,
    vic,
    ida: { Cookie: stays.cookie },
    robot: bearer(String(Object(robot).key)),
    key: bearer(String(Object(key).key)),
    script: bearer(String(Object(script).key)),
    nobody: {},
  }
}
