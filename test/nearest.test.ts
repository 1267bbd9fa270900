import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Caller } from './matrix/callers.ts'
import { requestOf } from './matrix/requests.ts'
import { remember } from './matrix/restore.ts'
import { slices } from './matrix/slices.ts'
import { openWorld, type World } from './matrix/world.ts'
import { type Answer, as, call, cookieOf, numberIn, textIn, type Who } from './support/client.ts'
import { allRows, bookmarkAt, type Replicated, replicatedD1 } from './support/replica.ts'

// D1_READS = "nearest", with a replica that is as late as it likes.

const password = 'pass'
let d1: Replicated
let bindings: { DB: D1Database; D1_READS: string }
const admin = 'admin:admin'

/** Asks the primary alone. */
const truth = () => as(admin, { DB: d1.db })

const told = ({ headers }: Answer) => headers.get('X-D1-Bookmark')
const cookieIn = ({ headers }: Answer, name: string) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]?.split('=') ?? [])
    .find(([key]) => key === name)?.[1]

let logins = 0
/** A server admin and Admin of org 1, who may ask for everything. */
async function newAdmin() {
  const login = `admin-${++logins}.`
  const { body } = await truth().post('/api/admin/users', { login, password })
  const id = numberIn(body, 'id')
  expect((await truth().put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true })).status).toBe(200)
  expect((await truth().patch(`/api/org/users/${id}`, { role: 'Admin' })).status).toBe(200)
  return { id, login }
}

async function newToken(login: string) {
  const { body } = await as(`${login}:${password}`, { DB: d1.db }).post('/api/user/tokens', { name: 'token' })
  return textIn(body, 'key')
}

const signedIn = async (login: string) =>
  cookieOf(await as(undefined, { DB: d1.db }).post('/login', { user: login, password }))

beforeAll(async () => {
  d1 = await replicatedD1()
  bindings = { DB: d1.db, D1_READS: 'nearest' }
  await truth().get('/api/user')
  expect((await truth().post('/api/orgs', { name: 'Second' })).body).toMatchObject({ orgId: 2 })
})

beforeEach(() => {
  d1.strike()
})

describe('a replica in these tests', () => {
  it('holds what the primary holds once it has caught up, and what it held when it is taken back', async () => {
    await d1.settle()
    const before = await allRows(env.TEST_DB)
    expect(before).toEqual(await allRows(env.DB))
    const { id } = await newAdmin()
    await truth().post('/api/teams', { name: 'Replicated' })
    expect(await allRows(env.TEST_DB)).toEqual(before)
    for (const _ of [1, 2]) {
      await d1.lag(1)
      expect(await allRows(env.TEST_DB)).toEqual(await allRows(env.DB))
      const found = env.TEST_DB.prepare('SELECT rowid AS id FROM user_search WHERE words MATCH ?').bind(
        `"admin-${logins}."`,
      )
      expect((await found.all()).results).toEqual([{ id }])
      await d1.lag(0)
      expect(await allRows(env.TEST_DB)).toEqual(before)
      expect((await found.all()).results).toEqual([])
    }
    await d1.settle()
  })
})

/** What somebody can see of one thing: a name, or that somebody is a member. Undefined = it is not there. */
type Fact = string
type Seen = Record<Fact, string | undefined>

/** Each fact since when it is so, by the place in the log. */
const history = new Map<Fact, { since: number; value: string | undefined }[]>()

const valueAt = (fact: Fact, position: number) => history.get(fact)?.findLast(({ since }) => since <= position)?.value

function now(fact: Fact, value: string | undefined) {
  history.set(fact, [...(history.get(fact) ?? []), { since: d1.position(), value }])
}
const latest = (fact: Fact) => valueAt(fact, Number.POSITIVE_INFINITY)

/** The earliest state, not before `floor`, in which all of this was so. */
function stateOf(seen: Seen, floor: number): number | undefined {
  const changes = [...history.values()].flat().map(({ since }) => since)
  const states = [floor, ...changes.filter((since) => since > floor).toSorted((a, b) => a - b)]
  return states.find((state) => Object.entries(seen).every(([fact, value]) => valueAt(fact, state) === value))
}

