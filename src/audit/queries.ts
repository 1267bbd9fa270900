import { bound, type Db } from '../db/client.ts'

export type NewRow = {
  at: number
  actor: string
  login: string
  credential: string
  action: string
  target: string
  orgId: number
  address: string
  outcome: number
  requestId: string
}

const valuesOf = (row: NewRow) =>
  [
    row.at,
    row.actor,
    row.login,
    row.credential,
    row.action,
    row.target,
    row.orgId,
    row.address,
    row.outcome,
    row.requestId,
  ] as const

/** Time never runs backwards from row to row, whatever the clocks of the isolates: so the order of ids is that of time. */
const insert = (target: string) => `INSERT INTO audit_log
  (at, actor, login, credential, action, target, org_id, address, outcome, request_id)
  SELECT max(?1, coalesce((SELECT at FROM audit_log ORDER BY id DESC LIMIT 1), 0)), ?2, ?3, ?4, ?5, ${target}, ?7, ?8, ?9, ?10`

/** What was just made, by the table that it went into. */
const made: Record<string, string> = {
  users: "'users:id:' || last_insert_rowid()",
  orgs: "'orgs:id:' || last_insert_rowid()",
  teams: "'teams:id:' || last_insert_rowid()",
  tokens: "'apikeys:id:' || last_insert_rowid()",
  service_accounts: "'serviceaccounts:id:' || last_insert_rowid()",
  invites: "'invites:id:' || last_insert_rowid()",
  dashboards: "'dashboards:uid:' || (SELECT uid FROM dashboards WHERE rowid = last_insert_rowid())",
  org_members: "'users:id:' || (SELECT user_id FROM org_members WHERE rowid = last_insert_rowid())",
}

/**
 * Right behind a statement `text`: where that changed something, and none of its batch had a row written yet. An upsert
 * may have made nothing, and then the last id is another's.
 */
export function rowAfter(db: Db, text: string, row: NewRow): D1PreparedStatement {
  const [, table = ''] = /^insert into "?(\w+)(?!.*\bdo update\b)/is.exec(text) ?? []
  // Null where an upsert found what it gives there already: then nothing was made.
  const target = made[table] ? `coalesce(CASE ?6 WHEN '' THEN ${made[table]} ELSE ?6 END, '')` : '?6'
  const isFirst = '?10 <> coalesce((SELECT request_id FROM audit_log ORDER BY id DESC LIMIT 1), 0)'
  return bound(db, `${insert(target)} WHERE changes() > 0 AND ${isFirst} RETURNING id`, ...valuesOf(row))
}

/** Rows a minute that tell of no change: of one actor (all strangers are one), and of those from one address. */
const maxOfActor = 200
export const maxOfAddress = 20

/**
 * A row that tells of no change: under a flood no more than the first of a minute. None where the change was made after
 * all, and only the answer of the database was lost.
 */
const sampled = `${insert('?6')} FROM (SELECT count(*) AS n, total(address = ?8 AND outcome >= 400) AS here, total(request_id = ?10) AS own
    FROM (SELECT at, address, outcome, request_id FROM audit_log WHERE actor = ?2 ORDER BY id DESC LIMIT ${maxOfActor}) WHERE at > ?1 - 60)
  WHERE n < ${maxOfActor} AND here < ${maxOfAddress} AND own = 0`

export const insertSampled = (db: Db, row: NewRow) => bound(db, sampled, ...valuesOf(row)).run()

/** What turned out after the row was written. */
export const correct = (db: Db, id: number, outcome: number, userId: number | undefined) =>
  bound(
    db,
    `UPDATE audit_log SET outcome = ?2, actor = coalesce('user:' || ?3, actor), target = coalesce('users:id:' || ?3, target),
      login = coalesce((SELECT login FROM users WHERE id = ?3), login) WHERE id = ?1`,
    id,
    outcome,
    // As text: D1 binds every number as a float, which reads "7.0".
    userId === undefined ? null : String(userId),
  ).run()

export type AuditRow = NewRow & { id: number }

export type Wanted = {
  actor: string
  target: string
  action: string
  /** Seconds since 1970, `to` exclusive. */
  from: number | undefined
  to: number | undefined
  /** Rows from before this one. */
  before: number | undefined
  limit: number
}

/** Rows that are looked through in one go for those that fit several filters at once. */
const walked = 1_000

/** The first row of a time, by the index; ids grow as time does. */
const firstAt = (parameter: string) => `(SELECT id FROM audit_log WHERE at >= ${parameter} ORDER BY at, id LIMIT 1)`

const columns =
  'at, actor, login, credential, action, target, org_id AS orgId, address, outcome, request_id AS requestId'

/**
 * The newest first. One filter is read off its index; of several one is, and the others are asked of so many rows in
 * turn, so that what is read stays bounded: `end` is where that stopped, undefined at the end of the log.
 */
export async function listAudit(db: Db, { limit, ...wanted }: Wanted) {
  const filters = (['target', 'actor', 'action'] as const).flatMap((column) =>
    wanted[column] ? [{ column, value: wanted[column] }] : [],
  )
  const values: (string | number)[] = []
  const parameter = (value: string | number) => `?${values.push(value)}`
  const conditions = filters.map(({ column, value }) => `${column} = ${parameter(value)}`)
  const bounds = [
    ...conditions.slice(0, 1),
    ...(wanted.before === undefined ? [] : [`id < ${parameter(wanted.before)}`]),
    ...(wanted.from === undefined ? [] : [`id >= ${firstAt(parameter(wanted.from))}`]),
    ...(wanted.to === undefined ? [] : [`id < coalesce(${firstAt(parameter(wanted.to))}, 9e15)`]),
  ]
  const window = limit + (filters.length > 1 ? walked : 1)
  const scanned = `SELECT id, ${columns} FROM audit_log ${bounds.length > 0 ? `WHERE ${bounds.join(' AND ')}` : ''}
    ORDER BY id DESC LIMIT ${parameter(window)}`
  const text = `WITH scanned AS MATERIALIZED (${scanned})
    SELECT e.last, e.n, s.* FROM (SELECT min(id) AS last, count(*) AS n FROM scanned) e
      LEFT JOIN scanned s ON ${conditions.slice(1).join(' AND ') || '1'} ORDER BY s.id DESC LIMIT ${parameter(limit + 1)}`
  const { results } = await bound(db, text, ...values).all<
    { last: number; n: number } & (AuditRow | { [key in keyof AuditRow]: null })
  >()
  const rows = results.flatMap(({ last, n, ...row }) => (row.id === null ? [] : [row]))
  const isCut = rows.length > limit
  const page = isCut ? rows.slice(0, limit) : rows
  const [{ last, n } = { last: 0, n: 0 }] = results
  return { rows: page, end: isCut ? page.at(-1)?.id : n === window ? last : undefined }
}
