import type { Session } from '../auth/identity.ts'
import { bound, type Db } from '../db/client.ts'

export type NewSession = { userId: number; secretHash: string; passwordHash: string; now: number; expiresAt: number }

const insert = `INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at)
  SELECT id, ?2, ?4, ?4, ?5 FROM users WHERE id = ?1 AND is_disabled = 0 AND password_hash = ?3 RETURNING id`

/**
 * Only while the account is enabled and its password is still the one that was verified: a sign-in that races a disable
 * or a password change leaves nothing behind.
 */
export const insertSession = (db: Db, { userId, secretHash, passwordHash, now, expiresAt }: NewSession) =>
  bound(db, insert, userId, secretHash, passwordHash, now, expiresAt)

const listed = `SELECT id, created_at AS createdAt, seen_at AS seenAt, expires_at AS expiresAt FROM sessions
  WHERE user_id = ?1 AND expires_at > ?2 AND seen_at > ?3 ORDER BY id`

/** The live ones; `idleSince` in seconds since 1970. */
export const listSessions = async (db: Db, userId: number, now: number, idleSince: number) =>
  (await bound(db, listed, userId, now, idleSince).all<Session>()).results

/** Whether there was one to end. Another person's is never touched. */
export const deleteSession = async (db: Db, userId: number, id: number) =>
  (await bound(db, 'DELETE FROM sessions WHERE id = ?1 AND user_id = ?2', id, userId).run()).meta.changes > 0

/** By the cookie alone, for a sign-out. */
export const deleteSessionByHash = (db: Db, hash: string) =>
  bound(
    db,
    'DELETE FROM sessions WHERE secret_hash = ?1 OR legacy_hash = ?1 RETURNING id, user_id AS userId',
    hash,
  ).first<{
    id: number
    userId: number
  }>()

/** Ends every session of a person, in the batch that took the reason for them away. */
export const deleteSessionsOf = (db: Db, userId: number) => bound(db, 'DELETE FROM sessions WHERE user_id = ?1', userId)
