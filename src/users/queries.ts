import type { User } from '../auth/identity.ts'
import { nameKey, readUser, type UserRow, userColumns } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { deleteSessionsOf, insertSession, type NewSession } from '../sessions/queries.ts'

const byId = `SELECT ${userColumns} FROM users u WHERE u.id = ?1`

export async function findUser(db: Db, id: number): Promise<User | undefined> {
  const row = await bound(db, byId, id).first<UserRow>()
  return row ? readUser(row) : undefined
}

const byName = `SELECT ${userColumns} FROM sign_in_names n JOIN users u ON u.id = n.user_id
  WHERE n.name_key = ?1 AND (u.login = ?2 OR u.email = ?2)`

/** By login or e-mail in its exact spelling, through one primary-key read. */
export async function findUserByName(db: Db, name: string): Promise<User | undefined> {
  const row = await bound(db, byName, nameKey(name), name).first<UserRow>()
  return row ? readUser(row) : undefined
}

export type NewUser = {
  uid: string
  login: string
  email: string
  name: string
  passwordHash: string
  orgId: number
  now: number
}

const insert = `INSERT INTO users (uid, login, email, login_key, email_key, name, password_hash, org_id, created_at, updated_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) RETURNING id`

/** A Viewer of its org. Throws a duplicate where either name is taken, a missing reference where there is no such org; nothing is left then. */
export async function createUser(db: Db, user: NewUser): Promise<number> {
  const { uid, login, email, name, passwordHash, orgId, now } = user
  const [created] = await db.$client.batch<{ id: number }>([
    bound(db, insert, uid, login, email, nameKey(login), nameKey(email), name, passwordHash, orgId, now),
    bound(
      db,
      "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT ?1, id, 'Viewer', ?2 FROM users WHERE uid = ?3",
      orgId,
      now,
      uid,
    ),
  ])
  const id = created?.results[0]?.id
  if (id === undefined) throw new Error('the new user has no id')
  return id
}

/** Empty = leave as it is: Grafana's clients omit what they don't change. */
export type UserChange = { login: string; email: string; name: string; theme: string; now: number }

const change = `UPDATE users SET
    login = coalesce(nullif(?2, ''), login), login_key = coalesce(nullif(?3, ''), login_key),
    email = coalesce(nullif(?4, ''), email), email_key = coalesce(nullif(?5, ''), email_key),
    name = coalesce(nullif(?6, ''), name), theme = coalesce(nullif(?7, ''), theme), updated_at = ?8
  WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM user_auth WHERE user_id = ?1)`

/** Whether it was changed: not where there is no such user, nor where it is another system's to change. */
export async function updateUser(db: Db, id: number, { login, email, name, theme, now }: UserChange): Promise<boolean> {
  const run = await bound(db, change, id, login, nameKey(login), email, nameKey(email), name, theme, now).run()
  return run.meta.changes > 0
}

/** With it go sessions, memberships, stars, tokens and the rest, by foreign keys. Last admins are kept by triggers. */
export const deleteUser = async (db: Db, id: number) =>
  (await bound(db, 'DELETE FROM users WHERE id = ?1 RETURNING id', id).first()) !== null

/** Ends every session of the person in the same transaction. */
export async function setPassword(db: Db, id: number, hash: string, now: number): Promise<boolean> {
  const [updated] = await db.$client.batch([
    bound(db, 'UPDATE users SET password_hash = ?2, updated_at = ?3 WHERE id = ?1 RETURNING id', id, hash, now),
    deleteSessionsOf(db, id),
  ])
  return (updated?.results.length ?? 0) > 0
}

type OwnChange = { userId: number; verified: string; hash: string; now: number; session: NewSession | undefined }

/**
 * Only while the password is still the one just verified. Ends every session; `session` replaces the calling one.
 * Answers whether it was changed, and the new session's id.
 */
export async function changeOwnPassword(db: Db, { userId, verified, hash, now, session }: OwnChange) {
  const [updated, , opened] = await db.$client.batch<{ id: number }>([
    bound(
      db,
      'UPDATE users SET password_hash = ?2, updated_at = ?3 WHERE id = ?1 AND password_hash = ?4 RETURNING id',
      userId,
      hash,
      now,
      verified,
    ),
    bound(
      db,
      'DELETE FROM sessions WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?2)',
      userId,
      hash,
    ),
    ...(session ? [insertSession(db, session)] : []),
  ])
  return { changed: (updated?.results.length ?? 0) > 0, sessionId: opened?.results[0]?.id }
}

export const setAdmin = async (db: Db, id: number, isAdmin: boolean, now: number) =>
  (await bound(
    db,
    'UPDATE users SET is_admin = ?2, updated_at = ?3 WHERE id = ?1 RETURNING id',
    id,
    isAdmin ? 1 : 0,
    now,
  ).first()) !== null
