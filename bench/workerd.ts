import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Miniflare } from 'miniflare'
import { splitMigration } from '../scripts/schemaObjects.ts'
import { startWorker, vars } from '../scripts/workerd.ts'
import { root } from '../scripts/wrangler.ts'

export type Running = { miniflare: Miniflare; address: URL; pids: number[] }

const linux = process.platform === 'linux'

/** The fields of /proc/<pid>/stat from the third on: the second, the command, may hold anything. */
const stat = (pid: number) => {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return { command: /\((.*)\)/.exec(line)?.[1], fields: line.slice(line.lastIndexOf(')') + 2).split(' ') }
}

function workerdOfThisProcess(): number[] {
  if (!linux) return []
  const pids = readdirSync('/proc').map(Number).filter(Boolean)
  return pids.filter((pid) => {
    try {
      const { command, fields } = stat(pid)
      return command === 'workerd' && Number(fields[1]) === process.pid
    } catch {
      return false // It ended meanwhile.
    }
  })
}

const ticksPerSecond = linux ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100

/** User and system time so far, in milliseconds; undefined where the system does not tell. */
export function cpuOf({ pids }: Running): number | undefined {
  if (pids.length === 0) return undefined
  const ticks = pids.map((pid) => stat(pid).fields).map((fields) => Number(fields[11]) + Number(fields[12]))
  return (ticks.reduce((sum, each) => sum + each, 0) * 1000) / ticksPerSecond
}

async function migrate(miniflare: Miniflare) {
  const db = await miniflare.getD1Database('DB')
  const files = readdirSync(`${root}drizzle`).filter((file) => file.endsWith('.sql'))
  for (const file of files.sort()) {
    for (const sql of splitMigration(readFileSync(`${root}drizzle/${file}`, 'utf8'))) await db.prepare(sql).run()
  }
}

/** A built Worker with the bindings of wrangler.toml, its database migrated; `more` are variables beside those there. */
export async function start(name: string, file: string, more: Record<string, string> = {}): Promise<Running> {
  const texts = Object.entries({ ...vars, ADMIN_PASSWORD: 'admin', ...more })
  const before = new Set(workerdOfThisProcess())
  const { miniflare, address } = await startWorker({
    name,
    main: 'worker.js',
    modules: { 'worker.js': readFileSync(file, 'utf8') },
    env: {
      ...Object.fromEntries(texts.map(([key, value]) => [key, { type: 'text', value: String(value) }])),
      DB: { type: 'd1' },
      SESSIONS: { type: 'kv' },
    },
  })
  await migrate(miniflare)
  return { miniflare, address, pids: workerdOfThisProcess().filter((pid) => !before.has(pid)) }
}
