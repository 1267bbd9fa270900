// The migrations, and whether all of what they make arrived.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expectedObjects, missingObjects, type SchemaObject, splitMigration } from '../schemaObjects.ts'
import { ask, root } from '../wrangler.ts'
import { answerTo, Stop, say, shown } from './wrangler.ts'

const repairFile = '.wrangler/missing.sql'
const listObjects = 'SELECT type, name FROM sqlite_master'

type Migration = { file: string; sql: string }

const migrations = (): Migration[] =>
  readdirSync(`${root}drizzle`)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ file, sql: readFileSync(`${root}drizzle/${file}`, 'utf8') }))

/** Whether somebody is in the directory: the password of a first administrator is of no use then. */
export function hasPeople(where: string[]): boolean {
  const answer = answerTo(['d1', 'execute', 'DB', ...where, '--json', '--command', 'SELECT id FROM users LIMIT 1'])
  const [first]: { results: unknown[] }[] = JSON.parse(answer)
  return (first?.results ?? []).length > 0
}

/** The two steps on the database that `where` names: `--local`, or `--remote` and its environment. */
export function databaseSteps(where: string[]) {
  const apply = ['d1', 'migrations', 'apply', 'DB', ...where]
  const query = (sql: string) => ['d1', 'execute', 'DB', ...where, '--json', '--command', sql]

  function rows<Row>(sql: string): Row[] {
    const [first]: { results: Row[] }[] = JSON.parse(answerTo(query(sql)))
    return first?.results ?? []
  }

  /** `migrations apply` and `execute --file` reach D1 by different doors; triggers have passed by the second alone. */
  function otherWay(): string {
    const applied = new Set(rows<{ name: string }>('SELECT name FROM d1_migrations').map(({ name }) => name))
    const commands = migrations()
      .filter(({ file }) => !applied.has(file))
      .flatMap(({ file }) => [
        ['d1', 'execute', 'DB', ...where, '--file', `drizzle/${file}`],
        ['d1', 'execute', 'DB', ...where, '--command', `INSERT INTO d1_migrations (name) VALUES ('${file}')`],
      ])
    return `D1 cut a trigger in two (workers-sdk#14991, #15178) and took nothing of that file.
Send what is left by its other door, in this order, then run this again:
${commands.map(shown).join('\n')}`
  }

  function migrate() {
    const windows = migrations().filter(({ sql }) => sql.includes('\r'))
    if (windows.length > 0) {
      const files = windows.map(({ file }) => `drizzle/${file}`).join(' ')
      throw new Stop(`${files}: line ends must be LF, D1 fails on CRLF (workers-sdk#14991).
Set git config core.autocrlf to input and check the files out again`)
    }
    say(shown(apply))
    const { ok, output } = ask(apply, { env: { CI: '1' } })
    if (ok) return say(output.includes('No migrations to apply') ? '  none is new' : '  applied')
    say(output.trim())
    throw new Stop(output.includes('incomplete input') ? otherWay() : 'the migrations were not applied')
  }

  /** Says which statements never arrived, and leaves them in a file that can be sent. */
  function reportMissing(missing: SchemaObject[]): Stop {
    mkdirSync(`${root}.wrangler`, { recursive: true })
    writeFileSync(`${root}${repairFile}`, missing.map(({ sql }) => `${sql.replace(/;?$/, ';')}\n`).join(''))
    const list = missing.map(({ type, name, table }) => `  ${type} ${name}${table === name ? '' : ` on ${table}`}`)
    return new Stop(`the database lacks ${missing.length} of what the migrations make:
${list.join('\n')}
"migrations apply" has lost triggers before (workers-sdk#14991, #15178). Nothing was deployed.
The statements are in ${repairFile}; send them by D1's other door, then run this again:
${shown(['d1', 'execute', 'DB', ...where, '--file', repairFile])}`)
  }

  function verify() {
    const expected = expectedObjects(migrations().flatMap(({ sql }) => splitMigration(sql)))
    const missing = missingObjects(expected, rows(listObjects))
    if (missing.length > 0) throw reportMissing(missing)
    say(`  all ${expected.length} tables, indexes and triggers are there`)
  }

  return [
    { title: 'Migrations', plan: [apply], run: migrate },
    { title: 'Is everything there?', plan: [query(listObjects)], run: verify },
  ]
}