type Client = {
  id: number
  /** It has seen the database at least as of here. */
  floor: number
  returnsBookmark: boolean
  ask: (method: string, path: string, body?: unknown) => Promise<{ answer: Answer; sent: string | undefined }>
}

async function headerClient(): Promise<Client> {
  const { id, login } = await newAdmin()
  let bookmark: string | undefined
  return {
    id,
    floor: 0,
    returnsBookmark: true,
    async ask(method, path, body) {
      const sent = bookmark
      const headers: Record<string, string> = sent === undefined ? {} : { 'X-D1-Bookmark': sent }
      const answer = await call(`${login}:${password}`, method, path, { body, headers, bindings })
      bookmark = told(answer) ?? bookmark
      return { answer, sent }
    },
  }
}

async function browser(): Promise<Client> {
  const { id, login } = await newAdmin()
  const session = await signedIn(login)
  let bookmark: string | undefined
  return {
    id,
    floor: 0,
    returnsBookmark: true,
    async ask(method, path, body) {
      const sent = bookmark
      const Cookie = `grafana_session=${session}${sent === undefined ? '' : `; d1_bookmark=${sent}`}`
      const answer = await call(undefined, method, path, { body, headers: { Cookie }, bindings })
      bookmark = cookieIn(answer, 'd1_bookmark') ?? bookmark
      return { answer, sent }
    },
  }
}

async function forgetfulClient(): Promise<Client> {
  const { id, login } = await newAdmin()
  const token = await newToken(login)
  return {
    id,
    floor: 0,
    returnsBookmark: false,
    ask: async (method, path, body) => ({
      answer: await call({ token }, method, path, { body, bindings }),
      sent: undefined,
    }),
  }
}

type Row = Record<string, unknown>
const rowsOf = (value: unknown): Row[] => (Array.isArray(value) ? value : [])
const rowsIn = (value: unknown, key: string) =>
  rowsOf(typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined)

/** What is known of in these tests: people, teams, and one org. */
const people: { id: number; login: string }[] = []
const teams: number[] = []
const org = 2

const nameIn = (rows: Row[], id: number, key = 'id') => rows.find((row) => row[key] === id)?.name as string | undefined
const names = (kind: string, ids: readonly number[], rows: Row[]): Seen =>
  Object.fromEntries(ids.map((id) => [`${kind}:${id}`, nameIn(rows, id)]))
const peopleIn = (prefix: string, rows: Row[]): Seen =>
  Object.fromEntries(
    people.map(({ id }) => [`${prefix}:${id}`, rows.some((row) => row.userId === id) ? 'in' : undefined]),
  )

/** What to ask, of which person and team where it is about one, and what the answer shows. */
type Reading = (
  person: { id: number; login: string },
  team: number,
  me: number,
) => { path: string; show: (answer: Answer) => Seen; isNearby?: false }

const readings = {
  search: () => ({ path: '/api/users/search', show: ({ body }) => names('user', everybody(), rowsIn(body, 'users')) }),
  list: () => ({ path: '/api/users', show: ({ body }) => names('user', everybody(), rowsOf(body)) }),
  find: ({ id, login }) => ({
    path: `/api/users/search?query=${login}`,
    show: ({ body }) => names('user', [id], rowsIn(body, 'users')),
  }),
  user: ({ id }) => ({ path: `/api/users/${id}`, show: ({ body }) => names('user', [id], [body as Row]) }),
  lookup: ({ id, login }) => ({
    path: `/api/users/lookup?loginOrEmail=${login}`,
    show: ({ body }) => names('user', [id], [body as Row]),
  }),
  members: () => ({ path: `/api/orgs/${org}/users`, show: ({ body }) => peopleIn(`org:${org}`, rowsOf(body)) }),
  orgsOf: ({ id }) => ({
    path: `/api/users/${id}/orgs`,
    show: ({ body }) => ({ [`org:${org}:${id}`]: rowsOf(body).some(({ orgId }) => orgId === org) ? 'in' : undefined }),
  }),
  org: () => ({ path: `/api/orgs/${org}`, show: ({ body }) => names('org', [org], [body as Row]) }),
  orgs: () => ({ path: '/api/orgs', show: ({ body }) => names('org', [org], rowsOf(body)) }),
  teams: () => ({ path: '/api/teams/search', show: ({ body }) => names('team', teams, rowsIn(body, 'teams')) }),
  team: (_, team) => ({ path: `/api/teams/${team}`, show: ({ body }) => names('team', [team], [body as Row]) }),
  teamMembers: (_, team) => ({
    path: `/api/teams/${team}/members`,
    show: ({ body }) => peopleIn(`team:${team}`, rowsOf(body)),
  }),
  teamsOf: ({ id }) => ({
    path: `/api/users/${id}/teams`,
    show: ({ body }) => {
      const on = rowsOf(body)
      return Object.fromEntries(
        teams.map((team) => [`team:${team}:${id}`, on.some((row) => row.id === team) ? 'in' : undefined]),
      )
    },
  }),
  /** The primary's: what comes from a replica after it must not be older. */
  me: (_, __, me) => ({
    path: '/api/user',
    show: ({ body }) => names('user', [me], [body as Row]),
    isNearby: false,
  }),
} satisfies Record<string, Reading>

