import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { root } from '../../scripts/wrangler.ts'
import { copy, d1File, editing, kept } from '../directories.ts'
import { type Call, json, type Questions, type Target } from '../jobs.ts'
import { send } from '../load.ts'
import type { Directory } from './rollcall.ts'

const credentials = { email: 'admin@example.com', password: 'a-password-of-the-bench' }
const records = '/api/collections/users/records'

/** Built once from its Go module; why not, where that can't be. */
export async function pocketbaseBinary(): Promise<{ binary: string } | { missing: string }> {
  if (spawnSync('go', ['version']).status !== 0) return { missing: 'Go is not installed' }
  try {
    const folder = await kept('pocketbase', (half) => {
      cpSync(`${root}bench/pocketbase`, `${half}/source`, { recursive: true })
      execFileSync('go', ['build', '-o', `${half}/pocketbase`, '.'], { cwd: `${half}/source`, stdio: 'pipe' })
    })
    return { binary: `${folder}/pocketbase` }
  } catch (error) {
    return { missing: String(error instanceof Error ? error.message : error).slice(0, 300) }
  }
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** Its development mode prints every statement, and is what it takes by itself in a temporary folder. */
const always = (folder: string) => ['--dir', folder, '--dev=false']

async function serve(binary: string, folder: string): Promise<{ child: ChildProcess; address: URL }> {
  const address = new URL(`http://127.0.0.1:${await freePort()}`)
  const child = spawn(binary, ['serve', '--http', address.host, ...always(folder)], { stdio: 'ignore' })
  for (let n = 0; n < 100; n++) {
    const isUp = await send(address, { path: '/api/health' }).catch(() => undefined)
    if (isUp) return { child, address }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill()
  throw new Error('PocketBase does not start')
}

const stopped = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })

const signInTo = (collection: string): Call => ({
  path: `/api/collections/${collection}/auth-with-password`,
  method: 'POST',
  headers: json,
  body: JSON.stringify({ identity: credentials.email, password: credentials.password }),
})

async function tokenOf(address: URL, collection: string): Promise<{ token: string; id: string }> {
  const { token, record }: { token: string; record: { id: string } } = JSON.parse(
    (await send(address, signInTo(collection))).text,
  )
  return { token, id: record.id }
}

/** A superuser, and a person of the same address. */
async function populate(binary: string, folder: string) {
  execFileSync(binary, ['superuser', 'upsert', credentials.email, credentials.password, ...always(folder)], {
    stdio: 'pipe',
  })
  const { child, address } = await serve(binary, folder)
  const { token } = await tokenOf(address, '_superusers')
  const body = JSON.stringify({ ...credentials, passwordConfirm: credentials.password, name: 'Admin' })
  await send(address, { path: records, method: 'POST', headers: { ...json, Authorization: token }, body })
  await stopped(child)
  editing(`${folder}/data.db`, () => {})
}

const seededId = (id: number) => String(id).padStart(15, '0')

function fill(file: string, rollcall: string) {
  editing(file, (db) => {
    db.exec(`ATTACH '${rollcall}' AS rollcall`)
    const written = (column: string) => `strftime('%Y-%m-%d %H:%M:%fZ', ${column}, 'unixepoch')`
    db.exec(`INSERT INTO users (id, name, email, verified, password, tokenKey, created, updated)
      SELECT printf('%015d', id), name, email, 1, '', printf('%050d', id), ${written('created_at')}, ${written('updated_at')}
      FROM rollcall.users WHERE uid LIKE 'seeded-%'`)
    db.exec('DETACH rollcall')
  })
}

type SignedIn = { superuser: string; person: { token: string; id: string } }

function callsFor({ twenty, one, id, offset }: Questions, { superuser, person }: SignedIn): Target['calls'] {
  const headers = { Authorization: superuser }
  const page = (query: string) => ({ path: `${records}?perPage=50&${query}`, headers })
  const contains = (text: string) =>
    page(`sort=email&filter=${encodeURIComponent(`email ~ '${text}' || name ~ '${text}'`)}`)
  const last = offset / 50 + 1
  return {
    token: { path: `${records}/${person.id}`, headers: { Authorization: person.token } },
    byId: { path: `${records}/${seededId(id)}`, headers },
    list: page('page=1&sort=email'),
    deep: page(`page=${last}&sort=email`),
    listUnordered: page('page=1'),
    deepUnordered: page(`page=${last}`),
    search: contains(twenty),
    searchOne: contains(one),
    signIn: signInTo('users'),
    create: {
      path: records,
      method: 'POST',
      headers: { ...headers, ...json },
      body: JSON.stringify({ ...credentials, email: 'made-{}@example.com', passwordConfirm: credentials.password }),
      values: String,
    },
  }
}

export async function pocketbase(binary: string, { folder, questions }: Directory, users: number, work: string) {
  const empty = await kept('pocketbase-empty', (half) => populate(binary, half))
  const filled = await kept(`pocketbase-${users}`, (half) => {
    mkdirSync(half, { recursive: true })
    for (const file of ['data.db', 'auxiliary.db']) copyFileSync(`${empty}/${file}`, `${half}/${file}`)
    fill(`${half}/data.db`, d1File(folder))
  })
  const data = `${work}/pocketbase-${users}`
  copy(filled, data)
  const { child, address } = await serve(binary, data)
  const superuser = (await tokenOf(address, '_superusers')).token
  const calls = callsFor(questions, { superuser, person: await tokenOf(address, 'users') })
  const pids = child.pid === undefined ? [] : [child.pid]
  return { peer: 'PocketBase', users, address, pids, calls, costs: {}, stop: () => stopped(child) } satisfies Target
}
