// One command from a Cloudflare account to a running directory, safe to run again: what is there already is left alone.
// docs/deploy.md has the same steps by hand.
//
//   npm run deploy                 all of it
//   npm run deploy -- --dry-run    says what it would do
//   npm run deploy -- --local      migrates and verifies the local database only (--persist-to <folder> for another one)

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { expectedObjects, missingObjects, type SchemaObject, splitMigration } from './schemaObjects.ts'
import { ask, root, run } from './wrangler.ts'
import { fillId, isPlaceholder, settingIn, zeroIds } from './wranglerToml.ts'

const { values: options } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, local: { type: 'boolean' }, 'persist-to': { type: 'string' } },
})

const tomlFile = `${root}wrangler.toml`
const repairFile = '.wrangler/missing.sql'
const where = options.local
  ? ['--local', ...(options['persist-to'] ? ['--persist-to', options['persist-to']] : [])]
  : ['--remote']

const readToml = () => readFileSync(tomlFile, 'utf8')
const say = (text: string) => console.log(text)
const shown = (args: string[]) =>
  `  $ npx wrangler ${args.map((arg) => (/[\s*]/.test(arg) ? `"${arg}"` : arg)).join(' ')}`

function answerTo(args: string[], input?: string): string {
  say(shown(args))
  const { ok, stdout, output } = ask(args, input === undefined ? {} : { input })
  if (!ok) throw new Error(`wrangler refused:\n${output}\nNot signed in? npx wrangler login`)
  return stdout
}

/** A database or namespace by its name, made if there is none: a run that was cut short finds what it made. */
function idOf(list: string[], create: string[], nameKey: string, idKey: string): string {
  const find = () => {
    const all: Record<string, unknown>[] = JSON.parse(answerTo(list))
    return all.find((entry) => entry[nameKey] === create.at(-1))?.[idKey]
  }
  const existing = find()
  if (existing) say('  found, kept')
  else answerTo(create)
  const id = existing ?? find()
  if (typeof id !== 'string') throw new Error(`wrangler made ${create.at(-1)}, but does not list it: run this again`)
  return id
}

type Step = { title: string; plan: string[][]; skip?: string | false; run: () => void }

function provision(what: string, zeros: string, list: string[], create: string[], keys: [string, string]): Step {
  return {
    title: what,
    plan: [list, create],
    skip: !isPlaceholder(readToml(), zeros) && 'wrangler.toml has its id',
    run: () => {
      const id = idOf(list, create, ...keys)
      writeFileSync(tomlFile, fillId(readToml(), zeros, id))
      say(`  ${id} is now in wrangler.toml: commit it`)
    },
  }
}

const listSecrets = ['secret', 'list', '--format', 'json']
const putPassword = ['secret', 'put', 'ADMIN_PASSWORD']

function isPasswordSet(): boolean {
  say(shown(listSecrets))
  const { ok, stdout, output } = ask(listSecrets)
  if (ok) return stdout.includes('"ADMIN_PASSWORD"')
  if (/Worker ".*" not found/.test(output)) return false // The first deployment.
  throw new Error(`wrangler refused:\n${output}`)
}

function setPassword() {
  if (isPasswordSet()) return say('  set already, kept')
  const password = process.env.ADMIN_PASSWORD
  if (password) return void answerTo(putPassword, password)
  if (!process.stdin.isTTY) throw new Error('ADMIN_PASSWORD is not set: export it, or run this in a terminal')
  say(shown(putPassword))
  if (!run(putPassword)) throw new Error('the password was not stored')
}

type Migration = { file: string; sql: string }

const migrations = (): Migration[] =>
  readdirSync(`${root}drizzle`)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ file, sql: readFileSync(`${root}drizzle/${file}`, 'utf8') }))

const applyMigrations = ['d1', 'migrations', 'apply', 'DB', ...where]
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
    throw new Error(`${files}: line ends must be LF, D1 fails on CRLF (workers-sdk#14991).
Set git config core.autocrlf to input and check the files out again`)
  }
  say(shown(applyMigrations))
  const { ok, output } = ask(applyMigrations, { env: { CI: '1' } })
  say(output.trim())
  if (!ok) throw new Error(output.includes('incomplete input') ? otherWay() : 'the migrations were not applied')
}

/** Says which statements never arrived, and leaves them in a file that can be sent. */
function reportMissing(missing: SchemaObject[]): Error {
  mkdirSync(`${root}.wrangler`, { recursive: true })
  writeFileSync(`${root}${repairFile}`, missing.map(({ sql }) => `${sql.replace(/;?$/, ';')}\n`).join(''))
  const list = missing.map(({ type, name, table }) => `  ${type} ${name}${table === name ? '' : ` on ${table}`}`)
  return new Error(`the database lacks ${missing.length} of what the migrations make:
${list.join('\n')}
"migrations apply" has lost triggers before (workers-sdk#14991, #15178). Nothing was deployed.
The statements are in ${repairFile}; send them by D1's other door, then run this again:
${shown(['d1', 'execute', 'DB', ...where, '--file', repairFile])}`)
}

const listObjects = 'SELECT type, name FROM sqlite_master'

function verify() {
  const expected = expectedObjects(migrations().flatMap(({ sql }) => splitMigration(sql)))
  const missing = missingObjects(expected, rows(listObjects))
  if (missing.length > 0) throw reportMissing(missing)
  say(`  all ${expected.length} tables, indexes and triggers are there`)
}

function deployWorker() {
  say(shown(['deploy']))
  if (!run(['deploy'])) throw new Error('wrangler did not deploy the Worker')
  say('\nTry it at the address above: curl -u admin:<password> https://<address>/api/user')
}

function steps(): Step[] {
  const database: Step[] = [
    { title: 'Migrations', plan: [applyMigrations], run: migrate },
    { title: 'Is everything there?', plan: [query(listObjects)], run: verify },
  ]
  if (options.local) return database
  const toml = readToml()
  const name = settingIn(toml, 'database_name')
  const namespace = `${settingIn(toml, 'name')}-sessions`
  return [
    provision('D1 database', zeroIds.database, ['d1', 'list', '--json'], ['d1', 'create', name], ['name', 'uuid']),
    provision(
      'KV namespace',
      zeroIds.namespace,
      ['kv', 'namespace', 'list'],
      ['kv', 'namespace', 'create', namespace],
      ['title', 'id'],
    ),
    { title: "The first administrator's password", plan: [listSecrets, putPassword], run: setPassword },
    ...database,
    { title: 'The Worker', plan: [['deploy']], run: deployWorker },
  ]
}

function take(step: Step) {
  say(`\n${step.title}`)
  if (step.skip) return say(`  ${step.skip}`)
  if (options['dry-run']) return step.plan.forEach((args) => void say(shown(args)))
  step.run()
}

try {
  steps().forEach(take)
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
