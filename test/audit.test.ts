import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { newToken, secretHash } from '../src/auth/secrets.ts'
import type { Caller } from './matrix/callers.ts'
import { type Request, requestOf } from './matrix/requests.ts'
import { remember } from './matrix/restore.ts'
import { slices } from './matrix/slices.ts'
import { openWorld, type World } from './matrix/world.ts'
import { type Answer, as, call, root, type Who } from './support/client.ts'

// What is written: one row for each request that writes, in the batch of its change, and nothing that is secret. How it is
// read is in auditReading.test.ts.

type Row = {
  actor: string
  login: string
  credential: string
  action: string
  target: string
  org_id: number
  address: string
  outcome: number
}

const rowsOf = async (answer: Answer) =>
  (
    await env.DB.prepare(
      'SELECT actor, login, credential, action, target, org_id, address, outcome FROM audit_log WHERE request_id = ?',
    )
      .bind(answer.headers.get('X-Request-Id'))
      .all<Row>()
  ).results

const count = async () => env.DB.prepare('SELECT count(*) AS n FROM audit_log').first<number>('n')

let addresses = 0
/** Each request from somewhere else, so that none is left out as part of a flood. */
const somewhere = () => {
  addresses += 1
  return `10.1.${addresses >> 8}.${addresses & 255}`
}

const from = (address = somewhere()) => ({ 'CF-Connecting-IP': address })

const entries = new Map(Object.values(slices).flatMap((slice) => Object.entries(slice)))
const writing = api.routes
  .filter(({ method }) => !['ALL', 'GET'].includes(method))
  .map(({ method, path }) => `${method} ${path}`)
/** Not those that only look something up, and the two GETs that write. */
const routes = [
  ...new Set(writing.filter((route) => !route.endsWith('/roles/search'))),
  'GET /logout',
  'GET /api/user/helpflags/clear',
]

let world: World
let restore: () => Promise<void>
beforeAll(async () => {
  world = await openWorld()
  restore = await remember()
})

type Asked = { route: string; caller: Caller; request: Request }

/** Everything that can be asked by that route, those first who may the most. */
function requestsFor(route: string): Asked[] {
  const order = ['orgadmin', 'serveradmin']
  const callers = world.callers.toSorted((a, b) => order.indexOf(b.label) - order.indexOf(a.label))
  return (entries.get(route) ?? []).flatMap((line) =>
    callers.flatMap((caller) => {
      const request = requestOf(route.split(' ')[1] ?? '', line, world, caller)
      return request ? [{ route, caller, request }] : []
    }),
  )
}

const ask = ({ route, caller, request }: Asked) =>
  call(caller.who, route.split(' ')[0] ?? '', request.path, {
    body: request.body,
    headers: { ...request.headers, ...from() },
    ...(request.bindings && { bindings: request.bindings }),
  })

/** The first request by that route that is done, with its answer. */
async function done(route: string) {
  for (const asked of requestsFor(route)) {
    const answer = await ask(asked)
    if (answer.status < 400) return { asked, answer }
  }
  throw new Error(`nobody may ${route}`)
}

function actorOf({ caller, route }: Asked): string {
  if (route === 'POST /login') return `user:${world.same.userId}`
  if (caller.who === undefined) return ''
  if (caller.userId !== undefined) return `user:${caller.userId}`
  return caller.keyId === undefined ? `serviceaccount:${caller.accountId}` : `apikey:${caller.keyId}`
}

/** What is made anew has another id each time. */
const shown = (target: string) => target.replace(/\d{9,}$|(?<=(dashboards|roles):uid:)[\w-]{9,}$/, 'new')

/** Every secret that a request of the world carries, is answered with, or is stored as. */
const secrets = new Set<string>()

function collect(value: unknown): void {
  if (typeof value === 'string' && value.length >= 6) secrets.add(value)
  if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) collect(one)
}

const secretParts = (body: unknown) => {
  if (typeof body !== 'object' || body === null) return
  for (const [key, value] of Object.entries(body)) if (/password|code|key|url|token/i.test(key)) collect(value)
}

