// How long many people take: `node test/tools/grafana/measure.ts [people]` makes a Grafana of them, imports it into a new
// local database, and says what it took.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { root } from '../../../scripts/wrangler.ts'
import { addCrowd } from './crowd.ts'
import { filledGrafana } from './filled.ts'

const people = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(`${tmpdir()}/rollcall-measure-`)
const command = (script: string, ...args: string[]) => [`${root}scripts/${script}`, ...args, '--persist-to', folder]

/** MiB, where the system tells (Linux); the local database is another process. */
function peakOf(pid: number | undefined): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

async function importing(file: string) {
  const child = spawn(process.execPath, command('rollcall.ts', 'import', file, '--yes'), { stdio: 'inherit' })
  let memory = 0
  const timer = setInterval(() => {
    memory = Math.max(memory, peakOf(child.pid))
  }, 100)
  const status = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(timer)
  return { status, memory }
}

try {
  const file = filledGrafana(folder, '12', (grafana) => addCrowd(grafana, people))
  spawnSync(process.execPath, command('deploy.ts', '--local'))
  const startedAt = performance.now()
  const { status, memory } = await importing(file)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`\n${people} people: ${seconds} s from start to end, ${memory} MiB at most, exit code ${status}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
