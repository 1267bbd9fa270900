import { object, optional } from 'valibot'
import { requires } from '../auth/guards.ts'
import { forgetRecord, forgetRecords, listRecords } from '../auth/records.ts'
import { badRequest, notFound, traced } from '../errors.ts'
import { int64, isTrue, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { newRoutes } from '../router.ts'
import { endSessionsOf, listSessionsOf, revokeSession } from './queries.ts'
import { authToken } from './views.ts'

export const adminSessions = newRoutes()

/** With a capital, unlike the other answers about a person (Grafana). */
const noUser = () => notFound('User not found', traced)

/** No session is the active one in somebody else's list, not even the administrator's own in his (Grafana). */
adminSessions.get(
  '/api/admin/users/:id/auth-tokens',
  requires('users.authtoken:read', 'global.users:id::id'),
  async (c) => {
    const { db, config, now } = c.var
    const id = readId(c.req.param('id'))
    const rows = await listSessionsOf(db, id, now, now - config.sessionIdleSeconds)
    if (!rows) throw noUser()
    const records = await listRecords(c, id)
    const withMetadata = isTrue(c.req.query('metadata'))
    return send(
      c,
      rows.map((row) => authToken(row, records.get(row.id), false, withMetadata)),
    )
  },
)

const RevokeBody = object({ authTokenId: optional(int64, 0) })

adminSessions.post(
  '/api/admin/users/:id/revoke-auth-token',
  requires('users.authtoken:write', 'global.users:id::id'),
  async (c) => {
    const { db, caller } = c.var
    const { authTokenId } = await readBody(c, RevokeBody)
    const id = readId(c.req.param('id'))
    const own = caller.kind === 'person' && caller.user.id === id ? caller.session : undefined
    if (own?.id === authTokenId) throw badRequest('Cannot revoke active user auth token')
    const ended = await revokeSession(db, id, authTokenId)
    if (ended === undefined) throw noUser()
    if (!ended) throw notFound('User auth token not found', traced)
    c.executionCtx.waitUntil(forgetRecord(c, id, authTokenId))
    return done(c, 'User auth token revoked')
  },
)

adminSessions.post('/api/admin/users/:id/logout', requires('users:logout', 'global.users:id::id'), async (c) => {
  const { db, caller } = c.var
  const id = readId(c.req.param('id'))
  if (caller.kind === 'person' && caller.user.id === id) throw badRequest('You cannot logout yourself')
  if (!(await endSessionsOf(db, id))) throw noUser()
  c.executionCtx.waitUntil(forgetRecords(c, id))
  return done(c, 'User logged out')
})