describe('what was done', () => {
  it('leaves one row for every route that writes', { timeout: 300_000 }, async () => {
    const table: Record<string, string> = {}
    for (const route of routes) {
      const { asked, answer } = await done(route)
      const rows = await rowsOf(answer)
      expect(rows, route).toHaveLength(1)
      const [row] = rows
      expect(row, route).toMatchObject({ actor: actorOf(asked), outcome: 200 })
      if (row) table[route] = `${row.action} ${shown(row.target)}`.trim()
      secretParts(asked.request.body)
      secretParts(answer.body)
      await restore()
    }
    expect(table).toMatchInlineSnapshot(`
    {
      "DELETE /api/access-control/builtin-roles/:builtinRole/roles/:roleUid": "roles.builtin:remove roles:uid:of-one",
      "DELETE /api/access-control/roles/:uid": "roles:delete roles:uid:of-one",
      "DELETE /api/access-control/serviceaccounts/:id/roles/:roleUID": "users.roles:remove serviceaccounts:id:2",
      "DELETE /api/access-control/teams/:teamId/roles/:roleUID": "teams.roles:remove teams:id:2",
      "DELETE /api/access-control/users/:userId/roles/:roleUID": "users.roles:remove users:id:10",
      "DELETE /api/admin/users/:id": "users:delete users:id:7",
      "DELETE /api/auth/keys/:id": "apikeys:delete apikeys:id:17",
      "DELETE /api/dashboards/uid/:uid": "dashboards:delete dashboards:uid:of-one",
      "DELETE /api/org/users/:userId": "org.users:remove users:id:7",
      "DELETE /api/orgs/:orgId": "orgs:delete orgs:id:2",
      "DELETE /api/orgs/:orgId/users/:userId": "org.users:remove users:id:7",
      "DELETE /api/serviceaccounts/:id": "serviceaccounts:delete serviceaccounts:id:1",
      "DELETE /api/serviceaccounts/:id/tokens/:tokenId": "serviceaccounts:write serviceaccounts:id:1",
      "DELETE /api/teams/:teamId": "teams:delete teams:id:1",
      "DELETE /api/teams/:teamId/members/:userId": "teams.permissions:write teams:id:1",
      "DELETE /api/user/stars/dashboard/:id": "users:write dashboards:id:1",
      "DELETE /api/user/stars/dashboard/uid/:uid": "users:write dashboards:uid:of-one",
      "DELETE /api/user/tokens/:id": "users:write tokens:id:13",
      "GET /api/user/helpflags/clear": "users:write users:id:7",
      "GET /logout": "logout users:id:7",
      "PATCH /api/org/invites/:code/revoke": "org.users:add invites:id:1",
      "PATCH /api/org/preferences": "orgs.preferences:write orgs:id:1",
      "PATCH /api/org/users/:userId": "org.users:write users:id:7",
      "PATCH /api/orgs/:orgId/users/:userId": "org.users:write users:id:7",
      "PATCH /api/serviceaccounts/:id": "serviceaccounts:write serviceaccounts:id:1",
      "PATCH /api/teams/:teamId/preferences": "teams:write teams:id:1",
      "PATCH /api/user/preferences": "users:write users:id:7",
      "POST /api/access-control/builtin-roles": "roles.builtin:add roles:uid:of-one",
      "POST /api/access-control/roles": "roles:write roles:uid:new",
      "POST /api/access-control/roles/hard-reset": "roles:write",
      "POST /api/access-control/serviceaccounts/:id": "serviceaccounts.permissions:write serviceaccounts:id:1",
      "POST /api/access-control/serviceaccounts/:id/roles": "users.roles:add serviceaccounts:id:1",
      "POST /api/access-control/serviceaccounts/:id/teams/:teamId": "serviceaccounts.permissions:write serviceaccounts:id:1",
      "POST /api/access-control/serviceaccounts/:id/users/:userId": "serviceaccounts.permissions:write serviceaccounts:id:1",
      "POST /api/access-control/teams/:teamId/roles": "teams.roles:add teams:id:1",
      "POST /api/access-control/users/:userId/roles": "users.roles:add users:id:7",
      "POST /api/admin/users": "users:create users:id:new",
      "POST /api/admin/users/:id/disable": "users:disable users:id:7",
      "POST /api/admin/users/:id/enable": "users:enable users:id:7",
      "POST /api/admin/users/:id/logout": "users:logout users:id:10",
      "POST /api/admin/users/:id/revoke-auth-token": "users.authtoken:write users:id:7",
      "POST /api/auth/keys": "apikeys:create apikeys:id:22",
      "POST /api/dashboards/db": "dashboards:create dashboards:uid:new",
      "POST /api/org/invites": "org.users:add invites:id:4",
      "POST /api/org/users": "org.users:add users:id:12",
      "POST /api/orgs": "orgs:create orgs:id:3",
      "POST /api/orgs/:orgId/users": "org.users:add users:id:12",
      "POST /api/preferences/set-home-dash": "users:write users:id:7",
      "POST /api/serviceaccounts": "serviceaccounts:create serviceaccounts:id:5",
      "POST /api/serviceaccounts/:id/tokens": "serviceaccounts:write serviceaccounts:id:1",
      "POST /api/teams": "teams:create teams:id:4",
      "POST /api/teams/:teamId/members": "teams.permissions:write teams:id:1",
      "POST /api/user/invite/complete": "invite:accept users:id:new",
      "POST /api/user/password/reset": "password:reset users:id:14",
      "POST /api/user/password/send-reset-email": "password:forgot users:id:14",
      "POST /api/user/revoke-auth-token": "users:write users:id:7",
      "POST /api/user/revoke-other-auth-tokens": "users:write users:id:7",
      "POST /api/user/signup": "signup:start invites:id:5",
      "POST /api/user/signup/step2": "signup users:id:new",
      "POST /api/user/stars/dashboard/:id": "users:write dashboards:id:1",
      "POST /api/user/stars/dashboard/uid/:uid": "users:write dashboards:uid:of-one",
      "POST /api/user/tokens": "users:write users:id:7",
      "POST /api/user/using/:id": "users:write orgs:id:1",
      "POST /api/users/:id/using/:orgId": "users:write users:id:7",
      "POST /login": "login users:id:10",
      "PUT /api/access-control/roles/:roleUID/assignments": "teams.roles:remove roles:uid:of-one",
      "PUT /api/access-control/roles/:uid": "roles:write roles:uid:of-one",
      "PUT /api/access-control/serviceaccounts/:id/roles": "users.roles:add serviceaccounts:id:1",
      "PUT /api/access-control/teams/:teamId/roles": "teams.roles:add teams:id:1",
      "PUT /api/access-control/users/:userId/roles": "users.roles:add users:id:7",
      "PUT /api/admin/users/:id/password": "users.password:write users:id:7",
      "PUT /api/admin/users/:id/permissions": "users.permissions:write users:id:7",
      "PUT /api/admin/users/:id/quotas/:target": "users.quotas:write users:id:7",
      "PUT /api/org": "orgs:write orgs:id:1",
      "PUT /api/org/address": "orgs:write orgs:id:1",
      "PUT /api/org/preferences": "orgs.preferences:write orgs:id:1",
      "PUT /api/orgs/:orgId": "orgs:write orgs:id:1",
      "PUT /api/orgs/:orgId/address": "orgs:write orgs:id:1",
      "PUT /api/orgs/:orgId/quotas/:target": "orgs.quotas:write orgs:id:1",
      "PUT /api/serviceaccounts/:id/grants": "serviceaccounts.grants:write serviceaccounts:id:1",
      "PUT /api/teams/:teamId": "teams:write teams:id:1",
      "PUT /api/teams/:teamId/members": "teams.permissions:write teams:id:1",
      "PUT /api/teams/:teamId/members/:userId": "teams.permissions:write teams:id:1",
      "PUT /api/teams/:teamId/preferences": "teams:write teams:id:1",
      "PUT /api/user": "users:write users:id:7",
      "PUT /api/user/helpflags/:id": "users:write users:id:7",
      "PUT /api/user/password": "password:change users:id:7",
      "PUT /api/user/preferences": "users:write users:id:7",
      "PUT /api/users/:id": "users:write users:id:7",
    }
  `)
  })

  it('is in the log without a password, a token, a cookie or a code, and without their hashes', async () => {
    collect(world.callers.map(({ who }) => who))
    collect([world.same.inviteCode, world.other.inviteCode, world.mailed.signUpCode, world.mailed.resetCode])
    const { results } = await env.DB.prepare('SELECT * FROM audit_log').all()
    const text = JSON.stringify(results)
    expect(results.length).toBeGreaterThan(routes.length)
    expect(secrets.size).toBeGreaterThan(25)
    const found = [...secrets].filter((secret) => text.includes(secret) || text.includes(secretHash(secret)))
    expect(found).toEqual([])
  })

  it.each(['an account', 'a team'])('%s that is made is the target', async (what) => {
    const isAccount = what === 'an account'
    const path = isAccount ? '/api/admin/users' : '/api/teams'
    const answer = await as(root).post(path, isAccount ? { login: 'made', password: 'pass' } : { name: 'Made' }, from())
    const { id, teamId } = Object(answer.body)
    expect(await rowsOf(answer)).toMatchObject([{ target: isAccount ? `users:id:${id}` : `teams:id:${teamId}` }])
    await restore()
  })

  it('has a row each when many are at work', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => as(root).post('/api/teams', { name: `Team ${n}` }, from())),
    )
    const rows = await Promise.all(answers.map(rowsOf))
    const targets = answers.map(({ body }) => [{ action: 'teams:create', target: `teams:id:${Object(body).teamId}` }])
    expect(rows).toMatchObject(targets)
    await restore()
  })
})

