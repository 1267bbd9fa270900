// What a request costs beside what it must cost at least, and beside others who do the same work (docs/benchmarks.md):
// `npm run bench -- --users 1000,10000,100000,1000000 --save`.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { parseArgs } from 'node:util'
import { ask, build, root } from '../scripts/wrangler.ts'
import { chart } from './chart.ts'
import { type JobName, jobNames, type Target } from './jobs.ts'
import { connections, measure } from './measure.ts'
import { intoSection, report } from './report.ts'
import { medianOf, type Results } from './results.ts'

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000,100000' },
    jobs: { type: 'string', default: jobNames.join(',') },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'boolean', default: true },
    save: { type: 'boolean', default: false },
  },
  allowNegative: true,
})

const positive = (name: string, text: string) => {
  if (Number(text) > 0) return Number(text)
  throw new Error(`--${name} takes numbers above 0, not ${text}`)
}

const users = options.users.split(',').map((text) => positive('users', text))
const jobs = options.jobs.split(',').map((name): JobName => {
  const known = jobNames.find((job) => job === name)
  if (!known) throw new Error(`--jobs takes some of ${jobNames.join(', ')}, not ${name}`)
  return known
})

/** The load generator and the peers that come by npm are packages of their own. */
function installPackages() {
  if (existsSync(`${root}bench/node_modules/autocannon`)) return
  console.log('npm ci --prefix bench')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--prefix', `${root}bench`], { stdio: 'inherit' })
  if (status === 0) return
  console.error("The bench's own packages are not to be had, and without its load generator nothing is measured.")
  process.exit(1)
}

installPackages()
const { stopLoading } = await import('./load.ts')
const { forgetOthers } = await import('./directories.ts')
const { betterAuth } = await import('./targets/betterAuth.ts')
const { floor } = await import('./targets/floor.ts')
const { pocketbase, pocketbaseBinary } = await import('./targets/pocketbase.ts')
const { directory, rollcall } = await import('./targets/rollcall.ts')

const skipped: string[] = []

function skip(line: string): undefined {
  console.log(`skipped: ${line}`)
  skipped.push(line)
}

function builtBetterAuth(folder: string): string | undefined {
  const entry = 'bench/workers/betterAuth.ts'
  const args = ['deploy', entry, '--dry-run', '--outdir', folder, '--compatibility-flags', 'nodejs_compat']
  const { ok, output } = ask(args)
  return ok ? `${folder}/betterAuth.js` : skip(`better-auth, which could not be built: ${output.slice(-300)}`)
}

async function builtPocketbase(): Promise<string | undefined> {
  const built = await pocketbaseBinary()
  return 'binary' in built ? built.binary : skip(`PocketBase: ${built.missing}`)
}

const packageVersion = (name: string, from = root) => {
  const file = createRequire(`${from}package.json`)
    .resolve.paths(name)
    ?.map((path) => `${path}/${name}/package.json`)
  const found = file?.find((path) => existsSync(path))
  const { version }: { version?: string } = found ? JSON.parse(readFileSync(found, 'utf8')) : {}
  return version ?? '?'
}

function versions(): Record<string, string> {
  const bench = `${root}bench/`
  const pocketbaseVersion = /pocketbase\/pocketbase v(\S+)/.exec(readFileSync(`${bench}pocketbase/go.mod`, 'utf8'))?.[1]
  return {
    Node: process.versions.node,
    workerd: packageVersion('workerd'),
    Hono: packageVersion('hono'),
    'better-auth': packageVersion('better-auth', bench),
    PocketBase: pocketbaseVersion ?? '?',
    autocannon: packageVersion('autocannon', bench),
  }
}

const machine = () => {
  const [first] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${first?.model.trim() ?? 'an unknown processor'}, ${gigabytes} GB, ${type()} ${release()}`
}

const log = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`)

type Built = { rollcall: string; floor: string; betterAuth: string | undefined; pocketbase: string | undefined }

/** Whatever is started is in `targets` at once, to be stopped whatever happens. */
async function startAll(built: Built, work: string, targets: Target[]) {
  const directories: Results['directories'] = []
  const peer = async (name: string, binary: string | undefined, make: (binary: string) => Promise<Target>) => {
    if (binary === undefined) return
    const target = await make(binary).catch((error: unknown) => skip(`${name} does not start: ${error}`))
    if (target) targets.push(target)
  }
  for (const size of users) {
    log(`${size} people`)
    const made = await directory(built.rollcall, size)
    const { bytes, emptyBytes, seedSeconds } = made
    directories.push({ users: size, bytes, emptyBytes, seedSeconds })
    const own = await rollcall(built.rollcall, made, size, work)
    targets.push(own)
    targets.push(...(await floor(built.floor, made, own, work)))
    await peer('better-auth', built.betterAuth, (worker) => betterAuth(worker, made, size, work))
    await peer('PocketBase', built.pocketbase, (binary) => pocketbase(binary, made, size, work))
  }
  return directories
}

function keep(results: Results) {
  const text = `${JSON.stringify(results, undefined, 1)}\n`
  mkdirSync(`${root}bench/results`, { recursive: true })
  writeFileSync(`${root}bench/results/latest.json`, text)
  writeFileSync(`${root}bench/results/latest.svg`, chart(results))
  if (!options.save) return
  writeFileSync(`${root}docs/benchmarks.json`, text)
  writeFileSync(`${root}docs/benchmarks.svg`, chart(results))
  const page = `${root}docs/benchmarks.md`
  writeFileSync(page, intoSection(readFileSync(page, 'utf8'), 'measured', report(results)))
}

const work = mkdtempSync(`${tmpdir()}/rollcall-bench-`)
const targets: Target[] = []
try {
  forgetOthers()
  log('building')
  const built: Built = {
    rollcall: build(`${work}/rollcall`),
    floor: build(`${work}/floor`, 'bench/workers/floor.ts'),
    betterAuth: options.peers ? builtBetterAuth(`${work}/better-auth`) : undefined,
    pocketbase: options.peers ? await builtPocketbase() : undefined,
  }
  const directories = await startAll(built, work, targets)
  const seconds = positive('seconds', options.seconds)
  const rounds = positive('rounds', options.rounds)
  const measured = await measure(targets, { jobs, seconds, rounds, log, skip })
  const costs = new Map(targets.map(({ peer, users, costs }) => [`${peer} ${users}`, costs]))
  const results: Results = {
    when: new Date().toISOString(),
    machine: machine(),
    versions: versions(),
    settings: { users, seconds, rounds, connections },
    skipped,
    directories,
    rows: measured.map((row) => ({
      ...row,
      median: medianOf(row.rounds),
      cost: costs.get(`${row.peer} ${row.users}`)?.[row.job],
    })),
  }
  keep(results)
  console.log(`\n${report(results)}`)
} finally {
  for (const { stop } of targets) await stop()
  stopLoading()
  rmSync(work, { recursive: true, force: true })
}
process.exit()
