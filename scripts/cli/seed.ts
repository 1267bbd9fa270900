// Fills a database with people who don't exist, to try Rollcall with many.

import type { Database } from '../directory/database.ts'
import { readSequences } from '../directory/sequences.ts'
import { Failure, Misuse } from '../failure.ts'
import { seedStatements } from '../seedSql.ts'
import { type Command, parsed, whereIn, whereOptions } from './command.ts'
import { inDatabase, secondsNow } from './inDatabase.ts'
import { answer } from './output.ts'

function count(text: string, name: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least)
    throw new Misuse(`--${name} must be a whole number, ${least} or more`)
  return value
}

type Wanted = { users: number; orgs: number; teams: number }

/** Answers the first ids of what was added. */
async function fill(db: Database, wanted: Wanted) {
  const { user = 0, org = 0, team = 0 } = await readSequences(db)
  // The first administrator is made at the first sign-in to an empty directory, and to no other.
  if (user === 0) {
    throw new Failure('Nobody is there yet: sign in once, as npm run dev says, or npm run rollcall -- admin create')
  }
  const first = { firstUser: user + 1, firstOrg: org + 1, firstTeam: team + 1 }
  await db.apply([...seedStatements({ ...wanted, ...first, now: secondsNow() })])
  return first
}

const options = {
  ...whereOptions,
  users: { type: 'string', default: '1000' },
  orgs: { type: 'string', default: '10' },
  teams: { type: 'string', default: '50' },
  json: { type: 'boolean' },
} as const

export const seed: Command = {
  name: 'seed',
  summary: "Adds people who don't exist, to try it with many",
  usage: `[--users <count>] [--orgs <count>] [--teams <count>] [--local | --remote]

  --users 1000 --orgs 10 --teams 50   how many to add (these where not said)
  --persist-to <folder>               another local database than that of npm run dev
  --remote                            the deployed one, which then holds them for good
  --env <name>                        an environment of wrangler.toml
  --json                              one JSON document on standard output`,
  async run(args) {
    const { values } = parsed({ args, options })
    const wanted = {
      users: count(values.users, 'users', 0),
      orgs: count(values.orgs, 'orgs', 1),
      teams: count(values.teams, 'teams', 0),
    }
    const started = performance.now()
    const first = await inDatabase(whereIn(values), (db) => fill(db, wanted))
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    await answer(
      values.json,
      { ...wanted, ...first },
      `Added ${wanted.users} people, ${wanted.orgs} organizations and ${wanted.teams} teams in ${seconds} s.
People have no password; the first is user ${first.firstUser}, in organization ${first.firstOrg}.`,
    )
    return 0
  },
}
