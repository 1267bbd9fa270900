import {
  array,
  boolean,
  maxLength,
  maxValue,
  minValue,
  nullish,
  object,
  optional,
  pipe,
  safeParse,
  string,
  unknown,
} from 'valibot'
import { anySignedIn, requires, requiresOnServer } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import type { Grant } from '../auth/permissions.ts'
import { isBasic, isFixed } from '../auth/roles.ts'
import { uidOf } from '../dashboards/rules.ts'
import { isDuplicate } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { accessDenied, badRequest, badRequestData, conflict, notFound, tooLarge, traced } from '../errors.ts'
import { int64, isTrue, readBody } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { delegate } from './assignmentRules.ts'
import { createRole, deleteRole, findRole, listRoles, replaceRole, resetBasicRoles } from './queries.ts'
import {
  beyondReach,
  canBeGiven,
  changedRole,
  delegates,
  distinct,
  flawAmong,
  flawOfName,
  missingFrom,
  type Role,
  touched,
  type Where,
} from './rules.ts'
import { fullRole, listedRole } from './views.ts'

export const roles = newRoutes()

/** Grafana asks for `status:accesscontrol`. */
roles.get('/api/access-control/status', anySignedIn('says only that there are roles'), (c) =>
  send(c, { enabled: true }),
)

roles.get('/api/access-control/roles', requires('roles:read', 'roles:*'), async (c) => {
  const { db, caller } = c.var
  const { includeHidden, delegatable } = c.req.query()
  const all = await listRoles(db, caller.orgId, isTrue(delegatable) ? 'all' : 'without grants')
  const shown = withinLimit(all.filter(({ isHidden }) => isTrue(includeHidden) || !isHidden))
  if (!isTrue(delegatable)) return send(c, shown.map(listedRole))
  const canGive = (role: Role) => canBeGiven(role) && beyondReach(caller, role.grants, 'here') === undefined
  return send(
    c,
    shown.map((role) => ({ ...listedRole(role), delegatable: canGive(role) })),
  )
})

type Called = RequestContext & { var: { caller: Person | Machine } }

async function reachRole({ var: { db, caller } }: Called, uid: string): Promise<Role> {
  const role = await findRole(db, caller.orgId, uid)
  if (!role) throw notFound('Role not found')
  return role
}

roles.get('/api/access-control/roles/:uid', requires('roles:read', 'roles:uid::uid'), async (c) =>
  send(c, fullRole(await reachRole(c, c.req.param('uid')))),
)

const maxPermissions = 1000
const name = optional(pipe(string(), maxLength(190)), '')
const RoleBody = object({
  version: optional(pipe(int64, minValue(0), maxValue(2 ** 31))),
  uid: optional(string(), ''),
  name,
  displayName: name,
  description: optional(string(), ''),
  group: name,
  hidden: optional(boolean(), false),
  global: optional(boolean()),
  permissions: optional(array(unknown()), []),
})
const words = nullish(pipe(string(), maxLength(190)), '')
const Permissions = array(object({ action: words, scope: words }))

function readPermissions(sent: readonly unknown[]): Grant[] {
  if (sent.length > maxPermissions) throw tooLarge(`A role has at most ${maxPermissions} permissions`)
  const parsed = safeParse(Permissions, sent)
  if (!parsed.success) throw badRequestData()
  const grants = parsed.output.map(({ action, scope }): Grant => [action, scope])
  const flaw = flawAmong(grants)
  if (flaw !== undefined) throw badRequest(flaw)
  return distinct(grants)
}

async function readRole(c: Called) {
  const { permissions, hidden, ...body } = await readBody(c, RoleBody)
  return { ...body, isHidden: hidden, grants: readPermissions(permissions) }
}

/** Nobody makes, changes or deletes a role that gives more than they hold where it counts. */
function refuseBeyond(caller: Person | Machine, action: string, where: Where, grants: readonly Grant[]): void {
  const missing = delegates(caller, action, where) ? beyondReach(caller, grants, where) : ([action, delegate] as const)
  if (missing) throw accessDenied(...missing)
}

const whereOf = ({ orgId }: Role): Where => (orgId === 0 ? 'everywhere' : 'here')

