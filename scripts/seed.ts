// Fills the local database with people who don't exist, to try Rollcall with many: `npm run seed -- --users 100000`.
//
//   --users 1000 --orgs 10 --teams 50     how many to add (these where not said)
//   --persist-to <folder>                 another local database than that of `npm run dev`
//   --remote                              the deployed one, which then holds them for good

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { seedStatements } from './seedSql.ts'
import { ask } from './wrangler.ts'

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    orgs: { type: 'string', default: '10' },
    teams: { type: 'string', default: '50' },
    'persist-to': { type: 'string' },
    remote: { type: 'boolean' },
  },
})

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}

function count(name: 'users' | 'orgs' | 'teams', least: number): number {
  const value = Number(options[name])
  if (!Number.isSafeInteger(value) || value < least) stop(`--${name} must be a whole number, ${least} or more.`)
  return value
}

const where = options.remote
  ? ['--remote']
  : ['--local', ...(options['persist-to'] ? ['--persist-to', options['persist-to']] : [])]

function execute(...args: string[]): string {
  const { ok, stdout, output } = ask(['d1', 'execute', 'DB', ...where, '--yes', '--json', ...args])
  if (!ok) stop(`The database refused:\n${output}`)
  return stdout
}

/** The greatest id that each table ever gave. */
function greatest(): Record<'users' | 'orgs' | 'teams', number> {
  const text = execute('--command', 'SELECT name, seq FROM sqlite_sequence')
  const [answer]: { results: { name: string; seq: number }[] }[] = JSON.parse(text)
  const of = (table: string) => answer?.results.find(({ name }) => name === table)?.seq ?? 0
  return { users: of('users'), orgs: of('orgs'), teams: of('teams') }
}

const wanted = { users: count('users', 0), orgs: count('orgs', 1), teams: count('teams', 0) }
const before = greatest()
// The first administrator is made at the first sign-in to an empty directory, and to no other.
if (before.users === 0) stop('Nobody is there yet: sign in once, as `npm run dev` says, and run this again.')

const size = {
  ...wanted,
  firstUser: before.users + 1,
  firstOrg: before.orgs + 1,
  firstTeam: before.teams + 1,
  now: Math.floor(Date.now() / 1000),
}
const folder = mkdtempSync(`${tmpdir()}/rollcall-seed-`)
const started = performance.now()
try {
  const file = `${folder}/seed.sql`
  writeFileSync(file, [...seedStatements(size)].map((statement) => `${statement};\n`).join(''))
  execute('--file', file)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`Added ${wanted.users} people, ${wanted.orgs} organizations and ${wanted.teams} teams in ${seconds} s.`)
console.log(`People have no password; the first is user ${size.firstUser}, in organization ${size.firstOrg}.`)
