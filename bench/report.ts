import { type JobName, jobNames, jobs, type Peer, peers } from './jobs.ts'
import { type Results, type Row, ratio, rowOf, type Verdict, verdicts } from './results.ts'

// The same text on a terminal and in Markdown.

const digits = (value: number) => (value >= 100 ? 0 : value >= 10 ? 1 : 2)
const number = (value: number | undefined) =>
  value === undefined
    ? '–'
    : value.toLocaleString('en', { minimumFractionDigits: digits(value), maximumFractionDigits: digits(value) })
const times = (value: number | undefined) => (value === undefined ? '–' : `${number(value)} x`)

export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const measuredBy = ({ connections, median: { perSecond, p50, p99, cpu }, idle, peak }: Row) => [
  String(connections),
  number(perSecond),
  number(p50),
  number(p99),
  number(cpu),
  peak === undefined || idle === undefined ? '–' : number(Math.max(0, peak - idle)),
]

const spent = ({ cost }: Row) =>
  cost ? [String(cost.trips.length), String(cost.rowsRead), String(cost.rowsWritten)] : ['–', '–', '–']

function absolute(results: Results, users: number): string {
  const rows = results.rows.filter((row) => row.users === users)
  const ordered = jobNames.flatMap((job) => rows.filter((row) => row.job === job))
  const head = ['job', 'of', 'connections', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms', 'MB above idle']
  return table(
    [...head, 'D1 trips', 'rows read', 'written'],
    ordered.map((row) => [jobs[row.job], row.peer, ...measuredBy(row), ...spent(row)]),
  )
}

function relative(results: Results, users: number): string {
  const compare = (job: JobName, peer: Peer, what: 'perSecond' | 'cpu') =>
    times(ratio(rowOf(results, 'Rollcall', users, job), rowOf(results, peer, users, job), what))
  const others = peers.filter((peer) => peer !== 'Rollcall')
  return table(
    ['Rollcall', ...others.flatMap((peer) => [`CPU / ${peer}`, `requests/s / ${peer}`])],
    jobNames
      .filter((job) => rowOf(results, 'Rollcall', users, job))
      .map((job) => [
        jobs[job],
        ...others.flatMap((peer) => [compare(job, peer, 'cpu'), compare(job, peer, 'perSecond')]),
      ]),
  )
}

const outcome = ({ kept }: Verdict) => (kept === undefined ? 'not measured' : kept ? 'kept' : 'NOT KEPT')

const judged = (results: Results) =>
  table(
    ['bound', 'measured', 'verdict'],
    verdicts(results).map((verdict) => [verdict.bound, verdict.measured, outcome(verdict)]),
  )

const described = ({ when, machine, versions, settings, skipped }: Results) =>
  [
    `Measured on ${when.slice(0, 10)}: ${machine}.`,
    `${Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ')}.`,
    `Medians of ${settings.rounds} rounds of about ${settings.seconds} s, ${settings.connections} connections; a job slower than 20 ms at 1.`,
    ...skipped.map((line) => `Skipped: ${line}`),
  ].join('\n')

const section = (title: string, text: string) => `### ${title}\n\n${text}\n`

export const report = (results: Results) =>
  [
    described(results),
    '',
    ...results.settings.users.flatMap((users) => [
      section(`${users.toLocaleString('en')} people: Rollcall's ratio to the others`, relative(results, users)),
      section(`${users.toLocaleString('en')} people: as measured`, absolute(results, users)),
    ]),
    section('Bounds', judged(results)),
    'Size and start-up are held by `npm run bundle`.',
  ].join('\n')

/** Puts text between the two comments that mark where it goes. */
export function intoSection(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = page.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no ${start} … ${end}`)
  return `${before}${start}\n\n${text.trim()}\n\n${end}${after}`
}
