// Custom roles, as far as there is anything here that they permit.

import { flawOf } from '../../../src/auth/actions.ts'
import { definedRoles, isFixed } from '../../../src/auth/roles.ts'
import { flawOfName } from '../../../src/roles/rules.ts'
import type { Row } from '../records.ts'
import { brief, type Context, carried, maxText, quiet, readable, repeats, timesOf } from './context.ts'
import { laterShapes } from './tables.ts'

type Grant = [action: string, scope: string]

/** Grafana's own, and those that it keeps for what was permitted of single things or to its plugins. */
const isOwn = (name: string) => /^(managed|fixed|basic|plugins|extsvc|externalservice):/i.test(name)

function customRoles(context: Context): Map<number, string> {
  const found = new Map<number, string>()
  for (const { id, name } of readable(quiet(context), laterShapes.role)) if (!isOwn(name)) found.set(id, name)
  return found
}

/** What of a custom role is a permission here; of the rest it is said what it is. */
function grantsByRole(context: Context): Map<number, Grant[]> {
  const custom = customRoles(context)
  const found = new Map<number, Grant[]>()
  const isRepeated = repeats()
  for (const { role_id: roleId, action, scope } of readable(context, laterShapes.permission)) {
    const name = custom.get(roleId)
    if (name === undefined || isRepeated(roleId, action, scope)) continue
    const flaw = flawOf(action, scope)
    const row = `role ${roleId} (${brief(name)}): ${flaw?.slice(0, 120)}`
    if (flaw === undefined) found.set(roleId, [...(found.get(roleId) ?? []), [action, scope]])
    else context.report({ weight: 'left out', what: 'a permission that permits nothing here', row })
  }
  return found
}

/** The API makes no role larger: permissions arrive with every request of whoever holds them. */
const maxPermissions = 1000

/** Fixed roles are the same here by Grafana's own uid, and can be held as there. */
function noteFixed(context: Context): void {
  for (const { id, uid, name } of readable(quiet(context), laterShapes.role))
    if (isFixed(uid) && definedRoles.has(uid) && isOwn(name)) context.known.roles.set(id, { uid, orgId: 0, bytes: 0 })
}

export function roles(context: Context): Generator<Row<'role'>> {
  const { known } = context
  noteFixed(context)
  const grants = grantsByRole(context)
  const isRepeated = repeats()
  const heldBy = (id: number) => grants.get(id) ?? []
  return carried(context, laterShapes.role, {
    label: ({ id, name }) => `role ${id} (${brief(name)})`,
    isIgnored: ({ name }) => isOwn(name),
    checks: ({ id, uid, name, org_id: orgId }) => [
      [() => orgId !== 0 && !known.orgs.has(orgId), 'a role of no organization'],
      [
        () => flawOfName(uid, name) !== undefined || name.length > maxText,
        "a role with a name or uid that can't be used",
      ],
      [() => heldBy(id).length === 0, 'a role that permits nothing here'],
      [() => heldBy(id).length > maxPermissions, `a role of more than ${maxPermissions} permissions`],
      [() => isRepeated('uid', uid) || isRepeated('name', orgId, name), 'a role twice'],
    ],
    make: (role) => {
      const { id, uid, name, org_id: orgId } = role
      const permissions = JSON.stringify(heldBy(id))
      known.roles.set(id, { uid, orgId, bytes: permissions.length })
      return {
        uid,
        orgId,
        name,
        displayName: (role.display_name ?? '').slice(0, maxText),
        description: role.description.slice(0, maxText),
        group: (role.group_name ?? '').slice(0, maxText),
        isHidden: role.hidden ?? false,
        version: Math.max(role.version ?? 0, 0),
        ...timesOf(role),
        permissions,
      }
    },
  })
}
