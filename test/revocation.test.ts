import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { newResetCode, resetHash } from '../src/passwordReset/codes.ts'
import { type Answer, as, call, cookieOf, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingKv } from './support/counting.ts'
import { slowD1, staleKv } from './support/faults.ts'

// Every way to end access, by every way to have it: what is answered to the very next request.

/**
 * `current` is the session that acts where somebody acts on their own account, `other` another one of theirs; the key
 * and the service account's token (`robot`) were made by them. 401 = refused, 403 = no longer allowed, 200 = as before,
 * - = it was not allowed before either.
 */
const table = `
                                          current  other  basic  token  key  robot
    one of their sessions is revoked      200      401    200    200    200  200
    an administrator revokes one          200      401    200    200    200  200
    they revoke the others                200      401    200    200    200  200
    they sign out                         401      200    200    200    200  200
    an administrator signs them out       401      401    200    200    200  200
    they are disabled                     401      401    401    401    401  401
    they are deleted                      401      401    401    401    401  401
    they change their password            401      401    401    200    200  200
    an administrator sets their password  401      401    401    401    200  200
    they reset their password             401      401    401    401    200  200

    they become a Viewer                  403      403    403    403    403  403
    they become nothing in the org        403      403    403    403    403  403
    they are removed from the org         403      403    403    403    403  403
    the org removes them, their only one  401      401    401    401    401  401
    they are no longer a server admin     403      403    403    403    -    403
    their role is taken                   403      403    403    403    403  403
    their role is cut                     403      403    403    403    403  403
    their role is deleted                 403      403    403    403    403  403
    they leave the team with the role     403      403    403    403    403  403
    the team loses the role               403      403    403    403    403  403
    the team is deleted                   403      403    403    403    403  403

    their token is deleted                200      200    200    401    200  200
    the key is deleted                    200      200    200    200    401  200
    the robot's token is deleted          200      200    200    200    200  401
    the service account becomes a Viewer  200      200    200    200    200  403
    the service account is disabled       200      200    200    200    200  401
    the service account is deleted        200      200    200    200    200  401
`

const kinds = ['current', 'other', 'basic', 'token', 'key', 'robot'] as const
type Kind = (typeof kinds)[number]

const lines = table
  .split('\n')
  .map((line) => line.trim().split(/ {2,}/))
  .filter((cells) => cells.length === kinds.length + 1)
  .map(([name = '', ...cells]) => ({ name, cells }))

type Subject = {
  id: number
  login: string
  who: Record<Kind, Who>
  otherId: number
  tokenId: number
  keyId: number
  robotId: number
  robotTokenId: number
  teamId: number
  roleUid: string
  /** What it may, at first. */
  path: string
}

/** As somebody of their own address, so that nobody's failures count against another. */
const from = (id: number) => ({ 'CF-Connecting-IP': `10.0.${id >> 8}.${id & 255}` })

const ok = (answer: Answer) => {
  if (answer.status >= 300) throw new Error(answer.text)
  return answer.body
}

const logIn = (login: string, id: number, bindings: object = {}) =>
  as(undefined, bindings).post('/login', { user: login, password: 'pass' }, from(id))

async function made(who: Who, path: string, body: object) {
  const answer = ok(await as(who).post(path, body))
  return { id: numberIn(answer, 'id'), who: { token: textIn(answer, 'key') } }
}

let subjects = 0

