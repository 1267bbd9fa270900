import { type Cost, type JobName, jobs, type Peer } from './jobs.ts'
import { type Measured, median, type Round } from './measure.ts'

export type Row = Measured & { median: Round; cost: Cost | undefined }

export type Results = {
  when: string
  machine: string
  versions: Record<string, string>
  settings: { users: number[]; seconds: number; rounds: number; connections: number }
  skipped: string[]
  /** What the database weighs: with nobody in it, and full. */
  directories: { users: number; bytes: number; emptyBytes: number; seedSeconds: number }[]
  rows: Row[]
}

const known = (numbers: (number | undefined)[]) => numbers.filter((number) => number !== undefined)

export const medianOf = (rounds: Round[]): Round => ({
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
  cpu: known(rounds.map(({ cpu }) => cpu)).length === 0 ? undefined : median(known(rounds.map(({ cpu }) => cpu))),
})

export const rowOf = ({ rows }: Results, peer: Peer, users: number, job: JobName) =>
  rows.find((row) => row.peer === peer && row.users === users && row.job === job)

/** Round by round, since what slows one down slows its neighbours down too. */
export function ratio(one: Row | undefined, other: Row | undefined, what: 'perSecond' | 'p50' | 'cpu') {
  const pairs = one?.rounds.map((round, at) => [measureOf(one, round, what), measureOf(other, other?.rounds[at], what)])
  const ratios = known((pairs ?? []).map(([a, b]) => (a === undefined || !b ? undefined : a / b)))
  return ratios.length === 0 ? undefined : median(ratios)
}

/** Behind fifteen others one waits for them: a latency is shared among those who asked at once. */
function measureOf(row: Row | undefined, round: Round | undefined, what: 'perSecond' | 'p50' | 'cpu') {
  if (!row || !round) return undefined
  return what === 'p50' ? round.p50 / row.connections : round[what]
}

export type Verdict = { bound: string; measured: string; kept: boolean | undefined }

const shown = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(2))
const size = (users: number) => users.toLocaleString('en')

/** Nothing measured, no verdict. */
const allKept = (checks: [value: number | undefined, isKept: (value: number) => boolean][]) =>
  checks.some(([value]) => value === undefined) ? undefined : checks.every(([value, isKept]) => isKept(value ?? 0))

const floorJobs: JobName[] = ['cookie', 'token', 'password', 'byId', 'lookup', 'list', 'search', 'deep', 'sessions']

function againstFloor(results: Results, users: number): Verdict[] {
  return floorJobs.map((job) => {
    const [own, floor] = [rowOf(results, 'Rollcall', users, job), rowOf(results, 'floor', users, job)]
    const [cpu, rate] = [ratio(own, floor, 'cpu'), ratio(own, floor, 'perSecond')]
    return {
      bound: `${jobs[job]}: at most 1.6 x the floor's CPU, at least 0.65 x its requests a second`,
      measured: `${shown(cpu)} x, ${shown(rate)} x at ${size(users)}`,
      kept: allKept([
        [cpu, (value) => value <= 1.6],
        [rate, (value) => value >= 0.65],
      ]),
    }
  })
}

function againstSize(results: Results, least: number, most: number): Verdict[] {
  const jobsOfSize: JobName[] = ['list', 'deep', 'search']
  return jobsOfSize.map((job) => {
    const [small, great] = [rowOf(results, 'Rollcall', least, job), rowOf(results, 'Rollcall', most, job)]
    const [p50, cpu] = [ratio(great, small, 'p50'), ratio(great, small, 'cpu')]
    return {
      bound: `${jobs[job]}: p50 and CPU at most 2 x what they are in a small directory`,
      measured: `${shown(p50)} x, ${shown(cpu)} x, ${size(most)} to ${size(least)}`,
      kept: allKept([
        [p50, (value) => value <= 2],
        [cpu, (value) => value <= 2],
      ]),
    }
  })
}

function atLeast(results: Results, users: number, job: JobName, peer: Peer, least: number, theirs = job): Verdict {
  const rate = ratio(rowOf(results, 'Rollcall', users, job), rowOf(results, peer, users, theirs), 'perSecond')
  return {
    bound: `${jobs[job]}: at least ${least} x the requests a second of ${peer}${theirs === job ? '' : `'s ${jobs[theirs]}`}`,
    measured: `${shown(rate)} x at ${size(users)}`,
    kept: allKept([[rate, (value) => value >= least]]),
  }
}

function memory(results: Results, users: number): Verdict {
  const row = rowOf(results, 'Rollcall', users, 'search')
  const above = row?.peak === undefined || row.idle === undefined ? undefined : row.peak - row.idle
  return {
    bound: 'memory while searching: at most 64 MB above idle',
    measured: `${shown(above)} MB at ${size(users)}`,
    kept: allKept([[above, (value) => value <= 64]]),
  }
}

/** The peers are compared where the directory is large, but not so large that they take minutes. */
export const comparedAt = ({ settings: { users } }: Results) => (users.includes(100_000) ? 100_000 : Math.max(...users))

export function verdicts(results: Results): Verdict[] {
  const { users } = results.settings
  const [least, most] = [Math.min(...users), Math.max(...users)]
  const compared = comparedAt(results)
  return [
    ...againstFloor(results, most),
    ...(least < most ? againstSize(results, least, most) : []),
    atLeast(results, compared, 'search', 'LIKE', 20),
    atLeast(results, compared, 'cookie', 'better-auth', 1.5),
    atLeast(results, compared, 'byId', 'better-auth', 1.3),
    // In no order where that is cheaper for it, though Rollcall's lists are in order.
    atLeast(results, compared, 'list', 'better-auth', 2.5, 'listUnordered'),
    atLeast(results, compared, 'search', 'better-auth', 6),
    atLeast(results, compared, 'deep', 'better-auth', 3, 'deepUnordered'),
    atLeast(results, compared, 'list', 'PocketBase', 1),
    atLeast(results, compared, 'search', 'PocketBase', 1),
    atLeast(results, compared, 'deep', 'PocketBase', 1),
    memory(results, most),
  ]
}
