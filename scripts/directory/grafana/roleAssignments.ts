// Who holds the roles that are carried, and the fixed ones.

import type { Row } from '../records.ts'
import { type Context, isMember, readable, repeats } from './context.ts'
import { laterShapes } from './tables.ts'

type Owner = Partial<Pick<Row<'roleAssignment'>, 'userId' | 'serviceAccountId' | 'teamId' | 'basicRank'>>

type Holder = {
  row: string
  orgId: number
  roleId: number
  created: number | null
  /** Undefined where it is nobody who is carried, or who can hold one here. */
  owner: Owner | undefined
}

const ranks: Record<string, number> = { Viewer: 1, Editor: 2, Admin: 3 }

/** To Grafana a service account is a user too. */
function accountOrPerson(id: number, orgId: number, { known }: Context): Owner | undefined {
  const accountOrg = known.accounts.get(id)
  if (accountOrg !== undefined) return orgId === 0 || orgId === accountOrg ? { serviceAccountId: id } : undefined
  const isThere = orgId === 0 ? known.users.has(id) : isMember(known, orgId, id)
  return isThere ? { userId: id } : undefined
}

/** In one org alone: for all of them a basic role itself is changed here. */
const basic = (role: string, orgId: number, { known }: Context): Owner | undefined => {
  const basicRank = ranks[role]
  return basicRank !== undefined && known.orgs.has(orgId) ? { basicRank } : undefined
}

function* peopleHolding(context: Context): Generator<Holder> {
  for (const { id, org_id: orgId, user_id: userId, role_id: roleId, created } of readable(
    context,
    laterShapes.userRole,
  )) {
    if (context.names.skipped.has(userId)) continue
    yield {
      row: `user_role ${id}: user ${userId}`,
      orgId,
      roleId,
      created,
      owner: accountOrPerson(userId, orgId, context),
    }
  }
}

function* teamsHolding(context: Context): Generator<Holder> {
  for (const { id, org_id: orgId, team_id: teamId, role_id: roleId, created } of readable(
    context,
    laterShapes.teamRole,
  )) {
    const owner = context.known.teams.get(teamId) === orgId ? { teamId } : undefined
    yield { row: `team_role ${id}: team ${teamId}`, orgId, roleId, created, owner }
  }
}

function* basicRolesHolding(context: Context): Generator<Holder> {
  for (const { id, role, org_id: orgId = 0, role_id: roleId, created } of readable(context, laterShapes.builtinRole)) {
    yield {
      row: `builtin_role ${id}: ${role.slice(0, 20)}`,
      orgId,
      roleId,
      created,
      owner: basic(role, orgId, context),
    }
  }
}

function* holders(context: Context): Generator<Holder> {
  yield* peopleHolding(context)
  yield* teamsHolding(context)
  yield* basicRolesHolding(context)
}

/** What drizzle/0013_roles_limits.sql holds everybody to. */
const maxHeld = 20
const maxShared = 8000

const isShared = (owner: Owner) => 'teamId' in owner || 'basicRank' in owner

function flawOf({ owner, orgId }: Holder, role: { orgId: number; bytes: number }, held: number): string | undefined {
  if (owner === undefined) return 'a role given to nobody, or to all organizations at once'
  if (role.orgId !== 0 && role.orgId !== orgId) return 'a role given outside its organization'
  if (held >= maxHeld) return `a role beyond the ${maxHeld} that one can hold in an organization`
  return isShared(owner) && role.bytes > maxShared
    ? 'a role too large to be given to a team or a basic role'
    : undefined
}

export function* roleAssignments(context: Context): Generator<Row<'roleAssignment'>> {
  const isRepeated = repeats()
  const held = new Map<string, number>()
  let id = 0
  for (const holder of holders(context)) {
    const role = context.known.roles.get(holder.roleId)
    if (role === undefined) continue
    const { orgId, created, owner, row } = holder
    const key = `${JSON.stringify(owner)} ${orgId}`
    const flaw = flawOf(holder, role, held.get(key) ?? 0)
    if (flaw !== undefined) context.report({ weight: 'left out', what: flaw, row: `${row}: role ${role.uid}` })
    else if (!isRepeated(key, role.uid)) {
      held.set(key, (held.get(key) ?? 0) + 1)
      yield { id: ++id, roleUid: role.uid, orgId, createdAt: created ?? 0, ...owner }
    }
  }
}