const everybody = () => people.map(({ id }) => id)

let versions = 0

/** Each changes one fact, by one request that is answered with 200. */
type Writing = (
  ask: (method: string, path: string, body?: unknown) => Promise<Answer>,
  person: { id: number; login: string },
  team: number,
) => Promise<void>

const toggle = async (fact: Fact, add: () => Promise<Answer>, remove: () => Promise<Answer>) => {
  const isIn = latest(fact) === 'in'
  await (isIn ? remove() : add())
  now(fact, isIn ? undefined : 'in')
}

const writings = {
  async createUser(ask) {
    const [login, name] = [`user-${++logins}.`, `v${++versions}`]
    const id = numberIn((await ask('POST', '/api/admin/users', { login, name, password })).body, 'id')
    people.push({ id, login })
    now(`user:${id}`, name)
  },
  async renameUser(ask, { id, login }) {
    const name = `v${++versions}`
    await ask('PUT', `/api/users/${id}`, { login, name })
    now(`user:${id}`, name)
  },
  async createTeam(ask) {
    const name = `v${++versions}`
    const id = numberIn((await ask('POST', '/api/teams', { name })).body, 'teamId')
    teams.push(id)
    now(`team:${id}`, name)
    // Who makes a team may be put on it.
    const { body } = await truth().get(`/api/teams/${id}/members`)
    for (const { userId } of rowsOf(body)) now(`team:${id}:${userId}`, 'in')
  },
  async renameTeam(ask, _, team) {
    const name = `v${++versions}`
    await ask('PUT', `/api/teams/${team}`, { name })
    now(`team:${team}`, name)
  },
  async renameOrg(ask) {
    const name = `v${++versions}`
    await ask('PUT', `/api/orgs/${org}`, { name })
    now(`org:${org}`, name)
  },
  joinOrLeaveOrg: (ask, { id, login }) =>
    toggle(
      `org:${org}:${id}`,
      () => ask('POST', `/api/orgs/${org}/users`, { loginOrEmail: login, role: 'Viewer' }),
      () => ask('DELETE', `/api/orgs/${org}/users/${id}`),
    ),
  joinOrLeaveTeam: (ask, { id }, team) =>
    toggle(
      `team:${team}:${id}`,
      () => ask('POST', `/api/teams/${team}/members`, { userId: id }),
      () => ask('DELETE', `/api/teams/${team}/members/${id}`),
    ),
} satisfies Record<string, Writing>

type Readings = keyof typeof readings
type Writings = keyof typeof writings

