import { array, boolean, maxLength, nonEmpty, object, optional, pipe, string } from 'valibot'
import type { Machine, Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { may, mayOnServer } from '../auth/permissions.ts'
import type { RequestContext } from '../env.ts'
import { type ApiError, accessDenied, badRequest, conflict, notFound, traced } from '../errors.ts'
import { int64, isTrue, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { maxRows, withinLimit } from '../page.ts'
import { noAccount, readAccountId } from '../serviceAccounts/access.ts'
import { type Change, changeAssignments, findAssignments, findGiven, type Reach } from './assignmentQueries.ts'
import {
  actionOn,
  beyondAll,
  delegate,
  difference,
  heldBy,
  type Kind,
  kinds,
  type Owners,
  type Pairs,
  words,
} from './assignmentRules.ts'
import { canBeGiven, delegates, type Role, type Where } from './rules.ts'
import { listedRole } from './views.ts'

// What the routes about users, teams and service accounts do alike; only who it is about differs.

type Caller = Person | Machine
type Called = RequestContext & { var: { caller: Caller } }

const noOwner: Record<Kind, () => ApiError> = {
  user: () => notFound('user not found'),
  team: () => notFound('Team not found'),
  'service account': noAccount,
}

const readOwner: Record<Kind, (c: RequestContext) => number> = {
  user: (c) => readId(c.req.param('userId'), 'userId'),
  team: (c) => readId(c.req.param('teamId'), 'teamId'),
  'service account': (c) => readAccountId(c.req.param('id')),
}

/** Whoever isn't in the org is nobody to those who hold the permission there alone. */
const reachOf = (caller: Caller, orgId: number, action: string, scope: string): Reach => ({
  orgId,
  membersOnly: !mayOnServer(caller, action, scope),
})

export async function showRoles(c: Called, kind: Kind) {
  const { db, caller } = c.var
  const id = readOwner[kind](c)
  const reach = reachOf(caller, caller.orgId, 'users.roles:read', `users:id:${id}`)
  const { owners, holdings, roleOf } = await findGiven(db, kind, [id], reach)
  if (!owners.has(id)) throw noOwner[kind]()
  const held = heldBy(withinLimit(holdings), id, roleOf, isTrue(c.req.query('includeHidden')))
  return send(c, held.map(listedRole))
}

/** More than anybody shows at once. */
const maxOwners = 1000
const owners = optional(pipe(array(int64), maxLength(maxOwners)), [])
const SearchBody = object({
  userIds: owners,
  teamIds: owners,
  orgId: optional(int64, 0),
  includeHidden: optional(boolean(), false),
})

/** Of many at once, by their ids. Who is unknown isn't in the answer. */
export async function searchRoles(c: Called, kind: 'user' | 'team') {
  const { db, caller } = c.var
  const { userIds, teamIds, orgId: asked, includeHidden } = await readBody(c, SearchBody)
  const orgId = asked || caller.orgId
  const [action, scope] = [actionOn(kind, 'read'), `${kind}s:*`]
  if (orgId !== caller.orgId && !mayOnServer(caller, action, scope)) throw accessDenied(action, scope)
  const ids = kind === 'user' ? userIds : teamIds
  const found = await findGiven(db, kind, [...new Set(ids)], reachOf(caller, orgId, action, scope))
  const holdings = Map.groupBy(withinLimit(found.holdings), ({ owner }) => owner)
  const entries = [...found.owners].map((id) => [
    id,
    heldBy(holdings.get(id) ?? [], id, found.roleOf, includeHidden).map(listedRole),
  ])
  return send(c, Object.fromEntries(entries))
}

/** Where roles are to count. A caller that is in no org has none to give them in, and org 0 would mean all of them. */
function placeOf(caller: Caller, isGlobal: boolean, ...actions: string[]): { where: Where; orgId: number } {
  if (!isGlobal && caller.orgId === 0) throw badRequest('You are in no organization: choose one')
  const where = isGlobal ? 'everywhere' : 'here'
  const missing = actions.find((action) => !delegates(caller, action, where))
  if (missing !== undefined) throw accessDenied(missing, delegate)
  return { where, orgId: isGlobal ? 0 : caller.orgId }
}

/** Whether it can be given at all. A role of one org counts in no other. */
function given(role: Role | undefined, where: Where): Role {
  if (!role) throw notFound('Role not found')
  if (!canBeGiven(role)) throw badRequest('Basic roles cannot be assigned: change the role in the organization')
  if (where === 'everywhere' && role.orgId !== 0)
    throw badRequest('A role of one organization cannot be assigned in all of them')
  return role
}

/** All of it or nothing, and only by whoever holds all that the roles grant. */
async function change({ var: { db, caller, now } }: Called, where: Where, wanted: Change): Promise<number> {
  const missing = beyondAll(caller, wanted.roles, where)
  if (missing) throw accessDenied(...missing)
  const taken = await changeAssignments(db, wanted, now)
  if (taken === 'outdated') throw conflict('It was changed by somebody else meanwhile: try again')
  return taken
}

type Asked = { kind: Kind; isGlobal: boolean; verbs: readonly ('add' | 'remove')[] }

/** The owner of the path and what it was given there, once the caller may change that. */
async function find(c: Called, { kind, isGlobal, verbs }: Asked, uids: readonly string[]) {
  const { db, caller } = c.var
  const actions = verbs.map((verb) => actionOn(kind, verb))
  const { where, orgId } = placeOf(caller, isGlobal, ...actions)
  const id = readOwner[kind](c)
  const membersOnly = !actions.every((action) => mayOnServer(caller, action, delegate))
  const reach = { orgId: caller.orgId, membersOnly }
  const found = await findGiven(db, kind, [id], reach, uids)
  if (!found.owners.has(id)) throw noOwner[kind]()
  if (!isGlobal && !found.isOrg) throw notFound('Organization not found', traced)
  const held = withinLimit(found.holdings).filter((holding) => holding.orgId === orgId)
  const pairs = (given: readonly string[]): Pairs[] => (given.length > 0 ? [{ kind, ids: [id], uids: given }] : [])
  return { id, where, orgId, reach, held, roleOf: found.roleOf, pairs }
}

const uid = pipe(string(), nonEmpty(), maxLength(190))
const AddBody = object({ roleUid: uid, global: optional(boolean(), false) })

/** A team's roles count in its org: `global` is nothing there (Grafana). */
const isForAll = (kind: Kind, global: boolean) => global && kind !== 'team'

export async function addRole(c: Called, kind: Kind) {
  refuseLimited(c.var.caller)
  const { roleUid, global } = await readBody(c, AddBody)
  const asked: Asked = { kind, isGlobal: isForAll(kind, global), verbs: ['add'] }
  const { where, orgId, reach, roleOf, pairs } = await find(c, asked, [roleUid])
  const role = given(roleOf(roleUid), where)
  await change(c, where, { orgId, reach, roles: [role], take: [], give: pairs([roleUid]) })
  return done(c, words[kind].added)
}

const noAssignment = () => notFound('Role assignment not found')

export async function removeRole(c: Called, kind: Kind) {
  const roleUid = c.req.param('roleUID') ?? ''
  const asked: Asked = { kind, isGlobal: isForAll(kind, isTrue(c.req.query('global'))), verbs: ['remove'] }
  const { where, orgId, reach, held, roleOf, pairs } = await find(c, asked, [roleUid])
  const role = roleOf(roleUid)
  if (!role) throw notFound('Role not found')
  if (!held.some((holding) => holding.uid === roleUid)) throw noAssignment()
  const taken = await change(c, where, { orgId, reach, roles: [role], take: pairs([roleUid]), give: [] })
  if (taken === 0) throw noAssignment()
  return done(c, words[kind].removed)
}

const flag = optional(boolean(), false)
const SetBody = object({
  roleUids: optional(pipe(array(uid), maxLength(1000)), []),
  global: flag,
  includeHidden: flag,
})

/** Hidden roles that aren't named stay, unless they are meant too. */
export async function setRoles(c: Called, kind: Kind) {
  refuseLimited(c.var.caller)
  const { roleUids, global, includeHidden } = await readBody(c, SetBody)
  const asked: Asked = { kind, isGlobal: isForAll(kind, global), verbs: ['add', 'remove'] }
  const { id, where, orgId, reach, held, roleOf, pairs } = await find(c, asked, roleUids)
  const { added, removed } = difference(
    held.map((holding) => holding.uid),
    roleUids,
  )
  const leaving = removed.filter((former) => includeHidden || !roleOf(former)?.isHidden)
  const roles = [...added.map((one) => given(roleOf(one), where)), ...leaving.flatMap((former) => roleOf(former) ?? [])]
  const whole = { of: { kind, id }, ids: held.map((holding) => holding.id) }
  await change(c, where, { orgId, reach, roles, take: pairs(leaving), give: pairs(added), whole })
  return done(c, words[kind].updated)
}

const ascending = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b)

const shownOwners = (c: RequestContext, uid: string, owners: Owners) =>
  send(c, {
    role_uid: uid,
    users: ascending(owners.user),
    teams: ascending(owners.team),
    service_accounts: ascending(owners['service account']),
  })

export async function showAssignments(c: Called) {
  const { db, caller } = c.var
  const { role, owners, ids } = await findAssignments(db, c.req.param('roleUID') ?? '', {
    orgId: caller.orgId,
    membersOnly: true,
  })
  if (!role) throw notFound('Role not found')
  withinLimit(ids)
  return shownOwners(c, role.uid, owners)
}

const many = optional(pipe(array(int64), maxLength(maxRows)), [])
const AssignmentsBody = object({ users: many, teams: many, service_accounts: many })

type Difference = { kind: Kind; added: number[]; removed: number[] }

/** Only what the change needs is asked for. */
function refuseWithout(caller: Caller, { kind, added, removed }: Difference): void {
  const actions = [
    ...(added.length > 0 ? [actionOn(kind, 'add')] : []),
    ...(removed.length > 0 ? [actionOn(kind, 'remove')] : []),
  ]
  const missing = actions.find((action) => !may(caller, action, delegate))
  if (missing !== undefined) throw accessDenied(missing, delegate)
}

function refuseUnknown({ kind, added }: Difference, there: ReadonlySet<number>): void {
  const unknown = added.find((id) => !there.has(id))
  if (unknown !== undefined) throw notFound(`${kind} not found: ${unknown}`)
}

/** Makes the role have these, and no others, in the org. */
export async function setAssignments(c: Called) {
  const { db, caller } = c.var
  refuseLimited(caller)
  const body = await readBody(c, AssignmentsBody)
  const wanted: Owners = { user: body.users, team: body.teams, 'service account': body.service_accounts }
  const { where, orgId } = placeOf(caller, false)
  const reach = reachOf(caller, orgId, 'users.roles:add', delegate)
  const found = await findAssignments(db, c.req.param('roleUID') ?? '', reach, wanted)
  const role = given(found.role, where)
  withinLimit(found.ids)
  const changes = kinds.map((kind) => ({ kind, ...difference(found.owners[kind], wanted[kind]) }))
  for (const each of changes) refuseWithout(caller, each)
  for (const each of changes) refuseUnknown(each, found.there[each.kind])
  const pairs = (of: 'added' | 'removed'): Pairs[] =>
    changes.filter((each) => each[of].length > 0).map((each) => ({ kind: each.kind, ids: each[of], uids: [role.uid] }))
  const [take, give] = [pairs('removed'), pairs('added')]
  const roles = take.length + give.length > 0 ? [role] : []
  const whole = { of: { uid: role.uid }, ids: found.ids }
  await change(c, where, { orgId, reach, roles, take, give, whole })
  return shownOwners(c, role.uid, wanted)
}
