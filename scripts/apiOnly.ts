// The Worker without its console: built to be weighed (bundle.ts), never deployed.

import { api } from '../src/api.ts'
import { readConfig } from '../src/config.ts'
import { openDb } from '../src/db/client.ts'
import { purge } from '../src/housekeeping.ts'

export default {
  fetch: api.fetch,

  async scheduled(controller, env) {
    await purge(openDb(env.DB), readConfig(env), Math.floor(controller.scheduledTime / 1000))
  },
} satisfies ExportedHandler<Env>
