import type { Grant, Role } from '../auth/permissions.ts'
import { bound, type Db } from '../db/client.ts'

export type ApiKey = { id: number; name: string; role: Role; expiresAt: number | null }

const keys = `SELECT id, name, role, expires_at AS expiresAt FROM tokens
  WHERE kind = 'api_key' AND org_id = ?1 AND (?2 OR expires_at IS NULL OR expires_at > ?3) ORDER BY name LIMIT 10001`

export const listApiKeys = async (db: Db, orgId: number, includeExpired: boolean, now: number) =>
  (await bound(db, keys, orgId, includeExpired ? 1 : 0, now).all<ApiKey>()).results

export type NewApiKey = {
  hash: string
  name: string
  orgId: number
  role: Role
  createdBy: number | null
  expiresAt: number | null
  now: number
}

const insertKey = `INSERT INTO tokens (kind, hash, name, org_id, role, created_by, created_at, expires_at)
  VALUES ('api_key', ?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id`

const insertedId = (row: { id: number } | null): number => {
  if (!row) throw new Error('the new token has no id')
  return row.id
}

/** Throws a duplicate where the org has a key of that name. */
export const createApiKey = async (db: Db, { hash, name, orgId, role, createdBy, expiresAt, now }: NewApiKey) =>
  insertedId(await bound(db, insertKey, hash, name, orgId, role, createdBy, now, expiresAt).first<{ id: number }>())

/** Whether the org had it. */
export const deleteApiKey = async (db: Db, orgId: number, id: number) =>
  (await bound(db, "DELETE FROM tokens WHERE id = ?1 AND org_id = ?2 AND kind = 'api_key'", id, orgId).run()).meta
    .changes > 0

export type PersonalToken = {
  id: number
  name: string
  permissions: string | null
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

const personal = `SELECT id, name, permissions, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt
  FROM tokens WHERE kind = 'personal' AND user_id = ?1 ORDER BY name LIMIT 10001`

export const listPersonalTokens = async (db: Db, userId: number) =>
  (await bound(db, personal, userId).all<PersonalToken>()).results

export type NewPersonalToken = {
  hash: string
  name: string
  userId: number
  permissions: Grant[] | undefined
  expiresAt: number | null
  now: number
}

const insertPersonal = `INSERT INTO tokens (kind, hash, name, user_id, created_by, permissions, created_at, expires_at)
  VALUES ('personal', ?1, ?2, ?3, ?3, ?4, ?5, ?6) RETURNING id`

/** Throws a duplicate where the person has a token of that name. */
export async function createPersonalToken(db: Db, token: NewPersonalToken): Promise<number> {
  const { hash, name, userId, permissions, expiresAt, now } = token
  const json = permissions ? JSON.stringify(permissions) : null
  return insertedId(await bound(db, insertPersonal, hash, name, userId, json, now, expiresAt).first<{ id: number }>())
}

/** Whether the person had it. */
export const deletePersonalToken = async (db: Db, userId: number, id: number) =>
  (await bound(db, "DELETE FROM tokens WHERE id = ?1 AND user_id = ?2 AND kind = 'personal'", id, userId).run()).meta
    .changes > 0
