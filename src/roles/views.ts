import { roles } from '../auth/permissions.ts'
import { rfc3339 } from '../time.ts'
import type { GivenToBasic } from './queries.ts'
import type { Role } from './rules.ts'

/** Go's zero time, for what was never written (Grafana). */
const never = '0001-01-01T00:00:00Z'

const shownTime = (seconds: number | null) => (seconds === null ? never : rfc3339(seconds))

/** In a list; with permissions where one is asked for. Keys and their order as in Grafana's RBAC HTTP API. */
export const listedRole = (role: Role) => ({
  version: role.version,
  uid: role.uid,
  name: role.name,
  displayName: role.displayName,
  description: role.description,
  group: role.group,
  updated: shownTime(role.updatedAt),
  created: shownTime(role.createdAt),
  global: role.orgId === 0,
  hidden: role.isHidden,
})

/** A role is written whole, so its permissions are as old as its last change. */
export const fullRole = (role: Role) => ({
  ...listedRole(role),
  permissions: role.grants.map(([action, scope]) => ({
    action,
    scope,
    updated: shownTime(role.updatedAt),
    created: shownTime(role.updatedAt),
  })),
})

/** By the names of Grafana 8; server admins have none but what is in their basic role. */
export const givenToBasic = (given: readonly GivenToBasic[]) => ({
  ...Object.fromEntries(
    roles
      .slice(1)
      .map((name, index) => [name, given.filter(({ rank }) => rank === index + 1).map(({ role }) => listedRole(role))]),
  ),
  'Grafana Admin': [],
})
