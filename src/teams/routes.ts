import { Hono } from 'hono'
import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires, signedIn } from '../auth/guards.ts'
import { isDuplicate, isMissingReference } from '../db/client.ts'
import type { AppEnv } from '../env.ts'
import { badRequest, conflict, notFound, traced } from '../errors.ts'
import { positiveId, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { addTeamMember, createTeam, listTeamsOf } from './queries.ts'
import { teamOfMember } from './views.ts'

export const teams = new Hono<AppEnv>({ strict: false })

teams.get('/api/user/teams', signedIn('users:read', 'an empty list'), async (c) => {
  const { db, me } = c.var
  return send(c, (await listTeamsOf(db, me.user.id, me.orgId)).map(teamOfMember))
})

/** In the caller's org, not the other person's (Grafana 9.3.2); the seed page names the permission, 9.3.2 asked for users:read. */
teams.get('/api/users/:id/teams', requires('users.teams:read', 'global.users:id::id'), async (c) => {
  const { db, caller } = c.var
  return send(c, (await listTeamsOf(db, readId(c.req.param('id')), caller.orgId)).map(teamOfMember))
})

const NewTeamBody = object({ name: pipe(string(), nonEmpty()), email: optional(string(), '') })

teams.post('/api/teams', requires('teams:create', ''), async (c) => {
  const { db, caller, now } = c.var
  const { name, email } = await readBody(c, NewTeamBody)
  const creatorId = caller.kind === 'person' ? caller.user.id : null
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

const MemberBody = object({ userId: positiveId })

/** Whom Grafana can't add it answers 500; here it is said who is missing. */
teams.post('/api/teams/:teamId/members', requires('teams.permissions:write', 'teams:id::teamId'), async (c) => {
  const { db, caller, now } = c.var
  const { userId } = await readBody(c, MemberBody)
  const teamId = readId(c.req.param('teamId'), 'teamId')
  const added = await addTeamMember(db, caller.orgId, teamId, userId, now).catch((error: unknown) => {
    if (isDuplicate(error)) throw badRequest('User is already added to this team')
    throw isMissingReference(error) ? notFound('User not found') : error
  })
  if (!added) throw notFound('Team not found', traced)
  return done(c, 'Member added to Team')
})
