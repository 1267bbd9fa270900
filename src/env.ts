import type { Context } from 'hono'
import type { Deed } from './audit/deed.ts'
import type { Identity } from './auth/identity.ts'
import type { Config } from './config.ts'
import type { Db } from './db/client.ts'
import type { Places } from './db/reads.ts'

/** What a request carries from the middleware to its handler. `now` is whole seconds since 1970, one clock a request. */
export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    db: Db
    places: Places
    config: Config
    now: number
    identity: Identity
    deed: Deed
    inHandler?: true
  }
}

/** What a helper may need of a request. Without `set`, a handler can pass its own context from behind any guard. */
export type RequestContext = Pick<Context<AppEnv>, 'env' | 'req' | 'var' | 'header' | 'body' | 'executionCtx'>
