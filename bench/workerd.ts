import { readdirSync, readFileSync } from 'node:fs'
import type { Miniflare } from 'miniflare'
import { splitMigration } from '../scripts/schemaObjects.ts'
import { startWorker, vars, type Worker } from '../scripts/workerd.ts'
import { root } from '../scripts/wrangler.ts'
import { childrenOf } from './process.ts'

export type Running = { miniflare: Miniflare; address: URL; pids: number[] }

/** A Worker, and which process of this system it is. */
export async function launch(worker: Worker): Promise<Running> {
  const before = new Set(childrenOf('workerd'))
  const { miniflare, address } = await startWorker(worker)
  return { miniflare, address, pids: childrenOf('workerd').filter((pid) => !before.has(pid)) }
}

export const migrationFiles = () =>
  readdirSync(`${root}drizzle`)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => `${root}drizzle/${file}`)

async function migrate(miniflare: Miniflare) {
  const db = await miniflare.getD1Database('DB')
  for (const file of migrationFiles()) {
    for (const sql of splitMigration(readFileSync(file, 'utf8'))) await db.prepare(sql).run()
  }
}

/** The bindings of wrangler.toml; `more` are variables beside those there. */
export function rollcallBindings(more: Record<string, string> = {}): NonNullable<Worker['env']> {
  const texts = Object.entries({ ...vars, ADMIN_PASSWORD: 'admin', ...more })
  return {
    ...Object.fromEntries(texts.map(([key, value]) => [key, { type: 'text', value: String(value) }])),
    DB: { type: 'd1' },
    SESSIONS: { type: 'kv' },
  }
}

/** A built Worker on a database of its own, migrated; it forgets everything in the end, but for what `persist` keeps. */
export async function start(name: string, file: string, more: Record<string, string> = {}, persist?: string) {
  const running = await launch({
    name,
    main: 'worker.js',
    modules: { 'worker.js': readFileSync(file, 'utf8') },
    env: rollcallBindings(more),
    ...(persist === undefined ? {} : { persist }),
  })
  await migrate(running.miniflare)
  return running
}
