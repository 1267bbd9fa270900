import { env } from 'cloudflare:workers'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { admin } from 'better-auth/plugins'
import { Hono } from 'hono'

/** As its documentation has it on Hono and D1, with nothing tuned; its rate limit would refuse the load. */
const auth = betterAuth({
  database: env.DB,
  secret: 'a secret of the benchmark, of no worth',
  baseURL: 'http://localhost',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  advanced: { disableOriginCheck: true, disableCSRFCheck: true },
  plugins: [admin()],
})

const app = new Hono()

app.post('/migrate', async (c) => {
  const { runMigrations } = await getMigrations(auth.options)
  await runMigrations()
  return c.text('migrated')
})
app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw))

export default app
