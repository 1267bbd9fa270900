import { anySignedIn, requires, requiresSome } from '../auth/guards.ts'
import { may } from '../auth/permissions.ts'
import { send, toJson } from '../json.ts'
import { newRoutes } from '../router.ts'
import { readOverview, readStats } from './queries.ts'
import { frontendSettings, serverOverview, serverStats, settings } from './views.ts'

export const server = newRoutes()

server.get('/api/admin/stats', requires('server.stats:read', ''), async (c) =>
  send(c, serverStats(await readStats(c.var.db, c.var.now))),
)

/** Rollcall's own: what the page `/` shows, exact in a directory of any size but for the sessions. */
server.get('/api/admin/overview', requires('server.stats:read', ''), async (c) => {
  const { db, config, now } = c.var
  return send(c, serverOverview(await readOverview(db, now, now - config.sessionIdleSeconds)))
})

/** Grafana shows each caller only what its scopes cover. */
server.get('/api/admin/settings', requiresSome('settings:read'), (c) => {
  const { config, caller } = c.var
  return send(
    c,
    settings(config, (section, key) => may(caller, 'settings:read', `settings:${section}:${key}`)),
  )
})

/** Which version clients talk to: they ask here before they decide what to send. Grafana names the charset on this one. */
server.get('/api/frontend/settings', anySignedIn('says only what is no secret'), (c) => {
  const { config } = c.var
  const appUrl = config.rootUrl ?? new URL(c.req.url).origin
  const body = frontendSettings(config, appUrl.endsWith('/') ? appUrl : `${appUrl}/`)
  return c.body(toJson(body), 200, { 'Content-Type': 'application/json; charset=UTF-8' })
})

/** Rollcall has none, and clients that save or restore a whole Grafana ask first. */
server.get('/api/datasources', anySignedIn('there are none'), (c) => send(c, []))