const step = fc.record({
  /** How new the replica is that is met next; undefined = as it is. */
  share: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  client: fc.nat({ max: 3 }),
  person: fc.nat(),
  team: fc.nat(),
  what: fc.oneof(
    { weight: 2, arbitrary: fc.record({ write: fc.constantFrom(...(Object.keys(writings) as Writings[])) }) },
    { weight: 3, arbitrary: fc.record({ read: fc.constantFrom(...(Object.keys(readings) as Readings[])) }) },
  ),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const pick = <T>(from: readonly T[], n: number): T => {
  const one = from[n % from.length]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

describe('any sequence of writes and reads by several clients', () => {
  const clients: Client[] = []
  const count = { behind: 0, old: 0 }

  async function write(client: Client, what: Writings, { person, team }: Step) {
    const ask = async (method: string, path: string, body?: unknown) => {
      const { answer } = await client.ask(method, path, body)
      expect(answer).toMatchObject({ status: 200 })
      return answer
    }
    await writings[what](ask, pick(people, person), pick(teams, team))
    const { sessions, ...elsewhere } = d1.strike()
    expect(elsewhere).toEqual({ nearby: [], strays: [] })
    expect(new Set(sessions)).toEqual(new Set(['first-primary']))
    if (client.returnsBookmark) client.floor = d1.position()
  }

  /** The replica is asked once and no further than it must be; where it is asked is said by the client alone. */
  function expectAsked(path: string, how: string | undefined) {
    const { sessions, nearby, strays } = d1.strike()
    const begun = sessions.filter((one) => one !== 'first-primary')
    expect({ path, begun, strays }).toEqual({ path, begun: how === undefined ? [] : [how], strays: [] })
    expect(nearby).toHaveLength(begun.length)
    if (how !== undefined && d1.replicaAt() < d1.position()) count.behind++
  }

  const mayBeMissing = /^\/api\/(users|teams)\/(\d+$|lookup)/

  async function read(client: Client, what: Readings, { person, team }: Step) {
    const reading: Reading = readings[what]
    const { path, show, isNearby = true } = reading(pick(people, person), pick(teams, team), client.id)
    const { answer, sent } = await client.ask('GET', path)
    expectAsked(path, isNearby ? (sent ?? 'first-unconstrained') : undefined)
    expect(mayBeMissing.test(path) ? [200, 404] : [200]).toContain(answer.status)

    const seen = show(answer)
    const state = stateOf(seen, client.floor)
    expect({ path, sent, floor: client.floor, seen, state }).toMatchObject({ state: expect.any(Number) })
    if (client.returnsBookmark) client.floor = state ?? 0
    if (Object.entries(seen).some(([fact, value]) => latest(fact) !== value)) count.old++
  }

  async function take(one: Step) {
    if (one.share !== undefined) await d1.lag(one.share)
    const client = pick(clients, one.client)
    await ('write' in one.what ? write(client, one.what.write, one) : read(client, one.what.read, one))
  }

  beforeAll(async () => {
    clients.push(await headerClient(), await headerClient(), await browser(), await forgetfulClient())
    for (const { id } of clients)
      people.push({ id, login: textIn((await truth().get(`/api/users/${id}`)).body, 'login') })
    for (const { id } of clients) now(`user:${id}`, '')
    now(`org:${org}`, 'Second')
    for (const write of [writings.createUser, writings.createTeam])
      await write((method, path, body) => call(admin, method, path, { body, bindings: { DB: d1.db } }))
  })

  it('never shows a client that returns its bookmark less than it wrote or saw, nor any client an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        await d1.settle()
        for (const client of clients) client.floor = d1.position()
        d1.strike()
        for (const one of steps) await take(one)
      }),
      { numRuns: 20, endOnFailure: true },
    )
    // Or else nothing was tried: replicas were late, and what was read was old where it may be.
    expect(count.behind).toBeGreaterThan(20)
    expect(count.old).toBeGreaterThan(5)
  })
})

