import { app } from './app.ts'
import { readConfig } from './config.ts'
import { openDb } from './db/client.ts'
import { purge } from './housekeeping.ts'

export default {
  fetch: app.fetch,

  /** By the cron of wrangler.toml. */
  async scheduled(controller, env) {
    const purged = await purge(openDb(env.DB), readConfig(env), Math.floor(controller.scheduledTime / 1000))
    console.log(JSON.stringify({ what: 'housekeeping', purged }))
  },
} satisfies ExportedHandler<Env>
