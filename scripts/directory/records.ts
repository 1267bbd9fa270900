// What a directory consists of, as records: what an import writes, and what an export says. A record has the properties
// of a row in src/db/schema.ts, whose names, order and types are the only list of them.

import { getTableColumns } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import {
  accessRoles,
  auditLog,
  dashboards,
  invites,
  orgMembers,
  orgs,
  preferences,
  quotas,
  roleAssignments,
  serviceAccountPermissions,
  serviceAccounts,
  sessions,
  stars,
  teamMembers,
  teams,
  tokens,
  userAuth,
  users,
} from '../../src/db/schema.ts'

/** Each kind of record with its table and what identifies one, in an order in which each finds what it refers to. */
export const kinds = {
  org: { table: orgs, name: 'orgs', key: ['id'] },
  user: { table: users, name: 'users', key: ['id'] },
  userAuth: { table: userAuth, name: 'user_auth', key: ['id'] },
  orgMember: { table: orgMembers, name: 'org_members', key: ['orgId', 'userId'] },
  team: { table: teams, name: 'teams', key: ['id'] },
  teamMember: { table: teamMembers, name: 'team_members', key: ['teamId', 'userId'] },
  dashboard: { table: dashboards, name: 'dashboards', key: ['id'] },
  star: { table: stars, name: 'stars', key: ['userId', 'dashboardId'] },
  preferences: { table: preferences, name: 'preferences', key: ['id'] },
  serviceAccount: { table: serviceAccounts, name: 'service_accounts', key: ['id'] },
  serviceAccountPermission: { table: serviceAccountPermissions, name: 'service_account_permissions', key: ['id'] },
  role: { table: accessRoles, name: 'roles', key: ['uid'] },
  roleAssignment: { table: roleAssignments, name: 'role_assignments', key: ['id'] },
  quota: { table: quotas, name: 'quotas', key: ['id'] },
  token: { table: tokens, name: 'tokens', key: ['id'] },
  invite: { table: invites, name: 'invites', key: ['id'] },
  session: { table: sessions, name: 'sessions', key: ['id'] },
  audit: { table: auditLog, name: 'audit_log', key: ['id'] },
} as const satisfies Record<string, { table: SQLiteTable; name: string; key: readonly string[] }>

export type Kind = keyof typeof kinds

export const kindNames = Object.keys(kinds) as Kind[]

/** A number for each kind that there is any of. */
export type Counts = Partial<Record<Kind, number>>

export type Value = string | number | boolean | null

/** A row to write, as `$inferInsert` of its table; JSON can say all of it. */
export type Row<K extends Kind = Kind> = (typeof kinds)[K]['table']['$inferInsert']

export type DirectoryRecord = { [K in Kind]: { kind: K; row: Row<K> } }[Kind]

/** Beyond it there would be too few left before numbers stop being exact. */
export const largestId = 2 ** 52

export type Column = {
  property: string
  name: string
  type: 'string' | 'number' | 'boolean'
  isRequired: boolean
  /** Where a record says nothing. */
  otherwise: unknown
}

/** A kind's columns in the order of its table, without those that SQLite makes. */
export const columnsOf = (kind: Kind): Column[] =>
  Object.entries(getTableColumns(kinds[kind].table)).flatMap(([property, column]) =>
    column.generated === undefined
      ? {
          property,
          name: column.name,
          type: column.dataType as Column['type'],
          isRequired: column.notNull && !column.hasDefault,
          otherwise: column.default ?? null,
        }
      : [],
  )

/** The columns that tell the records of a kind apart. */
export const keyColumnsOf = (kind: Kind): Column[] =>
  kinds[kind].key.flatMap((property) => columnsOf(kind).filter((column) => column.property === property))

/** Which record it is among those of its kind. */
export const keyOf = (kind: Kind, row: Record<string, unknown>): string =>
  kinds[kind].key.map((property) => String(row[property])).join('/')
