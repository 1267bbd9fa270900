import { and, eq, gt, or, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { sessions, users } from '../db/schema.ts'

export type NewSession = { userId: number; secretHash: string; passwordHash: string; now: number; expiresAt: number }

/**
 * Only while the account is enabled and its password is still the one that was verified: a sign-in that races a disable
 * or a password change leaves nothing behind, and no row comes back.
 */
export const insertSession = (db: Db, { userId, secretHash, passwordHash, now, expiresAt }: NewSession) =>
  db
    .insert(sessions)
    .select(
      db
        .select({
          id: sql<number>`NULL`.as('id'),
          userId: users.id,
          secretHash: sql<string>`${secretHash}`.as('secret_hash'),
          legacyHash: sql<string>`NULL`.as('legacy_hash'),
          createdAt: sql<number>`${now}`.as('created_at'),
          seenAt: sql<number>`${now}`.as('seen_at'),
          expiresAt: sql<number>`${expiresAt}`.as('expires_at'),
        })
        .from(users)
        .where(and(eq(users.id, userId), eq(users.isDisabled, false), eq(users.passwordHash, passwordHash))),
    )
    .returning({ id: sessions.id })

const shown = {
  id: sessions.id,
  createdAt: sessions.createdAt,
  seenAt: sessions.seenAt,
  expiresAt: sessions.expiresAt,
}

/** The live ones; `idleSince` in seconds since 1970. */
export const listSessions = (db: Db, userId: number, now: number, idleSince: number) =>
  db
    .select(shown)
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now), gt(sessions.seenAt, idleSince)))
    .orderBy(sessions.id)

/** Whether there was one to end. Another person's is never touched. */
export const deleteSession = async (db: Db, userId: number, id: number) =>
  (await db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.userId, userId)))).meta.changes > 0

/** By the cookie alone, for a sign-out. */
export const deleteSessionByHash = (db: Db, hash: string) =>
  db
    .delete(sessions)
    .where(or(eq(sessions.secretHash, hash), eq(sessions.legacyHash, hash)))
    .returning({ id: sessions.id, userId: sessions.userId })
    .get()

/** Ends every session of a person, in the batch that took the reason for them away. */
export const deleteSessionsOf = (db: Db, userId: number) => db.delete(sessions).where(eq(sessions.userId, userId))