/** What a request may leave behind whatever becomes of it: that somebody was there, and counted attempts. */
const beside = /^(audit_log|login_attempts|account_failures|sign_in_addresses|sqlite_|_cf_|d1_|user_search)/
const isBeside = (column: string) => /^(seen_at|last_seen_at|last_used_at)$/.test(column)

async function everything(): Promise<string> {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  const names = results.map(({ name }) => name).filter((name) => !beside.test(name))
  const tables = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)))
  return JSON.stringify(
    tables.map((table) => table.results),
    (key, value) => (isBeside(key) ? undefined : value),
  )
}

/** Where there is nothing to change, or what changes does so after the answer, there is nothing to refuse. */
const changesNothing = [
  'POST /api/access-control/roles/hard-reset',
  'DELETE /api/user/stars/dashboard/:id',
  'DELETE /api/user/stars/dashboard/uid/:uid',
  'POST /api/user/password/send-reset-email',
]

describe('neither without the other', () => {
  const refuse = "CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no room'); END"

  it('nothing is changed where its row cannot be written', { timeout: 300_000 }, async () => {
    const allowed = new Map<string, Asked>()
    for (const route of routes) {
      allowed.set(route, (await done(route)).asked)
      await restore()
    }
    const before = await everything()
    await env.DB.prepare(refuse).run()
    const outcomes: string[] = []
    for (const [route, asked] of allowed) {
      const { status } = await ask(asked)
      outcomes.push(`${route}: ${status}, ${(await everything()) === before ? 'nothing' : 'something'} changed`)
      await restore()
    }
    await env.DB.prepare('DROP TRIGGER refuse_audit').run()
    const refused = (route: string) => (changesNothing.includes(route) ? 200 : 500)
    expect(outcomes).toEqual(routes.map((route) => `${route}: ${refused(route)}, nothing changed`))
  })

  it.each([
    ['a name that somebody has', 'POST', '/api/admin/users', { login: 'mia', password: 'pass' }, 412],
    ['the last server admin', 'PUT', '/api/users/1', { login: 'mia' }, 409],
    ['a team that is none', 'PUT', '/api/teams/999', { name: 'n' }, 404],
    ['an account that is none', 'DELETE', '/api/admin/users/999', undefined, 404],
    ['an id that is none', 'DELETE', '/api/admin/users/secret-typed-here', undefined, 400],
    ['a body that is none', 'POST', '/api/teams', '{', 400],
  ])('of %s one row tells that it was refused', async (_, method, path, body, status) => {
    const answer = await call(root, method, path, { body, headers: from() })
    expect(answer.status).toBe(status)
    expect(await rowsOf(answer)).toMatchObject([{ actor: 'user:1', outcome: status }])
    expect(JSON.stringify(await rowsOf(answer))).not.toContain('typed')
  })

  it('no row tells of a change that was none, even where what follows the answer is lost', async () => {
    const lose =
      "CREATE TRIGGER lose BEFORE INSERT ON audit_log WHEN new.outcome <> 200 BEGIN SELECT RAISE(ABORT, 'lost'); END"
    await env.DB.prepare(lose).run()
    for (const [method, path] of [
      ['PUT', '/api/teams/999'],
      ['DELETE', '/api/admin/users/999'],
    ] as const) {
      const answer = await call(root, method, path, { body: { name: 'n' }, headers: from() })
      expect(answer.status).toBe(404)
      expect(await rowsOf(answer)).toEqual([])
    }
    await env.DB.prepare('DROP TRIGGER lose').run()
  })

  it('a change that is undone has the outcome that was answered', async () => {
    const bindings = { MAIL_WEBHOOK_URL: `${env.TEST_MAILBOX}500`, MAIL_FROM: 'x@example.org' }
    const body = { loginOrEmail: 'nobody@x.org', role: 'Viewer', sendEmail: true }
    const answer = await call(root, 'POST', '/api/org/invites', { body, bindings, headers: from() })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await rowsOf(answer)).toMatchObject([{ action: 'org.users:add', outcome: answer.status }])
  })
})

