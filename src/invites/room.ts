import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { roomForMember } from '../quotas/queries.ts'

const dialect = new SQLiteAsyncDialect()

/** The end of a WHERE written for D1 itself, with the values that come after those it numbers; `limit` undefined = no quotas. */
export function roomIn(orgId: number, limit: number | undefined): { text: string; values: unknown[] } {
  if (limit === undefined) return { text: '', values: [] }
  const { sql, params } = dialect.sqlToQuery(roomForMember(orgId, limit))
  return { text: ` AND ${sql}`, values: params }
}
