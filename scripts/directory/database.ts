// The directory's database, as the commands that read or write much of it see it: the local one in this process, the
// deployed one by `wrangler d1 execute`. Either is asked with plain SQL, since that is all that both take.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Failure } from '../failure.ts'
import { ask, root } from '../wrangler.ts'

export type Database = {
  rows<Row>(sql: string): Promise<Row[]>
  /** All of the statements or none. Throws with what the database said. */
  apply(statements: readonly string[]): Promise<void>
  close(): Promise<void>
}

export type Where = {
  /** The deployed database, not the one on this machine. */
  remote?: boolean | undefined
  /** Where the local one is, as in `npm run dev -- --persist-to <folder>`. */
  persistTo?: string | undefined
  /** An environment of wrangler.toml. */
  env?: string | undefined
}

/** The command that brings a database to what this version expects. */
export const howToMigrate = ({ remote, persistTo }: Where) =>
  remote ? 'npm run deploy' : `npm run deploy -- --local${persistTo ? ` --persist-to ${persistTo}` : ''}`

/** What wrangler takes to mean the same database. */
export const whereArgs = ({ remote, persistTo, env }: Where): string[] => [
  remote ? '--remote' : '--local',
  ...(persistTo ? ['--persist-to', persistTo] : []),
  ...(env ? ['--env', env] : []),
]

/** As much of a D1 binding as is used: its types and those of Node don't go together. */
type Statement = { all<Row>(): Promise<{ results: Row[] }> }
type Binding = { prepare(sql: string): Statement; batch(statements: Statement[]): Promise<unknown> }

/** Who has computed for long must hear first that the idle connection was closed: a request on it would fail. */
const hear = () => new Promise((resolve) => setTimeout(resolve, 1))

async function openLocal({ persistTo, env }: Where): Promise<Database> {
  if (persistTo && !existsSync(persistTo))
    throw new Failure(`There is no ${persistTo}: ${howToMigrate({ persistTo })} makes a database there`)
  // Else it says on standard output, where answers go, which file it read.
  process.env.WRANGLER_LOG ??= 'warn'
  // Here alone: it takes a second to load, and the deployed database does without.
  const { getPlatformProxy } = await import('wrangler')
  const proxy = await getPlatformProxy<{ DB: Binding }>({
    configPath: `${root}wrangler.toml`,
    envFiles: [],
    persist: { path: `${persistTo ?? `${root}.wrangler/state`}/v3` },
    remoteBindings: false,
    ...(env ? { environment: env } : {}),
  })
  const { DB } = proxy.env
  return {
    rows: async <Row>(sql: string) => {
      await hear()
      return (await DB.prepare(sql).all<Row>()).results
    },
    apply: async (statements) => {
      await hear()
      if (statements.length > 0) await DB.batch(statements.map((sql) => DB.prepare(sql)))
    },
    close: () => proxy.dispose(),
  }
}

/** Wrangler's answer holds the error in JSON where it can; else its last words say enough. */
function answerTo(args: string[]): string {
  const { ok, stdout, output } = ask(args)
  if (!ok) throw new Error(`D1 refused:\n${output.trim()}`)
  return stdout
}

function openRemote(where: Where): Database {
  const execute = ['d1', 'execute', 'DB', ...whereArgs(where), '--yes', '--json']
  return {
    rows: async <Row>(sql: string) => {
      const [answer]: { results: Row[] }[] = JSON.parse(answerTo([...execute, '--command', sql]))
      return answer?.results ?? []
    },
    /** D1 takes a file as a whole: where one statement fails, it returns to what it was. */
    apply: async (statements) => {
      const folder = mkdtempSync(`${tmpdir()}/rollcall-`)
      try {
        const file = `${folder}/statements.sql`
        writeFileSync(file, statements.map((sql) => `${sql};\n`).join(''))
        answerTo([...execute, '--file', file])
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    close: async () => {},
  }
}

export const openDatabase = async (where: Where): Promise<Database> =>
  where.remote ? openRemote(where) : openLocal(where)

/** Opens the database for as long as it is used. */
export async function withDatabase<T>(where: Where, use: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(where)
  try {
    return await use(db)
  } finally {
    await db.close()
  }
}