describe('who did it', () => {
  const named = (label: string): Who => world.callers.find((caller) => caller.label === label)?.who

  it.each([
    ['a password', () => root, { actor: 'user:1', login: 'admin', credential: 'password' }, 200],
    ['a session', () => named('orgadmin'), { actor: 'user:5', login: 'orgadmin', credential: 'session' }, 200],
    ['an API key', () => named('key admin'), { login: '', credential: 'token' }, 200],
    ['a service account', () => named('robot'), { login: '', credential: 'token' }, 403],
    ['a stranger', () => undefined, { actor: '', login: '', credential: '' }, 401],
  ])('by %s', async (_, who, expected, outcome) => {
    const answer = await as(who()).post('/api/teams', { name: 'By somebody' }, from('192.0.2.7'))
    const shared = { action: 'teams:create', address: '192.0.2.7', outcome, org_id: who() === undefined ? 0 : 1 }
    expect(await rowsOf(answer)).toMatchObject([{ ...expected, ...shared }])
    const [row] = await rowsOf(answer)
    if (expected.credential === 'token') expect(row?.actor).toMatch(/^(apikey|serviceaccount):\d+$/)
    await restore()
  })

  it('the password that was typed where the login goes is nowhere', async () => {
    const answer = await as(undefined).post('/login', { user: 'hunter2-typed', password: 'x' }, from())
    expect(await rowsOf(answer)).toEqual([
      expect.objectContaining({
        actor: '',
        login: '',
        action: 'login',
        credential: 'password',
        target: '',
        outcome: 401,
      }),
    ])
  })

  it.each([
    ['POST /login', 'login'],
    ['Basic', 'authenticate'],
  ])('a wrong password by %s accuses the account', async (way, action) => {
    const answer =
      way === 'Basic'
        ? await as('mia:wrong').get('/api/user', from())
        : await as(undefined).post('/login', { user: 'mia', password: 'wrong' }, from())
    const target = `users:id:${world.same.userId}`
    expect(answer.status).toBe(401)
    expect(await rowsOf(answer)).toMatchObject([{ actor: '', credential: 'password', action, target, outcome: 401 }])
  })

  it('a wrong token, and a cookie from another site', async () => {
    const wrong = await as({ token: newToken('rcpat') }).get('/api/user', from())
    expect(await rowsOf(wrong)).toMatchObject([
      { actor: '', credential: 'token', action: 'authenticate', outcome: 401 },
    ])
    const foreign = { Origin: 'https://evil.example', ...from() }
    const forged = await as(named('orgadmin')).post('/api/teams', { name: 'Forged' }, foreign)
    expect(await rowsOf(forged)).toMatchObject([{ credential: 'session', action: 'authenticate', outcome: 403 }])
  })

  it('a read leaves nothing, nor does a stranger who signs out', async () => {
    for (const path of ['/api/users', '/api/admin/stats', '/logout'])
      expect(await rowsOf(await as(path === '/logout' ? undefined : root).get(path))).toEqual([])
  })

  it('a flood of refusals leaves the first of them, by address', async () => {
    const before = (await count()) ?? 0
    for (let n = 0; n < 30; n++) await as(undefined).post('/api/teams', { name: 'n' }, from('192.0.2.99'))
    expect(((await count()) ?? 0) - before).toBeLessThanOrEqual(40)
    expect(((await count()) ?? 0) - before).toBeGreaterThanOrEqual(20)
    const elsewhere = await as(undefined).post('/api/teams', { name: 'n' }, from('192.0.2.98'))
    expect(await rowsOf(elsewhere)).toHaveLength(1)
  })
})
