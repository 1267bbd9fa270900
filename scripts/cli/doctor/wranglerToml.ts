// What wrangler.toml must have for the Worker to be built and to run.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { zeroIds } from '../../wranglerToml.ts'
import type { Settings } from '../settings.ts'
import { type Check, error, type Problem, warning, when } from './check.ts'
import type { Site } from './site.ts'

type Toml = Settings['toml']

/** What to write into wrangler.toml, as an advice. */
const add = (lines: string) => `Add to wrangler.toml:\n${lines}`

function bindingCheck(name: string, why: string, isThere: (toml: Toml) => boolean, missing: () => Problem): Check {
  return { name: `binding ${name}`, why, run: ({ settings }) => when(!isThere(settings.toml), missing) }
}

const databases = (toml: Toml) => toml.d1_databases.filter(({ binding }) => binding === 'DB')

const bindings: Check[] = [
  bindingCheck(
    'DB',
    'Everything is kept in it: without it every request answers 500.',
    (toml) => databases(toml).length > 0,
    () =>
      error(
        'wrangler.toml has no [[d1_databases]] with binding = "DB"',
        add(
          `[[d1_databases]]\nbinding = "DB"\ndatabase_name = "rollcall"\ndatabase_id = "${zeroIds.database}"\nmigrations_dir = "drizzle"\nthen: npm run deploy`,
        ),
      ),
  ),
  bindingCheck(
    'SESSIONS',
    'It holds how sessions look: without it sign-in by cookie fails.',
    (toml) => toml.kv_namespaces.some(({ binding }) => binding === 'SESSIONS'),
    () =>
      error(
        'wrangler.toml has no [[kv_namespaces]] with binding = "SESSIONS"',
        add(`[[kv_namespaces]]\nbinding = "SESSIONS"\nid = "${zeroIds.namespace}"\nthen: npm run deploy`),
      ),
  ),
  bindingCheck(
    'ASSETS',
    'The pages, the reference and the list of common passwords come from it.',
    (toml) => toml.assets?.binding === 'ASSETS',
    () =>
      error(
        'wrangler.toml has no [assets] with binding = "ASSETS"',
        add('[assets]\ndirectory = "public"\nbinding = "ASSETS"'),
      ),
  ),
  bindingCheck(
    'GUESSES',
    'It stands before guesses at passwords, each of which costs a hash: without it one address can run up a bill.',
    (toml) => toml.ratelimits.some(({ name }) => name === 'GUESSES'),
    () =>
      warning(
        'wrangler.toml has no [[ratelimits]] with name = "GUESSES"',
        add('[[ratelimits]]\nname = "GUESSES"\nnamespace_id = "1001"\nsimple = { limit = 100, period = 60 }'),
      ),
  ),
]

function assets({ settings: { file, toml } }: Site): Problem[] {
  const folder = resolve(dirname(file), toml.assets?.directory ?? 'public')
  if (!existsSync(folder)) return [error(`${folder} is not there`, '[assets] directory must be "public"')]
  const isComplete = existsSync(resolve(folder, 'docs/vendor/swagger-ui.css'))
  return when(!isComplete, () => warning(`${folder} lacks what the API reference is shown with`, 'npm run assets'))
}

function ids({ settings: { toml } }: Site): Problem[] {
  const isZero = [
    ...databases(toml).filter((one) => one.database_id === zeroIds.database),
    ...toml.kv_namespaces.filter((one) => one.id === zeroIds.namespace),
  ]
  return isZero.map(({ binding }) =>
    error(
      `The id of ${binding} in wrangler.toml is still zeros`,
      'npm run deploy makes what is missing and fills it in',
    ),
  )
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)

function compatibilityDate({ settings: { toml }, now }: Site): Problem[] {
  const { compatibility_date: date = '' } = toml
  const advice = add(`compatibility_date = "${dayOf(now - 30 * 86_400)}"\nthen: npm test, and npm run deploy`)
  if (!isDay(date)) return [error(`compatibility_date is ${date ? `"${date}"` : 'missing'}`, advice)]
  if (date > dayOf(now)) return [error(`compatibility_date ${date} is in the future: Cloudflare refuses it`, advice)]
  return when(date < dayOf(now - 365 * 86_400), () =>
    warning(`compatibility_date ${date} is more than a year old: the Worker runs as Workers did then`, advice),
  )
}

function logs({ settings: { toml } }: Site): Problem[] {
  const { enabled, logs: kept, head_sampling_rate: rate = 1 } = toml.observability ?? {}
  const isKept = enabled && kept?.enabled !== false && rate > 0 && (kept?.head_sampling_rate ?? 1) > 0
  if (!isKept) return [warning('wrangler.toml does not keep logs', add('[observability]\nenabled = true'))]
  return when(kept?.invocation_logs !== false, () =>
    warning(
      "Cloudflare's own lines are kept, and hold the codes of invitations and of new passwords",
      add('[observability.logs]\nenabled = true\ninvocation_logs = false'),
    ),
  )
}

export const tomlChecks: Check[] = [
  ...bindings,
  {
    name: 'migrations folder',
    why: 'wrangler reads there what the tables are.',
    run: ({ settings }) =>
      databases(settings.toml)
        .filter(({ migrations_dir }) => migrations_dir !== 'drizzle')
        .map(() => error('migrations_dir of DB is not "drizzle"', 'Write migrations_dir = "drizzle" in wrangler.toml')),
  },
  {
    name: 'assets',
    why: 'Without its files there are no pages.',
    run: assets,
  },
  {
    name: 'ids',
    why: 'Zeros stand for what is on this machine; Cloudflare knows nothing by that id.',
    isNeeded: ({ where }) => where.remote === true,
    run: ids,
  },
  {
    name: 'define WORKER',
    why: 'It leaves out of the Worker what only migrations need, which every cold start would load.',
    run: ({ settings }) =>
      when(settings.toml.define.WORKER !== 'true', () =>
        warning('wrangler.toml does not define WORKER', add('[define]\nWORKER = "true"')),
      ),
  },
  {
    name: 'compatibility date',
    why: 'It says which version of the Workers runtime the code was tested with.',
    run: compatibilityDate,
  },
  {
    name: 'crons',
    why: 'Expired sessions, tokens and rows of the audit log are thrown away by it; without it they pile up.',
    run: ({ settings }) =>
      when((settings.toml.triggers.crons ?? []).length === 0, () =>
        warning('wrangler.toml has no [triggers] crons', add('[triggers]\ncrons = ["17 * * * *"]')),
      ),
  },
  {
    name: 'observability',
    why: 'Without it nothing tells why a request failed: what the Worker logs is kept nowhere.',
    run: logs,
  },
]
