import { Hono } from 'hono'
import { nonEmpty, object, pipe, string } from 'valibot'
import { requires, requiresInOrg, signedIn } from '../auth/guards.ts'
import { isDuplicate, isMissingReference } from '../db/client.ts'
import type { AppEnv } from '../env.ts'
import { conflict, notFound, traced, unauthorized } from '../errors.ts'
import { readBody, readId, roleName } from '../input.ts'
import { done, send } from '../json.ts'
import { findUserByName } from '../users/queries.ts'
import { addMember, createOrg, listOrgsOf, switchOrg } from './queries.ts'

export const orgs = new Hono<AppEnv>({ strict: false })

orgs.get('/api/user/orgs', signedIn('users:read', 'an empty list'), async (c) =>
  send(c, await listOrgsOf(c.var.db, c.var.me.user.id)),
)

/** Somebody unknown is in no org: Grafana answers an empty list, not a 404. */
orgs.get('/api/users/:id/orgs', requires('users:read', 'global.users:id::id'), async (c) =>
  send(c, await listOrgsOf(c.var.db, readId(c.req.param('id')))),
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

const required = pipe(string(), nonEmpty())
const NewOrgBody = object({ name: required })

orgs.post('/api/orgs', requires('orgs:create', ''), async (c) => {
  const { db, caller, now } = c.var
  if (caller.kind !== 'person') throw notAMember()
  const { name } = await readBody(c, NewOrgBody)
  const orgId = await createOrg(db, name, caller.user.id, now).catch((error: unknown) => {
    throw isDuplicate(error) ? conflict('Organization name taken', traced) : error
  })
  return done(c, 'Organization created', { orgId })
})

const MemberBody = object({ loginOrEmail: required, role: roleName })

orgs.post('/api/orgs/:orgId/users', requiresInOrg('org.users:add', 'users:*'), async (c) => {
  const orgId = readId(c.req.param('orgId'), 'orgId')
  const { loginOrEmail, role } = await readBody(c, MemberBody)
  const user = await findUserByName(c.var.db, loginOrEmail)
  if (!user) throw notFound('User not found')
  const userId = user.id
  await addMember(c.var.db, orgId, userId, role, c.var.now).catch((error: unknown) => {
    if (isDuplicate(error)) throw conflict('User is already member of this organization', { userId })
    throw isMissingReference(error) ? notFound('Organization not found', traced) : error
  })
  return done(c, 'User added to organization', { userId })
})
