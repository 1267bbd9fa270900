import { readFileSync } from 'node:fs'
import { copy, d1File, editing, kept } from '../directories.ts'
import { type Call, json, type Questions, type Target } from '../jobs.ts'
import { send } from '../load.ts'
import { launch } from '../workerd.ts'
import { costsOf, counted, type Directory } from './rollcall.ts'

const password = 'a-password-of-the-bench'
const common = {
  name: 'better-auth',
  env: { DB: { type: 'd1' as const } },
  compatibilityFlags: ['nodejs_compat'],
}
const people = ['admin', 'bench', 'revoker']
const sessionsToRevoke = 60_000

/** The same people, under the same e-mail addresses. Dates are text, as better-auth writes them to D1. */
function fill(file: string, rollcall: string) {
  editing(file, (db) => {
    db.exec(`UPDATE user SET role = 'admin' WHERE email = 'admin@example.com'`)
    db.exec(`ATTACH '${rollcall}' AS rollcall`)
    const written = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, 'unixepoch')`
    db.exec(`INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, role, banned)
      SELECT 'seeded-' || id || '-of-the-bench', name, email, 0, ${written('created_at')}, ${written('updated_at')}, 'user', 0
      FROM rollcall.users WHERE uid LIKE 'seeded-%'`)
    db.exec('DETACH rollcall')
  })
}

function addSessions(file: string) {
  editing(file, (db) => {
    const time = (modifier: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '${modifier}')`
    db.exec(`WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${sessionsToRevoke})
      INSERT INTO session (id, token, userId, expiresAt, createdAt, updatedAt)
      SELECT 'revoked-' || n, 'to-be-revoked-' || n, (SELECT id FROM user WHERE email = 'revoker@example.com'), ${time('+6 days')}, ${time('-1 hour')}, ${time('-1 hour')} FROM s`)
  })
}

async function populate(worker: string, folder: string) {
  const modules = { 'worker.js': readFileSync(worker, 'utf8') }
  const { miniflare, address } = await launch({ ...common, main: 'worker.js', modules, persist: folder })
  await send(address, { path: '/migrate', method: 'POST' })
  for (const name of people) {
    const body = JSON.stringify({ name, email: `${name}@example.com`, password })
    await send(address, { path: '/api/auth/sign-up/email', method: 'POST', headers: json, body })
  }
  await miniflare.dispose()
  editing(d1File(folder), () => {})
}

const signIn = (name: string): Call => ({
  path: '/api/auth/sign-in/email',
  method: 'POST',
  headers: json,
  body: JSON.stringify({ email: `${name}@example.com`, password }),
})

async function signInAll(address: URL) {
  const cookie = async (name: string) => ({ Cookie: (await send(address, signIn(name))).cookies })
  await cookie('bench')
  return { admin: await cookie('admin'), bench: await cookie('bench'), revoker: await cookie('revoker') }
}

type Credentials = Awaited<ReturnType<typeof signInAll>>

function callsFor(questions: Questions, { admin: headers, bench, revoker }: Credentials): Target['calls'] {
  const page = (query: string) => ({ path: `/api/auth/admin/list-users?limit=50&${query}`, headers })
  const contains = (text: string) =>
    page(`searchField=email&searchOperator=contains&searchValue=${encodeURIComponent(text)}&sortBy=email`)
  return {
    cookie: { path: '/api/auth/get-session', headers },
    byId: { path: `/api/auth/admin/get-user?id=seeded-${questions.id}-of-the-bench`, headers },
    list: page('offset=0&sortBy=email'),
    deep: page(`offset=${questions.offset}&sortBy=email`),
    listUnordered: page('offset=0'),
    deepUnordered: page(`offset=${questions.offset}`),
    search: contains(questions.twenty),
    searchOne: contains(questions.one),
    sessions: { path: '/api/auth/list-sessions', headers: bench },
    revoke: {
      path: '/api/auth/revoke-session',
      method: 'POST',
      headers: { ...revoker, ...json },
      body: '{"token":"to-be-revoked-{}"}',
      values: String,
    },
    signIn: signIn('admin'),
    create: {
      path: '/api/auth/admin/create-user',
      method: 'POST',
      headers: { ...headers, ...json },
      body: JSON.stringify({ name: 'Made', email: 'made-{}@example.com', password, role: 'user' }),
      values: String,
    },
  }
}

export async function betterAuth(worker: string, { folder, questions }: Directory, users: number, work: string) {
  const empty = await kept('better-auth', (half) => populate(worker, half))
  const filled = await kept(`better-auth-${users}`, (half) => {
    copy(empty, half)
    fill(d1File(half), d1File(folder))
  })
  const persist = `${work}/better-auth-${users}`
  copy(filled, persist)
  addSessions(d1File(persist))
  const first = await launch({ ...common, ...counted(worker), persist })
  const calls = callsFor(questions, await signInAll(first.address))
  const costs = await costsOf(first.address, calls)
  await first.miniflare.dispose()
  const modules = { 'worker.js': readFileSync(worker, 'utf8') }
  const { miniflare, address, pids } = await launch({ ...common, main: 'worker.js', modules, persist })
  return { peer: 'better-auth', users, address, pids, calls, costs, stop: () => miniflare.dispose() } satisfies Target
}
