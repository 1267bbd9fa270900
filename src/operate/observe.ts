import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { mayOnServer } from '../auth/permissions.ts'
import { newTally, type Tally } from '../db/counting.ts'
import type { AppEnv } from '../env.ts'
import { logFailure } from '../log.ts'

// What a request cost, for whoever runs Rollcall: as a line in the log, as a header, as a data point. By the route's pattern
// and nothing of what was sent: a path holds ids, names and codes, a query whatever was typed, and an address is a person's.
// What is done after the answer (last seen, the audit row of a refusal) is in none of them.

/** One invocation of the Worker: a request, or a page with all that it asks of the API. */
type Invocation = { tally: Tally; started: number; apiRequestIds: string[] }

/** By what Cloudflare hands over anew each time, and a page hands on. */
const invocations = new WeakMap<object, Invocation>()

/** Where this request's trips are counted, and what is to be done once it is answered: for a page's own requests nothing. */
export function observe(c: Context<AppEnv>): { tally: Tally; report: () => void } {
  const page = invocations.get(c.executionCtx)
  if (page) {
    page.apiRequestIds.push(c.var.requestId)
    return { tally: page.tally, report: () => undefined }
  }
  const invocation = { tally: newTally(), started: Date.now(), apiRequestIds: [] }
  invocations.set(c.executionCtx, invocation)
  return { tally: invocation.tally, report: () => report(c, invocation) }
}

/** The first that is no middleware, also where that refused. */
const routeOf = (c: Context) => matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? 'unmatched'

function report(c: Context<AppEnv>, { tally, started, apiRequestIds }: Invocation): void {
  const { requestId, config } = c.var
  const { trips, rowsRead, rowsWritten } = tally
  const [route, { method }, { status }, ms] = [routeOf(c), c.req, c.res, Date.now() - started]
  tellTiming(c, tally, ms)
  writePoint(c, {
    indexes: [route],
    blobs: [route, method, `${Math.floor(status / 100)}xx`],
    doubles: [ms, trips, rowsRead, rowsWritten],
  })
  if (config.logRequests === 'off' || (config.logRequests === 'errors' && status < 500)) return
  const own = { requestId, what: 'request', route, method, status, ms, d1Ms: tally.ms, trips, rowsRead, rowsWritten }
  console.log(JSON.stringify(apiRequestIds.length > 0 ? { ...own, apiRequestIds } : own))
}

/**
 * Only for whoever may see the figures of the server: how often and how long D1 was asked tells a name that somebody has
 * from one that nobody has. Set on the response itself, since Hono would copy it.
 */
function tellTiming(c: Context<AppEnv>, { trips, rowsRead, rowsWritten, ms }: Tally, total: number): void {
  const { identity } = c.var
  if (!identity || !mayOnServer(identity, 'server.stats:read', '')) return
  const d1 = `d1;desc="${trips} trips, ${rowsRead} rows read, ${rowsWritten} written";dur=${ms}`
  c.res.headers.set('Server-Timing', `${d1}, total;dur=${total}`)
}

/** To Analytics Engine, where the deployment binds a data set. */
function writePoint(c: Context<AppEnv>, point: AnalyticsEngineDataPoint): void {
  const metrics: AnalyticsEngineDataset | undefined = Reflect.get(c.env, 'METRICS')
  try {
    metrics?.writeDataPoint(point)
  } catch (error) {
    logFailure(c.var.requestId, 'metrics', error)
  }
}
