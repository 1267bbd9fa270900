import { decidingInOrg, requires, requiresInOrg, requiresOnServer, signedIn } from '../auth/guards.ts'
import { isDuplicate } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import { badRequest, conflict, notFound, traced, unauthorized } from '../errors.ts'
import { readBody, readId, readSearch } from '../input.ts'
import { done, send } from '../json.ts'
import { readPageFromZero, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { moveOrg, noOrg, OrgBody, orgOfPath, renameOrg, showOrg } from './handlers.ts'
import { createOrg, deleteOrg, findOrgByName, listOrgs, listOrgsOf, switchOrg } from './queries.ts'
import { shownOrg } from './views.ts'

export const orgs = newRoutes()

orgs.get('/api/user/orgs', signedIn('users:read', 'an empty list'), async (c) =>
  send(c, await listOrgsOf(reads(c), c.var.me.user.id)),
)

/** Somebody unknown is in no org: Grafana answers an empty list, not a 404. */
orgs.get('/api/users/:id/orgs', requires('users:read', 'global.users:id::id'), async (c) =>
  send(c, await listOrgsOf(reads(c), readId(c.req.param('id')))),
)

const notAMember = () => unauthorized('Not a valid organization')

orgs.post('/api/user/using/:id', signedIn('users:write', notAMember), async (c) => {
  if (!(await switchOrg(c.var.db, c.var.me.user.id, readId(c.req.param('id'))))) throw notAMember()
  return done(c, 'Active organization changed')
})

orgs.post('/api/users/:id/using/:orgId', requires('users:write', 'global.users:id::id'), async (c) => {
  const userId = readId(c.req.param('id'))
  if (!(await switchOrg(c.var.db, userId, readId(c.req.param('orgId'), 'orgId')))) throw notAMember()
  return done(c, 'Active organization changed')
})

/** Grafana 9.3.2 counts these pages from 0, and `query` is how a name starts. */
orgs.get('/api/orgs', requiresOnServer('orgs:read'), async (c) => {
  const filter = { name: readSearch(c.req.url, 'name'), prefix: readSearch(c.req.url, 'query') }
  return send(c, withinLimit(await listOrgs(reads(c), filter, readPageFromZero(c.req.query()))))
})

orgs.post('/api/orgs', requires('orgs:create', ''), async (c) => {
  const { db, caller, now } = c.var
  if (caller.kind !== 'person') throw notAMember()
  const { name } = await readBody(c, OrgBody)
  const orgId = await createOrg(db, name, caller.user.id, now).catch((error: unknown) => {
    throw isDuplicate(error) ? conflict('Organization name taken', traced) : error
  })
  return done(c, 'Organization created', { orgId })
})

/** In its exact spelling. Stands before `/api/orgs/:orgId/…`, since an org may be called "users". */
orgs.get('/api/orgs/name/:name', requiresOnServer('orgs:read'), async (c) => {
  const org = await findOrgByName(reads(c), c.req.param('name'))
  if (!org) throw noOrg()
  return send(c, shownOrg(org))
})

orgs.get('/api/orgs/:orgId', requiresInOrg('orgs:read', ''), (c) =>
  showOrg(c, orgOfPath(c), decidingInOrg(c.var.caller, orgOfPath(c))),
)

orgs.put('/api/orgs/:orgId', requiresInOrg('orgs:write', ''), (c) => renameOrg(c, () => orgOfPath(c)))

orgs.put('/api/orgs/:orgId/address', requiresInOrg('orgs:write', ''), (c) => moveOrg(c, () => orgOfPath(c)))

/** The active org is compared, as the org of this request is the one in the path. */
orgs.delete('/api/orgs/:orgId', requiresInOrg('orgs:delete', ''), async (c) => {
  const { db, caller } = c.var
  const orgId = orgOfPath(c)
  const active = caller.kind === 'person' ? caller.user.orgId : caller.orgId
  if (orgId === active) throw badRequest('Can not delete org for current user')
  if (!(await deleteOrg(db, orgId))) throw notFound('Failed to delete organization. ID not found')
  return done(c, 'Organization deleted')
})