/** An Admin of org 1, with everything that one can call by. */
async function subject(): Promise<Subject> {
  const login = `subject${subjects++}`
  const id = await person(login)
  ok(await as(root).patch(`/api/org/users/${id}`, { role: 'Admin' }))
  const current = { cookie: cookieOf(await logIn(login, id)) }
  const other = { cookie: cookieOf(await logIn(login, id)) }
  const sessions = (await as(other).get('/api/user/auth-tokens')).body
  const [, active] = Array.isArray(sessions) ? sessions : []
  const token = await made(current, '/api/user/tokens', { name: 'mine' })
  const key = await made(current, '/api/auth/keys', { name: login, role: 'Admin' })
  const robotId = numberIn(ok(await as(current).post('/api/serviceaccounts', { name: login, role: 'Admin' })), 'id')
  const robot = await made(current, `/api/serviceaccounts/${robotId}/tokens`, { name: 'its' })
  return {
    id,
    login,
    who: { current, other, basic: `${login}:pass`, token: token.who, key: key.who, robot: robot.who },
    otherId: numberIn(active, 'id'),
    tokenId: token.id,
    keyId: key.id,
    robotId,
    robotTokenId: robot.id,
    teamId: 0,
    roleUid: '',
    path: '/api/org/users',
  }
}

const permissions = [{ action: 'org.users:read', scope: 'users:*' }]

/** May the same, but by a role that was given to them (or to their team) alone. */
async function byRole(to: 'users' | 'teams'): Promise<Subject> {
  const one = await subject()
  const { id, login } = one
  ok(await as(root).post('/api/access-control/roles', { uid: login, name: login, permissions }))
  const teamId = numberIn(ok(await as(root).post('/api/teams', { name: login })), 'teamId')
  ok(await as(root).post(`/api/teams/${teamId}/members`, { userId: id }))
  const owner = to === 'users' ? id : teamId
  ok(await as(root).post(`/api/access-control/${to}/${owner}/roles`, { roleUid: login }))
  ok(await as(root).patch(`/api/org/users/${id}`, { role: 'Viewer' }))
  return { ...one, teamId, roleUid: login }
}

async function serverAdmin(): Promise<Subject> {
  const one = await subject()
  ok(await as(root).put(`/api/admin/users/${one.id}/permissions`, { isGrafanaAdmin: true }))
  const grants = { permissions: [{ action: 'users:read', scope: 'global.users:*' }] }
  ok(await as(root).put(`/api/serviceaccounts/${one.robotId}/grants`, grants))
  return { ...one, path: '/api/users' }
}

/** Also in an org of their own, which they don't leave. */
async function inTwoOrgs(): Promise<Subject> {
  const one = await subject()
  const orgId = numberIn(ok(await as(root).post('/api/orgs', { name: one.login })), 'orgId')
  ok(await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: one.login, role: 'Viewer' }))
  return one
}

async function reset({ id }: Subject, bindings: object) {
  const code = newResetCode(id)
  const hash = await env.DB.prepare('SELECT password_hash AS hash FROM users WHERE id = ?')
    .bind(id)
    .first<string>('hash')
  await env.DB.prepare('INSERT INTO password_resets (user_id, code_hash, expires_at) VALUES (?, ?, unixepoch() + 99)')
    .bind(id, resetHash(code, hash))
    .run()
  const body = { code, newPassword: 'another', confirmPassword: 'another' }
  return as(undefined, bindings).post('/api/user/password/reset', body)
}

type End = (one: Subject, bindings: object) => Promise<Answer>
type Way = { who?: () => Promise<Subject>; end: End }

/** Asked by the administrator. */
const admin =
  (method: string, path: (one: Subject) => string, body?: object | ((one: Subject) => object)): End =>
  (one, bindings) =>
    call(root, method, path(one), { bindings, ...(body && { body: typeof body === 'function' ? body(one) : body }) })

/** Asked by themselves. */
const self =
  (method: string, path: string, body?: (one: Subject) => object): End =>
  (one, bindings) =>
    call(one.who.current, method, path, { bindings, ...(body && { body: body(one) }) })

