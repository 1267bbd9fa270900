import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '../src/api.ts'
import { openDb } from '../src/db/client.ts'
import type { Caller } from './matrix/callers.ts'
import { type Request, requestOf } from './matrix/requests.ts'
import { remember } from './matrix/restore.ts'
import { slices } from './matrix/slices.ts'
import { openWorld, type World } from './matrix/world.ts'
import { type Answer, as, cookieOf, logIn, numberIn, person, root } from './support/client.ts'
import { checkDocumented } from './support/documented.ts'
import {
  connectionLost,
  type Fault,
  faultyD1,
  hangingKv,
  kvOperations,
  slowKv,
  staleKv,
  type Trip,
  throwingKv,
} from './support/faults.ts'

// D1 fails at each call in turn, for every route: nothing is half done, and nobody is told that it was.

/** Counts and marks that no answer depends on: they may say that something was tried. */
const uncounted = /^(sqlite_|_cf_|d1_|user_search|audit_log|login_attempts|account_failures|sign_in_addresses)/

const isTime = (column: string) => column === 'at' || column.endsWith('_at')
const isRandom = (text: string) => /^[0-9a-f]{64}$|^[0-9a-f-]{36}$|^\$pbkdf2|^[\w-]{9,24}$/.test(text)

/** Every row of every table. What is random is only told apart from what was there before. */
async function snapshot(known?: Set<unknown>): Promise<Record<string, string[]>> {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all<{
    name: string
  }>()
  const names = results.map(({ name }) => name).filter((name) => !uncounted.test(name))
  const tables = await env.DB.batch<Record<string, unknown>>(
    names.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)),
  )
  const shown = (column: string, value: unknown) => {
    if (isTime(column)) return '(time)'
    if (typeof value !== 'string' || known?.has(value) !== false) return value
    return isRandom(value) ? '(random)' : value.replace(/(?<=:uid:)[\w-]{9,}$/, '(random)')
  }
  return Object.fromEntries(
    tables.map((table, n) => [
      names[n] ?? '',
      table.results
        .map((row) => JSON.stringify(Object.entries(row).map(([column, value]) => [column, shown(column, value)])))
        .toSorted(),
    ]),
  )
}

async function valuesThere(): Promise<Set<unknown>> {
  const rows = Object.values(await snapshot()).flat()
  return new Set(rows.flatMap((row) => JSON.parse(row).map(([, value]: [string, unknown]) => value)))
}

type Asked = Request & { route: string; method: string; caller: Caller }

const entries = Object.values(slices).flatMap((slice) => Object.entries(slice))
const writingGets = ['GET /logout', 'GET /api/user/helpflags/clear']
const isWriting = (route: string) => !route.startsWith('GET ') || writingGets.includes(route)

const d1 = faultyD1()
let world: World
let restore: () => Promise<void>
let known: Set<unknown>
let before: Record<string, string[]>