describe('whoever loses a right, while every replica still has it,', () => {
  type Kind = 'session' | 'password' | 'token' | 'key' | 'key as a password' | 'robot'
  type Subject = {
    id: number
    login: string
    who: Record<Kind, Who>
    ids: Record<'token' | 'key' | 'robot' | 'robotToken', number>
  }

  const own: readonly Kind[] = ['session', 'password', 'token']
  const all: readonly Kind[] = [...own, 'key', 'key as a password', 'robot']

  async function made(who: Who, path: string, body: object) {
    const answer = (await as(who, { DB: d1.db }).post(path, body)).body
    return { id: numberIn(answer, 'id'), token: textIn(answer, 'key') }
  }

  /** An Admin of org 1, with everything that one can call by; perhaps a server admin, too. */
  async function subject(isServerAdmin: boolean): Promise<Subject> {
    const { id, login } = await newAdmin()
    if (!isServerAdmin) await truth().put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: false })
    const session = { cookie: await signedIn(login) }
    const token = await made(session, '/api/user/tokens', { name: 'mine' })
    const key = await made(session, '/api/auth/keys', { name: login, role: 'Admin' })
    const account = await as(session, { DB: d1.db }).post('/api/serviceaccounts', { name: login, role: 'Admin' })
    const robot = numberIn(account.body, 'id')
    const itsToken = await made(session, `/api/serviceaccounts/${robot}/tokens`, { name: 'its' })
    return {
      id,
      login,
      who: {
        session,
        password: `${login}:${password}`,
        token: { token: token.token },
        key: { token: key.token },
        'key as a password': `api_key:${key.token}`,
        robot: { token: itsToken.token },
      },
      ids: { token: token.id, key: key.id, robot, robotToken: itsToken.id },
    }
  }

  const serverPath = '/api/users'
  const orgPath = '/api/org/users'

  type Loss = {
    way: string
    lose: (one: Subject) => Promise<Answer>
    of: readonly Kind[]
    path: string
    status: 401 | 403
  }

  const losses: Loss[] = [
    ...[serverPath, orgPath].map((path) => ({
      way: 'disabled',
      lose: ({ id }: Subject) => truth().post(`/api/admin/users/${id}/disable`),
      of: path === serverPath ? own : all,
      path,
      status: 401 as const,
    })),
    { way: 'deleted', lose: ({ id }) => truth().del(`/api/admin/users/${id}`), of: all, path: orgPath, status: 401 },
    {
      way: 'given another password',
      lose: ({ id }) => truth().put(`/api/admin/users/${id}/password`, { password: 'other' }),
      of: own,
      path: orgPath,
      status: 401,
    },
    {
      way: 'signed out',
      lose: ({ id }) => truth().post(`/api/admin/users/${id}/logout`),
      of: ['session'],
      path: orgPath,
      status: 401,
    },
    {
      way: 'no server admin any more',
      lose: ({ id }) => truth().put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: false }),
      of: own,
      path: serverPath,
      status: 403,
    },
    {
      way: 'a Viewer from now on',
      lose: ({ id }) => truth().patch(`/api/org/users/${id}`, { role: 'Viewer' }),
      of: all,
      path: orgPath,
      status: 403,
    },
    {
      way: 'without the token',
      lose: ({ who, ids }) => as(who.session, { DB: d1.db }).del(`/api/user/tokens/${ids.token}`),
      of: ['token'],
      path: orgPath,
      status: 401,
    },
    {
      way: 'without the key',
      lose: ({ ids }) => truth().del(`/api/auth/keys/${ids.key}`),
      of: ['key', 'key as a password'],
      path: orgPath,
      status: 401,
    },
    {
      way: "without the service account's token",
      lose: ({ ids }) => truth().del(`/api/serviceaccounts/${ids.robot}/tokens/${ids.robotToken}`),
      of: ['robot'],
      path: orgPath,
      status: 401,
    },
    {
      way: 'a disabled service account',
      lose: ({ ids }) => truth().patch(`/api/serviceaccounts/${ids.robot}`, { isDisabled: true }),
      of: ['robot'],
      path: orgPath,
      status: 401,
    },
  ]

  /** May still, of a replica that is asked nothing of who may do what; its bookmark. */
  async function bookmarkOfAllowed(who: Who, path: string): Promise<string> {
    d1.strike()
    const answer = await as(who, bindings).get(path)
    expect(answer.status).toBe(200)
    const { nearby } = d1.strike()
    expect(nearby).toHaveLength(1)
    expect(nearby[0]).not.toMatch(/sessions|tokens|password_hash|login_attempts|service_accounts|role_assignments/)
    return told(answer) ?? ''
  }

  async function expectRefused(who: Who, path: string, status: number, headers: Record<string, string>) {
    d1.strike()
    const self = as(who, bindings)
    expect((await self.get(path, headers)).status).toBe(status)
    const write =
      path === serverPath ? self.put('/api/users/1', { name: 'x' }, headers) : self.post('/api/teams', {}, headers)
    expect((await write).status).toBe(status)
    expect(d1.strike()).toMatchObject({ nearby: [], strays: [] })
  }

  it.each(losses)('is refused $path at once: $way', async ({ lose, of, path, status }) => {
    const one = await subject(path === serverPath)
    await d1.settle()
    const bookmarks: string[] = []
    for (const kind of of) bookmarks.push(await bookmarkOfAllowed(one.who[kind], path))
    expect((await lose(one)).status).toBe(200)

    const position = d1.replicaAt()
    expect(position).toBeLessThan(d1.position())
    for (const [n, kind] of of.entries()) {
      await expectRefused(one.who[kind], path, status, {})
      await expectRefused(one.who[kind], path, status, { 'X-D1-Bookmark': bookmarks[n] ?? '' })
    }
    expect(d1.replicaAt()).toBe(position)
  })
})