const ways: Record<string, Way> = {
  'one of their sessions is revoked': {
    end: self('POST', '/api/user/revoke-auth-token', ({ otherId }) => ({ authTokenId: otherId })),
  },
  'an administrator revokes one': {
    end: admin(
      'POST',
      ({ id }) => `/api/admin/users/${id}/revoke-auth-token`,
      ({ otherId }) => ({ authTokenId: otherId }),
    ),
  },
  'they revoke the others': { end: self('POST', '/api/user/revoke-other-auth-tokens') },
  'they sign out': { end: self('GET', '/logout') },
  'an administrator signs them out': { end: admin('POST', ({ id }) => `/api/admin/users/${id}/logout`) },
  'they are disabled': { end: admin('POST', ({ id }) => `/api/admin/users/${id}/disable`) },
  'they are deleted': { end: admin('DELETE', ({ id }) => `/api/admin/users/${id}`) },
  'they change their password': {
    end: self('PUT', '/api/user/password', () => ({ oldPassword: 'pass', newPassword: 'another' })),
  },
  'an administrator sets their password': {
    end: admin('PUT', ({ id }) => `/api/admin/users/${id}/password`, { password: 'another' }),
  },
  'they reset their password': { end: reset },
  'they become a Viewer': { end: admin('PATCH', ({ id }) => `/api/org/users/${id}`, { role: 'Viewer' }) },
  'they become nothing in the org': { end: admin('PATCH', ({ id }) => `/api/org/users/${id}`, { role: 'None' }) },
  'they are removed from the org': { who: inTwoOrgs, end: admin('DELETE', ({ id }) => `/api/orgs/1/users/${id}`) },
  'the org removes them, their only one': { end: admin('DELETE', ({ id }) => `/api/org/users/${id}`) },
  'they are no longer a server admin': {
    who: serverAdmin,
    end: admin('PUT', ({ id }) => `/api/admin/users/${id}/permissions`, { isGrafanaAdmin: false }),
  },
  'their role is taken': {
    who: () => byRole('users'),
    end: admin('DELETE', ({ id, roleUid }) => `/api/access-control/users/${id}/roles/${roleUid}`),
  },
  'their role is cut': {
    who: () => byRole('users'),
    end: admin(
      'PUT',
      ({ roleUid }) => `/api/access-control/roles/${roleUid}`,
      ({ roleUid }) => ({ name: roleUid, version: 2, permissions: [] }),
    ),
  },
  'their role is deleted': {
    who: () => byRole('users'),
    end: admin('DELETE', ({ roleUid }) => `/api/access-control/roles/${roleUid}?force=true`),
  },
  'they leave the team with the role': {
    who: () => byRole('teams'),
    end: admin('DELETE', ({ id, teamId }) => `/api/teams/${teamId}/members/${id}`),
  },
  'the team loses the role': {
    who: () => byRole('teams'),
    end: admin('DELETE', ({ teamId, roleUid }) => `/api/access-control/teams/${teamId}/roles/${roleUid}`),
  },
  'the team is deleted': { who: () => byRole('teams'), end: admin('DELETE', ({ teamId }) => `/api/teams/${teamId}`) },
  'their token is deleted': {
    end: (one, bindings) => as(one.who.current, bindings).del(`/api/user/tokens/${one.tokenId}`),
  },
  'the key is deleted': { end: admin('DELETE', ({ keyId }) => `/api/auth/keys/${keyId}`) },
  "the robot's token is deleted": {
    end: admin('DELETE', ({ robotId, robotTokenId }) => `/api/serviceaccounts/${robotId}/tokens/${robotTokenId}`),
  },
  'the service account becomes a Viewer': {
    end: admin('PATCH', ({ robotId }) => `/api/serviceaccounts/${robotId}`, { role: 'Viewer' }),
  },
  'the service account is disabled': {
    end: admin('PATCH', ({ robotId }) => `/api/serviceaccounts/${robotId}`, { isDisabled: true }),
  },
  'the service account is deleted': { end: admin('DELETE', ({ robotId }) => `/api/serviceaccounts/${robotId}`) },
}

