import { nonEmpty, object, optional, pipe, string } from 'valibot'
import type { Machine, Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { onMembers, onOrg } from '../auth/metadata.ts'
import { type Grant, mayGiveRole, type Role } from '../auth/permissions.ts'
import { isDuplicate, isMissingReference } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import type { RequestContext } from '../env.ts'
import { badRequest, conflict, forbidden, notFound, traced } from '../errors.ts'
import { isTrue, readBody, readId, readSearch, roleName } from '../input.ts'
import { done, send } from '../json.ts'
import { readWhole, withinLimit } from '../page.ts'
import { findUserByName } from '../users/queries.ts'
import { searchMembers } from '../users/search.ts'
import { addMember, setRole } from './memberQueries.ts'
import { findOrg, type OrgChange, updateOrg } from './queries.ts'
import { shownMember, shownOrg } from './views.ts'

// What `/api/orgs/:orgId…` and `/api/org…` do alike; only how the org is found differs.

export const noOrg = () => notFound('Organization not found', traced)

/** What decides what the caller may do there, for `accesscontrol=true`. */
type Deciding = readonly (readonly Grant[])[]

const asksForMore = (c: RequestContext) => isTrue(c.req.query('accesscontrol'))

export async function showOrg(c: RequestContext, orgId: number, deciding: Deciding) {
  const org = await findOrg(reads(c), orgId)
  if (!org) throw noOrg()
  return send(c, shownOrg(org, asksForMore(c) ? onOrg(deciding) : undefined))
}

/** Grafana answers 500 for an org that is none. */
async function change(c: RequestContext, orgId: number, changed: OrgChange) {
  const isKnown = await updateOrg(c.var.db, orgId, changed, c.var.now).catch((error: unknown) => {
    throw isDuplicate(error) ? badRequest('Organization name taken', traced) : error
  })
  if (!isKnown) throw noOrg()
}

const required = pipe(string(), nonEmpty())
export const OrgBody = object({ name: required })

export async function renameOrg(c: RequestContext, readOrg: () => number) {
  const body = await readBody(c, OrgBody)
  await change(c, readOrg(), body)
  return done(c, 'Organization updated')
}

const line = optional(string(), '')
const AddressBody = object({ address1: line, address2: line, city: line, zipCode: line, state: line, country: line })

/** Replaces all of it: a line that is left out becomes empty. */
export async function moveOrg(c: RequestContext, readOrg: () => number) {
  const address = await readBody(c, AddressBody)
  await change(c, readOrg(), address)
  return done(c, 'Address updated')
}

export const orgOfPath = (c: RequestContext) => readId(c.req.param('orgId'), 'orgId')
export const userOfPath = (c: RequestContext) => readId(c.req.param('userId'), 'userId')

/** Which of the members a list shows. */
type Selection = { query: string; limit: string | undefined }

export async function selectMembers(c: RequestContext, orgId: number, { query, limit }: Selection) {
  const { members } = await searchMembers(reads(c), orgId, query, readWhole(c.req.query(), limit))
  return withinLimit(members)
}

/** As the query string of `/api/org/users` has it. */
export const readSelection = (c: RequestContext): Selection => ({
  query: readSearch(c.req.url, 'query'),
  limit: c.req.query('limit'),
})

export async function listMembers(c: RequestContext, orgId: number, selection: Selection, deciding: Deciding) {
  const allowedOn = asksForMore(c) ? onMembers(deciding) : undefined
  const members = await selectMembers(c, orgId, selection)
  return send(
    c,
    members.map((member) => shownMember(member, orgId, c.var.now, allowedOn?.(member.user.id))),
  )
}

export const quotaReached = () => forbidden('org Quota reached')

const MemberBody = object({ loginOrEmail: required, role: roleName })

/** Nobody gives more than they have, nor has a token with an end make an admin, who has none. */
function refuseBeyond(caller: Person | Machine, orgId: number, role: Role): void {
  if (!mayGiveRole(caller, orgId, role)) throw forbidden("Cannot assign a role higher than user's role")
  if (role === 'Admin') refuseLimited(caller)
}

export async function addToOrg(c: RequestContext, caller: Person | Machine, readOrg: () => number) {
  const { db, config, now } = c.var
  const { loginOrEmail, role } = await readBody(c, MemberBody)
  const orgId = readOrg()
  refuseBeyond(caller, orgId, role)
  const user = await findUserByName(db, loginOrEmail)
  if (!user) throw notFound('User not found')
  const userId = user.id
  const limit = config.quotas?.membersOfOrg
  const isAdded = await addMember(db, { orgId, userId, role, now }, limit).catch((error: unknown) => {
    if (isDuplicate(error)) throw conflict('User is already member of this organization', { userId })
    throw isMissingReference(error) ? noOrg() : error
  })
  if (!isAdded) throw quotaReached()
  return done(c, 'User added to organization', { userId })
}

const RoleBody = object({ role: roleName })

/** Grafana answers 500 for somebody who is no member. */
export async function changeRole(c: RequestContext, caller: Person | Machine, readOrg: () => number) {
  const { role } = await readBody(c, RoleBody)
  const orgId = readOrg()
  const userId = userOfPath(c)
  refuseBeyond(caller, orgId, role)
  const outcome = await setRole(c.var.db, orgId, userId, role)
  if (outcome === 'no org') throw noOrg()
  if (outcome === 'no member') throw notFound('User is not a member of this organization')
  return done(c, 'Organization user updated')
}

/** Grafana answers 500 for a user or an org that is none, but 200 for somebody who is no member. */
export function toldRemoval(c: RequestContext, outcome: 'deleted' | 'removed' | 'nobody' | 'no org') {
  if (outcome === 'no org') throw noOrg()
  if (outcome === 'nobody') throw notFound('User not found')
  return done(c, outcome === 'deleted' ? 'User deleted' : 'User removed from organization')
}
