import { and, eq, sql } from 'drizzle-orm'
import { type Grant, type Role, readGrants } from '../auth/permissions.ts'
import { bound, type Db } from '../db/client.ts'
import { orgMembers, serviceAccountPermissions, serviceAccounts } from '../db/schema.ts'
import type { Level } from './rules.ts'

export type Account = {
  id: number
  orgId: number
  name: string
  login: string
  role: Role
  isDisabled: boolean
  createdAt: number
  updatedAt: number
  tokens: number
  /** What a server admin gave it, beside its role. */
  permissions: Grant[]
  /** What the caller was given on it, itself or by a team; null = nothing. */
  given: Level | null
}

/** What ?2, a person or null, was given on the account with the alias `a`: of several levels the higher, which is also the first by letters. */
const given = `(SELECT min(permission) FROM (
    SELECT permission FROM service_account_permissions WHERE service_account_id = a.id AND user_id = ?2
    UNION ALL SELECT p.permission FROM team_members m
      CROSS JOIN service_account_permissions p ON p.service_account_id = a.id AND p.team_id = m.team_id
      WHERE m.user_id = ?2 AND m.org_id = a.org_id))`

export const accountColumns = `a.id, a.org_id AS orgId, a.name, a.login, a.role, a.is_disabled AS isDisabled,
  a.created_at AS createdAt, a.updated_at AS updatedAt, a.permissions,
  (SELECT count(*) FROM tokens WHERE service_account_id = a.id AND kind = 'service_account') AS tokens, ${given} AS given`

export type AccountRow = Omit<Account, 'isDisabled' | 'permissions'> & {
  isDisabled: number
  permissions: string | null
}

export const readAccount = (row: AccountRow): Account => ({
  id: row.id,
  orgId: row.orgId,
  name: row.name,
  login: row.login,
  role: row.role,
  isDisabled: row.isDisabled === 1,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  tokens: row.tokens,
  permissions: row.permissions === null ? [] : readGrants(row.permissions),
  given: row.given,
})

/** ?1 the account, ?2 the person or null, ?3 the org. */
export const accountById = `SELECT ${accountColumns} FROM service_accounts a WHERE a.id = ?1 AND a.org_id = ?3`

/** Of the org; `personId` is whose given level is of interest. */
export async function findAccount(db: Db, orgId: number, id: number, personId: number | null) {
  const row = await bound(db, accountById, id, personId, orgId).first<AccountRow>()
  return row ? readAccount(row) : undefined
}

/** What people were given on accounts of the org ?2, themselves or by a team; `whose` is a condition on who they are. */
export const givenTo = (
  whose: string,
) => `SELECT user_id AS userId, service_account_id AS id, permission AS level, team_id AS teamId
  FROM (SELECT user_id, service_account_id, permission, NULL AS team_id FROM service_account_permissions WHERE user_id ${whose}
    UNION ALL SELECT m.user_id, p.service_account_id, p.permission, p.team_id
      FROM team_members m CROSS JOIN service_account_permissions p ON p.team_id = m.team_id
      WHERE m.user_id ${whose} AND m.org_id = ?2)
  WHERE service_account_id IN (SELECT id FROM service_accounts WHERE id = service_account_id AND org_id = ?2)
  ORDER BY service_account_id`

export type Gift = { userId: number; id: number; level: Level; teamId: number | null }

export const givenToOne = givenTo('= ?1')

/** Every account of the org that a person was given, as often as it was. */
export const listGiven = async (db: Db, orgId: number, personId: number) =>
  (await bound(db, givenToOne, personId, orgId).all<Gift>()).results

export type NewAccount = {
  uid: string
  orgId: number
  name: string
  login: string
  role: Role
  isDisabled: boolean
  /** Is given the account, if a member of the org. */
  creatorId: number | null
  now: number
}

/** Throws a duplicate where the org has an account of that login. */
export async function createAccount(db: Db, { creatorId, now, ...account }: NewAccount): Promise<number> {
  const [[created]] = await db.batch([
    db
      .insert(serviceAccounts)
      .values({ ...account, createdAt: now, updatedAt: now })
      .returning({ id: serviceAccounts.id }),
    db.insert(serviceAccountPermissions).select(
      db
        .select({
          id: sql<null>`NULL`.as('id'),
          serviceAccountId: serviceAccounts.id,
          userId: orgMembers.userId,
          teamId: sql<null>`NULL`.as('team_id'),
          permission: sql<Level>`'Admin'`.as('permission'),
          createdAt: serviceAccounts.createdAt,
        })
        .from(serviceAccounts)
        .innerJoin(orgMembers, and(eq(orgMembers.orgId, serviceAccounts.orgId), eq(orgMembers.userId, creatorId ?? 0)))
        .where(eq(serviceAccounts.uid, account.uid)),
    ),
  ])
  if (!created) throw new Error('the new service account has no id')
  return created.id
}

const isOf = (orgId: number, id: number) => and(eq(serviceAccounts.id, id), eq(serviceAccounts.orgId, orgId))

/** What is undefined stays. */
export type AccountChange = { name?: string; role?: Role; isDisabled?: boolean }

/** Whether the org has the account. Its login stays, whatever its name becomes (Grafana). */
export async function updateAccount(db: Db, orgId: number, id: number, change: AccountChange, now: number) {
  const { meta } = await db
    .update(serviceAccounts)
    .set({ ...change, updatedAt: now })
    .where(isOf(orgId, id))
  return meta.changes > 0
}

/** Whether the org had it. With it go its tokens and what was given on it, by foreign keys. */
export const deleteAccount = async (db: Db, orgId: number, id: number) =>
  (await db.delete(serviceAccounts).where(isOf(orgId, id)).returning({ id: serviceAccounts.id })).length > 0

/** Whether the org has the account. */
export async function setGrants(db: Db, orgId: number, id: number, grants: Grant[], now: number) {
  const permissions = grants.length > 0 ? JSON.stringify(grants) : null
  const { meta } = await db.update(serviceAccounts).set({ permissions, updatedAt: now }).where(isOf(orgId, id))
  return meta.changes > 0
}
