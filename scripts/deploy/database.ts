// The migrations, and whether all of what they make arrived.

import { mkdirSync, writeFileSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { listObjects, missingFrom, readMigrations } from '../migrations.ts'
import type { SchemaObject } from '../schemaObjects.ts'
import { ask, root } from '../wrangler.ts'
import { answerTo, say, shown } from './wrangler.ts'

const repairFile = '.wrangler/missing.sql'

const query = (where: string[], sql: string) => ['d1', 'execute', 'DB', ...where, '--json', '--command', sql]

function rows<Row>(where: string[], sql: string): Row[] {
  const [first]: { results: Row[] }[] = JSON.parse(answerTo(query(where, sql)))
  return first?.results ?? []
}

/** Whether somebody is in the directory: the password of a first administrator is of no use then. */
export const hasPeople = (where: string[]): boolean => rows(where, 'SELECT id FROM users LIMIT 1').length > 0

/** The two steps on the database that `where` names: `--local`, or `--remote` and its environment. */
export function databaseSteps(where: string[]) {
  const apply = ['d1', 'migrations', 'apply', 'DB', ...where]

  /** `migrations apply` and `execute --file` reach D1 by different doors; triggers have passed by the second alone. */
  function otherWay(): string {
    const applied = new Set(rows<{ name: string }>(where, 'SELECT name FROM d1_migrations').map(({ name }) => name))
    const commands = readMigrations()
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
    const windows = readMigrations().filter(({ sql }) => sql.includes('\r'))
    if (windows.length > 0) {
      const files = windows.map(({ file }) => `drizzle/${file}`).join(' ')
      throw new Failure(`${files}: line ends must be LF, D1 fails on CRLF (workers-sdk#14991).
Set git config core.autocrlf to input and check the files out again`)
    }
    say(shown(apply))
    const { ok, output } = ask(apply, { env: { CI: '1' } })
    if (ok) return say(output.includes('No migrations to apply') ? '  none is new' : '  applied')
    say(output.trim())
    throw new Failure(output.includes('incomplete input') ? otherWay() : 'the migrations were not applied')
  }

  /** Says which statements never arrived, and leaves them in a file that can be sent. */
  function reportMissing(missing: SchemaObject[]): Failure {
    mkdirSync(`${root}.wrangler`, { recursive: true })
    writeFileSync(`${root}${repairFile}`, missing.map(({ sql }) => `${sql.replace(/;?$/, ';')}\n`).join(''))
    const list = missing.map(({ type, name, table }) => `  ${type} ${name}${table === name ? '' : ` on ${table}`}`)
    return new Failure(`the database lacks ${missing.length} of what the migrations make:
${list.join('\n')}
"migrations apply" has lost triggers before (workers-sdk#14991, #15178). Nothing was deployed.
The statements are in ${repairFile}; send them by D1's other door, then run this again:
${shown(['d1', 'execute', 'DB', ...where, '--file', repairFile])}`)
  }

  function verify() {
    const { expected, missing } = missingFrom(rows(where, listObjects))
    if (missing.length > 0) throw reportMissing(missing)
    say(`  all ${expected} tables, indexes and triggers are there`)
  }

  return [
    { title: 'Migrations', plan: [apply], run: migrate },
    { title: 'Is everything there?', plan: [query(where, listObjects)], run: verify },
  ]
}
