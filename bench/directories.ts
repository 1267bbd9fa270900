import { createHash } from 'node:crypto'
import { constants, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { seedStatements } from '../scripts/seedSql.ts'
import { root } from '../scripts/wrangler.ts'
import type { Questions } from './jobs.ts'
import { migrationFiles } from './workerd.ts'

// Directories are filled once for each size, in SQLite itself, and kept in .wrangler/bench until a migration or the way
// they are filled changes. What a run works on are copies.

const targets = readdirSync(`${root}bench/targets`).map((file) => `${root}bench/targets/${file}`)
const contents = [...migrationFiles(), `${root}scripts/seedSql.ts`, fileURLToPath(import.meta.url), ...targets]
const key = contents.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex')
const cache = `${root}.wrangler/bench/${key.slice(0, 12)}`

/** What an older state of the code was measured with weighs gigabytes. */
export function forgetOthers() {
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(dirname(cache)))
    if (name !== basename(cache)) rmSync(`${dirname(cache)}/${name}`, { recursive: true, force: true })
}

/** The folder of that name; `fill` makes it where it isn't there yet. */
export async function kept(name: string, fill: (folder: string) => Promise<void> | void): Promise<string> {
  const folder = `${cache}/${name}`
  if (existsSync(folder)) return folder
  const half = `${folder}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true })
  await fill(half)
  renameSync(half, folder)
  return folder
}

export const copy = (from: string, to: string) =>
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE })

/** The one D1 database of a Miniflare that kept its storage in the folder. */
export function d1File(folder: string): string {
  const objects = `${folder}/d1/miniflare-D1DatabaseObject`
  const file = readdirSync(objects).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
  if (!file) throw new Error(`no D1 database in ${objects}`)
  return `${objects}/${file}`
}

/** Works on a database file that no process has open, and leaves it in one piece. */
export function editing<T>(file: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144')
    const made = work(db)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return made
  } finally {
    db.close()
  }
}

const numberOf = (db: DatabaseSync, sql: string) => Number(db.prepare(sql).get()?.n)

/** How many seconds it took. */
export function seed(db: DatabaseSync, users: number): number {
  const next = (table: string) => numberOf(db, `SELECT coalesce(max(id), 0) + 1 AS n FROM ${table}`)
  const size = {
    users,
    orgs: Math.max(1, Math.round(users / 2000)),
    teams: Math.min(500, Math.round(users / 200)),
    firstUser: next('users'),
    firstOrg: next('orgs'),
    firstTeam: next('teams'),
    now: Math.floor(Date.now() / 1000),
  }
  const started = performance.now()
  db.exec('BEGIN')
  for (const statement of seedStatements(size)) db.exec(statement)
  db.exec('COMMIT')
  return (performance.now() - started) / 1000
}

const hitsOf = (db: DatabaseSync, text: string) =>
  Number(
    db
      .prepare(
        'SELECT count(*) AS n FROM users WHERE instr(login_key, ?1) OR instr(email_key, ?1) OR instr(lower(name), ?1)',
      )
      .get(text)?.n,
  )

/** Three characters or more of a number that is in logins: one digit less than the greatest has some 20; else of names. */
function* candidates(db: DatabaseSync, users: number): Generator<string> {
  const digits = String(users).length - 2
  for (let n = 0; n < 20 && digits >= 3; n++) yield '3456789'.slice(0, digits - 1) + String(n % 10)
  for (const { login } of db.prepare('SELECT login FROM users ORDER BY id LIMIT 2000').iterate()) {
    for (let at = 0; at < 8; at++) yield String(login).slice(at, at + 3)
    for (let at = 0; at < 8; at++) yield String(login).slice(at, at + 4)
  }
}

function textWithHits(db: DatabaseSync, users: number, hits: number): string {
  for (const text of candidates(db, users)) if (text.length >= 3 && hitsOf(db, text) === hits) return text
  throw new Error(`no text has ${hits} hits`)
}

export const questionsFor = (file: string, users: number): Questions =>
  editing(file, (db) => {
    const id = Math.floor(users / 2)
    const person = db.prepare('SELECT login, email FROM users WHERE id = ?').get(id)
    const login = String(person?.login)
    return {
      twenty: textWithHits(db, users, 20),
      one: `${login}@`,
      login,
      email: String(person?.email),
      id,
      offset: users - 50,
    }
  })
