import { Hono } from 'hono'
import { type AppEnv, authenticate } from './auth/authenticate.ts'
import { notFound, renderError, unauthorized } from './errors.ts'
import { users } from './users/routes.ts'

/** Grafana trims one trailing slash on its API routes, hence `strict: false`. */
export const app = new Hono<AppEnv>({ strict: false })

app.use(async (c, next) => {
  await next()
  c.header('Cache-Control', 'no-cache, no-store')
  c.header('Pragma', 'no-cache')
  c.header('Expires', '-1')
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('X-Frame-Options', 'deny')
  c.header('X-Xss-Protection', '1; mode=block')
})

/** Cheap: says that the Worker runs, asks nothing of D1. Grafana takes no trailing slash here, and no other route differs so. */
app.get('/healthz', (c) => {
  if (c.req.url.endsWith('/')) throw notFound()
  return c.text('Ok')
})

/** A D1 round trip; the version is the Grafana whose answers these are. */
app.get('/api/health', async (c) => {
  if (c.req.url.endsWith('/')) throw notFound()
  await c.env.DB.prepare('SELECT 1').run()
  return c.json({ commit: 'rollcall', database: 'ok', version: '9.3.2' })
})

app.use('/api/*', authenticate)
app.route('/', users)

/** Grafana answers a stranger 401 on every unknown API path, so that the routes can't be probed. */
app.notFound((c) => {
  const stranger = c.var.identity?.kind !== 'user' && c.req.path.startsWith('/api')
  return renderError(stranger ? unauthorized() : notFound(), c)
})
app.onError(renderError)
