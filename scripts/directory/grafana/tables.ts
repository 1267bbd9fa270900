// The tables of Grafana's database that hold people and what belongs to them, with the columns that are read: from
// Grafana 8 to 12 some were added and none of these was taken away.

import type { ColumnType } from './values.ts'

export type Shape = {
  table: string
  /** Whoever lacks one of these is not the Grafana that is known here. */
  columns: Record<string, ColumnType>
  /** Since some version, or until one. */
  optional?: Record<string, ColumnType>
}

export const shapes = {
  org: {
    table: 'org',
    columns: { id: 'id', name: 'text', created: 'time', updated: 'time' },
    optional: {
      address1: 'text',
      address2: 'text',
      city: 'text',
      state: 'text',
      zip_code: 'text',
      country: 'text',
    },
  },
  user: {
    table: 'user',
    columns: {
      id: 'id',
      login: 'text',
      email: 'text',
      name: 'text',
      password: 'text',
      salt: 'text',
      org_id: 'reference',
      is_admin: 'flag',
      theme: 'text',
      created: 'time',
      updated: 'time',
      help_flags1: 'number',
      last_seen_at: 'time',
      is_disabled: 'flag',
    },
    optional: { is_service_account: 'flag', uid: 'text' },
  },
  orgUser: {
    table: 'org_user',
    columns: { id: 'id', org_id: 'reference', user_id: 'reference', role: 'text', created: 'time' },
  },
  team: {
    table: 'team',
    columns: { id: 'id', name: 'text', org_id: 'reference', email: 'text', created: 'time', updated: 'time' },
    optional: { uid: 'text' },
  },
  teamMember: {
    table: 'team_member',
    columns: {
      id: 'id',
      org_id: 'reference',
      team_id: 'reference',
      user_id: 'reference',
      permission: 'number',
      created: 'time',
    },
  },
  userAuth: {
    table: 'user_auth',
    columns: { id: 'id', user_id: 'reference', auth_module: 'text', auth_id: 'text', created: 'time' },
  },
  dashboard: {
    table: 'dashboard',
    columns: {
      id: 'id',
      uid: 'text',
      org_id: 'reference',
      title: 'text',
      slug: 'text',
      version: 'number',
      is_folder: 'flag',
      created_by: 'number',
      updated_by: 'number',
      created: 'time',
      updated: 'time',
      data: 'text',
    },
    optional: { deleted: 'time' },
  },
  star: {
    table: 'star',
    columns: { id: 'id', user_id: 'reference' },
    optional: { dashboard_id: 'reference', dashboard_uid: 'text', org_id: 'reference', updated: 'time' },
  },
  preferences: {
    table: 'preferences',
    columns: {
      id: 'id',
      org_id: 'reference',
      user_id: 'reference',
      team_id: 'reference',
      timezone: 'text',
      theme: 'text',
      updated: 'time',
    },
    optional: { home_dashboard_id: 'number', home_dashboard_uid: 'text', week_start: 'text', json_data: 'text' },
  },
  apiKey: {
    table: 'api_key',
    columns: {
      id: 'id',
      org_id: 'reference',
      name: 'text',
      key: 'text',
      role: 'text',
      created: 'time',
      expires: 'time',
    },
    optional: { service_account_id: 'reference', last_used_at: 'time', is_revoked: 'flag' },
  },
  session: {
    table: 'user_auth_token',
    columns: {
      id: 'id',
      user_id: 'reference',
      auth_token: 'text',
      seen_at: 'time',
      rotated_at: 'time',
      created_at: 'time',
    },
    optional: { revoked_at: 'time' },
  },
} as const satisfies Record<string, Shape>

/** Not in every version; where there is the table, it has these columns. */
export const laterShapes = {
  role: {
    table: 'role',
    columns: {
      id: 'id',
      name: 'text',
      description: 'text',
      version: 'number',
      org_id: 'reference',
      uid: 'text',
      created: 'time',
      updated: 'time',
    },
    optional: { display_name: 'text', group_name: 'text', hidden: 'flag' },
  },
  permission: { table: 'permission', columns: { id: 'id', role_id: 'reference', action: 'text', scope: 'text' } },
  userRole: {
    table: 'user_role',
    columns: { id: 'id', org_id: 'reference', user_id: 'reference', role_id: 'reference', created: 'time' },
  },
  teamRole: {
    table: 'team_role',
    columns: { id: 'id', org_id: 'reference', team_id: 'reference', role_id: 'reference', created: 'time' },
  },
  builtinRole: {
    table: 'builtin_role',
    columns: { id: 'id', role: 'text', role_id: 'reference', created: 'time' },
    optional: { org_id: 'reference' },
  },
  quota: {
    table: 'quota',
    columns: { id: 'id', org_id: 'reference', user_id: 'reference', target: 'text', limit: 'number' },
  },
} as const satisfies Record<string, Shape>

/** Every table that is read. */
export const shapeTables: readonly string[] = [...Object.values(shapes), ...Object.values(laterShapes)].map(
  ({ table }) => table,
)

/** SQLite's own, in every database that has a column with AUTOINCREMENT. */
export const sequenceShape = {
  table: 'sqlite_sequence',
  columns: { name: 'text', seq: 'number' },
} as const satisfies Shape

type Columns = ReadonlyMap<string, ReadonlySet<string>>

/** What of a table is missing, as `star.user_id`; a table that is missing whole by its name. */
const missingOf = (found: Columns, { table, columns }: Shape): string[] => {
  const there = found.get(table)
  if (!there) return [table]
  return Object.keys(columns).flatMap((column) => (there.has(column) ? [] : [`${table}.${column}`]))
}

/** Everything that is missing for this to be a Grafana that is known here. */
export const missingFrom = (found: Columns): string[] => [
  ...Object.values(shapes).flatMap((shape) => missingOf(found, shape)),
  ...Object.values(laterShapes).flatMap((shape) => (found.has(shape.table) ? missingOf(found, shape) : [])),
]

/** Which Grafana it is at least, by what came with each. */
export function versionOf(found: Columns): string {
  const has = (table: string, column: string) => found.get(table)?.has(column) === true
  if (has('user', 'is_provisioned')) return '12'
  if (has('user', 'uid')) return '11'
  if (has('team', 'uid') || has('dashboard', 'folder_uid')) return '10'
  return has('user', 'is_service_account') ? '9' : '8'
}
