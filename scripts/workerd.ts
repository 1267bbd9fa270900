import { Log, LogLevel, Miniflare, type MiniflareOptions } from 'miniflare'
import { unstable_readConfig as readConfig } from 'wrangler'
import { root } from './wrangler.ts'

export const { vars, compatibility_date: compatibilityDate } = readConfig({ config: `${root}wrangler.toml` })

type Bindings = MiniflareOptions['workers'][number]['config']['env']
export type Worker = {
  name: string
  main: string
  modules: Record<string, string>
  env?: Bindings
  compatibilityFlags?: string[]
  /** The folder that keeps what is stored; without one it goes when the Worker does. */
  persist?: string
}

/**
 * A Worker in a workerd of its own, and where it listens. Miniflare's own port sends every request through a proxy
 * Worker, and `wrangler dev` through two: a direct socket reaches the Worker alone.
 */
export async function startWorker({ name, main, modules, env = {}, compatibilityFlags = [], persist }: Worker) {
  const manifest = Object.entries(modules).map(
    ([file, contents]) => [file, { type: 'esm' as const, contents }] as const,
  )
  const miniflare = new Miniflare({
    log: new Log(LogLevel.ERROR),
    // On its own: nothing fetched, nothing reported, unknown to any `wrangler dev` beside it.
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    ...(persist === undefined ? {} : { resourcePersistencePath: persist }),
    workers: [
      {
        config: {
          name,
          compatibilityDate: compatibilityDate ?? '',
          compatibilityFlags,
          manifest: { mainModule: main, modules: Object.fromEntries(manifest) },
          env,
        },
        dev: { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] },
      },
    ],
  })
  await miniflare.ready
  return { miniflare, address: await miniflare.unsafeGetDirectURL(name) }
}
