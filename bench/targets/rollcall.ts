import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { root } from '../../scripts/wrangler.ts'
import { copy, d1File, editing, kept, questionsFor, seed } from '../directories.ts'
import { type Call, type Cost, filled, type JobName, jobNames, json, type Questions, type Target } from '../jobs.ts'
import { send } from '../load.ts'
import { launch, type Running, rollcallBindings, start } from '../workerd.ts'

const basic = (login: string, password: string) => `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
const admin = { Authorization: basic('admin', 'admin') }
const asAdmin = { ...admin, ...json }

/**
 * People beside the seeded: one with three sessions, one with enough to revoke (they are users 2 and 3), and enough who
 * sign in, since a password that was checked is remembered in the isolate.
 */
const signers = 120
const people = ['bench', 'revoker', ...Array.from({ length: signers }, (_, n) => `signer-${n}`)]
/** Their ids are 2 and up. They are empty, and so many because nobody is added to one twice. */
const orgs = 40
const password = 'a-password-of-the-bench'
const sessionsToRevoke = 60_000
const firstRevoked = 1_000_000

async function populate(worker: string, folder: string) {
  const { miniflare, address } = await start('rollcall', worker, {}, folder)
  await send(address, { path: '/api/user', headers: admin })
  for (const login of people) {
    const body = JSON.stringify({ login, password, email: `${login}@localhost`, name: login })
    await send(address, { path: '/api/admin/users', method: 'POST', headers: asAdmin, body })
  }
  for (let n = 0; n < orgs; n++) {
    await send(address, { path: '/api/orgs', method: 'POST', headers: asAdmin, body: `{"name":"Bench ${n}"}` })
  }
  await miniflare.dispose()
  editing(d1File(folder), () => {})
}

export type Directory = { folder: string; questions: Questions; seedSeconds: number; bytes: number; emptyBytes: number }

/** A database as Rollcall has it, with that many people. */
export async function directory(worker: string, users: number): Promise<Directory> {
  const empty = await kept('rollcall', (folder) => populate(worker, folder))
  const folder = await kept(`rollcall-${users}`, (half) => {
    copy(empty, half)
    const file = d1File(half)
    const seedSeconds = editing(file, (db) => seed(db, users))
    const sizes = { bytes: statSync(file).size, emptyBytes: statSync(d1File(empty)).size }
    writeFileSync(`${half}/facts.json`, JSON.stringify({ questions: questionsFor(file, users), seedSeconds, ...sizes }))
  })
  return { folder, ...JSON.parse(readFileSync(`${folder}/facts.json`, 'utf8')) }
}

function addSessions(file: string) {
  editing(file, (db) => {
    const now = Math.floor(Date.now() / 1000)
    db.exec(`WITH RECURSIVE s (n) AS (SELECT ${firstRevoked} UNION ALL SELECT n + 1 FROM s WHERE n < ${firstRevoked + sessionsToRevoke})
      INSERT INTO sessions (id, user_id, secret_hash, created_at, seen_at, expires_at)
      SELECT n, 3, 'to be revoked ' || n, ${now}, ${now}, ${now + 86_400} FROM s`)
  })
}

/** Credentials live in the database: they are good for every Worker on it. */
async function signInAll(address: URL) {
  const signIn = async (user: string, secret: string) => {
    const body = JSON.stringify({ user, password: secret })
    return { Cookie: (await send(address, { path: '/login', method: 'POST', headers: json, body })).cookies }
  }
  const made = await send(address, {
    path: '/api/user/tokens',
    method: 'POST',
    headers: asAdmin,
    body: JSON.stringify({ name: 'bench' }),
  })
  const token: { key: string } = JSON.parse(made.text)
  for (let n = 0; n < 2; n++) await signIn('bench', password)
  return {
    cookie: await signIn('admin', 'admin'),
    bearer: { Authorization: `Bearer ${token.key}` },
    bench: await signIn('bench', password),
    revoker: await signIn('revoker', password),
  }
}

type Credentials = Awaited<ReturnType<typeof signInAll>>

function callsFor(questions: Questions, logins: string[], credentials: Credentials): Partial<Record<JobName, Call>> {
  const { cookie: headers, bearer, bench, revoker } = credentials
  const page = (query: string) => ({ path: `/api/users/search?perpage=50&${query}`, headers })
  const post = (path: string, body: object): Call => ({
    path,
    method: 'POST',
    headers: { ...headers, ...json },
    body: JSON.stringify(body),
  })
  return {
    cookie: { path: '/api/user', headers },
    token: { path: '/api/user', headers: bearer },
    password: { path: '/api/user', headers: admin },
    byId: { path: `/api/users/${questions.id}`, headers },
    lookup: { path: `/api/users/lookup?loginOrEmail=${questions.login}`, headers },
    list: page('page=1'),
    deep: page(`page=${questions.offset / 50 + 1}`),
    search: page(`query=${questions.twenty}`),
    searchOne: page(`query=${encodeURIComponent(questions.one)}`),
    sessions: { path: '/api/user/auth-tokens', headers: bench },
    revoke: {
      ...post('/api/user/revoke-auth-token', {}),
      headers: { ...revoker, ...json },
      body: '{"authTokenId":{}}',
      values: (n) => String(firstRevoked + n),
    },
    addToOrg: {
      ...post('/api/orgs/{2}/users', { loginOrEmail: '{}', role: 'Viewer' }),
      values: (n) => `${logins[n % logins.length]} ${2 + Math.floor(n / logins.length)}`,
    },
    signIn: { ...post('/login', { user: 'signer-{}', password }), headers: json, values: (n) => String(n % signers) },
    create: {
      ...post('/api/admin/users', { login: 'made-{}', password: 'a-password-of-the-bench' }),
      values: String,
    },
  }
}

/** The nth request of a call, filled in. */
function nth(call: Call, n: number): Call {
  const { values, path, body } = call
  if (!values) return call
  return { ...call, path: filled(path, values(n)), ...(body === undefined ? {} : { body: filled(body, values(n)) }) }
}

/** The second answer's: the first may have written when somebody was last seen, and warmed what an isolate keeps. */
export async function costsOf(address: URL, calls: Target['calls']): Promise<Target['costs']> {
  const costs: Target['costs'] = {}
  for (const job of jobNames) {
    const call = calls[job]
    if (!call) continue
    await send(address, nth(call, 0))
    const cost: Cost = JSON.parse((await send(address, nth(call, 1))).cost ?? 'null')
    costs[job] = cost
  }
  return costs
}

/** With a counter in front of the Worker, which is too dear to be measured with. */
export const counted = (worker: string) => ({
  main: 'counted.js',
  modules: {
    'worker.js': readFileSync(worker, 'utf8'),
    'counted.js': readFileSync(`${root}bench/workers/counted.js`, 'utf8'),
  },
})

const loginsOf = (file: string) =>
  editing(file, (db) =>
    db
      .prepare("SELECT login FROM users WHERE uid LIKE 'seeded-%' ORDER BY id LIMIT 60000")
      .all()
      .map(({ login }) => String(login)),
  )

/** How many values the counting has used up. */
export const firstValue = 100

export async function rollcall(worker: string, { folder, questions }: Directory, users: number, work: string) {
  const persist = `${work}/rollcall-${users}`
  copy(folder, persist)
  addSessions(d1File(persist))
  const common = { name: 'rollcall', env: rollcallBindings(), persist }
  const first = await launch({ ...common, ...counted(worker) })
  const calls = callsFor(questions, loginsOf(d1File(persist)), await signInAll(first.address))
  const costs = await costsOf(first.address, calls)
  await first.miniflare.dispose()
  const running: Running = await launch({
    ...common,
    main: 'worker.js',
    modules: { 'worker.js': readFileSync(worker, 'utf8') },
  })
  const { address, pids, miniflare } = running
  return { peer: 'Rollcall', users, address, pids, calls, costs, stop: () => miniflare.dispose() } satisfies Target
}
