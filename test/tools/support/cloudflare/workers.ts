import type { Miniflare } from 'miniflare'
import { startWorker, type Worker } from '../../../../scripts/workerd.ts'

type Running = { miniflare: Miniflare; address: URL }
type Bindings = NonNullable<Worker['env']>

/** Of the same name as what takes its place, since the runtime keeps data by it. */
const idle = {
  name: 'rollcall',
  main: 'idle.js',
  modules: { 'idle.js': 'export default { fetch: () => new Response() }' },
}

/** A D1 database of the local runtime, and the Worker that is bound to it once there is one: two workerds can't share a file. */
export class Database {
  readonly id: string
  readonly name: string
  readonly #folder: string
  #running: Promise<Running>

  constructor(id: string, name: string, folder: string) {
    this.id = id
    this.name = name
    this.#folder = `${folder}/${id}`
    this.#running = startWorker({ ...idle, env: { DB: { type: 'd1' } }, persist: this.#folder })
  }

  async d1() {
    return (await this.#running).miniflare.getD1Database('DB')
  }

  /** From now on with this Worker on it. */
  async serve(code: string, texts: Record<string, string>) {
    await this.stop()
    const variables = Object.entries(texts).map(([key, value]) => [key, { type: 'text', value }] as const)
    const env: Bindings = { ...Object.fromEntries(variables), DB: { type: 'd1' }, SESSIONS: { type: 'kv' } }
    this.#running = startWorker({
      name: 'rollcall',
      main: 'worker.js',
      modules: { 'worker.js': code },
      env,
      persist: this.#folder,
    })
    await this.#running
  }

  async address(): Promise<URL> {
    return (await this.#running).address
  }

  async stop() {
    await (await this.#running).miniflare.dispose()
  }
}
