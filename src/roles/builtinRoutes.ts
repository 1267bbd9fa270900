import { boolean, maxLength, nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import type { RequestContext } from '../env.ts'
import { accessDenied, badRequest, conflict, notFound, traced } from '../errors.ts'
import { isTrue, readBody } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { delegate } from './assignmentRules.ts'
import { findRole, giveToBasic, listGivenToBasic, takeFromBasic } from './queries.ts'
import { beyondReach, canBeGiven, rankOf } from './rules.ts'
import { givenToBasic } from './views.ts'

// Roles that everybody of a basic role has beside it in one org, by Grafana 8's paths. For all orgs, and for server
// admins, the basic role itself is changed (docs/decisions/0008-roles.md).

export const builtinRoles = newRoutes()

builtinRoles.get('/api/access-control/builtin-roles', requires('roles.builtin:read', 'roles:*'), async (c) => {
  const { db, caller } = c.var
  return send(c, givenToBasic(withinLimit(await listGivenToBasic(db, caller.orgId))))
})

type Called = RequestContext & { var: { caller: Person | Machine } }

/** The place and the role, if the caller holds all that it gives. */
async function reach({ var: { db, caller } }: Called, builtinRole: string, roleUid: string, isGlobal: boolean) {
  const rank = rankOf(builtinRole)
  if (isGlobal || rank < 1)
    throw badRequest('A role can be given to Viewer, Editor or Admin, in one organization: else change the basic role')
  if (caller.orgId === 0) throw badRequest('You are in no organization: choose one')
  const role = await findRole(db, caller.orgId, roleUid)
  if (!role) throw notFound('Role not found')
  if (!canBeGiven(role)) throw badRequest('Basic roles cannot be assigned: change the role in the organization')
  const missing = beyondReach(caller, role.grants, 'here')
  if (missing) throw accessDenied(...missing)
  return { role, place: { orgId: caller.orgId, rank } }
}

const name = pipe(string(), nonEmpty(), maxLength(190))
const GrantBody = object({ roleUid: name, builtinRole: name, global: optional(boolean(), false) })

/** Once more changes nothing. */
builtinRoles.post('/api/access-control/builtin-roles', requires('roles.builtin:add', delegate), async (c) => {
  const { db, caller, now } = c.var
  refuseLimited(caller)
  const { roleUid, builtinRole, global } = await readBody(c, GrantBody)
  const { role, place } = await reach(c, builtinRole, roleUid, global)
  c.var.deed.target = `roles:uid:${role.uid}`
  const outcome = await giveToBasic(db, role, place, now)
  if (outcome === 'no org') throw notFound('Organization not found', traced)
  if (outcome === 'changed') throw conflict('It was changed by somebody else meanwhile: try again')
  return done(c, 'Built-in role grant added')
})

builtinRoles.delete(
  '/api/access-control/builtin-roles/:builtinRole/roles/:roleUid',
  requires('roles.builtin:remove', delegate),
  async (c) => {
    const { builtinRole, roleUid } = c.req.param()
    const { place } = await reach(c, builtinRole, roleUid, isTrue(c.req.query('global')))
    if (!(await takeFromBasic(c.var.db, roleUid, place))) throw notFound('Built-in role grant not found')
    return done(c, 'Built-in role grant removed')
  },
)
