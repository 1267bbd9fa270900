// Databases as Grafana makes them, from 8 to 12, as far as an import reads them.

import { DatabaseSync } from 'node:sqlite'

export const versions = ['8', '9', '10', '11', '12'] as const
export type Version = (typeof versions)[number]

type Value = string | number | bigint | null | Uint8Array
export type Row = Record<string, Value>

/** `since` = the version that has the column first; 8 where nothing is said. */
type Column = { type: 'INTEGER' | 'TEXT' | 'DATETIME'; otherwise: Value; since?: number }

const integer = (otherwise: Value = 0, since = 8): Column => ({ type: 'INTEGER', otherwise, since })
const text = (otherwise: Value = '', since = 8): Column => ({ type: 'TEXT', otherwise, since })
const time = (otherwise: Value = '2026-11-24 12:15:20', since = 8): Column => ({ type: 'DATETIME', otherwise, since })
const id = integer(null)

type Table = { columns: Record<string, Column>; unique?: readonly string[]; since?: number }

const created = { created: time(), updated: time() }

const tables: Record<string, Table> = {
  migration_log: { columns: { id, migration_id: text() } },
  user: {
    columns: {
      id,
      version: integer(),
      login: text(),
      email: text(),
      name: text(),
      password: text(),
      salt: text(),
      rands: text(),
      company: text(),
      org_id: integer(1),
      is_admin: integer(),
      email_verified: integer(),
      theme: text(),
      ...created,
      help_flags1: integer(),
      last_seen_at: time('2016-11-24 12:15:20'),
      is_disabled: integer(),
      is_service_account: integer(0, 9),
      uid: text(null, 11),
      is_provisioned: integer(0, 12),
    },
    unique: ['login', 'email'],
  },
  org: {
    columns: {
      id,
      version: integer(),
      name: text(),
      address1: text(),
      address2: text(),
      city: text(),
      state: text(),
      zip_code: text(),
      country: text(),
      billing_email: text(null),
      ...created,
    },
    unique: ['name'],
  },
  org_user: {
    columns: { id, org_id: integer(1), user_id: integer(), role: text('Viewer'), ...created },
    unique: ['org_id, user_id'],
  },
  team: {
    columns: { id, name: text(), org_id: integer(1), ...created, email: text(), uid: text(null, 10) },
    unique: ['org_id, name'],
  },
  team_member: {
    columns: {
      id,
      org_id: integer(1),
      team_id: integer(),
      user_id: integer(),
      ...created,
      external: integer(),
      permission: integer(null),
    },
    unique: ['org_id, team_id, user_id'],
  },
  user_auth: {
    columns: {
      id,
      user_id: integer(),
      auth_module: text(),
      auth_id: text(),
      created: time(),
      o_auth_access_token: text('a secret of another system'),
    },
  },
  user_auth_token: {
    columns: {
      id,
      user_id: integer(),
      auth_token: text(),
      prev_auth_token: text(),
      user_agent: text('curl/8.5.0'),
      client_ip: text('127.0.0.1'),
      auth_token_seen: integer(),
      seen_at: integer(),
      rotated_at: integer(),
      created_at: integer(),
      updated_at: integer(),
      revoked_at: integer(),
    },
    unique: ['auth_token'],
  },
  api_key: {
    columns: {
      id,
      org_id: integer(1),
      name: text(),
      key: text(),
      role: text('Viewer'),
      ...created,
      expires: integer(null),
      service_account_id: integer(null, 9),
      last_used_at: time(null, 9),
      is_revoked: integer(0, 9),
    },
    unique: ['org_id, name', 'key'],
  },
  dashboard: {
    columns: {
      id,
      version: integer(1),
      slug: text(),
      title: text(),
      data: text('{"title":"Home","panels":[],"tags":["ops"],"uid":"abc","version":1,"id":null}'),
      org_id: integer(1),
      ...created,
      created_by: integer(1),
      updated_by: integer(-1),
      folder_id: integer(),
      is_folder: integer(),
      uid: text(null),
      folder_uid: text(null, 10),
      deleted: time(null, 11),
    },
    unique: ['org_id, uid'],
  },
  star: {
    columns: {
      id,
      user_id: integer(),
      dashboard_id: integer(),
      dashboard_uid: text(null, 12),
      org_id: integer(1, 12),
      updated: time(null, 12),
    },
    unique: ['user_id, dashboard_id'],
  },
  preferences: {
    columns: {
      id,
      org_id: integer(1),
      user_id: integer(),
      team_id: integer(0),
      version: integer(),
      home_dashboard_id: integer(),
      timezone: text(),
      theme: text(),
      ...created,
      week_start: text('', 9),
      json_data: text(null, 9),
      home_dashboard_uid: text(null, 12),
    },
  },
  quota: {
    columns: { id, org_id: integer(null), user_id: integer(null), target: text(), limit: integer(), ...created },
  },
  role: {
    columns: {
      id,
      name: text(),
      description: text(),
      version: integer(),
      org_id: integer(),
      uid: text(),
      ...created,
      display_name: text(),
      group_name: text(),
      hidden: integer(),
    },
    unique: ['uid', 'org_id, name'],
    since: 9,
  },
  permission: { columns: { id, role_id: integer(), action: text(), scope: text(), ...created }, since: 9 },
  user_role: {
    columns: { id, org_id: integer(), user_id: integer(), role_id: integer(), created: time() },
    since: 9,
  },
  team_role: {
    columns: { id, org_id: integer(), team_id: integer(), role_id: integer(), created: time() },
    since: 9,
  },
  builtin_role: {
    columns: { id, role: text(), role_id: integer(), ...created, org_id: integer() },
    since: 9,
  },
}