async function outcomes({ id, who, path }: Subject, bindings: object) {
  const answers: string[] = []
  for (const kind of kinds) {
    const answer = await as(who[kind], bindings).get(path, from(id))
    answers.push(String(answer.status))
    const isCookie = kind === 'current' || kind === 'other'
    if (isCookie && answer.status === 401) expect(answer.headers.get('Set-Cookie')).toMatch(/^grafana_session=; /)
  }
  return answers
}

let bystander: Subject

beforeAll(async () => {
  bystander = await subject()
})

it('has a line for each way, and a way for each line', () => {
  expect(lines.map(({ name }) => name)).toEqual(Object.keys(ways))
})

describe.each([
  ['KV up to date', () => ({})],
  ['KV a minute late, with every record still there', () => ({ SESSIONS: staleKv().kv })],
])('%s: the next request, once', (_, late) => {
  it.each(lines)('$name', async ({ name, cells }) => {
    const { who = subject, end } = ways[name] ?? { end: () => Promise.reject(new Error(name)) }
    const one = await who()
    const bindings = late()
    const before = await outcomes(one, bindings)
    expect(before).toEqual(cells.map((cell) => (cell === '-' ? '403' : '200')))
    expect((await end(one, bindings)).status).toBeLessThan(400)
    const after = await outcomes(one, bindings)
    expect(Object.fromEntries(kinds.map((kind, n) => [kind, after[n]]))).toEqual(
      Object.fromEntries(kinds.map((kind, n) => [kind, cells[n] === '-' ? '403' : cells[n]])),
    )
    expect(await outcomes(bystander, bindings)).toEqual(kinds.map(() => '200'))
  })
})

describe('changing the own password', () => {
  it('goes on with a new session in place of the calling one, and ends the others', async () => {
    const { who, id } = await subject()
    const before = await env.DB.prepare('SELECT id FROM sessions WHERE user_id = ?').bind(id).raw<[number]>()
    const answer = await as(who.current).put('/api/user/password', { oldPassword: 'pass', newPassword: 'another' })
    const cookie = cookieOf(answer)
    expect(cookie).toMatch(/^[0-9a-f]{64}$/)
    const { status, body } = await as({ cookie }).get('/api/user/auth-tokens')
    expect([status, body]).toMatchObject([200, [{ isActive: true }]])
    const [mine] = Array.isArray(body) ? body : []
    expect(before.flat()).not.toContain(numberIn(mine, 'id'))
    for (const old of [who.current, who.other]) expect((await as(old).get('/api/user')).status).toBe(401)
  })

  it('by Basic or a token ends all sessions and opens none', async () => {
    for (const kind of ['basic', 'token'] as const) {
      const { who, id } = await subject()
      const secret = { oldPassword: 'pass', newPassword: 'another' }
      const answer = await as(who[kind]).put('/api/user/password', secret, from(id))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('Set-Cookie')).toBeNull()
      for (const old of [who.current, who.other]) expect((await as(old).get('/api/user')).status).toBe(401)
    }
  })
})

