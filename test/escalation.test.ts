import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { allows, type Grant } from '../src/auth/permissions.ts'
import { as, call, numberIn, person, root } from './support/client.ts'

// Whatever those who may pass on roles do, in any order, together: in no org does anybody come to hold what none of them
// held there at the start, and a role of one org is nothing in another.

const roleWriter = 'fixed_W5aFaw8isAM27x_eWfElBhZ0iOc'
const fixedRoles = [
  roleWriter,
  'fixed_buZastUG3reWyQpPemcWjGqPAd0', // users:reader
  'fixed_wjzgHHo_Ux25DJuELn_oiAdB_yM', // users:writer
  'fixed_VERj5nayasjgf_Yh0sWqqCkxWlw', // org.users:writer
  'basic_grafana_admin',
]

const orgs = [1, 2]
/** An admin of org 1, a viewer of org 2 and nobody in particular, each with leave to pass on roles: here, there, everywhere. */
const delegates = ['adam', 'vera', 'gwen']
const others = ['bob']
const people = [...delegates, ...others]
const ids: Record<string, number> = {}
let team = 0
let account = 0

const everything: Grant[] = [
  ['users:read', 'global.users:*'],
  ['users:read', 'global.users:id:1'],
  ['users.permissions:write', 'global.users:*'],
  ['org.users:read', 'users:*'],
  ['org.users:write', 'users:*'],
  ['teams:read', 'teams:*'],
  ['teams:write', 'teams:id:1'],
  ['orgs:read', ''],
  ['orgs:write', ''],
  ['orgs:delete', ''],
  ['roles:write', 'permissions:type:delegate'],
  ['roles:write', 'permissions:type:escalate'],
  ['users.roles:add', 'permissions:type:delegate'],
  ['serviceaccounts:write', 'serviceaccounts:*'],
]

async function held(login: string, org: number): Promise<Grant[]> {
  const { body } = await as(`${login}:pass`).get('/api/access-control/user/permissions', headers(org))
  const scopes: Record<string, string[]> = Object(body)
  return Object.entries(scopes).flatMap(([action, on]) => on.map((scope): Grant => [action, scope]))
}

const headers = (org: number) => ({ 'X-Grafana-Org-Id': String(org) })

const assign = (user: number, org: number, uid: string) =>
  env.DB.prepare('INSERT INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES (?, ?, ?, 0)')
    .bind(uid, org, user)
    .run()

const atStart: Record<number, Grant[]> = {}

beforeAll(async () => {
  await as(root).post('/api/orgs', { name: 'Two' })
  for (const login of people) {
    ids[login] = await person(login)
    await as(root).post('/api/orgs/2/users', { loginOrEmail: login, role: 'Viewer' })
  }
  await as(root).patch(`/api/org/users/${ids.adam}`, { role: 'Admin' })
  await assign(ids.adam ?? 0, 1, roleWriter)
  await assign(ids.vera ?? 0, 2, roleWriter)
  await assign(ids.gwen ?? 0, 0, roleWriter)
  await env.DB.prepare(
    `INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions)
      VALUES ('seen', 0, 'seen', 1, 0, 0, '[["users:read","global.users:id:*"]]')`,
  ).run()
  await assign(ids.gwen ?? 0, 0, 'seen')
  team = numberIn((await as(root).post('/api/teams', { name: 'All' })).body, 'teamId')
  for (const login of people) await as(root).post(`/api/teams/${team}/members`, { userId: ids[login] })
  account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'sa', role: 'None' })).body, 'id')
  for (const org of orgs) {
    atStart[org] = (await Promise.all(people.map((login) => held(login, org)))).flat()
  }
})

const own = fc.constantFrom('r1', 'r2', 'r3', 'r4')
const uid = fc.oneof({ weight: 3, arbitrary: own }, fc.constantFrom('seen', ...fixedRoles))
/** Mostly what one delegate or another does hold, so that much of it succeeds. */
const grants = fc.oneof(
  fc.subarray(everything, { minLength: 1, maxLength: 3 }),
  fc.constantFrom(...everything).map((one) => [one]),
  fc
    .constantFrom(...everything.filter(([action]) => /^(orgs:read|roles|users.roles)/.test(action)))
    .map((one) => [one]),
)
const permissions = grants.map((some) => some.map(([action, scope]) => ({ action, scope })))
const target = fc.constantFrom(
  ...people.map((login) => () => `users/${ids[login]}`),
  () => `teams/${team}`,
  () => `serviceaccounts/${account}`,
)

const operation = fc.oneof(
  fc.record({ uid: own, permissions, global: fc.boolean() }).map((role) => ({
    method: 'POST',
    path: () => '/api/access-control/roles',
    body: { ...role, name: role.uid },
  })),
  fc.record({ uid: own, permissions, version: fc.nat() }).map((role) => ({
    method: 'PUT',
    path: () => `/api/access-control/roles/${role.uid}`,
    body: { ...role, name: role.uid },
  })),
  uid.map((role) => ({
    method: 'DELETE',
    path: () => `/api/access-control/roles/${role}?force=true`,
    body: undefined,
  })),
  fc.record({ target, roleUid: uid, global: fc.boolean() }).map((given) => ({
    method: 'POST',
    path: () => `/api/access-control/${given.target()}/roles`,
    body: { roleUid: given.roleUid, global: given.global },
  })),
  fc.record({ target, roleUids: fc.uniqueArray(uid, { maxLength: 3 }), global: fc.boolean() }).map((given) => ({
    method: 'PUT',
    path: () => `/api/access-control/${given.target()}/roles`,
    body: { roleUids: given.roleUids, global: given.global },
  })),
  fc
    .record({
      roleUid: uid,
      builtinRole: fc.constantFrom('Viewer', 'Editor', 'Admin', 'Grafana Admin'),
      global: fc.boolean(),
    })
    .map((body) => ({ method: 'POST', path: () => '/api/access-control/builtin-roles', body })),
  uid.map((role) => ({
    method: 'PUT',
    path: () => `/api/access-control/roles/${role}/assignments`,
    body: { users: Object.values(ids), teams: [team], service_accounts: [account] },
  })),
)

/** Mostly where each may do something. */
const who = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom({ by: 'adam', org: 1 }, { by: 'vera', org: 2 }, { by: 'gwen', org: 1 }) },
  fc.record({ by: fc.constantFrom(...delegates), org: fc.constantFrom(...orgs) }),
)
const step = fc.record({ who, operation })

it('nobody comes to hold what no delegate held in that org at the start', { timeout: 60_000 }, async () => {
  let succeeded = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      for (const {
        who: { by, org },
        operation: { method, path, body },
      } of steps) {
        const { status } = await call(`${by}:pass`, method, path(), { body, headers: headers(org) })
        expect(status).toBeLessThan(500)
        if (status < 300) succeeded += 1
      }
      for (const org of orgs) {
        for (const login of people) {
          const gained = (await held(login, org)).filter(
            ([action, scope]) => !allows(atStart[org] ?? [], action, scope),
          )
          expect({ login, org, gained }).toEqual({ login, org, gained: [] })
        }
      }
    }),
    { numRuns: 40, endOnFailure: true },
  )
  expect(succeeded).toBeGreaterThan(20) // Otherwise nothing was tried.
})
