import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exportCommand } from '../../scripts/cli/export.ts'
import { importCommand } from '../../scripts/cli/import.ts'
import { type Database, openDatabase } from '../../scripts/directory/database.ts'
import { ask, build } from '../../scripts/wrangler.ts'
import { temporaryFolder } from './support/database.ts'
import { admin, fill } from './support/filled.ts'
import { type Caller, type Instance, startInstance } from './support/instance.ts'

const settings = { QUOTA_ENABLED: 'true' }

const values: Record<string, string[]> = {
  '{id}': ['1', '2', '3', '99'],
  '{userId}': ['1', '2', '3', '99'],
  '{orgId}': ['1', '2', '99'],
  '{teamId}': ['1', '99'],
  '{uid}': ['board', 'desk', 'local'],
  '{roleUID}': ['desk', 'local'],
  '{name}': ['Main%20Org.', "Second%20'Org'"],
  '{code}': ['unknown'],
}

/** Grafana's GETs that write. */
const writing = ['/logout', '/api/user/helpflags/clear']

/** Nobody knows the code of an invitation but whom it was sent to; a lookup wants a query, which `written` has. */
const neverAnswered = ['/api/users/lookup', '/api/user/invite/{code}']

const written = [
  '/api/admin/audit?limit=1000',
  '/api/users/search?query=brien&sort=lastSeenAt-desc',
  '/api/users/lookup?loginOrEmail=ida',
  '/api/users?query=off',
  '/api/org/users/search?query=vic',
  '/api/teams/search?query=Team&accesscontrol=true',
  '/api/access-control/users/3/permissions?explain=true',
  '/api/access-control/users/permissions/search?action=users:read',
  '/api/auth/keys?metadata=true&includeExpired=true',
  '/api/search?query=board&tag=a',
]

/** Every way to read something, with what stands for its parameters here. */
function routes(): { route: string; path: string }[] {
  const { paths } = JSON.parse(readFileSync(new URL('../../public/openapi.json', import.meta.url), 'utf8'))
  const filled = (path: string): string[] => {
    const [parameter] = /\{\w+\}/.exec(path) ?? []
    return parameter ? (values[parameter] ?? []).flatMap((value) => filled(path.replace(parameter, value))) : [path]
  }
  const gets = Object.keys(paths).filter((path) => 'get' in paths[path] && !writing.includes(path))
  return [
    ...written.map((path) => ({ route: path, path })),
    ...gets.flatMap((route) => filled(route).map((path) => ({ route, path }))),
  ]
}

/**
 * What an export doesn't carry, by its name in an answer: how a session's device looks (KV, which says nothing of who may
 * do what), sessions long ended and failed sign-ins in the overview's figures, and which request it was. The import itself
 * is a row of the audit log.
 */
const exceptions = new Set([
  'browser',
  'browserVersion',
  'os',
  'osVersion',
  'device',
  'clientIp',
  'signIns',
  'accessErrorId',
])

function comparable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^rollcall_(sign_ins_total|database_bytes).*$/gm, '')
  if (Array.isArray(value)) return value.filter((one) => Object(one).action !== 'directory:import').map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (exceptions.has(key) ? [] : [[key, comparable(inner)]])),
  )
}

/** A database as `npm run dev` makes it. */
async function migrated(folder: string): Promise<Database> {
  const { ok, output } = ask(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', folder], {
    env: { CI: '1' },
  })
  if (!ok) throw new Error(output)
  const db = await openDatabase({ persistTo: folder })
  onTestFinished(() => db.close())
  return db
}

const rowsOfAll = async (db: Database) => {
  const tables = await db.rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'user_search%'",
  )
  return Promise.all(tables.map(async ({ name }) => [name, await db.rows(`SELECT * FROM ${name}`)]))
}

type Difference = { name: string; path: string; expected: unknown; actual: unknown }

/** Both are asked at one moment, since some of what they say is how long ago something was. */
async function compare(original: Instance, restored: Instance, callers: Record<string, Caller>) {
  const different: Difference[] = []
  const answered = new Set<string>()
  const ask = async (path: string, route: string, name: string, who: Caller) => {
    const answers = await Promise.all([original, restored].map(({ get }) => get(who, path)))
    const [expected, actual] = answers.map(({ status, body }) => ({ status, body: comparable(body) }))
    if (actual?.status === 200) answered.add(route)
    if (JSON.stringify(expected) !== JSON.stringify(actual)) different.push({ name, path, expected, actual })
  }
  for (const { path, route } of routes())
    await Promise.all(Object.entries(callers).map(([name, who]) => ask(path, route, name, who)))
  const never = new Set(routes().flatMap(({ route }) => (answered.has(route) ? [] : [route])))
  return { different, never: [...never] }
}

/** All but when it was, and the import's own row of the audit log. */
const recordsIn = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => !/"directory:import"|^\{"kind":"end"/.test(line))

describe('a backup', () => {
  it('brings back a directory that answers as before', async () => {
    const folder = temporaryFolder()
    const worker = build(`${folder}/worker`)
    const here = `${folder}/here`
    const there = `${folder}/there`
    await migrated(here)
    const original = await startInstance(worker, here, settings)
    const callers = await fill(original)

    const file = `${folder}/directory.jsonl`
    expect(await exportCommand.run([file, '--hashes', '--audit', '--persist-to', here])).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const db = await migrated(there)
    const importing = [file, '--yes', '--persist-to', there]
    expect(await importCommand.run(importing)).toBe(0)
    const once = await rowsOfAll(db)
    expect(await importCommand.run(importing)).toBe(0)
    expect(await rowsOfAll(db)).toEqual(once)
    const again = `${folder}/again.jsonl`
    expect(await exportCommand.run([again, '--hashes', '--audit', '--persist-to', there])).toBe(0)
    expect(recordsIn(again)).toEqual(recordsIn(file))

    const restored = await startInstance(worker, there, settings)
    expect(await compare(original, restored, callers)).toEqual({ different: [], never: neverAnswered })

    // Ids of accounts that are gone are given to nobody else, in neither.
    const next = { login: 'next', email: 'next@example.org', password: 'next-secret' }
    const made = await Promise.all(
      [original, restored].map(({ send }) => send(admin, 'POST', '/api/admin/users', next)),
    )
    expect(made.map(({ body }) => body)).toEqual(Array(2).fill({ id: 6, message: 'User created' }))
  }, 300_000)
})