function refuseFlaw(flaw: string | undefined): void {
  if (flaw !== undefined) throw badRequest(flaw)
}

function nameTaken(error: unknown): never {
  throw isDuplicate(error) ? conflict('A role of this uid or name exists already') : error
}

roles.post('/api/access-control/roles', requires('roles:write', delegate), async (c) => {
  const { db, caller, now } = c.var
  refuseLimited(caller)
  const { uid: wanted, version = 0, global = false, ...body } = await readRole(c)
  const uid = wanted || uidOf(crypto.getRandomValues(new Uint8Array(14)))
  refuseFlaw(flawOfName(uid, body.name))
  c.var.deed.target = `roles:uid:${uid}`
  if (!global && caller.orgId === 0) throw badRequest('You are in no organization: choose one')
  const orgId = global ? 0 : caller.orgId
  const role: Role = { ...body, uid, version, orgId, createdAt: now, updatedAt: now }
  refuseBeyond(caller, 'roles:write', whereOf(role), role.grants)
  if (!(await createRole(db, role).catch(nameTaken))) throw notFound('Organization not found', traced)
  return send(c, fullRole(role), 201)
})

type Body = Awaited<ReturnType<typeof readRole>>

/** Why a role can't be changed so. A basic one keeps its name, whatever is sent. */
function flawOfChange(role: Role, { name, version, global }: Body): string | undefined {
  if (isFixed(role.uid)) return 'Fixed roles cannot be changed'
  if (role.uid === 'basic_none') return 'None gives nothing: for good'
  if (version === undefined) return 'version is required'
  if (isBasic(role.uid)) return undefined
  if (global !== undefined && global !== (role.orgId === 0))
    return 'A role counts in one organization or in all: for good'
  return flawOfName(role.uid, name)
}

const changedMeanwhile = () => conflict('It was changed by somebody else meanwhile: try again')

/** Replaces all of it; `version` must grow (Grafana). */
roles.put('/api/access-control/roles/:uid', requires('roles:write', delegate), async (c) => {
  const { db, caller, now } = c.var
  refuseLimited(caller)
  const body = await readRole(c)
  const role = await reachRole(c, c.req.param('uid'))
  refuseFlaw(flawOfChange(role, body))
  const { name, displayName, description, group, isHidden, version = 0, grants } = body
  const next = changedRole(role, { name, displayName, description, group, isHidden, version, grants }, now)
  refuseBeyond(caller, 'roles:write', whereOf(role), touched(role, next))
  const [lost] = missingFrom(next) ?? []
  if (lost !== undefined) throw badRequest(`Grafana Admin must keep ${lost}: nobody could give it back`)
  if (version <= role.version) throw conflict(`version must be greater than ${role.version}`)
  if (!(await replaceRole(db, role, next).catch(nameTaken))) throw changedMeanwhile()
  return send(c, fullRole(next))
})

/** `global` need not be said: the uid says which role it is. */
roles.delete('/api/access-control/roles/:uid', requires('roles:delete', delegate), async (c) => {
  const { db, caller } = c.var
  const role = await reachRole(c, c.req.param('uid'))
  if (isFixed(role.uid) || isBasic(role.uid)) throw badRequest('Fixed and basic roles cannot be deleted')
  refuseBeyond(caller, 'roles:delete', whereOf(role), role.grants)
  const outcome = await deleteRole(db, role, isTrue(c.req.query('force')))
  if (outcome === 'assigned') throw badRequest('The role is assigned: force=true deletes it with its assignments')
  if (outcome === 'changed') throw changedMeanwhile()
  return done(c, 'Role deleted')
})

const ResetBody = object({ BasicRoles: optional(boolean(), false) })

/** Basic roles may then give more than the caller holds, hence a permission of its own (Grafana). */
roles.post(
  '/api/access-control/roles/hard-reset',
  requiresOnServer('roles:write', 'permissions:type:escalate'),
  async (c) => {
    refuseLimited(c.var.caller)
    const { BasicRoles } = await readBody(c, ResetBody)
    if (BasicRoles) await resetBasicRoles(c.var.db)
    return done(c, 'Reset performed')
  },
)
