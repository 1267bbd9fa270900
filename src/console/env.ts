import type { Context } from 'hono'
import type { Identity, Person } from '../auth/identity.ts'
import type { Acting } from '../auth/queries.ts'
import type { AppEnv } from '../env.ts'

/** A time zone by its IANA name; undefined = the browser's own. */
export type Zone = string | undefined

/** What a page carries: behind `signedInPage` there is a viewer. */
export type ConsoleEnv = AppEnv & {
  Variables: {
    api: Fetches
    /** Who sends this page's requests, as they were looked up for each org and the teams that a request is about. */
    askers: { acting: Acting; identity: Promise<Identity> }[]
    viewer: Person
    zone: Zone
  }
}

export type Fetches = {
  fetch: (request: Request, env: Env, ctx: Context['executionCtx']) => Response | Promise<Response>
}

export type PageContext = Context<ConsoleEnv>
