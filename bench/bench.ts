// What a request costs, beside what it must cost at least: `npm run bench -- --seconds 12` (for each job, in all).
//
// The machine's mood changes by the second, so the jobs take turns in short rounds, and the ratio to the floor in the
// same round is what counts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from '../scripts/wrangler.ts'
import { load, type Request, send } from './load.ts'
import { cpuOf, type Running, start } from './workerd.ts'

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '12' } } })
const seconds = Number(options.seconds)
if (!(seconds > 0)) throw new Error('--seconds takes a number above 0')

const rounds = 9
const warmUpSeconds = 2
/** What Rollcall promises: who is calling and the answer, for at most this much of the floor's CPU. */
const mostOfFloor = 1.6

type Job = { name: string; worker: Running; request: Request }
type Round = { latencies: number[]; seconds: number; cpu: number | undefined }

async function floorJob(file: string): Promise<Job> {
  const worker = await start('floor', file)
  const db = await worker.miniflare.getD1Database('DB')
  await db
    .prepare(
      `INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, is_admin, created_at, updated_at)
       VALUES (1, 'floor', 'admin', 'admin@localhost', 'admin', 'admin@localhost', 1, 1, 1, 1)`,
    )
    .run()
  return { name: 'floor: Hono, one D1 read', worker, request: { url: new URL('/users/1', worker.address) } }
}

async function rollcallJobs(file: string): Promise<Job[]> {
  const worker = await start('rollcall', file)
  const url = new URL('/api/user', worker.address)
  const signedIn = await send({
    url: new URL('/login', worker.address),
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password: 'admin' }),
  })
  const [cookie] = signedIn.headers['set-cookie']?.[0]?.split(';') ?? []
  if (signedIn.status !== 200 || !cookie) throw new Error(`no sign-in: ${signedIn.status} ${signedIn.body}`)
  const basic = `Basic ${Buffer.from('admin:admin').toString('base64')}`
  return [
    { name: 'GET /api/user, cookie', worker, request: { url, headers: { Cookie: cookie } } },
    { name: 'GET /api/user, Basic', worker, request: { url, headers: { Authorization: basic } } },
  ]
}

async function measure({ worker, request }: Job, seconds: number): Promise<Round> {
  const cpuBefore = cpuOf(worker)
  const started = performance.now()
  const latencies = await load(request, seconds * 1000)
  const cpuAfter = cpuOf(worker)
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore
  return { latencies, seconds: (performance.now() - started) / 1000, cpu }
}

async function takeTurns(jobs: Job[]): Promise<Map<Job, Round[]>> {
  const results = new Map<Job, Round[]>(jobs.map((job) => [job, []]))
  for (const job of jobs) await measure(job, warmUpSeconds)
  for (let round = 0; round < rounds; round++) {
    // There and back: whoever goes first in one round goes last in the next.
    for (const job of round % 2 === 0 ? jobs : jobs.toReversed()) {
      results.get(job)?.push(await measure(job, seconds / rounds))
    }
  }
  return results
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b)
const quantile = (numbers: number[], at: number) => sorted(numbers)[Math.floor((numbers.length - 1) * at)] ?? Number.NaN
const cpuPerRequest = ({ cpu, latencies }: Round) => (cpu ?? Number.NaN) / latencies.length

/** Round by round, since what slows one job down slows its neighbours down too. */
const ratios = (measured: Round[], floor: Round[]) =>
  measured.map((round, at) => cpuPerRequest(round) / cpuPerRequest(floor[at] ?? round))

function summary(measured: Round[], floor: Round[]) {
  const latencies = measured.flatMap((round) => round.latencies)
  const ofFloor = ratios(measured, floor)
  return {
    perSecond: latencies.length / sum(measured.map((round) => round.seconds)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: sum(measured.map((round) => round.cpu ?? Number.NaN)) / latencies.length,
    ofFloor: quantile(ofFloor, 0.5),
    least: Math.min(...ofFloor),
    most: Math.max(...ofFloor),
  }
}

const shown = (value: number, digits: number, width: number) =>
  (Number.isNaN(value) ? '-' : value.toFixed(digits)).padStart(width)

function report(results: Map<Job, Round[]>) {
  const [floor = []] = results.values()
  const rows = [...results].map(([{ name }, measured]) => ({ name, ...summary(measured, floor) }))
  console.log(
    'job                        requests/s    p50 ms    p99 ms  CPU ms/request  of the floor  (in the rounds)',
  )
  for (const { name, perSecond, p50, p99, cpu, ofFloor, least, most } of rows) {
    const numbers = [shown(perSecond, 0, 10), shown(p50, 1, 9), shown(p99, 1, 9), shown(cpu, 3, 15)]
    console.log(name.padEnd(26), ...numbers, shown(ofFloor, 2, 13), ` (${shown(least, 2, 0)} to ${shown(most, 2, 0)})`)
  }
  const worst = Math.max(...rows.map(({ ofFloor }) => ofFloor))
  if (Number.isNaN(worst)) return console.log("\nThis system doesn't tell workerd's CPU time: no verdict.")
  const verdict = worst <= mostOfFloor ? 'kept' : 'NOT KEPT'
  console.log(`\nAt most ${mostOfFloor} times the floor's CPU: ${verdict} (${worst.toFixed(2)})`)
}

const folder = mkdtempSync(`${tmpdir()}/rollcall-bench-`)
const jobs: Job[] = []
try {
  jobs.push(await floorJob(build(`${folder}/floor`, 'bench/floor.ts')))
  jobs.push(...(await rollcallJobs(build(`${folder}/rollcall`))))
  report(await takeTurns(jobs))
} finally {
  for (const miniflare of new Set(jobs.map(({ worker }) => worker.miniflare))) await miniflare.dispose()
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