describe('a bookmark', () => {
  const path = '/api/teams/search'
  let cookie = ''

  beforeAll(async () => {
    cookie = await signedIn((await newAdmin()).login)
    await d1.settle()
  })

  /** How the session began that read nearby. */
  async function begun(headers: Record<string, string>) {
    d1.strike()
    const answer = await call(undefined, 'GET', path, { headers, bindings })
    expect(answer.status).toBe(200)
    return d1.strike().sessions.filter((how) => how !== 'first-primary')
  }

  const good = bookmarkAt(1)

  it.each([
    ['nothing', ''],
    ['a constraint', 'first-primary'],
    ['a constraint in another case', 'First-Primary'],
    ['another constraint', 'first-unconstrained'],
    ['upper case', good.toUpperCase()],
    ['one digit less', good.slice(1)],
    ['one digit more', `${good}0`],
    ['a part less', good.slice(9)],
    ['two of them', `${good}, ${good}`],
    ['a line of its own before it', `x\u00a0${good}`],
    ['an encoded line break', `${good}%0d%0aSet-Cookie:%20x=y`],
    ['10 kB', '0'.repeat(10_000)],
    ['10 kB of bookmarks', good.repeat(244)],
    ['text', "' OR 1=1 --"],
  ])('in no form of D1 is ignored, in the header and in the cookie: %s', async (_, text) => {
    const Cookie = `grafana_session=${cookie}`
    expect(await begun({ Cookie, 'X-D1-Bookmark': text })).toEqual(['first-unconstrained'])
    expect(await begun({ Cookie: `${Cookie}; d1_bookmark=${text}` })).toEqual(['first-unconstrained'])
    expect(await begun({ Cookie: `d1_bookmark=${good}; ${Cookie}`, 'X-D1-Bookmark': text })).toEqual([good])
  })

  it('with a line break in it is no header at all', () => {
    expect(() => new Headers({ 'X-D1-Bookmark': `${good}\r\nSet-Cookie: x=y` })).toThrow(TypeError)
  })

  it('that is the newer of header and cookie counts', async () => {
    const [older, newer] = [bookmarkAt(9), bookmarkAt(16)]
    const cookies = (bookmark: string) => `d1_bookmark=${bookmark}; grafana_session=${cookie}`
    expect(await begun({ Cookie: cookies(older), 'X-D1-Bookmark': newer })).toEqual([newer])
    expect(await begun({ Cookie: cookies(newer), 'X-D1-Bookmark': older })).toEqual([newer])
  })

  it('is never answered with an older one', async () => {
    await truth().post('/api/teams', { name: 'Bookmarked' })
    const newer = bookmarkAt(d1.position())
    const answer = await as(admin, bindings).get(path, { 'X-D1-Bookmark': newer })
    expect(told(answer)).toBe(newer)
    await d1.lag(0)
    expect(told(await as(admin, bindings).get(path, { 'X-D1-Bookmark': newer }))).toBe(newer)
  })

  it('says how new the replica was, not the primary, which the next list would wait for', async () => {
    await truth().post('/api/teams', { name: 'Not waited for' })
    await d1.lag(0)
    expect(told(await as(admin, bindings).get(path))).toBe(bookmarkAt(d1.replicaAt()))
    expect(d1.replicaAt()).toBeLessThan(d1.position())
    expect(told(await as(admin, bindings).get('/api/user'))).toBe(bookmarkAt(d1.position()))
  })

  it('goes to a browser in a cookie as safe as the session, and to nobody else in one', async () => {
    const { headers } = await as({ cookie }, bindings).get(path)
    const bookmark = headers.get('X-D1-Bookmark') ?? ''
    expect(bookmark).toMatch(/^0/)
    expect(headers.getSetCookie()).toEqual([
      `d1_bookmark=${bookmark}; Path=/; Max-Age=${30 * 86_400}; HttpOnly; SameSite=Lax`,
    ])
    const byPassword = await as(admin, bindings).get(path)
    expect(told(byPassword)).toMatch(/^0/)
    expect(byPassword.headers.getSetCookie()).toEqual([])
  })

  it('comes with the session of who signs in or makes an account', async () => {
    const signIn = await as(undefined, bindings).post('/login', { user: 'admin', password: 'admin' })
    expect(signIn.status).toBe(200)
    expect([told(signIn), cookieIn(signIn, 'd1_bookmark')]).toEqual([bookmarkAt(d1.position()), told(signIn)])
    const account = { email: 'new@x.org', username: 'new@x.org', password: 'new-password' }
    const signUp = await as(undefined, { ...bindings, ALLOW_SIGN_UP: 'true' }).post('/api/user/signup/step2', account)
    expect(signUp.status).toBe(200)
    const Cookie = `grafana_session=${cookieOf(signUp)}; d1_bookmark=${cookieIn(signUp, 'd1_bookmark')}`
    await d1.lag(0)
    const orgs = await call(undefined, 'GET', '/api/user/orgs', { headers: { Cookie }, bindings })
    expect(orgs.body).toEqual([{ orgId: 1, name: 'Main Org.', role: 'Viewer' }])
  })

  it.each([
    ['without a credential', undefined, 'GET', '/api/users', undefined, 401],
    ['with a wrong password', 'admin:wrong', 'GET', '/api/users', undefined, 401],
    ['with a cookie that opens nothing', { cookie: 'x' }, 'GET', '/api/users', undefined, 401],
    ['who fails to sign in', undefined, 'POST', '/login', { user: 'admin', password: 'wrong' }, 401],
    ['who has a reset mailed', undefined, 'POST', '/api/user/password/send-reset-email', { userOrEmail: 'admin' }, 200],
    ['who signs out', { cookie: 'x' }, 'GET', '/logout', undefined, 302],
  ])(
    'is not told to a stranger, whom it would tell what is written: %s',
    async (_, who, method, asked, body, status) => {
      const mail = { MAIL_WEBHOOK_URL: env.TEST_MAILBOX, MAIL_FROM: 'rollcall@x.org', ROOT_URL: 'http://rollcall.test' }
      const answer = await call(who, method, asked, { body, bindings: { ...bindings, ...mail } })
      expect(answer.status).toBe(status)
      expect([told(answer), cookieIn(answer, 'd1_bookmark')]).toEqual([null, undefined])
    },
  )
})

