import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { Creators } from '../auth/identity.ts'
import type { Grant, Role } from '../auth/permissions.ts'
import { bound, type Db } from '../db/client.ts'
import { tokens } from '../db/schema.ts'
import { maxRows } from '../page.ts'

const isApiKeyOf = (orgId: number) => and(eq(tokens.kind, 'api_key'), eq(tokens.orgId, orgId))
const isPersonalOf = (userId: number) => and(eq(tokens.kind, 'personal'), eq(tokens.userId, userId))

const apiKeyColumns = {
  id: tokens.id,
  name: tokens.name,
  role: tokens.role,
  expiresAt: tokens.expiresAt,
  createdAt: tokens.createdAt,
  lastUsedAt: tokens.lastUsedAt,
  createdBy: tokens.createdBy,
  createdByAccount: tokens.createdByAccount,
}

export type ApiKey = {
  id: number
  name: string
  role: Role | null
  expiresAt: number | null
  createdAt: number
  lastUsedAt: number | null
} & Creators

/** By name; one more than an answer may hold tells that there are too many. */
export const listApiKeys = (db: Db, orgId: number, includeExpired: boolean, now: number): Promise<ApiKey[]> =>
  db
    .select(apiKeyColumns)
    .from(tokens)
    .where(and(isApiKeyOf(orgId), includeExpired ? undefined : or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now))))
    .orderBy(tokens.name)
    .limit(maxRows + 1)

export type NewApiKey = {
  hash: string
  name: string
  orgId: number
  role: Role
  createdBy: number | null
  createdByAccount: number | null
  expiresAt: number | null
  createdAt: number
}

/** Throws a duplicate where the org has a key of that name. */
export const createApiKey = async (db: Db, key: NewApiKey): Promise<number> =>
  (
    await db
      .insert(tokens)
      .values({ kind: 'api_key', ...key })
      .returning({ id: tokens.id })
      .get()
  ).id

/** Whether the org had it. */
export const deleteApiKey = async (db: Db, orgId: number, id: number) =>
  (await db.delete(tokens).where(and(isApiKeyOf(orgId), eq(tokens.id, id)))).meta.changes > 0

export type PersonalToken = {
  id: number
  name: string
  permissions: string | null
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
} & Creators

const personalColumns = {
  id: tokens.id,
  name: tokens.name,
  permissions: tokens.permissions,
  createdAt: tokens.createdAt,
  expiresAt: tokens.expiresAt,
  lastUsedAt: tokens.lastUsedAt,
  createdBy: tokens.createdBy,
  createdByAccount: tokens.createdByAccount,
}

export const listPersonalTokens = (db: Db, userId: number): Promise<PersonalToken[]> =>
  db
    .select(personalColumns)
    .from(tokens)
    .where(isPersonalOf(userId))
    .orderBy(tokens.name)
    .limit(maxRows + 1)

export type NewPersonalToken = {
  hash: string
  name: string
  userId: number
  /** What the owner's password is, by its hash, as the request was let in. */
  passwordHash: string | null
  permissions: Grant[] | undefined
  expiresAt: number | null
  createdAt: number
}

const insertPersonal = `INSERT INTO tokens (kind, hash, name, user_id, created_by, permissions, expires_at, created_at)
  SELECT 'personal', ?1, ?2, id, id, ?3, ?4, ?5 FROM users WHERE id = ?6 AND is_disabled = 0 AND password_hash IS ?7 RETURNING id`

/**
 * Its id; undefined where the account was disabled or its password changed meanwhile, which would have ended the token.
 * Throws a duplicate where the person has a token of that name.
 */
export async function createPersonalToken(db: Db, token: NewPersonalToken): Promise<number | undefined> {
  const { hash, name, userId, passwordHash, permissions, expiresAt, createdAt } = token
  const limits = permissions ? JSON.stringify(permissions) : null
  const values = [hash, name, limits, expiresAt, createdAt, userId, passwordHash]
  return (await bound(db, insertPersonal, ...values).first<{ id: number }>())?.id
}

/** Whether the person had it. */
export const deletePersonalToken = async (db: Db, userId: number, id: number) =>
  (await db.delete(tokens).where(and(isPersonalOf(userId), eq(tokens.id, id)))).meta.changes > 0