describe('a sign-in at the same time', () => {
  /** A sign-in is three trips and a hash: slowed down, so that what ends the account meets it at each of its steps. */
  const slow = { DB: slowD1(10) }
  const later = (n: number, signedIn: Promise<unknown>) => (n < 19 ? scheduler.wait(n * 5) : signedIn)

  const races: [string, (id: number) => Promise<Answer>][] = [
    ['as the account is disabled', (id) => as(root).post(`/api/admin/users/${id}/disable`)],
    ['as the account is deleted', (id) => as(root).del(`/api/admin/users/${id}`)],
    ['as its password is set', (id) => as(root).put(`/api/admin/users/${id}/password`, { password: 'another' })],
  ]

  it.each(races)('%s leaves no session that opens anything', { timeout: 60_000 }, async (_, end) => {
    const outcomes = new Set<number>()
    for (let n = 0; n < 20; n++) {
      const login = `racer${subjects++}`
      const id = await person(login)
      const signing = logIn(login, id, slow)
      const [signedIn, ended] = await Promise.all([signing, later(n, signing).then(() => end(id))])
      expect(ended.status).toBe(200)
      outcomes.add(signedIn.status)
      const cookie = cookieOf(signedIn)
      if (cookie) expect((await as({ cookie }).get('/api/user')).status).toBe(401)
      const left = await env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?').bind(id).first('n')
      expect(left).toBe(0)
    }
    // Now the one was first, and now the other.
    expect([...outcomes].toSorted()).toEqual([200, 401])
  })

  it('as one changes the own password leaves the new session alone', { timeout: 60_000 }, async () => {
    for (let n = 0; n < 20; n++) {
      const login = `racer${subjects++}`
      const id = await person(login)
      const own = { cookie: cookieOf(await logIn(login, id)) }
      const secret = { oldPassword: 'pass', newPassword: 'another' }
      const signing = logIn(login, id, slow)
      const change = later(n, signing).then(() => as(own).put('/api/user/password', secret))
      const [signedIn, changed] = await Promise.all([signing, change])
      expect(changed.status).toBe(200)
      const cookie = cookieOf(signedIn)
      if (cookie) expect((await as({ cookie }).get('/api/user')).status).toBe(401)
      expect((await as({ cookie: cookieOf(changed) }).get('/api/user/auth-tokens')).body).toHaveLength(1)
    }
  })
})

describe('at once', () => {
  const counted = (answers: Answer[]) =>
    Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, all]) => [status, all.length]))

  it('fifty revokes of one session: one ends it, the others find none', async () => {
    const { who, otherId } = await subject()
    const revokes = Array.from({ length: 50 }, () =>
      as(who.current).post('/api/user/revoke-auth-token', { authTokenId: otherId }),
    )
    expect(counted(await Promise.all(revokes))).toEqual({ 200: 1, 404: 49 })
    expect((await as(who.other).get('/api/user')).status).toBe(401)
    expect((await as(who.current).get('/api/user')).status).toBe(200)
  })

  it('fifty sessions revoked, each is refused', async () => {
    const { who, id, login } = await subject()
    const opened = await Promise.all(Array.from({ length: 50 }, () => logIn(login, id)))
    const { results } = await env.DB.prepare('SELECT id FROM sessions WHERE user_id = ? ORDER BY id').bind(id).all()
    const ids = results.map((row) => numberIn(row, 'id')).slice(2)
    expect(ids).toHaveLength(50)
    const next = () => Promise.all(opened.map((answer) => as({ cookie: cookieOf(answer) }).get('/api/user')))
    expect(counted(await next())).toEqual({ 200: 50 })
    const revoke = (authTokenId: number) => as(who.current).post('/api/user/revoke-auth-token', { authTokenId })
    expect(counted(await Promise.all(ids.map(revoke)))).toEqual({ 200: 50 })
    expect(counted(await next())).toEqual({ 401: 50 })
    expect((await as(who.current).get('/api/user/auth-tokens')).body).toHaveLength(2)
  })

  it('a hundred requests by one session: all answered, its time written once', async () => {
    const { who, id } = await subject()
    await env.DB.prepare('UPDATE sessions SET seen_at = seen_at - 400 WHERE user_id = ?').bind(id).run()
    const written: string[] = []
    const DB = new Proxy(env.DB, {
      get(target, key) {
        if (key !== 'prepare') return Reflect.get(target, key).bind(target)
        return (text: string) => {
          if (/^update sessions/i.test(text)) written.push(text)
          return target.prepare(text)
        }
      },
    })
    const { kv, count } = countingKv()
    const requests = Array.from({ length: 100 }, () => as(who.current, { DB, SESSIONS: kv }).get('/api/user'))
    expect(counted(await Promise.all(requests))).toEqual({ 200: 100 })
    expect(written).toHaveLength(1)
    expect(count.puts).toBe(1)
  })
})
