import { type Call, callerOf, signIn } from './api.ts'

/** Whom a journey is made as; a stranger has no session. */
export type Role = 'stranger' | 'server admin' | 'org admin' | 'viewer'

export const password = 'a long enough password'

/** What every journey finds; what it changes, it makes for itself. */
export type World = {
  admin: Call
  cookies: Record<Role, string | undefined>
  orgs: { id: number; name: string }[]
  users: { id: number; login: string }[]
  orgAdmin: number
  viewer: number
  team: number
  serviceAccount: number
  /** Its uid. */
  role: string
}

const people = 60

export async function createUser(admin: Call, login: string): Promise<number> {
  const user = { login, email: `${login}@example.org`, name: nameOf(login), password }
  return (await admin<{ id: number }>('POST', '/api/admin/users', user)).id
}

/** `ann-3` is Ann 3. */
const nameOf = (login: string) => `${login[0]?.toUpperCase()}${login.slice(1).replaceAll('-', ' ')}`

async function createOrgs(admin: Call) {
  const orgs: World['orgs'] = []
  for (const name of ['Northern Lights', 'Harbour Works', 'Old Mill']) {
    const { orgId } = await admin<{ orgId: number }>('POST', '/api/orgs', { name })
    orgs.push({ id: orgId, name })
  }
  return orgs
}

async function createPeople(admin: Call) {
  const users: World['users'] = []
  for (let n = 1; n <= people; n++) {
    const login = `person-${String(n).padStart(2, '0')}`
    users.push({ id: await createUser(admin, login), login })
  }
  return users
}

async function createTeam(admin: Call, users: World['users']): Promise<number> {
  const { teamId } = await admin<{ teamId: number }>('POST', '/api/teams', { name: 'Night shift' })
  for (const { id } of users.slice(0, 5)) await admin('POST', `/api/teams/${teamId}/members`, { userId: id })
  return teamId
}

async function createServiceAccount(admin: Call): Promise<number> {
  const { id } = await admin<{ id: number }>('POST', '/api/serviceaccounts', { name: 'deployer', role: 'Viewer' })
  await admin('POST', `/api/serviceaccounts/${id}/tokens`, { name: 'first' })
  return id
}

async function createRole(admin: Call): Promise<string> {
  const permissions = [{ action: 'users:read', scope: 'global.users:*' }]
  const role = { uid: 'greeter', name: 'custom:greeter', version: 1, global: true, permissions }
  await admin('POST', '/api/access-control/roles', role)
  return role.uid
}

/** By the API alone, as anybody would. */
export async function createWorld(base: string): Promise<World> {
  const adminCookie = await signIn(base, 'admin', 'admin')
  const admin = callerOf(base, adminCookie)
  const orgs = await createOrgs(admin)
  const users = await createPeople(admin)
  const orgAdmin = await createUser(admin, 'olga-admin')
  await admin('PATCH', `/api/orgs/1/users/${orgAdmin}`, { role: 'Admin' })
  const viewer = await createUser(admin, 'victor-viewer')
  const cookies = {
    stranger: undefined,
    'server admin': adminCookie,
    'org admin': await signIn(base, 'olga-admin', password),
    viewer: await signIn(base, 'victor-viewer', password),
  }
  const team = await createTeam(admin, users)
  const serviceAccount = await createServiceAccount(admin)
  return { admin, cookies, orgs, users, orgAdmin, viewer, team, serviceAccount, role: await createRole(admin) }
}
