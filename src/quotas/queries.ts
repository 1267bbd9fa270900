import { bound, type Db } from '../db/client.ts'
import { quotas } from '../db/schema.ts'

/** How many there are and what limits were set, by target. */
export type Usage = { used: Record<string, number>; own: Record<string, number> }

/** Nothing is counted further than this. */
const atMost = 10_000

const ofOrg = `SELECT o.id,
    coalesce((SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = o.id), 0) AS org_user,
    (SELECT count(*) FROM (SELECT 1 FROM dashboards WHERE org_id = o.id LIMIT ${atMost})) AS dashboard,
    (SELECT json_group_object(target, "limit") FROM quotas WHERE org_id = o.id) AS own
  FROM orgs o WHERE o.id = ?1`

const ofUser = `SELECT u.id,
    (SELECT count(*) FROM (SELECT 1 FROM org_members WHERE user_id = u.id LIMIT ${atMost})) AS org_user,
    (SELECT json_group_object(target, "limit") FROM quotas WHERE user_id = u.id) AS own
  FROM users u WHERE u.id = ?1`

async function usage(db: Db, statement: string, id: number): Promise<Usage | undefined> {
  const row = await bound(db, statement, id).first<{ org_user: number; dashboard?: number; own: string }>()
  if (!row) return undefined
  const own: Record<string, number> = JSON.parse(row.own)
  return { used: { org_user: row.org_user, dashboard: row.dashboard ?? 0 }, own }
}

/** `undefined` where there is no such org. */
export const usageOfOrg = (db: Db, orgId: number) => usage(db, ofOrg, orgId)

/** `undefined` where there is no such person. */
export const usageOfUser = (db: Db, userId: number) => usage(db, ofUser, userId)

/** Throws a missing reference where there is no such org. */
export const setOrgLimit = (db: Db, orgId: number, target: string, limit: number) =>
  db
    .insert(quotas)
    .values({ orgId, target, limit })
    .onConflictDoUpdate({ target: [quotas.orgId, quotas.target], set: { limit } })

/** Throws a missing reference where there is no such person. */
export const setUserLimit = (db: Db, userId: number, target: string, limit: number) =>
  db
    .insert(quotas)
    .values({ userId, target, limit })
    .onConflictDoUpdate({ target: [quotas.userId, quotas.target], set: { limit } })

// As text for the WHERE of whatever adds something: `otherwise`, the limit of an org without one of its own, and the id
// are whole numbers.

const isBelowLimit = (used: string, orgId: number, target: string, otherwise: number) => {
  const limit = `coalesce((SELECT "limit" FROM quotas WHERE org_id = ${orgId} AND target = '${target}'), ${otherwise})`
  return `(${limit} < 0 OR ${used} < ${limit})`
}

/** Whether the org may have one more member; undefined = nothing is limited. */
export const roomForMember = (orgId: number, otherwise: number | undefined): string => {
  const used = `coalesce((SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = ${orgId}), 0)`
  return otherwise === undefined ? '1' : isBelowLimit(used, orgId, 'org_user', otherwise)
}

/** The same for a dashboard. */
export const roomForDashboard = (orgId: number, otherwise: number | undefined): string => {
  const used = `(SELECT count(*) FROM dashboards WHERE org_id = ${orgId})`
  return otherwise === undefined ? '1' : isBelowLimit(used, orgId, 'dashboard', otherwise)
}
