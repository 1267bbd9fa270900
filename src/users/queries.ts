import { and, eq, exists, notExists, sql } from 'drizzle-orm'
import type { User } from '../auth/identity.ts'
import { nameKey, readUser, type UserRow, userColumns } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import {
  accountFailures,
  orgMembers,
  roleAssignments,
  sessions,
  teamMembers,
  tokens,
  userAuth,
  users,
} from '../db/schema.ts'
import { insertSession, type NewSession } from '../sessions/queries.ts'
import type { Editable, Reach } from './rules.ts'

const byId = `SELECT ${userColumns} FROM users u WHERE u.id = ?1`

export async function findUser(db: Db, id: number): Promise<User | undefined> {
  const row = await bound(db, byId, id).first<UserRow>()
  return row ? readUser(row) : undefined
}

const byName = `SELECT ${userColumns} FROM sign_in_names n JOIN users u ON u.id = n.user_id
  WHERE n.name_key = ?1 AND (u.login = ?2 OR u.email = ?2)`

/** By login or e-mail in its exact spelling, through one primary-key read. */
export async function findUserByName(db: Db, name: string): Promise<User | undefined> {
  const row = await bound(db, byName, nameKey(name), name.normalize('NFC')).first<UserRow>()
  return row ? readUser(row) : undefined
}

export type NewUser = {
  uid: string
  login: string
  email: string
  name: string
  passwordHash: string
  mustChangePassword: boolean
  orgId: number
  now: number
}

/** A Viewer of its org. Throws a duplicate where either name is taken, a missing reference where there is no such org; nothing is left then. */
export async function createUser(db: Db, { now, ...user }: NewUser): Promise<number> {
  const [[created]] = await db.batch([
    db
      .insert(users)
      .values({ ...user, loginKey: nameKey(user.login), emailKey: nameKey(user.email), createdAt: now, updatedAt: now })
      .returning({ id: users.id }),
    db.insert(orgMembers).select(
      db
        .select({
          orgId: users.orgId,
          userId: users.id,
          role: sql<'Viewer'>`'Viewer'`.as('role'),
          createdAt: users.createdAt,
          email: users.email,
          login: users.login,
        })
        .from(users)
        .where(eq(users.uid, user.uid)),
    ),
  ])
  if (!created) throw new Error('the new user has no id')
  return created.id
}

/** An org's admins too, where one would become them: with what a basic role was given beside it, all that an org gives. */
const administersAny = (db: Db, id: number) =>
  db
    .select({ orgId: orgMembers.orgId })
    .from(orgMembers)
    .where(and(eq(orgMembers.userId, id), eq(orgMembers.role, 'Admin')))

/** Who is in the reach for a change by which one becomes them: a new password, e-mail or login. */
const isTakenOver = (db: Db, id: number, reach: Reach) =>
  reach === 'everybody' ? undefined : and(isReached(db, id, reach), notExists(administersAny(db, id)))

/** Server admins and whoever was given roles, itself or by a team, are out of the reach of people who couldn't raise anybody. */
export const isReached = (db: Db, id: number, reach: Reach) =>
  reach === 'everybody'
    ? undefined
    : and(
        eq(users.isAdmin, false),
        notExists(db.select({ id: roleAssignments.id }).from(roleAssignments).where(eq(roleAssignments.userId, id))),
        notExists(
          db
            .select({ id: teamMembers.teamId })
            .from(teamMembers)
            .where(and(eq(teamMembers.userId, id), sql`has_roles = 1`)),
        ),
      )

/** Empty = leave as it is: Grafana's clients omit what they don't change. */
export type UserChange = {
  login: string
  email: string
  name: string
  theme: string
  now: number
  reach: Reach
  /** Only while these are still the values; undefined = whatever they are. */
  seen: Editable | undefined
}

const isStill = (seen: Editable) =>
  and(eq(users.login, seen.login), eq(users.email, seen.email), eq(users.name, seen.name), eq(users.theme, seen.theme))

/**
 * The names that the user had before; undefined where nothing was changed: no such user, one that is another system's to
 * change, one to be spared, or one that isn't any more what was seen.
 */
