import { and, eq } from 'drizzle-orm'
import type { Creators } from '../auth/identity.ts'
import { machineRoles } from '../auth/queries.ts'
import { readRoles } from '../auth/rolesHeld.ts'
import { bound, type Db } from '../db/client.ts'
import { tokens } from '../db/schema.ts'
import { maxRows } from '../page.ts'
import { type Account, type AccountRow, accountById, accountColumns, readAccount } from './queries.ts'

export type AccountToken = {
  id: number
  name: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
} & Creators

const ofAccount = `SELECT t.id, t.name, t.created_at AS createdAt, t.expires_at AS expiresAt, t.last_used_at AS lastUsedAt,
    t.created_by AS createdBy, t.created_by_account AS createdByAccount
  FROM tokens t WHERE t.service_account_id = ?1 AND t.kind = 'service_account' ORDER BY t.name LIMIT ${maxRows + 1}`

/** The account, if the org has it, and its tokens by name; one more than an answer may hold tells that there are too many. */
export async function listAccountTokens(db: Db, orgId: number, id: number, personId: number | null) {
  const [found, listed] = await db.$client.batch<AccountRow & AccountToken>([
    bound(db, accountById, id, personId, orgId),
    bound(db, ofAccount, id),
  ])
  const row = found?.results[0]
  return { account: row && readAccount(row), tokens: listed?.results ?? [] }
}

const withRoles = `SELECT ${accountColumns}, ${machineRoles('a')} AS roles FROM service_accounts a WHERE a.id = ?1 AND a.org_id = ?3`

/** The account, if the org has it, and the roles that it holds. */
export async function findMinting(db: Db, orgId: number, id: number, personId: number | null) {
  const row = await bound(db, withRoles, id, personId, orgId).first<AccountRow & { roles: string }>()
  return { account: row ? readAccount(row) : undefined, roles: row ? readRoles(row.roles) : [] }
}

/** Only while the account is what it was found to be, so that a token is never worth more than was looked at. */
const insert = `INSERT INTO tokens (kind, hash, name, service_account_id, created_by, created_by_account, created_at, expires_at)
  SELECT 'service_account', ?1, ?2, id, ?3, ?9, ?4, ?5 FROM service_accounts
  WHERE id = ?6 AND role = ?7 AND permissions IS ?8 RETURNING id`

export type NewAccountToken = {
  hash: string
  name: string
  createdBy: number | null
  createdByAccount: number | null
  expiresAt: number | null
  now: number
}

/** Its id; `undefined` where the account was deleted or changed meanwhile. Throws a duplicate where it has a token of that name. */
export async function createAccountToken(db: Db, account: Account, token: NewAccountToken) {
  const { hash, name, createdBy, createdByAccount, now, expiresAt } = token
  const permissions = account.permissions.length > 0 ? JSON.stringify(account.permissions) : null
  const values = [hash, name, createdBy, now, expiresAt, account.id, account.role, permissions, createdByAccount]
  return (await bound(db, insert, ...values).first<{ id: number }>())?.id
}

/** Whether the account had it. */
export async function deleteAccountToken(db: Db, accountId: number, id: number) {
  const isTheOne = and(eq(tokens.kind, 'service_account'), eq(tokens.serviceAccountId, accountId), eq(tokens.id, id))
  return (await db.delete(tokens).where(isTheOne)).meta.changes > 0
}