/** As `call`, but neither what fails after the answer nor what then hangs is anybody's to see. */
async function answered(asked: Asked, patience = 10_000): Promise<Answer> {
  const { method, path, headers = {}, bindings, body } = asked
  const { who } = asked.caller
  const cookie = typeof who === 'object' && 'cookie' in who ? { Cookie: `grafana_session=${who.cookie}` } : {}
  const request = new Request(`http://rollcall.test${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...cookie, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const ctx = createExecutionContext()
  const response = await api.fetch(request, { ...env, ...bindings }, ctx)
  await Promise.race([waitOnExecutionContext(ctx).catch(() => undefined), scheduler.wait(patience)])
  const text = await response.text()
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json')
  const answer = { status: response.status, text, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  checkDocumented(method, request.url, answer)
  return answer
}

const ask = (asked: Asked) => answered({ ...asked, bindings: { ...asked.bindings, DB: d1.db } })

/** The first of those who may, and what. */
async function doable(route: string): Promise<{ asked: Asked; trips: Trip[]; status: number; told: number }> {
  const [method = '', path = ''] = route.split(' ')
  const lines = entries.find(([name]) => name === route)?.[1] ?? []
  const callers = ['orgadmin', 'serveradmin', 'anon'].flatMap((label) =>
    world.callers.filter((one) => one.label === label),
  )
  for (const line of lines)
    for (const caller of callers) {
      const request = requestOf(path, line, world, caller)
      if (!request) continue
      const asked = { ...request, route, method, caller }
      await restore()
      const toldBefore = await auditRows()
      d1.strike()
      const { status } = await ask(asked)
      if (status < 400) return { asked, trips: d1.strike(), status, told: (await auditRows()) - toldBefore }
    }
  throw new Error(`nobody may ${route}`)
}

/** They need nothing of D1, or say how it is. */
const asksOnce = ['GET /api/health']

/** It says in words of its own what is not to be had. */
const saysItself = ['GET /api/ready']

const unavailable = '{"message":"The database is not available: try again"}'

/** Nothing but that one should try again: no cookie that signs out, no word of D1, no value. */
function expectUnavailable(answer: Answer) {
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 503, text: unavailable })
  expect(answer.headers.get('Retry-After')).toBe('5')
  expect(answer.headers.get('Set-Cookie')).toBeNull()
}

beforeAll(async () => {
  world = await openWorld()
  // From here on nobody's last seen is due.
  for (const { who } of world.callers) await as(who).get('/api/user')
  const back = await remember()
  const { results: counters } = await env.DB.prepare('SELECT name, seq FROM sqlite_sequence').all()
  restore = async () => {
    await back()
    // New rows get the numbers that they got the time before.
    await env.DB.prepare(
      "UPDATE sqlite_sequence SET seq = coalesce((SELECT value ->> 'seq' FROM json_each(?) WHERE value ->> 'name' = name), 0)",
    )
      .bind(JSON.stringify(counters))
      .run()
  }
  await restore()
  known = await valuesThere()
  before = await snapshot(known)
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})

type State = Awaited<ReturnType<typeof snapshot>>

const differences = (state: State, wanted: State) =>
  Object.keys(state).flatMap((table) => {
    const [got, other] = [state[table] ?? [], wanted[table] ?? []]
    const more = got.filter((row) => !other.includes(row)).map((row) => `${table} has ${row}`)
    return [...more, ...other.filter((row) => !got.includes(row)).map((row) => `${table} lacks ${row}`)]
  })

/** One of these, and tells in what it differs from the nearest, since all of them are too long to read. */
function expectState(state: State, ...wanted: State[]) {
  const [least] = wanted.map((one) => differences(state, one)).toSorted((a, b) => a.length - b.length)
  expect(least).toEqual([])
}

/** Of what was done; that something was tried and failed is told too, where it can be. */
const auditRows = async () =>
  (await env.DB.prepare('SELECT count(*) AS n FROM audit_log WHERE outcome < 400').first<number>('n')) ?? 0

/** What is done once more by trying again after the answer was lost: a session whose secret nobody got, a second invitation. */
const repeatable = ['POST /login', 'POST /api/org/invites']

type Wanted = { status: number; after: State; told: number }

/** Asks while D1 fails so; what was done is in the audit log then, and what was not is not. */
async function askFailing(asked: Asked, fault: Fault, { after, told }: Wanted) {
  await restore()
  const toldBefore = await auditRows()
  d1.strike(fault)
  const answer = await ask(asked)
  d1.strike()
  const state = await snapshot(known)
  const isDone = differences(state, after).length === 0
  if (differences(after, before).length > 0) expect((await auditRows()) - toldBefore).toBe(isDone ? told : 0)
  return { answer, state }
}

async function expectWhole(asked: Asked, fault: Fault, wanted: Wanted) {
  const { answer, state } = await askFailing(asked, fault, wanted)
  if (answer.status === wanted.status) return expectState(state, wanted.after)
  expectUnavailable(answer)
  const isLost = fault.when === 'after'
  expectState(state, before, ...(isLost ? [wanted.after] : []))
  const again = await ask(asked)
  if (isLost) expect(again.status).toBeLessThan(500)
  else expect(again.status).toBe(wanted.status)
  if (!repeatable.includes(asked.route)) expectState(await snapshot(known), wanted.after)
}

describe('a write that D1 fails is done or not, never half, and not twice when tried again:', () => {
  it.each(entries.map(([route]) => route).filter(isWriting))('%s', { timeout: 60_000 }, async (route) => {
    const { asked, trips, status, told } = await doable(route)
    const wanted = { status, after: await snapshot(known), told }
    for (const [n, kind] of trips.entries()) {
      await expectWhole(asked, { at: n + 1, onwards: true }, wanted)
      await expectWhole(asked, { at: n + 1 }, wanted)
      await expectWhole(asked, { at: n + 1, when: 'after' }, wanted)
      if (kind === 'read') expect((await askFailing(asked, { at: n + 1 }, wanted)).answer.status).toBe(status)
    }
  })
})

describe('a read', () => {
  const reads = entries.map(([route]) => route).filter((route) => !isWriting(route))

  async function expectPatience(asked: Asked, at: number, status: number) {
    d1.strike({ at, onwards: true })
    const answer = await ask(asked)
    if (saysItself.includes(asked.route)) expect(answer.status).toBe(503)
    else expectUnavailable(answer)
    for (const when of ['before', 'after'] as const) {
      d1.strike({ at, when })
      expect((await ask(asked)).status).toBe(asksOnce.includes(asked.route) ? 503 : status)
    }
    d1.strike()
  }

  it.each(reads)(
    'is a 503 while D1 is not to be had, and is asked once more where it failed once: %s',
    async (route) => {
      const { asked, trips, status } = await doable(route)
      for (let at = 1; at <= trips.length; at++) await expectPatience(asked, at, status)
      expectState(await snapshot(known), before)
    },
  )
})

describe('what is asked of D1', () => {
  const select = 'SELECT id FROM users'
  const withSelect = 'WITH one AS (SELECT 1 AS n) SELECT n FROM one'
  const insert = "INSERT INTO counters (kind) SELECT 'none' WHERE 0"
  const withInsert = "WITH one AS (SELECT 'none' AS kind) INSERT INTO counters (kind) SELECT kind FROM one WHERE 0"

  const transient = 'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.'
  const reset = 'D1_ERROR: D1 DB storage caused object to be reset.'

  async function askOnce(texts: readonly string[]) {
    const { $client } = openDb(d1.db)
    const statements = texts.map((text) => $client.prepare(text).bind())
    const [only] = statements
    if (statements.length === 1 && only) await only.all()
    else await $client.batch(statements)
  }

  it.each([
    ['twice', 'a read', [select], connectionLost],
    ['twice', 'a read with a name in it', [withSelect], transient],
    ['twice', 'reads together', [select, withSelect], reset],
    ['once', 'a read that D1 refuses', [select], 'D1_ERROR: no such table: users: SQLITE_ERROR'],
    ['once', 'a write', [insert], connectionLost],
    ['once', 'a write with a name in it', [withInsert], connectionLost],
    ['once', 'a write among reads', [select, insert], connectionLost],
  ] as const)('is asked %s where the answer was lost: %s', async (times, _, texts, words) => {
    const outcome = times === 'twice' ? 'answered' : words
    for (const when of ['before', 'after'] as const) {
      d1.strike({ at: 1, when, words })
      const said = await askOnce(texts).then(
        () => 'answered',
        (error: Error) => error.message,
      )
      expect([said, d1.strike().length]).toEqual([outcome, times === 'twice' ? 2 : 1])
    }
  })

  it('is not asked a third time', async () => {
    d1.strike({ at: 1, onwards: true })
    await expect(openDb(d1.db).$client.prepare(select).first()).rejects.toThrow(connectionLost)
    expect(d1.strike()).toEqual(['read', 'read'])
  })
})

describe('signing in while D1 fails', () => {
  const login = (user: string) => as(undefined, { DB: d1.db }).post('/login', { user, password: 'pass' })
  const faults = [1, 2, 3, 4].flatMap((at) => [
    { at, onwards: true },
    { at, when: 'before' as const },
    { at, when: 'after' as const },
  ])

  it.each(faults)('opens a session or says to try again, and then it does: %o', async (fault) => {
    const user = `late-${fault.at}-${'when' in fault ? fault.when : 'onwards'}`
    const id = await person(user)
    d1.strike(fault)
    const answer = await login(user).catch((error: unknown) => String(error))
    d1.strike()
    // A word from after the response: the failure could not be taken back, and counts for five minutes.
    if (typeof answer === 'string') expect(answer).toContain(connectionLost)
    else if (answer.status !== 200) expectUnavailable(answer)
    expect((await login(user)).status).toBe(200)
    expect(await as(`${user}:pass`).get('/api/user')).toMatchObject({ status: 200, body: { id } })
  })

  it('leaves a session as it was, which opens again what it opened', async () => {
    await person('patient')
    const session = await logIn('patient', 'pass')
    d1.strike({ at: 1, onwards: true })
    for (const path of ['/api/user', '/api/user/auth-tokens', '/logout'])
      expectUnavailable(await as(session, { DB: d1.db }).get(path))
    d1.strike()
    expect((await as(session).get('/api/user')).status).toBe(200)
  })
})

describe('with KV', () => {
  const browser = { 'User-Agent': 'curl/8.5.0' }
  const unknown = { clientIp: '', device: 'Other', os: 'Other', browser: 'Other', browserVersion: '' }
  const unauthorized = { status: 401, body: { message: 'Unauthorized' } }

  const kinds = [
    ['down', () => throwingKv(...kvOperations), unknown],
    ['unable to list', () => throwingKv('list'), unknown],
    ['unable to write', () => throwingKv('put', 'delete'), unknown],
    ['slow', () => slowKv(50, ...kvOperations), { browser: 'curl' }],
    ['a minute late', () => staleKv().kv, unknown],
    ['late in lists', () => staleKv(['list']).kv, unknown],
  ] as const

  it.each(kinds)('%s everything works, and devices are known or not', async (kind, make, look) => {
    const user = `kv ${kind}`
    const id = await person(user)
    const bindings = { SESSIONS: make() }
    const open = async (password = 'pass') => {
      const answer = await as(undefined, bindings).post('/login', { user, password }, browser)
      expect(answer.status).toBe(200)
      return as({ cookie: cookieOf(answer) }, bindings)
    }
    const admin = as(root, bindings)
    const [own, other, third] = [await open(), await open(), await open()]
    const { status, body } = await own.get('/api/user/auth-tokens')
    expect([status, body]).toMatchObject([200, [look, look, look]])
    expect((await admin.get(`/api/admin/users/${id}/auth-tokens`)).body).toHaveLength(3)

    const [, second] = Array.isArray(body) ? body : []
    const authTokenId = numberIn(second, 'id')
    expect((await own.post('/api/user/revoke-auth-token', { authTokenId })).status).toBe(200)
    expect(await other.get('/api/user')).toMatchObject(unauthorized)
    expect((await own.get('/api/user/auth-tokens')).body).toHaveLength(2)

    expect((await third.get('/logout')).status).toBe(302)
    expect(await third.get('/api/user')).toMatchObject(unauthorized)

    const changed = await own.put('/api/user/password', { oldPassword: 'pass', newPassword: 'another' })
    expect(changed.status).toBe(200)
    expect(await own.get('/api/user')).toMatchObject(unauthorized)
    const again = as({ cookie: cookieOf(changed) }, bindings)
    expect((await again.get('/api/user')).status).toBe(200)

    expect((await admin.post(`/api/admin/users/${id}/logout`)).status).toBe(200)
    expect(await again.get('/api/user')).toMatchObject(unauthorized)
    expect((await (await open('another')).get('/api/user')).status).toBe(200)
  })

  it('hanging, no answer waits for it longer than a list of devices does', async () => {
    const user = 'kv hanging'
    const id = await person(user)
    const { cookie } = await logIn(user, 'pass')
    const { cookie: second } = await logIn(user, 'pass')
    const bindings = { SESSIONS: hangingKv(...kvOperations) }
    const started = Date.now()
    const status = async (method: string, path: string, body?: unknown, who: Caller['who'] = { cookie }) =>
      (await answered({ route: '', caller: { label: '', who }, method, path, body, bindings }, 20)).status
    expect(await status('POST', '/login', { user, password: 'pass' }, undefined)).toBe(200)
    expect(await status('GET', '/api/user')).toBe(200)
    expect(await status('GET', '/api/user/auth-tokens')).toBe(200)
    expect(await status('GET', '/logout')).toBe(302)
    expect(await status('GET', '/api/user')).toBe(401)
    const secret = { oldPassword: 'pass', newPassword: 'another' }
    expect(await status('PUT', '/api/user/password', secret, { cookie: second })).toBe(200)
    expect(await status('GET', '/api/user', undefined, { cookie: second })).toBe(401)
    expect((await as(`${user}:another`).get('/api/user')).body).toMatchObject({ id })
    expect(Date.now() - started).toBeLessThan(8_000)
  })

  it('empty, every session goes on, as an unknown device', async () => {
    await person('kv emptied')
    const session = await logIn('kv emptied', 'pass', browser)
    expect((await as(session).get('/api/user/auth-tokens')).body).toMatchObject([{ browser: 'curl' }])
    const { keys } = await env.SESSIONS.list()
    await Promise.all(keys.map(({ name }) => env.SESSIONS.delete(name)))
    expect((await as(session).get('/api/user')).status).toBe(200)
    expect((await as(session).get('/api/user/auth-tokens')).body).toMatchObject([unknown])
  })

  it('full of records, none of them opens anything or is listed', async () => {
    const id = await person('kv haunted')
    const record = { browser: 'curl', clientIp: '', createdAt: 0, seenAt: 0 }
    await env.SESSIONS.put(`session:${id}:987654`, JSON.stringify(record), { metadata: record })
    expect((await as('kv haunted:pass').get('/api/user/auth-tokens')).body).toEqual([])
    for (const cookie of ['987654', `session:${id}:987654`])
      expect(await as({ cookie }).get('/api/user')).toMatchObject(unauthorized)
  })
})
