import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { api } from '../src/api.ts'
import { verifyPassword } from '../src/auth/passwords.ts'
import { secretHash } from '../src/auth/secrets.ts'
import { as, cookieOf, numberIn, root, textIn } from './support/client.ts'
import { type Fault, faultyD1, kvOperations, staleKv, throwingKv } from './support/faults.ts'

// Thousands of requests in any order, some of which D1 or KV fails, beside a model of a few lines that says what each is
// to answer. Where a failure leaves open what was done, the model looks, once; in the end the store and it agree.

/** A failure names the seed that it happened with: VITE_SOAK_SEED=7 npx vitest run test/soak.test.ts. */
const seed = Number(Reflect.get(import.meta, 'env')?.VITE_SOAK_SEED ?? 20_260_101)
const commands = 5_700
const logins = ['ann', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal']
const roles = ['None', 'Viewer', 'Editor', 'Admin'] as const

type Account = {
  id: number
  login: string
  password: string
  isDisabled: boolean
  /** In the main org; undefined = no member. */
  role: (typeof roles)[number] | undefined
  /** By id; a secret that was lost with its answer is nobody's. */
  sessions: Map<number, string | undefined>
  tokens: Map<number, string | undefined>
}

type Model = { accounts: Map<string, Account>; dead: Credential[] }
type Credential = { cookie: string } | { token: string } | { basic: string }

/** A request, what it is to answer, and what then is so. */
type Plan = {
  who: Credential | undefined
  method: string
  path: string
  body?: object
  status: number
  about: string
  learn?: (answer: Answer) => Promise<void> | void
}
type Answer = { status: number; body: unknown; headers: Headers; text: string }

const administrator = { basic: root }

function headersOf(who: Credential | undefined): Record<string, string> {
  if (!who) return {}
  if ('basic' in who) return { Authorization: `Basic ${btoa(who.basic)}` }
  return 'token' in who ? { Authorization: `Bearer ${who.token}` } : { Cookie: `grafana_session=${who.cookie}` }
}

let counter = 0
/** A new one each time: an address for whose failures nobody else is locked out, a name, a password. */
const next = () => ++counter
const address = () => `10.${(next() >> 16) & 255}.${(counter >> 8) & 255}.${counter & 255}`

const d1 = faultyD1()

type Trouble = { d1: Fault } | { kv: 'down' | 'late' } | undefined

function bindingsIn(trouble: Trouble) {
  if (!trouble) return {}
  if ('d1' in trouble) return { DB: d1.db }
  return { SESSIONS: trouble.kv === 'down' ? throwingKv(...kvOperations) : staleKv().kv }
}

async function send({ who, method, path, body }: Plan, trouble: Trouble): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': address(), ...headersOf(who) }
  const request = new Request(`http://rollcall.test${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const ctx = createExecutionContext()
  d1.strike(trouble && 'd1' in trouble ? trouble.d1 : undefined)
  const response = await api.fetch(request, { ...env, ...bindingsIn(trouble) }, ctx)
  await waitOnExecutionContext(ctx).catch(() => undefined)
  const text = await response.text()
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json')
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers, text }
}

// What changes in the model

const secrets = (account: Account): Credential[] => [
  ...[...account.sessions.values()].flatMap((cookie) => (cookie ? [{ cookie }] : [])),
  ...[...account.tokens.values()].flatMap((token) => (token ? [{ token }] : [])),
]

const bury = (model: Model, credentials: Credential[]) => {
  model.dead = [...credentials, ...model.dead].slice(0, 60)
}

function endSessions(model: Model, account: Account, ids: Iterable<number> = [...account.sessions.keys()]) {
  for (const id of ids) {
    const cookie = account.sessions.get(id)
    if (cookie) bury(model, [{ cookie }])
    account.sessions.delete(id)
  }
}

function endTokens(model: Model, account: Account, ids: Iterable<number> = [...account.tokens.keys()]) {
  for (const id of ids) {
    const token = account.tokens.get(id)
    if (token) bury(model, [{ token }])
    account.tokens.delete(id)
  }
}

function forget(model: Model, account: Account) {
  bury(model, [...secrets(account), { basic: `${account.login}:${account.password}` }])
  model.accounts.delete(account.login)
}

async function opened(account: Account, answer: Answer) {
  const cookie = cookieOf(answer)
  const row = await env.DB.prepare('SELECT id FROM sessions WHERE secret_hash = ?').bind(secretHash(cookie)).first()
  account.sessions.set(numberIn(row, 'id'), cookie)
}

// What may be asked: a plan, or none where there is nobody to ask it of

type Drawn = { n: number; role: number; flag: boolean }
type Planner = (model: Model, drawn: Drawn) => Plan | undefined

const pick = <T>(all: readonly T[], n: number): T | undefined => all[n % Math.max(1, all.length)]
const anyAccount = (model: Model, n: number) => pick([...model.accounts.values()], n)

/** Somebody who has a session or token whose secret is known. */
function holder(model: Model, n: number, kind: 'sessions' | 'tokens') {
  const all = [...model.accounts.values()].flatMap((account) =>
    [...account[kind]].flatMap(([id, secret]) => (secret ? [{ account, id, secret }] : [])),
  )
  return pick(all, n)
}

/** For what the administrator does to somebody. */
const toSomebody =
  (plan: (account: Account, drawn: Drawn, model: Model) => Omit<Plan, 'who' | 'about'>): Planner =>
  (model, drawn) => {
    const account = anyAccount(model, drawn.n)
    return account && { who: administrator, about: account.login, ...plan(account, drawn, model) }
  }

/** For what somebody does by a session. */
const bySession =
  (plan: (account: Account, id: number, drawn: Drawn, model: Model) => Omit<Plan, 'who' | 'about'>): Planner =>
  (model, drawn) => {
    const held = holder(model, drawn.n, 'sessions')
    if (!held) return undefined
    const { account, id, secret } = held
    return { who: { cookie: secret }, about: account.login, ...plan(account, id, drawn, model) }
  }

const create: Planner = (model, { n }) => {
  const login = logins[n % logins.length] ?? ''
  const password = `secret-${next()}`
  return {
    who: administrator,
    about: login,
    method: 'POST',
    path: '/api/admin/users',
    body: { login, password },
    status: model.accounts.has(login) ? 412 : 200,
    learn: ({ status, body }) => {
      if (status !== 200) return
      const blank = { isDisabled: false, role: 'Viewer' as const, sessions: new Map(), tokens: new Map() }
      model.accounts.set(login, { id: numberIn(body, 'id'), login, password, ...blank })
    },
  }
}

const remove = toSomebody((account, _, model) => ({
  method: 'DELETE',
  path: `/api/admin/users/${account.id}`,
  status: 200,
  learn: () => forget(model, account),
}))

const disable = toSomebody((account, _, model) => ({
  method: 'POST',
  path: `/api/admin/users/${account.id}/disable`,
  status: 200,
  learn: () => {
    account.isDisabled = true
    endSessions(model, account)
  },
}))

const enable = toSomebody((account) => ({
  method: 'POST',
  path: `/api/admin/users/${account.id}/enable`,
  status: 200,
  learn: () => {
    account.isDisabled = false
  },
}))

const setPassword = toSomebody((account, _, model) => {
  const password = `secret-${next()}`
  return {
    method: 'PUT',
    path: `/api/admin/users/${account.id}/password`,
    body: { password },
    status: 200,
    learn: () => {
      bury(model, [{ basic: `${account.login}:${account.password}` }])
      account.password = password
      endSessions(model, account)
      endTokens(model, account)
    },
  }
})

const signOutAll = toSomebody((account, _, model) => ({
  method: 'POST',
  path: `/api/admin/users/${account.id}/logout`,
  status: 200,
  learn: () => endSessions(model, account),
}))

const setRole = toSomebody((account, drawn) => {
  const role = pick(roles, drawn.role) ?? 'None'
  return {
    method: 'PATCH',
    path: `/api/org/users/${account.id}`,
    body: { role },
    status: account.role === undefined ? 404 : 200,
    learn: ({ status }) => {
      if (status === 200) account.role = role
    },
  }
})

const leaveOrg = toSomebody((account) => ({
  method: 'DELETE',
  path: `/api/orgs/1/users/${account.id}`,
  status: 200,
  learn: () => {
    account.role = undefined
  },
}))

const joinOrg = toSomebody((account, drawn) => {
  const role = pick(roles, drawn.role) ?? 'None'
  return {
    method: 'POST',
    path: '/api/orgs/1/users',
    body: { loginOrEmail: account.login, role },
    status: account.role === undefined ? 200 : 409,
    learn: ({ status }) => {
      if (status === 200) account.role = role
    },
  }
})

const signIn: Planner = (model, { n }) => {
  const account = anyAccount(model, n)
  return (
    account && {
      who: undefined,
      about: account.login,
      method: 'POST',
      path: '/login',
      body: { user: account.login, password: account.password },
      status: account.isDisabled ? 401 : 200,
      learn: (answer) => (answer.status === 200 ? opened(account, answer) : undefined),
    }
  )
}

const signInWrongly: Planner = (model, { n, flag }) => {
  const user = flag ? 'nobody' : anyAccount(model, n)?.login
  const body = { user, password: 'a guess' }
  return user === undefined
    ? undefined
    : { who: undefined, about: user, method: 'POST', path: '/login', body, status: 401 }
}

const signOut = bySession((account, id, _, model) => ({
  method: 'GET',
  path: '/logout',
  status: 302,
  learn: () => endSessions(model, account, [id]),
}))

const revoke = bySession((account, id, { role }, model) => {
  const authTokenId = pick([...account.sessions.keys()], role) ?? 0
  return {
    method: 'POST',
    path: '/api/user/revoke-auth-token',
    body: { authTokenId },
    status: authTokenId === id ? 400 : 200,
    learn: ({ status }) => (status === 200 ? endSessions(model, account, [authTokenId]) : undefined),
  }
})

const revokeOthers = bySession((account, id, _, model) => ({
  method: 'POST',
  path: '/api/user/revoke-other-auth-tokens',
  status: 200,
  learn: () =>
    endSessions(
      model,
      account,
      [...account.sessions.keys()].filter((other) => other !== id),
    ),
}))

const changePassword = bySession((account, _, { flag }, model) => {
  const newPassword = `secret-${next()}`
  return {
    method: 'PUT',
    path: '/api/user/password',
    body: { oldPassword: flag ? account.password : 'a guess', newPassword },
    status: flag ? 200 : 401,
    learn: async (answer) => {
      if (answer.status !== 200) return
      bury(model, [{ basic: `${account.login}:${account.password}` }])
      account.password = newPassword
      endSessions(model, account)
      await opened(account, answer)
    },
  }
})

const makeToken = bySession((account) => ({
  method: 'POST',
  path: '/api/user/tokens',
  body: { name: `token ${next()}` },
  status: 200,
  learn: ({ body }) => {
    account.tokens.set(numberIn(body, 'id'), textIn(body, 'key'))
  },
}))

const dropToken = bySession((account, _, { role }, model) => {
  const id = pick([...account.tokens.keys()], role) ?? 999_999
  return {
    method: 'DELETE',
    path: `/api/user/tokens/${id}`,
    status: account.tokens.has(id) ? 200 : 404,
    learn: () => endTokens(model, account, [id]),
  }
})

const readOwn = bySession(() => ({ method: 'GET', path: '/api/user', status: 200 }))

const readSessions = bySession((account) => ({
  method: 'GET',
  path: '/api/user/auth-tokens',
  status: 200,
  learn: ({ body }) => {
    const listed = Array.isArray(body) ? body.map((session) => numberIn(session, 'id')) : []
    expect(listed).toEqual([...account.sessions.keys()].toSorted((a, b) => a - b))
  },
}))

const readMembers = bySession(({ role }) => ({
  method: 'GET',
  path: '/api/org/users',
  status: role === 'Admin' ? 200 : 403,
}))

const readByToken: Planner = (model, { n }) => {
  const held = holder(model, n, 'tokens')
  const status = held?.account.isDisabled ? 401 : 200
  return held && { who: { token: held.secret }, about: held.account.login, method: 'GET', path: '/api/user', status }
}

const readByPassword: Planner = (model, { n }) => {
  const account = anyAccount(model, n)
  const basic = `${account?.login}:${account?.password}`
  const status = account?.isDisabled ? 401 : 200
  return account && { who: { basic }, about: account.login, method: 'GET', path: '/api/user', status }
}

/** Whatever ended stays ended. */
const readByDead: Planner = (model, { n }) => {
  const who = pick(model.dead, n)
  return who && { who, about: '', method: 'GET', path: '/api/user', status: 401 }
}

/** How often of each. */
const planners: Record<string, [weight: number, planner: Planner]> = {
  create: [5, create],
  remove: [2, remove],
  disable: [3, disable],
  enable: [6, enable],
  setPassword: [2, setPassword],
  signOutAll: [3, signOutAll],
  setRole: [8, setRole],
  leaveOrg: [2, leaveOrg],
  joinOrg: [5, joinOrg],
  signIn: [20, signIn],
  signInWrongly: [2, signInWrongly],
  signOut: [4, signOut],
  revoke: [5, revoke],
  revokeOthers: [2, revokeOthers],
  changePassword: [3, changePassword],
  makeToken: [8, makeToken],
  dropToken: [4, dropToken],
  readOwn: [12, readOwn],
  readSessions: [6, readSessions],
  readMembers: [8, readMembers],
  readByToken: [10, readByToken],
  readByPassword: [5, readByPassword],
  readByDead: [12, readByDead],
}

// Where a failure left open what was done

type Stored = { id: number; isDisabled: number; role: Account['role'] | null }

const stored = (login: string) =>
  env.DB.prepare(
    'SELECT u.id, u.is_disabled AS isDisabled, m.role FROM users u LEFT JOIN org_members m ON m.user_id = u.id AND m.org_id = 1 WHERE u.login = ?',
  )
    .bind(login)
    .first<Stored>()

async function idsOf(table: 'sessions' | 'tokens', userId: number): Promise<number[]> {
  return (
    await env.DB.prepare(`SELECT id FROM ${table} WHERE user_id = ? ORDER BY id`).bind(userId).raw<[number]>()
  ).flat()
}

/** The new password, if it is that: the answer that told of it was lost. */
async function passwordNow(account: Account, { body }: Plan): Promise<string> {
  const tried = body && (Reflect.get(body, 'newPassword') ?? Reflect.get(body, 'password'))
  const hash = await env.DB.prepare('SELECT password_hash AS hash FROM users WHERE id = ?')
    .bind(account.id)
    .first('hash')
  const isNew = typeof tried === 'string' && (await verifyPassword(String(hash), tried))
  return isNew ? tried : account.password
}

const blank = (id: number, login: string): Account => {
  const nothing = { isDisabled: false, role: undefined, sessions: new Map(), tokens: new Map() }
  return { id, login, password: '', ...nothing }
}

async function lookAt(model: Model, account: Account, kind: 'sessions' | 'tokens') {
  const there = await idsOf(kind, account.id)
  const gone = [...account[kind].keys()].filter((id) => !there.includes(id))
  if (kind === 'sessions') endSessions(model, account, gone)
  else endTokens(model, account, gone)
  for (const id of there) account[kind].set(id, account[kind].get(id))
}

async function look(model: Model, plan: Plan) {
  const known = model.accounts.get(plan.about)
  const row = await stored(plan.about)
  if (!row) return known && forget(model, known)
  const account = known ?? blank(row.id, plan.about)
  model.accounts.set(plan.about, account)
  account.isDisabled = row.isDisabled === 1
  account.role = row.role ?? undefined
  await lookAt(model, account, 'sessions')
  await lookAt(model, account, 'tokens')
  account.password = await passwordNow(account, plan)
}

// What is drawn, and what is done with it

type Tally = { requests: number; troubles: number; unknown: number }

function command(name: string, planner: Planner, drawn: Drawn, trouble: Trouble): fc.AsyncCommand<Model, Tally, true> {
  const toText = () =>
    `${name}(${drawn.n}, ${drawn.role}, ${drawn.flag})${trouble ? ` ${JSON.stringify(trouble)}` : ''}`
  return {
    check: async (model) => planner(model, drawn) !== undefined,
    run: async (model, tally) => {
      const plan = planner(model, drawn)
      if (!plan) return
      const answer = await send(plan, trouble)
      tally.requests += 1
      if (trouble) tally.troubles += 1
      if (trouble && 'd1' in trouble && answer.status === 503) {
        tally.unknown += 1
        return look(model, plan)
      }
      expect([toText(), answer.status, answer.status === plan.status ? '' : answer.text]).toEqual([
        toText(),
        plan.status,
        '',
      ])
      await plan.learn?.(answer)
    },
    toString: toText,
  }
}

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 99, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc
        .record({
          at: fc.constantFrom(1, 2, 2, 3),
          onwards: fc.boolean(),
          when: fc.constantFrom('before' as const, 'after' as const),
        })
        .map((fault) => ({ d1: fault })),
      fc.constantFrom({ kv: 'down' as const }, { kv: 'late' as const }),
    ),
  },
)

const anyCommand = fc.oneof(
  ...Object.entries(planners).map(([name, [weight, planner]]) => ({
    weight,
    arbitrary: fc
      .record({ n: fc.nat(1000), role: fc.nat(1000), flag: fc.boolean(), trouble })
      .map(({ trouble, ...drawn }) => command(name, planner, drawn, trouble)),
  })),
)

async function expectAgreement({ accounts }: Model) {
  const { results } = await env.DB.prepare("SELECT login FROM users WHERE login <> 'admin'").all()
  expect(results.map((row) => textIn(row, 'login')).toSorted()).toEqual([...accounts.keys()].toSorted())
  for (const { id, login, password, isDisabled, role, sessions, tokens } of accounts.values()) {
    expect(await stored(login)).toEqual({ id, isDisabled: Number(isDisabled), role: role ?? null })
    expect(await idsOf('sessions', id)).toEqual([...sessions.keys()].toSorted((a, b) => a - b))
    expect(await idsOf('tokens', id)).toEqual([...tokens.keys()].toSorted((a, b) => a - b))
    const answer = await as(`${login}:${password}`).get('/api/user', { 'CF-Connecting-IP': address() })
    expect([login, answer.status]).toEqual([login, isDisabled ? 401 : 200])
  }
}

/** Nothing points to what is not there, and what is counted is there. */
async function expectSound() {
  expect((await env.DB.prepare('PRAGMA foreign_key_check').all()).results).toEqual([])
  const counts = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM users) AS users, (SELECT n FROM counters WHERE kind = 'users') AS counted,
      (SELECT count(*) FROM org_members WHERE org_id = 1) AS members,
      (SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = 1) AS countedMembers,
      (SELECT count(*) FROM user_search) AS searchable, (SELECT count(DISTINCT user_id) FROM sign_in_names) AS named`,
  ).first<Record<string, number>>()
  const { users, members } = counts ?? {}
  expect(counts).toEqual({ users, counted: users, members, countedMembers: members, searchable: users, named: users })
}

it('answers as the model says, and holds what it says in the end', { timeout: 300_000 }, async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await as(root).get('/api/user')
  const tally: Tally = { requests: 0, troubles: 0, unknown: 0 }
  const model: Model = { accounts: new Map(), dead: [] }
  const all = fc.array(anyCommand, { minLength: commands, maxLength: commands, size: 'max' })
  await fc.assert(
    fc.asyncProperty(all, async (drawn) => {
      await fc.asyncModelRun(() => ({ model, real: tally }), drawn)
    }),
    { seed, numRuns: 1, endOnFailure: true },
  )
  expect(tally.requests).toBeGreaterThan(5_000)
  expect(tally.unknown).toBeGreaterThan(5)
  await expectAgreement(model)
  await expectSound()
})
