import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './env.ts'

// Pages of other origins may use the API only where CORS_ORIGINS lists them, each by its exact name. No answer names any
// other, least of all `*`, which would be an invitation to every page in the world.

const methods = 'GET, POST, PUT, PATCH, DELETE'
const requestHeaders = 'Authorization, Content-Type, X-Grafana-Org-Id, If-Match, X-D1-Bookmark'
const answerHeaders = 'X-Request-Id, X-Missing-Permission, Retry-After, ETag, X-D1-Bookmark'

/** How long a browser may go without asking again, in seconds. */
const maxAge = '600'

/** Answers what a browser asks before it lets a listed page write, and lets that page read the answers. */
export const cors = createMiddleware<AppEnv>(async (c, next) => {
  const { corsOrigins } = c.var.config
  if (corsOrigins.length === 0) return next()
  c.header('Vary', 'Origin')
  const origin = c.req.header('Origin') ?? ''
  if (!corsOrigins.includes(origin)) return next()
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Access-Control-Allow-Credentials', 'true')
  c.header('Access-Control-Expose-Headers', answerHeaders)
  if (c.req.method !== 'OPTIONS' || !c.req.header('Access-Control-Request-Method')) return next()
  c.header('Access-Control-Allow-Methods', methods)
  c.header('Access-Control-Allow-Headers', requestHeaders)
  c.header('Access-Control-Max-Age', maxAge)
  return c.body(null, 204)
})
