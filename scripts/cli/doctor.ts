import { type Command, parsed, whereIn, whereOptions } from './command.ts'
import { type Check, type Result, resultsOf } from './doctor/check.ts'
import { contentChecks } from './doctor/contents.ts'
import { runningChecks } from './doctor/running.ts'
import { schemaChecks } from './doctor/schema.ts'
import { secretChecks } from './doctor/secrets.ts'
import { openSite, type Site } from './doctor/site.ts'
import { variableChecks } from './doctor/variables.ts'
import { tomlChecks } from './doctor/wranglerToml.ts'
import { answer } from './output.ts'

export const checks: readonly Check[] = [
  ...runningChecks,
  ...tomlChecks,
  ...variableChecks,
  ...secretChecks,
  ...schemaChecks,
  ...contentChecks,
]

const indented = (text: string) => text.replaceAll('\n', '\n         ')

const problemText = ({ name, why }: Result, { weight, what, advice }: Result['problems'][number]) =>
  `${weight === 'error' ? '✗' : '!'} ${name}: ${what}\n    why  ${why}\n    do   ${indented(advice)}`

const problemTexts = (result: Result) => result.problems.map((problem) => problemText(result, problem))

/** One reason keeps many from being made. */
const unmadeTexts = (results: Result[]) =>
  [
    ...Map.groupBy(
      results.filter(({ reason }) => reason !== undefined),
      ({ reason }) => reason,
    ),
  ].map(([reason, unmade]) => `? Not checked: ${unmade.map(({ name }) => name).join(', ')}\n    why  ${reason}`)

function summaryOf(results: Result[]) {
  const count = (status: Result['status']) => results.filter((result) => result.status === status).length
  return { ok: count('ok'), warnings: count('warning'), errors: count('error'), notChecked: count('not checked') }
}

function siteText({ settings, where, address }: Site): string {
  const database = where.remote
    ? 'the deployed database'
    : `the database on this machine${where.persistTo ? `, ${where.persistTo}` : ''}`
  return `${settings.file}; ${database}; ${address?.origin ?? 'no address'}`
}

function textOf(site: Site, results: Result[]): string {
  const { ok, warnings, errors, notChecked } = summaryOf(results)
  const told = [...results.flatMap(problemTexts), ...unmadeTexts(results)]
  const sum = `${errors} wrong, ${warnings} doubtful, ${notChecked} not checked, ${ok} fine`
  return [siteText(site), ...told, sum].join('\n\n')
}

const options = {
  ...whereOptions,
  url: { type: 'string' },
  insecure: { type: 'boolean' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks for what is wrong with a deployment, and says what to do',
  usage: `[--local | --remote] [--url <address>] [--config <wrangler.toml>]

Looks at wrangler.toml, the settings, the secrets, the database and the running Worker. It changes nothing. Exit code 1
where something is wrong; 0 where it is fine, doubtful, or could not be checked.

  --local, --remote      the database on this machine (as it is without), or the deployed one
  --persist-to <folder>  another local database than that of npm run dev
  --env <name>           an environment of wrangler.toml
  --url <address>        where the Worker runs; else ROLLCALL_URL, else http://localhost:8787, or with --remote ROOT_URL
  --insecure             over plain http to another machine too
  --config <path>        another wrangler.toml, or the folder that it is in
  --json                 one JSON document on standard output`,
  async run(args) {
    const { values } = parsed({ args, options })
    const { url, insecure, config } = values
    const site = await openSite({ ...whereIn(values), url, insecure, config })
    try {
      const results = await resultsOf(checks, site)
      await answer(values.json, { ...summaryOf(results), checks: results }, textOf(site, results))
      return results.some(({ status }) => status === 'error') ? 1 : 0
    } finally {
      await site.close()
    }
  },
}
