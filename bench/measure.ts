import { type Call, type JobName, jobNames, type Peer, peers, type Target } from './jobs.ts'
import { load } from './load.ts'
import { cpuOf, forgetPeak, memoryOf, peakOf } from './process.ts'
import { firstValue } from './targets/rollcall.ts'

export const connections = 16
/** A slower job is asked one request at a time: behind one another they would only show how long the queue is. */
const slowMs = 20

export type Round = { perSecond: number; p50: number; p99: number; cpu: number | undefined }
export type Measured = {
  peer: Peer
  users: number
  job: JobName
  connections: number
  rounds: Round[]
  /** In megabytes: before this job, and the most during it. */
  idle: number | undefined
  peak: number | undefined
}

const quantile = (numbers: number[], at: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * at)] ?? Number.NaN

export const median = (numbers: number[]) => quantile(numbers, 0.5)

/** One job of one target, and how many of its values are used up. */
class Runner {
  readonly target: Target
  readonly call: Call
  readonly result: Measured
  next = firstValue
  amount = 1

  constructor(target: Target, job: JobName, call: Call) {
    const { peer, users } = target
    this.target = target
    this.call = call
    this.result = { peer, users, job, connections, rounds: [], idle: undefined, peak: undefined }
  }

  private values(amount: number): string[] {
    const { values } = this.call
    if (!values) return []
    const first = this.next
    // The load generator prepares a few that it never sends.
    this.next += amount + 2 * this.result.connections
    return Array.from({ length: this.next - first }, (_, n) => values(first + n))
  }

  private load(amount: number) {
    const { connections } = this.result
    const { path, method = 'GET', headers = {}, body = '' } = this.call
    const url = new URL(this.target.address.origin).origin + path
    return load({ url, method, headers, body, connections, amount, values: this.values(amount) })
  }

  /** The least of a few alone, in milliseconds: the first ones are slower than what comes, and some wait for the machine. */
  private async alone(): Promise<number> {
    this.result.connections = 1
    const first = Math.min(...(await this.load(3)).latencies)
    return first > 5 * slowMs ? first : Math.min(first, ...(await this.load(8)).latencies)
  }

  /** So long that V8 has compiled what a round runs, which takes `seconds`. */
  async warmUp(seconds: number) {
    const alone = await this.alone()
    if (alone > slowMs) {
      this.amount = Math.max(3, Math.round((seconds * 1000) / alone))
      return
    }
    this.result.connections = connections
    const trial = await this.load(20 * connections)
    this.amount = Math.max(10 * connections, Math.round((trial.latencies.length / trial.seconds) * seconds))
    await this.load(this.amount)
  }

  async round() {
    const { pids } = this.target
    await untilIdle(pids)
    forgetPeak(pids)
    this.result.idle ??= memoryOf(pids)
    const before = cpuOf(pids)
    const { latencies, seconds } = await this.load(this.amount)
    await untilIdle(pids)
    const after = cpuOf(pids)
    this.result.peak = Math.max(this.result.peak ?? 0, peakOf(pids) ?? 0) || undefined
    this.result.rounds.push({
      perSecond: latencies.length / seconds,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      cpu: before === undefined || after === undefined ? undefined : (after - before) / latencies.length,
    })
  }
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What goes on after the answers is charged to the job that caused it, and to no other. */
async function untilIdle(pids: number[]) {
  for (let n = 0, last = cpuOf(pids); n < 50; n++) {
    await wait(60)
    const now = cpuOf(pids)
    if (now === last) return
    last = now
  }
}

export type Wanted = {
  jobs: JobName[]
  seconds: number
  rounds: number
  log: (line: string) => void
  skip: (line: string) => void
}

/** Whether it went well. A peer that fails at a job is left out of it; Rollcall and its floor must not. */
async function attempt(runner: Runner, does: () => Promise<void>, skip: Wanted['skip']): Promise<boolean> {
  const { peer, users, job } = runner.result
  try {
    await does()
    return true
  } catch (error) {
    if (peer === 'Rollcall' || peer === 'floor') throw error
    skip(`${peer} at ${users}, ${job}: ${error instanceof Error ? error.message : error}`)
    return false
  }
}

/** Whoever goes first in one round goes last in the next. Answers those who got through. */
async function takeTurns(runners: Runner[], { seconds, rounds, skip }: Wanted): Promise<Runner[]> {
  const failed = new Set<Runner>()
  const each = async (turn: Runner[], does: (runner: Runner) => Promise<void>) => {
    for (const runner of turn)
      if (!failed.has(runner) && !(await attempt(runner, () => does(runner), skip))) failed.add(runner)
  }
  await each(runners, (runner) => runner.warmUp(seconds))
  for (let n = 0; n < rounds; n++) {
    await each(n % 2 === 0 ? runners : runners.toReversed(), (runner) => runner.round())
  }
  return runners.filter((runner) => !failed.has(runner))
}

/** The machine's mood changes by the minute, so all take turns at one job; only ratios within a run count. */
export async function measure(targets: Target[], wanted: Wanted): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const job of jobNames.filter((name) => wanted.jobs.includes(name))) {
    const runners = targets.flatMap((target) => {
      const call = target.calls[job]
      return call ? [new Runner(target, job, call)] : []
    })
    wanted.log(`${job}: ${runners.length} servers`)
    measured.push(...(await takeTurns(runners, wanted)).map(({ result }) => result))
  }
  return measured.sort((a, b) => peers.indexOf(a.peer) - peers.indexOf(b.peer))
}