export async function updateUser(db: Db, id: number, { login, email, name, theme, now, reach, seen }: UserChange) {
  const external = db.select({ id: userAuth.id }).from(userAuth).where(eq(userAuth.userId, id))
  const [[before], changed] = await db.batch([
    db.select({ login: users.login, email: users.email }).from(users).where(eq(users.id, id)),
    db
      .update(users)
      .set({
        ...(login && { login, loginKey: nameKey(login) }),
        ...(email && { email, emailKey: nameKey(email) }),
        ...(name && { name }),
        ...(theme && { theme }),
        updatedAt: now,
      })
      .where(and(eq(users.id, id), notExists(external), isTakenOver(db, id, reach), seen && isStill(seen)))
      .returning({ id: users.id }),
  ])
  return changed.length > 0 ? before : undefined
}

/** With it go sessions, memberships, stars, tokens and the rest, by foreign keys. Last admins are kept by triggers. */
export const deleteUser = async (db: Db, id: number, reach: Reach) =>
  (
    await db
      .delete(users)
      .where(and(eq(users.id, id), isReached(db, id, reach)))
      .returning({ id: users.id })
  ).length > 0

export type NewPassword = { passwordHash: string; mustChangePassword: boolean; now: number; reach: Reach }

/** Ends every session of the person, every personal token and the count of guesses, in the same transaction: whoever knew the old password is out. */
export async function setPassword(db: Db, id: number, { now, reach, ...password }: NewPassword) {
  const { passwordHash } = password
  const isSet = exists(hasPassword(db, id, passwordHash))
  const [updated] = await db.batch([
    db
      .update(users)
      .set({ ...password, updatedAt: now })
      .where(and(eq(users.id, id), isTakenOver(db, id, reach)))
      .returning({ id: users.id }),
    db.delete(sessions).where(and(eq(sessions.userId, id), isSet)),
    db.delete(tokens).where(and(eq(tokens.kind, 'personal'), eq(tokens.userId, id), isSet)),
    db.delete(accountFailures).where(and(eq(accountFailures.account, `id:${id}`), isSet)),
  ])
  return updated.length > 0
}

/** A hash is salted, so nobody has it by chance: whether the statement before has set it. */
const hasPassword = (db: Db, id: number, hash: string) =>
  db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.passwordHash, hash)))

type OwnChange = { userId: number; verified: string; hash: string; now: number; session: NewSession | undefined }

/**
 * Only while the password is still the one just verified. Ends every session; `session` replaces the calling one.
 * Answers whether it was changed, and the new session's id.
 */
export async function changeOwnPassword(db: Db, { userId, verified, hash, now, session }: OwnChange) {
  const changed = hasPassword(db, userId, hash)
  const update = db
    .update(users)
    .set({ passwordHash: hash, mustChangePassword: false, updatedAt: now })
    .where(and(eq(users.id, userId), eq(users.passwordHash, verified)))
    .returning({ id: users.id })
  const end = db.delete(sessions).where(and(eq(sessions.userId, userId), exists(changed)))
  const [updated, , opened] = await (session
    ? db.batch([update, end, insertSession(db, session)])
    : db.batch([update, end]))
  return { changed: updated.length > 0, sessionId: opened?.[0]?.id }
}

export const setAdmin = async (db: Db, id: number, isAdmin: boolean, now: number) =>
  (await db.update(users).set({ isAdmin, updatedAt: now }).where(eq(users.id, id)).returning({ id: users.id })).length >
  0

/**
 * Disabling ends every session of the person in the same transaction. `external` = another system decides there who may
 * sign in, and nothing was changed.
 */
export async function setDisabled(db: Db, id: number, isDisabled: boolean, now: number, reach: Reach) {
  const external = db.select({ id: userAuth.id }).from(userAuth).where(eq(userAuth.userId, id))
  const disabled = db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.isDisabled, true)))
  const [changed, known] = await db.batch([
    db
      .update(users)
      .set({ isDisabled, updatedAt: now })
      .where(and(eq(users.id, id), notExists(external), isReached(db, id, reach)))
      .returning({ id: users.id }),
    db
      .select({ isReached: isReached(db, id, reach) ?? sql`1` })
      .from(users)
      .where(eq(users.id, id)),
    db.delete(sessions).where(and(eq(sessions.userId, id), exists(disabled))),
  ])
  if (changed.length > 0) return 'changed'
  const [user] = known
  if (!user) return 'nobody'
  return user.isReached ? 'external' : 'out of reach'
}
