import { requires, requiresSomeOf } from '../auth/guards.ts'
import { decidingOn, may } from '../auth/permissions.ts'
import { forgetRecords } from '../auth/records.ts'
import { reads } from '../db/reads.ts'
import { readSearch } from '../input.ts'
import { send } from '../json.ts'
import { readPage, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { reachOf } from '../users/rules.ts'
import { searchMembers } from '../users/search.ts'
import {
  addToOrg,
  changeRole,
  listMembers,
  moveOrg,
  readSelection,
  renameOrg,
  selectMembers,
  showOrg,
  toldRemoval,
  userOfPath,
} from './handlers.ts'
import { removeMember, removeMemberWithAccount } from './memberQueries.ts'
import { choosable, shownMember } from './views.ts'

export const currentOrg = newRoutes()

currentOrg.get('/api/org', requires('orgs:read', ''), (c) =>
  showOrg(c, c.var.caller.orgId, decidingOn(c.var.caller, 'all')),
)

currentOrg.put('/api/org', requires('orgs:write', ''), (c) => renameOrg(c, () => c.var.caller.orgId))

currentOrg.put('/api/org/address', requires('orgs:write', ''), (c) => moveOrg(c, () => c.var.caller.orgId))

currentOrg.get('/api/org/users', requires('org.users:read', 'users:*'), (c) =>
  listMembers(c, c.var.caller.orgId, readSelection(c), decidingOn(c.var.caller, 'all')),
)

/** Grafana's own spelling of the key: `OrgUsers`. Its rows have no `accessControl`, even where it is asked for (Grafana 9.3.2). */
currentOrg.get('/api/org/users/search', requires('org.users:read', 'users:*'), async (c) => {
  const { caller, now } = c.var
  const page = readPage(c.req.query())
  const { totalCount, members } = await searchMembers(reads(c), caller.orgId, readSearch(c.req.url, 'query'), page)
  const shown = withinLimit(members).map((member) => shownMember(member, caller.orgId, now))
  return send(c, { totalCount, OrgUsers: shown, page: page.page, perPage: page.perPage })
})

/** For whoever may give permissions to people, and so has to choose among them. */
const givers = [
  'org.users:read',
  'teams.permissions:write',
  'folders.permissions:write',
  'dashboards.permissions:write',
] as const

currentOrg.get('/api/org/users/lookup', requiresSomeOf(...givers), async (c) =>
  send(c, (await selectMembers(c, c.var.caller.orgId, readSelection(c))).map(choosable)),
)

currentOrg.post('/api/org/users', requires('org.users:add', 'users:*'), (c) =>
  addToOrg(c, c.var.caller, () => c.var.caller.orgId),
)

currentOrg.patch('/api/org/users/:userId', requires('org.users:write', 'users:id::userId'), (c) =>
  changeRole(c, c.var.caller, () => c.var.caller.orgId),
)

/**
 * Grafana deletes whoever is left without an org, which gives every org admin the accounts of its members, a server
 * admin's among them (CVE-2025-3580). Here only who may delete an account does, and never a server admin's.
 */
currentOrg.delete('/api/org/users/:userId', requires('org.users:remove', 'users:id::userId'), async (c) => {
  const { db, caller } = c.var
  const userId = userOfPath(c)
  const outcome = may(caller, 'users:delete', `global.users:id:${userId}`)
    ? await removeMemberWithAccount(db, caller.orgId, userId, reachOf(caller))
    : await removeMember(db, caller.orgId, userId)
  if (outcome === 'deleted') c.executionCtx.waitUntil(forgetRecords(c, userId))
  return toldRemoval(c, outcome)
})
