// One command from a Cloudflare account to a running directory, safe to run again: what is there already is left alone.
// docs/deploy.md has the same steps by hand.
//
//   npm run deploy                                  all of it
//   npm run deploy -- --env production              an environment of its own: database, sessions, secrets, address
//   npm run deploy -- --domain users.example.org    at a domain of the account, and nowhere else
//   npm run deploy -- --dry-run                     says what it would do
//   npm run deploy -- --local                       migrates and verifies the local database only (--persist-to <folder>)

import { readFileSync, writeFileSync } from 'node:fs'
import { parsed } from './cli/command.ts'
import { deployed, waitFor } from './deploy/address.ts'
import { databaseSteps, hasPeople } from './deploy/database.ts'
import { askPassword, chooseAccount } from './deploy/questions.ts'
import { answerTo, say, shown } from './deploy/wrangler.ts'
import { Failure, Misuse } from './failure.ts'
import { ask, root } from './wrangler.ts'
import {
  fillId,
  isPlaceholder,
  rootUrlIn,
  settingIn,
  withDomain,
  withEnvironment,
  workerName,
  zeroIds,
} from './wranglerToml.ts'

type Options = { environment: string; domain?: string; dryRun: boolean; local: boolean; persistTo?: string }
type Step = { title: string; plan: string[][]; skip?: string | false; run: () => void | Promise<void> }

const names = /^[a-z][a-z0-9-]{0,30}$/
const domains = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/

function readOptions(): Options {
  const { values } = parsed({
    options: {
      env: { type: 'string', default: '' },
      domain: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      local: { type: 'boolean', default: false },
      'persist-to': { type: 'string' },
    },
  })
  const { env, domain, 'persist-to': persistTo } = values
  if (env && !names.test(env))
    throw new Failure(`"${env}" can't name an environment: small letters, digits and "-", as in production`)
  if (domain !== undefined && !domains.test(domain))
    throw new Failure(`"${domain}" is no domain: without https:// and in small letters, as in users.example.org`)
  return {
    environment: env,
    ...(domain === undefined ? {} : { domain }),
    ...(persistTo === undefined ? {} : { persistTo }),
    dryRun: values['dry-run'],
    local: values.local,
  }
}

const tomlFile = `${root}wrangler.toml`
const readToml = () => readFileSync(tomlFile, 'utf8')

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
  if (typeof id !== 'string') throw new Failure(`wrangler made ${create.at(-1)}, but does not list it: run this again`)
  return id
}

type Provision = { what: string; zeros: string; list: string[]; create: string[]; keys: [string, string] }

function provision({ what, zeros, list, create, keys }: Provision, toml: string, environment: string): Step {
  return {
    title: what,
    plan: [list, create],
    skip: !isPlaceholder(toml, zeros, environment) && 'wrangler.toml has its id',
    run: () => {
      const id = idOf(list, create, ...keys)
      writeFileSync(tomlFile, fillId(readToml(), zeros, id, environment))
      say(`  ${id} is now in wrangler.toml: commit it`)
    },
  }
}

function passwordStep(inEnvironment: string[], user: string): Step {
  const list = ['secret', 'list', '--format', 'json', ...inEnvironment]
  const put = ['secret', 'put', 'ADMIN_PASSWORD', ...inEnvironment]
  const isSet = () => {
    say(shown(list))
    const { ok, stdout, output } = ask(list)
    if (ok) return stdout.includes('"ADMIN_PASSWORD"')
    if (/Worker ".*" (\(env: .*\) )?not found/.test(output)) return false // The first deployment.
    throw new Failure(`wrangler refused:\n${output}`)
  }
  const set = async () => {
    if (isSet()) return say('  set already, kept')
    if (hasPeople(['--remote', ...inEnvironment])) return say('  not needed: the directory has people')
    const given = process.env.ADMIN_PASSWORD
    // Cloudflare's own builder can't be asked, and gives the Worker the secrets of its form by itself.
    if (!given && process.env.WORKERS_CI)
      return say('  not set: add the secret ADMIN_PASSWORD to the Worker in the dashboard')
    answerTo(put, given || (await askPassword(user)))
  }
  return { title: "The first administrator's password", plan: [list, put], run: set }
}

function workerStep(args: string[], toml: string, environment: string): Step {
  const run = async () => {
    const found = deployed(args)
    const address = rootUrlIn(toml, environment) ?? found
    if (address === undefined) return say('\nDeployed, at no address: set workers_dev or a domain in wrangler.toml')
    await waitFor(address)
    say(`
✓ Rollcall is at ${address}
  Sign in as ${settingIn(toml, 'ADMIN_USER', environment)}, with the password that you chose
  or         curl -u ${settingIn(toml, 'ADMIN_USER', environment)} ${address}/api/user`)
  }
  return { title: 'The Worker', plan: [args], run }
}

/** What this deployment adds to wrangler.toml before anything is made: its environment and its domain. */
function settings({ environment, domain }: Options): string {
  const toml = environment === '' ? readToml() : withEnvironment(readToml(), environment)
  return domain === undefined ? toml : withDomain(toml, domain, environment)
}

function steps(options: Options): Step[] {
  const { environment, local, persistTo } = options
  const storage = persistTo === undefined ? [] : ['--persist-to', persistTo]
  if (local) return databaseSteps(['--local', ...storage])
  const toml = settings(options)
  const hasNewSettings = toml !== readToml()
  // Said in any case once there are several, else Wrangler warns that it had to guess.
  const inEnvironment = environment || /^\[+env\./m.test(toml) ? [`--env=${environment}`] : []
  const database: Provision = {
    what: 'D1 database',
    zeros: zeroIds.database,
    list: ['d1', 'list', '--json'],
    create: ['d1', 'create', settingIn(toml, 'database_name', environment)],
    keys: ['name', 'uuid'],
  }
  const namespace: Provision = {
    what: 'KV namespace',
    zeros: zeroIds.namespace,
    list: ['kv', 'namespace', 'list'],
    create: ['kv', 'namespace', 'create', `${workerName(toml, environment)}-sessions`],
    keys: ['title', 'id'],
  }
  return [
    { title: 'Account', plan: [['whoami', '--json']], run: () => chooseAccount(toml) },
    {
      title: 'Settings',
      plan: [],
      skip: !hasNewSettings && 'wrangler.toml has them',
      run: () => {
        writeFileSync(tomlFile, toml)
        say('  added to wrangler.toml: commit it')
      },
    },
    provision(database, toml, environment),
    provision(namespace, toml, environment),
    ...databaseSteps(['--remote', ...inEnvironment]),
    passwordStep(inEnvironment, settingIn(toml, 'ADMIN_USER', environment)),
    workerStep(['deploy', ...inEnvironment], toml, environment),
  ]
}

async function take(step: Step, dryRun: boolean) {
  say(`\n${step.title}`)
  if (step.skip) return say(`  ${step.skip}`)
  if (!dryRun) return step.run()
  if (step.plan.length === 0) return say('  wrangler.toml would get them')
  for (const args of step.plan) say(shown(args))
}

try {
  const options = readOptions()
  for (const step of steps(options)) await take(step, options.dryRun)
} catch (error) {
  if (!(error instanceof Failure || error instanceof Misuse)) throw error
  console.error(`\n✗ ${error.message}`)
  process.exitCode = error instanceof Misuse ? 2 : 1
}
