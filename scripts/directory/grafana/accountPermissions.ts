// Who may use which service account: in Grafana permissions of roles that it keeps for the purpose ("managed").

import type { Row } from '../records.ts'
import { type Context, isMember, quiet, readable, repeats } from './context.ts'
import { laterShapes } from './tables.ts'

type Given = { accountId: number; level: 'Admin' | 'Edit' | 'View' }

/** What stands for each level, the others coming with it. */
const levels: Record<string, Given['level']> = {
  'serviceaccounts.permissions:write': 'Admin',
  'serviceaccounts:write': 'Edit',
}

const isMore = (one: Given['level'], other: Given['level']) => one === 'Admin' || (one === 'Edit' && other === 'View')

/** What each managed role gives, by account. */
function givenByRole(context: Context): Map<number, Map<number, Given>> {
  const found = new Map<number, Map<number, Given>>()
  for (const { role_id: roleId, action, scope } of readable(quiet(context), laterShapes.permission)) {
    const accountId = Number(/^serviceaccounts:id:(\d{1,15})$/.exec(scope)?.[1] ?? 0)
    if (!context.known.accounts.has(accountId)) continue
    const ofRole = found.get(roleId) ?? new Map<number, Given>()
    const level = levels[action] ?? 'View'
    if (isMore(level, ofRole.get(accountId)?.level ?? 'View') || !ofRole.has(accountId))
      ofRole.set(accountId, { accountId, level })
    found.set(roleId, ofRole)
  }
  return found
}

function managedRoles(context: Context): Set<number> {
  const found = new Set<number>()
  for (const { id, name } of readable(quiet(context), laterShapes.role)) if (name.startsWith('managed:')) found.add(id)
  return found
}

type Holder = { kind: 'user' | 'team' | 'basic role'; id: number; roleId: number; createdAt: number }

/** Everybody who holds a role of any kind. */
function* holders(context: Context): Generator<Holder> {
  const from = quiet(context)
  for (const { user_id: id, role_id: roleId, created } of readable(from, laterShapes.userRole))
    yield { kind: 'user', id, roleId, createdAt: created ?? 0 }
  for (const { team_id: id, role_id: roleId, created } of readable(from, laterShapes.teamRole))
    yield { kind: 'team', id, roleId, createdAt: created ?? 0 }
  for (const { id, role_id: roleId, created } of readable(from, laterShapes.builtinRole))
    yield { kind: 'basic role', id, roleId, createdAt: created ?? 0 }
}

function flawOf({ kind, id }: Holder, { accountId, level }: Given, known: Context['known']): string | undefined {
  const orgId = known.accounts.get(accountId) ?? 0
  if (kind === 'basic role') return 'a service account given to a basic role'
  if (level === 'View') return 'a service account given to be seen only'
  const isThere = kind === 'user' ? isMember(known, orgId, id) : known.teams.get(id) === orgId
  return isThere ? undefined : 'a service account given to somebody outside its organization'
}

const ownerOf = ({ kind, id }: Holder) => ({ userId: kind === 'user' ? id : null, teamId: kind === 'team' ? id : null })

/** Each account that somebody was given, once. */
function* giftsOf(context: Context): Generator<{ holder: Holder; given: Given }> {
  const { names, known } = context
  const managed = managedRoles(context)
  const byRole = givenByRole(context)
  const isRepeated = repeats()
  // What an account may do to itself is nobody's part.
  const isNobody = ({ kind, id }: Holder) => kind === 'user' && (names.skipped.has(id) || known.accounts.has(id))
  for (const holder of holders(context)) {
    if (!managed.has(holder.roleId) || isNobody(holder)) continue
    for (const given of byRole.get(holder.roleId)?.values() ?? [])
      if (!isRepeated(holder.kind, holder.id, given.accountId)) yield { holder, given }
  }
}

export function* serviceAccountPermissions(context: Context): Generator<Row<'serviceAccountPermission'>> {
  let id = 0
  for (const { holder, given } of giftsOf(context)) {
    const flaw = flawOf(holder, given, context.known)
    const permission = given.level === 'View' ? undefined : given.level
    if (flaw !== undefined || permission === undefined) {
      const row = `service account ${given.accountId}: ${holder.kind} ${holder.id}`
      context.report({ weight: 'left out', what: flaw ?? '', row })
    } else {
      const { createdAt } = holder
      yield { id: ++id, serviceAccountId: given.accountId, ...ownerOf(holder), permission, createdAt }
    }
  }
}
