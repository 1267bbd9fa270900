import { decidingInOrg, requiresInOrg } from '../auth/guards.ts'
import { newRoutes } from '../router.ts'
import { addToOrg, changeRole, listMembers, orgOfPath, toldRemoval, userOfPath } from './handlers.ts'
import { removeMember } from './memberQueries.ts'

export const orgMembers = newRoutes()

/** Always whole: Grafana ignores `query` and `limit` here, and an org that is none has no members. */
orgMembers.get('/api/orgs/:orgId/users', requiresInOrg('org.users:read', 'users:*'), (c) =>
  listMembers(c, orgOfPath(c), { query: '', limit: undefined }, decidingInOrg(c.var.caller, orgOfPath(c))),
)

orgMembers.post('/api/orgs/:orgId/users', requiresInOrg('org.users:add', 'users:*'), (c) =>
  addToOrg(c, c.var.caller, () => orgOfPath(c)),
)

orgMembers.patch('/api/orgs/:orgId/users/:userId', requiresInOrg('org.users:write', 'users:id::userId'), (c) =>
  changeRole(c, c.var.caller, () => orgOfPath(c)),
)

/** The account stays, in whatever other org or in none. */
orgMembers.delete('/api/orgs/:orgId/users/:userId', requiresInOrg('org.users:remove', 'users:id::userId'), async (c) =>
  toldRemoval(c, await removeMember(c.var.db, orgOfPath(c), userOfPath(c))),
)
