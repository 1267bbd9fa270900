// `npm run import -- grafana.db`: people and what is theirs, out of Grafana's database or an export of Rollcall's own
// (docs/moving-from-grafana.md). It says what it found before it writes anything.

import { statSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type Database, howToMigrate, type Where, withDatabase } from '../directory/database.ts'
import type { Existing } from '../directory/firstAccount.ts'
import { beginsWith, isSqlite } from '../directory/grafana/magic.ts'
import type { Counts } from '../directory/records.ts'
import { sequenceStatements } from '../directory/sequences.ts'
import type { Source } from '../directory/source.ts'
import { checkTarget, type Earlier, earlierImport, isMigrated, type Target } from '../directory/target.ts'
import { literal, writeRecords } from '../directory/write.ts'
import { Failure, Misuse, messageOf } from '../failure.ts'
import { type Command, one, parsed, whereIn, whereOptions } from './command.ts'
import { checkReportFile, isStopped, type Report, reportLines, reportOf, total } from './importReport.ts'
import { auditRow, secondsNow } from './inDatabase.ts'
import { answer, remark } from './output.ts'
import { progressBar } from './progress.ts'

const usage = `<file> [options]

  <file>                       Grafana's database (SQLite), a folder of its tables (docs/moving-from-grafana.md), or an
                               export of Rollcall's own
  --dry-run                    says what it would do, and writes nothing
  --yes                        doesn't ask before it writes
  --resolve rename|skip        what becomes of people who share a login or an e-mail, but for one of them
  --resolve 12=skip,15=rename  the same for one person each, by their ids
  --existing keep|replace      the account and the organization that the directory made by itself: stay, or become the
                               file's own
  --sessions                   whoever is signed in to Grafana stays so (needs GRAFANA_SECRET_KEY)
  --report <file>              writes everything that was found there, as JSON
  --local, --remote            the database on this machine (as it is without), or the deployed one
  --persist-to <folder>        another local database than that of npm run dev
  --env <name>                 an environment of wrangler.toml
  --json                       one JSON document on standard output`

function readOptions(args: string[]) {
  const { values, positionals } = parsed({
    args,
    allowPositionals: true,
    options: {
      ...whereOptions,
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      sessions: { type: 'boolean', default: false },
      resolve: { type: 'string', multiple: true, default: [] },
      existing: { type: 'string' },
      report: { type: 'string' },
    },
  })
  const { existing } = values
  if (existing !== undefined && existing !== 'keep' && existing !== 'replace')
    throw new Misuse('--existing takes keep or replace')
  const choice: Existing | undefined = existing
  return { ...values, existing: choice, file: one(positionals, 'Which file?'), where: whereIn(values) }
}

type Options = ReturnType<typeof readOptions>

/** By what the file is, not by what it is called. */
async function openSource({ file, report, resolve, sessions }: Options): Promise<Source> {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats) throw new Failure(`There is no ${file}`)
  // It is read more than once, which a pipe can't be.
  if (!stats.isFile() && !stats.isDirectory()) throw new Failure(`${file} is no file: write it to one first`)
  if (report) checkReportFile(report, file)
  if (stats.isDirectory() || isSqlite(file)) {
    const [{ openGrafana }, { readResolve }] = await Promise.all([
      import('../directory/grafana/open.ts'),
      import('../directory/grafana/resolve.ts'),
    ])
    return openGrafana(file, { resolve: readResolve(resolve), withSessions: sessions, now: secondsNow() })
  }
  if (!beginsWith(file, '{'))
    throw new Failure(`${file} is neither a database of Grafana's (SQLite) nor an export of Rollcall's (JSON Lines)`)
  if (resolve.length > 0 || sessions) throw new Misuse('--resolve and --sessions are for a database of Grafana')
  return (await import('../directory/jsonl.ts')).openJsonl(file)
}

async function confirm(yes: boolean, question: string): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) throw new Failure('Nothing was written: without a terminal to ask at, --yes is required')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`\n${question} (y/N) `)).trim())
  } finally {
    lines.close()
  }
}

/** What the database says of a refused part, without anything that could be a secret. */
function explain(error: unknown): Failure {
  const message = messageOf(error)
  const said = /((UNIQUE|FOREIGN KEY|CHECK|NOT NULL) constraint failed|rule:)[^\n]*/.exec(message)?.[0] ?? message
  const safe = said.slice(0, 500).replace(/'[^']*'|\$grafana\S*|[0-9a-f]{32,}/gi, '…')
  return new Failure(
    `A part was refused: ${safe}\nWhat was written before it stays; the same command goes on from there`,
  )
}

const countsText = (counts: Counts) =>
  Object.entries(counts)
    .map(([kind, count]) => `${kind}:${count}`)
    .join(' ')