describe('D1_READS', () => {
  const paths = ['/api/user', '/api/teams/search', '/api/orgs']

  it.each([{}, { D1_READS: 'primary' }, { D1_READS: '' }])('%j opens no session and tells nothing', async (more) => {
    const cookie = await signedIn((await newAdmin()).login)
    d1.strike()
    const self = as({ cookie }, { DB: d1.db, ...more })
    const answers = [
      ...(await Promise.all(paths.map((path) => self.get(path, { 'X-D1-Bookmark': bookmarkAt(1) })))),
      await self.post('/api/teams', { name: `Told of nothing ${logins}` }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect([told(answer), answer.headers.getSetCookie()]).toEqual([null, []])
    }
    expect(d1.strike()).toEqual({ sessions: [], nearby: [], strays: [] })
  })

  it('that is neither is said to be wrong', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { status, body } = await as(admin, { DB: d1.db, D1_READS: 'nearby' }).get('/api/user')
    expect({ status, body }).toEqual({ status: 500, body: { message: 'Internal server error' } })
    expect(log.mock.calls.flat().join()).toContain('D1_READS must be one of primary, nearest')
    log.mockRestore()
  })

  it('"nearest" is a 503 while no replica is to be had, and of a replica that is late nobody is told', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    d1.fail('D1_ERROR: Network connection lost.')
    const answer = await as(admin, bindings).get('/api/teams/search')
    const self = await as(admin, bindings).get('/api/user')
    d1.fail(undefined)
    expect({ status: answer.status, body: answer.body, after: answer.headers.get('Retry-After') }).toEqual({
      status: 503,
      body: { message: 'The database is not available: try again' },
      after: '5',
    })
    expect(self.status).toBe(200)
    expect((await as(admin, bindings).get('/api/teams/search')).status).toBe(200)
    expect(d1.strike().nearby).toHaveLength(3)
    log.mockRestore()
  })
})

