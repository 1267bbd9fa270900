import { createMiddleware } from 'hono/factory'
import { heldPermissions } from './accessControl/permissionRoutes.ts'
import { accessControl } from './accessControl/routes.ts'
import { recordDeed } from './audit/record.ts'
import { audit } from './audit/routes.ts'
import { authenticate, identifyOrNote } from './auth/authenticate.ts'
import { anyone, requires } from './auth/guards.ts'
import { cors } from './cors.ts'
import { dashboards } from './dashboards/routes.ts'
import { tellBookmark } from './db/reads.ts'
import type { AppEnv } from './env.ts'
import { notFound, renderError, unauthorized } from './errors.ts'
import { invites } from './invites/routes.ts'
import { expositionOf, readFigures } from './operate/metrics.ts'
import { ready } from './operate/ready.ts'
import { currentOrg } from './orgs/currentRoutes.ts'
import { orgMembers } from './orgs/memberRoutes.ts'
import { orgs } from './orgs/routes.ts'
import { passwordReset } from './passwordReset/routes.ts'
import { preferences } from './preferences/routes.ts'
import { prepare } from './prepare.ts'
import { quotas } from './quotas/routes.ts'
import { roleAssignments } from './roles/assignmentRoutes.ts'
import { builtinRoles } from './roles/builtinRoutes.ts'
import { roles } from './roles/routes.ts'
import { newRoutes } from './router.ts'
import { server } from './server/routes.ts'
import { serviceAccounts } from './serviceAccounts/routes.ts'
import { serviceAccountTokens } from './serviceAccounts/tokenRoutes.ts'
import { adminSessions } from './sessions/adminRoutes.ts'
import { sessions } from './sessions/routes.ts'
import { signUp } from './signUp/routes.ts'
import { stars } from './stars/routes.ts'
import { teamMembers } from './teams/memberRoutes.ts'
import { teams } from './teams/routes.ts'
import { day } from './time.ts'
import { tokens } from './tokens/routes.ts'
import { adminUsers } from './users/adminRoutes.ts'
import { users } from './users/routes.ts'
import { commit } from './version.ts'

export const api = newRoutes()

api.use(prepare)
api.use(tellBookmark)
api.use(cors)
api.use(recordDeed)

/** Grafana takes no trailing slash on the two probes, unlike on every other route. */
const exactly = createMiddleware<AppEnv>(async (c, next) =>
  new URL(c.req.url).pathname.endsWith('/') ? c.notFound() : next(),
)

/** Cheap: says that the Worker runs, asks nothing of D1. */
api.get('/healthz', exactly, anyone('says only that the Worker runs'), (c) => c.text('Ok'))

/** A D1 round trip; the version is the Grafana whose answers these are. Indented, as Grafana has it. */
api.get('/api/health', exactly, anyone('says only whether D1 answers'), async (c) => {
  await c.var.places.d1.prepare('SELECT 1').run()
  const body = JSON.stringify({ commit, database: 'ok', version: c.var.config.grafanaVersion }, undefined, 2)
  return c.body(body, 200, { 'Content-Type': 'application/json; charset=UTF-8' })
})

/** Rollcall's own: whether this deployment can serve. */
api.get('/api/ready', anyone('says only whether it can serve'), ready)

api.use('/api/*', authenticate)
api.use('/metrics', authenticate)

/** How many people there are is not for everybody: Prometheus signs in, as a service account that holds this alone. */
api.get('/metrics', requires('server.stats:read', ''), async (c) => {
  const { db, config, now } = c.var
  const figures = await readFigures(db, Math.floor(now / day))
  const type = 'text/plain; version=0.0.4; charset=utf-8'
  return c.body(expositionOf(figures, config.grafanaVersion), 200, { 'Content-Type': type })
})

for (const slice of [
  sessions,
  adminSessions,
  users,
  adminUsers,
  orgs,
  orgMembers,
  currentOrg,
  teams,
  teamMembers,
  preferences,
  tokens,
  serviceAccounts,
  serviceAccountTokens,
  accessControl,
  heldPermissions,
  roles,
  builtinRoles,
  roleAssignments,
  quotas,
  server,
  audit,
  dashboards,
  stars,
  invites,
  signUp,
  passwordReset,
])
  api.route('/', slice)

/** Grafana answers a stranger 401 on every unknown API path, so that the routes can't be probed. */
api.notFound(async (c) => {
  const identity = c.var.identity ?? (await identifyOrNote(c))
  const isKnown = identity && identity.kind !== 'anonymous'
  return renderError(isKnown || c.req.path.startsWith('/healthz') ? notFound() : unauthorized(), c)
})
api.onError(renderError)