async function write(db: Database, source: Source, { plan }: Target): Promise<void> {
  const now = secondsNow()
  const bar = progressBar(process.stderr)
  const last = [
    ...(plan.last ?? []),
    ...sequenceStatements(source.sequences ?? {}),
    auditRow('directory:import', literal(countsText(source.counts)), now),
  ]
  try {
    await writeRecords(db, () => source.records(), { ...plan, now, last }, bar.tell)
  } catch (error) {
    throw explain(error)
  } finally {
    bar.end()
  }
}

const placeOf = ({ remote, persistTo }: Where) =>
  remote ? 'the deployed database' : `the local database${persistTo ? ` in ${persistTo}` : ''}`

function nextSteps({ sessions, where: { remote } }: Options): string {
  const key = remote ? 'npx wrangler secret put GRAFANA_SECRET_KEY' : 'GRAFANA_SECRET_KEY=… in .dev.vars'
  return [
    'Next: sign in with a password from there; npm run rollcall -- doctor looks the directory over.',
    ...(sessions ? [`The sessions open nothing before the Worker has Grafana's secret_key: ${key}`] : []),
  ].join('\n')
}

type Outcome = {
  outcome: 'written' | 'nothing to write' | 'refused' | 'dry run' | 'declined'
  message: string
  seconds?: number
}

/** How it ends where nothing is to be written. */
function foregone(report: Report, { 'dry-run': isDry }: Options): Outcome | undefined {
  if (isStopped(report.findings))
    return { outcome: 'refused', message: 'Nothing was written: what is in the way must be settled first' }
  if (total(report.counts) === 0) return { outcome: 'nothing to write', message: 'There is nothing in it to write' }
  if (total(report.counts) === total(report.alreadyThere))
    return { outcome: 'nothing to write', message: 'Everything is there already: nothing was written' }
  return isDry ? { outcome: 'dry run', message: 'Nothing was written: this was a dry run' } : undefined
}

async function bringOver(db: Database, source: Source, target: Target, options: Options): Promise<Outcome> {
  const place = placeOf(options.where)
  if (!(await confirm(options.yes, `Write it into ${place}?`)))
    return { outcome: 'declined', message: 'Nothing was written' }
  const startedAt = performance.now()
  await write(db, source, target)
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  return { outcome: 'written', seconds, message: `Written into ${place} in ${seconds} s.\n${nextSteps(options)}` }
}

const wasImported = ({ finishedAt }: Earlier): Outcome => ({
  outcome: 'nothing to write',
  message: `This was imported before (${new Date((finishedAt ?? 0) * 1000).toISOString()}): nothing was written`,
})

/** Without a database to compare with, a dry run says what is in the file. */
function unknownTarget({ where, 'dry-run': isDry }: Options): Target {
  const advice = `${howToMigrate(where)} migrates it`
  if (!isDry) throw new Failure(`The database isn't what this version expects: ${advice}. Nothing was written`)
  const row = `nothing is known of ${placeOf(where)}`
  return { findings: [{ weight: 'note', what: 'not migrated yet', row, advice }], kept: {}, plan: { source: '' } }
}

type Done = { report: Report; outcome: Outcome }

async function settle(db: Database, source: Source, options: Options): Promise<Done> {
  const isReady = await isMigrated(db)
  const earlier = isReady ? await earlierImport(db, source) : undefined
  if (earlier?.finishedAt) return { report: reportOf(source, undefined), outcome: wasImported(earlier) }
  const checked = () => (isReady ? checkTarget(db, source, options.existing, earlier) : unknownTarget(options))
  const target = isStopped(source.findings) ? undefined : await checked()
  const report = reportOf(source, target)
  if (!options.json) await answer(false, undefined, [...reportLines(report)].join('\n'))
  if (earlier)
    remark(`\nBegun before: ${earlier.chunksDone} of ${earlier.chunks} parts are written; it goes on from there`)
  const outcome = foregone(report, options) ?? (target && (await bringOver(db, source, target, options)))
  if (!outcome) throw new Error('an import with nothing in its way went nowhere')
  return { report, outcome }
}

/** `--json` says all of it in one document at the end. */
async function conclude({ report, outcome }: Done, options: Options): Promise<number> {
  const all = { ...report, ...outcome }
  if (options.report) writeFileSync(options.report, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o600 })
  const isRefused = outcome.outcome === 'refused' || outcome.outcome === 'declined'
  if (isRefused && !options.json) remark(`\n${outcome.message}`)
  else await answer(options.json, all, `\n${outcome.message}`)
  return isRefused ? 1 : 0
}

export const importCommand: Command = {
  name: 'import',
  summary: "Brings people and what is theirs over from Grafana's database, or from an export",
  usage,
  async run(args) {
    const options = readOptions(args)
    const source = await openSource(options)
    try {
      return await withDatabase(options.where, async (db) => conclude(await settle(db, source, options), options))
    } finally {
      source.close()
    }
  },
}