/** Those whose answer comes from a replica. Everything else, and whoever asks, is the primary's. */
const nearbyRoutes = [
  'GET /api/org',
  'GET /api/org/users',
  'GET /api/org/users/lookup',
  'GET /api/org/users/search',
  'GET /api/orgs',
  'GET /api/orgs/:orgId',
  'GET /api/orgs/:orgId/users',
  'GET /api/orgs/name/:name',
  'GET /api/teams/:teamId',
  'GET /api/teams/:teamId/members',
  'GET /api/teams/search',
  'GET /api/user/orgs',
  'GET /api/user/teams',
  'GET /api/users',
  'GET /api/users/:id',
  'GET /api/users/:id/orgs',
  'GET /api/users/:id/teams',
  'GET /api/users/lookup',
  'GET /api/users/search',
]

describe('with the sessions of the local D1', () => {
  /** The real database, which notes how its sessions began. */
  function noting() {
    const begun: string[] = []
    const db = new Proxy(env.DB, {
      get(target, key) {
        if (key !== 'withSession') return Reflect.get(target, key).bind(target)
        return (how: string) => {
          begun.push(how)
          return target.withSession(how)
        }
      },
    })
    return { db, begun }
  }

  const entries = Object.values(slices).flatMap((slice) => Object.entries(slice))
  const isAsking = ({ label }: Caller) => label === 'orgadmin' || label === 'serveradmin'
  /** They ask D1 nothing, or not who is calling. */
  const outsideApi = ['GET /api/health', 'GET /api/ready', 'GET /healthz', 'GET /logout']

  /** The first of what each route may be about, asked by who may much. */
  const requestsTo = (world: World) =>
    entries.flatMap(([route, lines]) =>
      lines.slice(0, 1).flatMap((line) =>
        world.callers.flatMap((caller) => {
          const [method = '', path = ''] = route.split(' ')
          const request = isAsking(caller) ? requestOf(path, line, world, caller) : undefined
          return request ? [{ ...request, caller, method, route }] : []
        }),
      ),
    )

  it('every route answers as without, tells how far it has seen, and these alone read nearby, once', async () => {
    const world = await openWorld()
    for (const { who } of world.callers) await as(who).get('/api/user')
    const restore = await remember()
    const { db, begun } = noting()
    const near: Record<string, string[]> = {}
    const answers: { route: string; status: number; bookmark: string | null }[] = []
    for (const { route, caller, method, path, headers, body, bindings: more } of requestsTo(world)) {
      const status = await world.ask(caller, method, path, { headers, body, bindings: more })
      begun.length = 0
      const answer = await call(caller.who, method, path, {
        body,
        headers: headers ?? {},
        bindings: { ...more, DB: db, D1_READS: 'nearest' },
      })
      if (method !== 'GET' || path.startsWith('/logout')) await restore()
      expect({ route, status: answer.status }).toEqual({ route, status })
      near[route] = [...(near[route] ?? []), begun.filter((how) => how !== 'first-primary').join()]
      answers.push({ route, status, bookmark: told(answer) })
    }
    const nearby = Object.entries(near).filter(([, hows]) => hows.some(Boolean))
    expect(nearby.map(([route]) => route).toSorted()).toEqual(nearbyRoutes)
    expect(new Set(nearby.flatMap(([, hows]) => hows.filter(Boolean)))).toEqual(new Set(['first-unconstrained']))
    const untold = answers.filter(({ bookmark }) => !/^[0-9a-f]{8}(-[0-9a-f]{8}){2}-[0-9a-f]{32}$/.test(bookmark ?? ''))
    expect([...new Set(untold.map(({ route }) => route))].toSorted()).toEqual(outsideApi)
  }, 90_000)
})