export type GrafanaDatabase = {
  file: string
  version: Version
  db: DatabaseSync
  has(table: string): boolean
  /** A row of a table; what is not said is as Grafana has it, and what the version doesn't know is left out. */
  add(table: string, row: Row): void
  close(): void
}

const isThere = (version: Version, { since = 8 }: { since?: number }) => since <= Number(version)

const columnsOf = (version: Version, table: string) =>
  Object.entries(tables[table]?.columns ?? {}).filter(([, column]) => isThere(version, column))

const quoted = (name: string) => `"${name}"`

function create(version: Version, table: string, hasKeys: boolean): string[] {
  const columns = columnsOf(version, table).map(([name, { type }]) =>
    name === 'id' && hasKeys ? 'id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL' : `${quoted(name)} ${type}`,
  )
  const unique = hasKeys ? (tables[table]?.unique ?? []) : []
  return [
    `CREATE TABLE ${quoted(table)} (${columns.join(', ')})`,
    ...unique.map((list, at) => `CREATE UNIQUE INDEX "UQE_${table}_${at}" ON ${quoted(table)} (${list})`),
  ]
}

/** Without keys nothing numbers the rows. */
const nextId = (db: DatabaseSync, table: string) =>
  Number(db.prepare(`SELECT coalesce(max(id), 0) + 1 AS id FROM ${quoted(table)}`).get()?.id)

/** `hasKeys` false: as a dump makes it that brings no keys along, so that everything can be there twice. */
export function grafanaDatabase(file: string, version: Version, { hasKeys = true } = {}): GrafanaDatabase {
  const db = new DatabaseSync(file)
  const there = Object.keys(tables).filter((table) => isThere(version, tables[table] ?? {}))
  for (const sql of there.flatMap((table) => create(version, table, hasKeys))) db.exec(sql)
  return {
    file,
    version,
    db,
    has: (table) => there.includes(table),
    add: (table, row) => {
      const columns = columnsOf(version, table)
      const list = columns.map(([name]) => quoted(name)).join(', ')
      const values = columns.map(
        ([name, { otherwise }]) => row[name] ?? (name === 'id' ? nextId(db, table) : otherwise),
      )
      db.prepare(`INSERT INTO ${quoted(table)} (${list}) VALUES (${values.map(() => '?').join(', ')})`).run(...values)
    },
    close: () => db.close(),
  }
}
