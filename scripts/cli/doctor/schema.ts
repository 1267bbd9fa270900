// Whether the database is the one that this code was written for.

import { howToMigrate } from '../../directory/database.ts'
import { messageOf } from '../../failure.ts'
import { listObjects, missingFrom, readMigrations } from '../../migrations.ts'
import { type Check, error, NotMade, type Problem, when } from './check.ts'
import { type Site, sqlCommand } from './site.ts'

/** Where there is no such table, wrangler has never applied any. */
async function appliedTo(site: Site): Promise<string[]> {
  try {
    return (await site.rows<{ name: string }>('SELECT name FROM d1_migrations ORDER BY id')).map(({ name }) => name)
  } catch (refusal) {
    if (messageOf(refusal).includes('no table d1_migrations')) return []
    throw refusal
  }
}

const someOf = (names: string[]) => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`

async function migrations(site: Site): Promise<Problem[]> {
  const known = readMigrations().map(({ file }) => file)
  const applied = await appliedTo(site)
  const missing = known.filter((file) => !applied.includes(file))
  const unknown = applied.filter((name) => !known.includes(name))
  const inOrder = applied.filter((name) => known.includes(name))
  return [
    ...when(missing.length > 0, () =>
      error(
        `${missing.length} of ${known.length} migrations are not applied: ${someOf(missing)}`,
        howToMigrate(site.where),
      ),
    ),
    ...when(unknown.length > 0, () =>
      error(
        `The database is newer than this code, which doesn't know ${someOf(unknown)}`,
        'git pull && npm ci, then deploy what is newest',
      ),
    ),
    ...when(inOrder.join() !== [...inOrder].sort().join(), () =>
      error(
        'Migrations were applied in another order than that of their names',
        'npm run rollcall -- export keeps what is there; import it into a new database',
      ),
    ),
  ]
}

async function tables(site: Site): Promise<Problem[]> {
  const { expected, missing } = missingFrom(await site.rows(listObjects))
  return when(missing.length > 0, () =>
    error(
      `${missing.length} of ${expected} tables, indexes and triggers are missing: ${someOf(missing.map(({ type, name }) => `${type} ${name}`))}`,
      `${howToMigrate(site.where)} leaves the statements in .wrangler/missing.sql, and prints how to send them`,
    ),
  )
}

async function foreignKeys(site: Site): Promise<Problem[]> {
  const broken = await site.rows<{ table: string; rowid: number | null; parent: string }>('PRAGMA foreign_key_check')
  const byTable = Map.groupBy(broken, ({ table, parent }) => `${table} ${parent}`)
  return [...byTable.values()].map((rows) => {
    const { table = '', parent = '' } = rows[0] ?? {}
    const ids = rows.flatMap(({ rowid }) => (rowid === null ? [] : [rowid])).slice(0, 100)
    const advice =
      ids.length > 0
        ? sqlCommand(site, `DELETE FROM ${table} WHERE rowid IN (${ids.join(', ')})`)
        : sqlCommand(site, 'PRAGMA foreign_key_check')
    return error(`${rows.length} rows of ${table} refer to rows of ${parent} that aren't there`, advice)
  })
}

async function soundness(site: Site): Promise<Problem[]> {
  const [found] = await site.rows<{ quick_check: string }>('PRAGMA quick_check')
  if (!found) throw new NotMade('the database did not say')
  return when(found.quick_check !== 'ok', () =>
    error(
      `SQLite finds the database damaged: ${found.quick_check}`,
      'npx wrangler d1 time-travel info DB, and docs/deploy.md, "Going back"',
    ),
  )
}

export const schemaChecks: Check[] = [
  {
    name: 'migrations',
    why: 'The code asks for tables and columns as the last migration left them.',
    run: migrations,
  },
  {
    name: 'tables',
    why: 'Rules that keep the directory sound are triggers, and D1 has lost some on the way.',
    run: tables,
  },
  {
    name: 'foreign keys',
    why: 'What belongs to nobody can be given to whoever gets its number next.',
    run: foreignKeys,
  },
  { name: 'soundness', why: 'A damaged database answers wrongly before it stops answering.', run: soundness },
]
