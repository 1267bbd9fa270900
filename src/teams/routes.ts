import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires, requiresSome, signedIn } from '../auth/guards.ts'
import { type Machine, type Person, personIdOf } from '../auth/identity.ts'
import { onTeams } from '../auth/metadata.ts'
import { decidingOn } from '../auth/permissions.ts'
import { isDuplicate } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import { badRequest, conflict, notFound, traced } from '../errors.ts'
import { isTrue, readBody, readId, readSearch } from '../input.ts'
import { done, send } from '../json.ts'
import { readPage, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { createTeam, deleteTeam, findTeam, listTeamsOf, updateTeam } from './queries.ts'
import { visibleTeams } from './rules.ts'
import { searchTeams } from './search.ts'
import { teamDetails } from './views.ts'

export const teams = newRoutes()

teams.get('/api/user/teams', signedIn('users:read', 'an empty list'), async (c) => {
  const { me } = c.var
  return send(
    c,
    (await listTeamsOf(reads(c), me.user.id, me.orgId)).map((team) => teamDetails(team)),
  )
})

/** In the caller's org, not the other person's (Grafana 9.3.2); the seed page names the permission, 9.3.2 asked for users:read. */
teams.get('/api/users/:id/teams', requires('users.teams:read', 'global.users:id::id'), async (c) => {
  const { caller } = c.var
  return send(
    c,
    (await listTeamsOf(reads(c), readId(c.req.param('id')), caller.orgId)).map((team) => teamDetails(team)),
  )
})

const NewTeamBody = object({ name: pipe(string(), nonEmpty()), email: optional(string(), '') })

teams.post('/api/teams', requires('teams:create', ''), async (c) => {
  const { db, caller, now } = c.var
  const { name, email } = await readBody(c, NewTeamBody)
  const creatorId = personIdOf(caller)
  const teamId = await createTeam(db, {
    uid: crypto.randomUUID(),
    orgId: caller.orgId,
    name,
    email,
    creatorId,
    now,
  }).catch((error: unknown) => {
    throw isDuplicate(error) ? conflict('Team name taken', traced) : error
  })
  return done(c, 'Team created', { teamId })
})

/** What the caller may do with each team, where it is asked for. */
const metadata = (caller: Person | Machine, accesscontrol: string | undefined) =>
  isTrue(accesscontrol) ? onTeams(decidingOn(caller, 'all')) : undefined

/** Clients spell `perpage` in two ways. Whoever reads only some teams finds only those. */
teams.get('/api/teams/search', requiresSome('teams:read'), async (c) => {
  const { caller } = c.var
  const query = c.req.query()
  const page = readPage({ ...query, perpage: query.perpage ?? query.perPage })
  const { url } = c.req
  const filter = { text: readSearch(url, 'query'), name: readSearch(url, 'name'), ids: visibleTeams(caller) }
  const found = await searchTeams(reads(c), caller.orgId, filter, page)
  const allowedOn = metadata(caller, query.accesscontrol)
  return send(c, {
    totalCount: found.totalCount,
    teams: withinLimit(found.teams).map((team) => teamDetails(team, allowedOn?.(team.id))),
    page: page.page,
    perPage: page.perPage,
  })
})

const noTeam = () => notFound('Team not found', traced)

teams.get('/api/teams/:teamId', requires('teams:read', 'teams:id::teamId'), async (c) => {
  const { caller } = c.var
  const team = await findTeam(reads(c), caller.orgId, readId(c.req.param('teamId'), 'teamId'))
  if (!team) throw noTeam()
  return send(c, teamDetails(team, metadata(caller, c.req.query('accesscontrol'))?.(team.id)))
})

/** What a body leaves out: the name stays, the e-mail goes (Grafana 9.3.2). */
const TeamBody = object({ name: optional(string(), ''), email: optional(string(), '') })

/** A team that the org doesn't have is a 500 in Grafana. */
teams.put('/api/teams/:teamId', requires('teams:write', 'teams:id::teamId'), async (c) => {
  const { db, caller, now } = c.var
  const { name, email } = await readBody(c, TeamBody)
  const teamId = readId(c.req.param('teamId'), 'teamId')
  const updated = await updateTeam(db, caller.orgId, teamId, { name, email, now }).catch((error: unknown) => {
    throw isDuplicate(error) ? badRequest('Team name taken', traced) : error
  })
  if (!updated) throw noTeam()
  return done(c, 'Team updated')
})

teams.delete('/api/teams/:teamId', requires('teams:delete', 'teams:id::teamId'), async (c) => {
  const deleted = await deleteTeam(c.var.db, c.var.caller.orgId, readId(c.req.param('teamId'), 'teamId'))
  if (!deleted) throw notFound('Failed to delete Team. ID not found')
  return done(c, 'Team deleted')
})
