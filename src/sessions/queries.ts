import { and, eq, gt, inArray, lte, ne, or, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { accountFailures, sessions, signInAddresses, users } from '../db/schema.ts'
import { maxRows } from '../page.ts'

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

type Success = { userId: number; passwordHash: string; address: string; now: number }

/** From where somebody has just signed in: failures elsewhere don't stop them there (src/auth/attempts.ts), and count anew. */
export const knowAddress = (db: Db, { userId, passwordHash, address, now }: Success) => [
  db
    .insert(signInAddresses)
    .select(
      db
        .select({ userId: users.id, address: sql<string>`${address}`.as('address'), at: sql<number>`${now}`.as('at') })
        .from(users)
        .where(and(eq(users.id, userId), eq(users.passwordHash, passwordHash))),
    )
    .onConflictDoUpdate({ target: [signInAddresses.userId, signInAddresses.address], set: { at: now } }),
  db.delete(accountFailures).where(eq(accountFailures.account, `id:${userId}`)),
]

/** A few that are over, at every sign-in, so that they don't pile up. */
export const deleteSomeExpired = (db: Db, now: number) =>
  db
    .delete(sessions)
    .where(
      inArray(sessions.id, db.select({ id: sessions.id }).from(sessions).where(lte(sessions.expiresAt, now)).limit(10)),
    )

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
    .limit(maxRows + 1)

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

/** All but one, which may be none. */
export const deleteOtherSessions = (db: Db, userId: number, kept: number) =>
  db.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, kept)))

/** Ends every session of a person, in the batch that took the reason for them away. */
export const deleteSessionsOf = (db: Db, userId: number) => db.delete(sessions).where(eq(sessions.userId, userId))

const known = (db: Db, userId: number) => db.select({ id: users.id }).from(users).where(eq(users.id, userId))

/** Somebody else's live ones; `undefined` where there is no such person. */
export async function listSessionsOf(db: Db, userId: number, now: number, idleSince: number) {
  const [person, live] = await db.batch([known(db, userId), listSessions(db, userId, now, idleSince)])
  return person.length > 0 ? live : undefined
}

/** Ends one of somebody else's: whether there was one, or `undefined` where there is no such person. */
export async function revokeSession(db: Db, userId: number, id: number): Promise<boolean | undefined> {
  const one = and(eq(sessions.id, id), eq(sessions.userId, userId))
  const [person, ended] = await db.batch([
    known(db, userId),
    db.delete(sessions).where(one).returning({ id: sessions.id }),
  ])
  return person.length > 0 ? ended.length > 0 : undefined
}

/** Ends all of somebody's. Whether there is such a person. */
export async function endSessionsOf(db: Db, userId: number): Promise<boolean> {
  const [person] = await db.batch([known(db, userId), deleteSessionsOf(db, userId)])
  return person.length > 0
}
