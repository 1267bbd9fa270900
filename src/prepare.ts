import { createMiddleware } from 'hono/factory'
import { readConfig } from './config.ts'
import { openDb } from './db/client.ts'
import { countingD1 } from './db/counting.ts'
import { openPlaces } from './db/reads.ts'
import type { AppEnv } from './env.ts'
import { newRequestId } from './log.ts'
import { observe } from './operate/observe.ts'

/**
 * What every request begins with, and what is told of it at its end. Headers come first, since setting them on a finished
 * response copies it each time.
 */
export const prepare = createMiddleware<AppEnv>(async (c, next) => {
  c.set('requestId', newRequestId(c))
  c.header('X-Request-Id', c.var.requestId)
  c.header('Cache-Control', 'no-cache, no-store')
  c.header('Pragma', 'no-cache')
  c.header('Expires', '-1')
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('X-Frame-Options', 'deny')
  c.header('X-Xss-Protection', '1; mode=block')
  c.header('Referrer-Policy', 'no-referrer')
  if (c.req.url.startsWith('https:')) c.header('Strict-Transport-Security', 'max-age=31536000')
  c.set('now', Math.floor(Date.now() / 1000))
  c.set('config', readConfig(c.env))
  const { tally, report } = observe(c)
  c.set('places', openPlaces(countingD1(c.env.DB, tally), c.var.config.d1Reads))
  c.set('db', openDb(c.var.places.primary))
  await next()
  report()
})
