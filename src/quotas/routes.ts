import { minValue, object, optional, pipe } from 'valibot'
import { requires, requiresInOrg, signedIn } from '../auth/guards.ts'
import type { QuotaDefaults } from '../config.ts'
import { isMissingReference } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { badRequest, notFound, traced } from '../errors.ts'
import { int64, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { newRoutes } from '../router.ts'
import { setOrgLimit, setUserLimit, usageOfOrg, usageOfUser } from './queries.ts'
import { isOrgTarget, isUserTarget, orgDefaults } from './rules.ts'
import { orgQuotas, userQuotas } from './views.ts'

// Grafana 9.3.2 answers 500 to most of these while quotas are off, which they are by default. Here it is the 404 that
// 8.1.8 gave, and the caller's mistakes that are a 500 or a 200 there are a 404 too.

export const quotas = newRoutes()

function enabled(c: RequestContext): QuotaDefaults {
  const { quotas } = c.var.config
  if (!quotas) throw notFound('Quotas not enabled')
  return quotas
}

const noOrg = () => notFound('Organization not found')
const noUser = () => notFound('user not found')
const noTarget = () => notFound('Invalid quota target')

/** What Grafana 9.3.2 says here whatever is configured, kept where quotas are off. */
const ownRefused = () => badRequest('Bad request', { messageId: 'quota.bad-request', statusCode: 400, ...traced })

async function sendOrgQuotas(c: RequestContext, orgId: number) {
  const defaults = orgDefaults(enabled(c))
  const usage = await usageOfOrg(c.var.db, orgId)
  if (!usage) throw noOrg()
  return send(c, orgQuotas(orgId, usage, defaults))
}

async function sendUserQuotas(c: RequestContext, userId: number) {
  const { orgsOfUser } = enabled(c)
  const usage = await usageOfUser(c.var.db, userId)
  if (!usage) throw noUser()
  return send(c, userQuotas(userId, usage, orgsOfUser))
}

/** Clients that leave out what is zero mean it: `{}` allows none. -1 allows any number. */
const LimitBody = object({ limit: optional(pipe(int64, minValue(-1)), 0) })

quotas.get('/api/user/quotas', signedIn('users:read', ownRefused), (c) => {
  if (!c.var.config.quotas) throw ownRefused()
  return sendUserQuotas(c, c.var.me.user.id)
})

quotas.get('/api/admin/users/:id/quotas', requires('users.quotas:read', 'global.users:id::id'), (c) =>
  sendUserQuotas(c, readId(c.req.param('id'))),
)

quotas.put('/api/admin/users/:id/quotas/:target', requires('users.quotas:write', 'global.users:id::id'), async (c) => {
  const { limit } = await readBody(c, LimitBody)
  const id = readId(c.req.param('id'))
  const target = c.req.param('target')
  enabled(c)
  if (!isUserTarget(target)) throw noTarget()
  await setUserLimit(c.var.db, id, target, limit).catch((error: unknown) => {
    throw isMissingReference(error) ? noUser() : error
  })
  return done(c, 'Organization quota updated')
})

quotas.get('/api/org/quotas', requires('orgs.quotas:read', ''), (c) => sendOrgQuotas(c, c.var.caller.orgId))

quotas.get('/api/orgs/:orgId/quotas', requiresInOrg('orgs.quotas:read', ''), (c) =>
  sendOrgQuotas(c, readId(c.req.param('orgId'), 'orgId')),
)

quotas.put('/api/orgs/:orgId/quotas/:target', requiresInOrg('orgs.quotas:write', ''), async (c) => {
  const { limit } = await readBody(c, LimitBody)
  const orgId = readId(c.req.param('orgId'), 'orgId')
  const target = c.req.param('target')
  enabled(c)
  if (!isOrgTarget(target)) throw noTarget()
  await setOrgLimit(c.var.db, orgId, target, limit).catch((error: unknown) => {
    throw isMissingReference(error) ? noOrg() : error
  })
  return done(c, 'Organization quota updated')
})
