import { and, eq, exists, gt, sql } from 'drizzle-orm'
import { nameKey } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { passwordResets, sessions, tokens, users } from '../db/schema.ts'
import { knowAddress } from '../sessions/queries.ts'

const resettable = `SELECT u.id, u.login, u.email, u.password_hash AS passwordHash
  FROM sign_in_names n JOIN users u ON u.id = n.user_id
  WHERE n.name_key = ?1 AND u.is_disabled = 0 AND NOT EXISTS (SELECT 1 FROM user_auth WHERE user_id = u.id)`

export type Resettable = { id: number; login: string; email: string; passwordHash: string | null }

/** By login or e-mail, in any letter case. Nobody where the account is disabled, or signs in elsewhere. */
export const findResettable = (db: Db, name: string) => bound(db, resettable, nameKey(name)).first<Resettable>()

export type NewReset = { userId: number; codeHash: string; expiresAt: number }

/** Whether it was begun: at most one a minute for one person, so that nobody's mailbox is flooded. A new code ends the one before. */
export async function startReset(db: Db, { userId, codeHash, expiresAt }: NewReset): Promise<boolean> {
  const { meta } = await db
    .insert(passwordResets)
    .values({ userId, codeHash, expiresAt })
    .onConflictDoUpdate({
      target: passwordResets.userId,
      set: { codeHash, expiresAt },
      setWhere: sql`${passwordResets.expiresAt} <= ${expiresAt - 60}`,
    })
  return meta.changes > 0
}

/** A reset under way and the password that it is to replace. */
export const findReset = (db: Db, userId: number, now: number) =>
  db
    .select({ codeHash: passwordResets.codeHash, passwordHash: users.passwordHash })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(and(eq(passwordResets.userId, userId), gt(passwordResets.expiresAt, now)))
    .get()

export type Reset = {
  userId: number
  codeHash: string
  verified: string | null
  hash: string
  address: string
  now: number
}

/**
 * Only while the password is still the one that the code is bound to, and the account enabled: of two who use one code,
 * or a code and another way to change the password, one wins. Ends the code, every session, every personal token, and the
 * count of guesses at the old password.
 */
export async function resetPassword(
  db: Db,
  { userId, codeHash, verified, hash, address, now }: Reset,
): Promise<boolean> {
  const underWay = db
    .select({ userId: passwordResets.userId })
    .from(passwordResets)
    .where(
      and(eq(passwordResets.userId, userId), eq(passwordResets.codeHash, codeHash), gt(passwordResets.expiresAt, now)),
    )
  const changed = db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.passwordHash, hash)))
  const [updated] = await db.batch([
    db
      .update(users)
      .set({ passwordHash: hash, mustChangePassword: false, updatedAt: now })
      .where(
        and(
          eq(users.id, userId),
          eq(users.isDisabled, false),
          sql`${users.passwordHash} IS ${verified}`,
          exists(underWay),
        ),
      )
      .returning({ id: users.id }),
    db.delete(sessions).where(and(eq(sessions.userId, userId), exists(changed))),
    db.delete(tokens).where(and(eq(tokens.kind, 'personal'), eq(tokens.userId, userId), exists(changed))),
    db.delete(passwordResets).where(and(eq(passwordResets.userId, userId), exists(changed))),
    ...knowAddress(db, { userId, passwordHash: hash, address, now }),
  ])
  return updated.length > 0
}
