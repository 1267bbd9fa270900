import { array, maxLength, object, optional, pipe, string, transform } from 'valibot'
import { requires } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { beyond, holdingsByRoles, ofTeam, teamAdmin } from '../auth/permissions.ts'
import { nameKey } from '../auth/queries.ts'
import { type Db, isDuplicate, isMissingReference } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import { accessDenied, badRequest, notFound, traced } from '../errors.ts'
import { int64, positiveId, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { maxRows, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { grantsGiven } from '../serviceAccounts/rules.ts'
import {
  addTeamMember,
  givenToTeam,
  listMembers,
  removeTeamMember,
  replaceMembers,
  setPermission,
} from './memberQueries.ts'
import { isPermission, wantedMembers } from './rules.ts'
import { memberDetails } from './views.ts'

export const teamMembers = newRoutes()

/** A team that the org doesn't have has nobody on it: Grafana answers an empty list, not a 404. */
teamMembers.get('/api/teams/:teamId/members', requires('teams.permissions:read', 'teams:id::teamId'), async (c) => {
  const { caller } = c.var
  const members = await listMembers(reads(c), caller.orgId, readId(c.req.param('teamId'), 'teamId'))
  return send(c, withinLimit(members).map(memberDetails))
})

/**
 * Whoever joins a team gets what it was given, and its admin manages it: nobody brings people to more than they hold
 * themselves.
 */
async function refuseBeyond(db: Db, caller: Person | Machine, teamId: number, makesAdmins: boolean): Promise<void> {
  const { roles, accounts } = await givenToTeam(db, teamId)
  const isOnTeam = caller.kind === 'person' && caller.teams.some(({ id }) => id === teamId)
  const managed = makesAdmins ? ofTeam({ id: teamId, isAdmin: true }) : []
  const missing = beyond(caller, [
    ...holdingsByRoles(roles).all,
    ...(isOnTeam ? [] : grantsGiven(accounts)),
    ...managed,
  ])
  if (missing) throw accessDenied(...missing)
}

const MemberBody = object({ userId: positiveId })

/** Whom Grafana can't add it answers 500; here it is said who is missing. */
teamMembers.post('/api/teams/:teamId/members', requires('teams.permissions:write', 'teams:id::teamId'), async (c) => {
  const { db, caller, now } = c.var
  const { userId } = await readBody(c, MemberBody)
  const teamId = readId(c.req.param('teamId'), 'teamId')
  await refuseBeyond(db, caller, teamId, false)
  const added = await addTeamMember(db, caller.orgId, teamId, userId, now).catch((error: unknown) => {
    if (isDuplicate(error)) throw badRequest('User is already added to this team')
    throw isMissingReference(error) ? notFound('User not found') : error
  })
  if (!added) throw notFound('Team not found', traced)
  return done(c, 'Member added to Team')
})

/** No e-mail is longer. */
const maxEmail = 1000
const emails = optional(
  pipe(
    array(
      pipe(
        string(),
        maxLength(maxEmail),
        transform((email) => email.toWellFormed()),
      ),
    ),
    maxLength(maxRows),
  ),
  [],
)
const MembersBody = object({ members: emails, admins: emails })

/** By e-mail, as later Grafanas have it. Whoever is not named leaves the team; if one e-mail is nobody's, nothing changes. */
teamMembers.put('/api/teams/:teamId/members', requires('teams.permissions:write', 'teams:id::teamId'), async (c) => {
  const { db, caller, now } = c.var
  const wanted = wantedMembers(await readBody(c, MembersBody), nameKey)
  const teamId = readId(c.req.param('teamId'), 'teamId')
  const makesAdmins = [...wanted.values()].some(({ permission }) => permission === teamAdmin)
  if (wanted.size > 0) await refuseBeyond(db, caller, teamId, makesAdmins)
  const permissions = [...wanted].map(([key, { permission }]): [string, number] => [key, permission])
  const { isTeam, missing } = await replaceMembers(db, caller.orgId, teamId, permissions, now)
  if (!isTeam) throw notFound('Team not found')
  if (missing !== undefined) throw notFound(`user not found: ${wanted.get(missing)?.email}`)
  return done(c, 'Team memberships have been updated')
})

const PermissionBody = object({ permission: optional(int64, 0) })

/** Grafana takes any number, and what is neither of the two gives nothing. */
teamMembers.put(
  '/api/teams/:teamId/members/:userId',
  requires('teams.permissions:write', 'teams:id::teamId'),
  async (c) => {
    const { permission } = await readBody(c, PermissionBody)
    const teamId = readId(c.req.param('teamId'), 'teamId')
    const userId = readId(c.req.param('userId'), 'userId')
    if (!isPermission(permission)) throw badRequest('permission must be 0 (member) or 4 (admin)')
    if (permission === teamAdmin) await refuseBeyond(c.var.db, c.var.caller, teamId, true)
    const updated = await setPermission(c.var.db, c.var.caller.orgId, teamId, userId, permission)
    if (!updated) throw notFound('Team member not found.')
    return done(c, 'Team member updated')
  },
)

teamMembers.delete(
  '/api/teams/:teamId/members/:userId',
  requires('teams.permissions:write', 'teams:id::teamId'),
  async (c) => {
    const teamId = readId(c.req.param('teamId'), 'teamId')
    const userId = readId(c.req.param('userId'), 'userId')
    const found = await removeTeamMember(c.var.db, c.var.caller.orgId, teamId, userId)
    if (found !== 'member') throw notFound(found === 'team' ? 'Team member not found' : 'Team not found')
    return done(c, 'Team Member removed')
  },
)
