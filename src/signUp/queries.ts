import { and, eq, gt, isNull } from 'drizzle-orm'
import { nameKey } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { invites } from '../db/schema.ts'
import { isBacked } from '../invites/senders.ts'
import { roomForMember } from '../quotas/queries.ts'

const insertCode = `INSERT INTO invites (email, role, status, code_hash, is_email_sent, created_at, expires_at)
  SELECT ?1, 'Viewer', 'SignUpStarted', ?2, 1, ?3, ?4
  WHERE NOT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = ?5)
    AND NOT EXISTS (SELECT 1 FROM invites WHERE email = ?1 AND status = 'SignUpStarted' AND created_at > ?3 - 60)
  RETURNING id`

/** Of the oldest, those that nobody can use any more: a few at each insert keep the table as small as its use. */
export const forgetExpired = (db: Db, now: number) =>
  bound(
    db,
    'DELETE FROM invites WHERE id IN (SELECT id FROM (SELECT id, expires_at FROM invites ORDER BY id LIMIT 10) WHERE expires_at <= ?1)',
    now,
  )

const nameIsTaken = 'SELECT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = ?1) AS taken'

/** Whether somebody has the name already, as login or as e-mail. */
export const isTaken = async (db: Db, name: string) =>
  (await bound(db, nameIsTaken, nameKey(name)).first<{ taken: number }>())?.taken === 1

export type NewCode = { email: string; codeHash: string; now: number; expiresAt: number }

/** A sign-up begun, at most one a minute for one address. Answers its id if it was, and whether somebody has the e-mail already. */
export async function startSignUp(db: Db, { email, codeHash, now, expiresAt }: NewCode) {
  const [inserted, known] = await db.$client.batch<{ id?: number; taken?: number }>([
    bound(db, insertCode, nameKey(email), codeHash, now, expiresAt, nameKey(email)),
    bound(db, nameIsTaken, nameKey(email)),
    forgetExpired(db, now),
  ])
  return { id: inserted?.results[0]?.id, taken: known?.results[0]?.taken === 1 }
}

/** The e-mail that a sign-up's code is bound to, while the code is good. */
export const findSignUp = (db: Db, codeHash: string, now: number) =>
  db
    .select({ email: invites.email })
    .from(invites)
    .where(
      and(
        eq(invites.codeHash, codeHash),
        isNull(invites.orgId),
        eq(invites.status, 'SignUpStarted'),
        gt(invites.expiresAt, now),
      ),
    )
    .get()

export const forgetCode = (db: Db, id: number) => db.delete(invites).where(eq(invites.id, id))

export type NewAccount = { uid: string; login: string; email: string; name: string; passwordHash: string; now: number }

/**
 * By which right the account comes to be: a code that is used up by it, or none where sign-up is open. An invitation is
 * into an org, which may have a limit.
 */
export type Right =
  | { codeHash: string; status: 'SignUpStarted' }
  | { codeHash: string; status: 'InvitePending'; orgId: number | null; limit: number | undefined }
  | undefined

// Every statement does nothing where the first did nothing: the account's uid is known to this batch alone.

/** Never the first account of a directory: that one is the administrator's. */
const insertUser = `INSERT INTO users (uid, login, email, login_key, email_key, name, password_hash, created_at, updated_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 WHERE EXISTS (SELECT 1 FROM users) AND (?9 IS NULL
    OR EXISTS (SELECT 1 FROM invites WHERE code_hash = ?9 AND status = ?10 AND expires_at > ?8 AND (org_id IS NULL OR ${isBacked})))`

const useCode =
  "UPDATE invites SET status = 'Completed' WHERE code_hash = ?1 AND EXISTS (SELECT 1 FROM users WHERE uid = ?2)"

/** Into the org of the invitation, with its role. */
const joinInvited = `INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT i.org_id, u.id, i.role, u.created_at FROM users u JOIN invites i ON i.code_hash = ?2 WHERE u.uid = ?1`

const joinMain = `INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT o.id, u.id, 'Viewer', u.created_at FROM users u JOIN orgs o ON o.id = 1 WHERE u.uid = ?1`

/** Named after the e-mail (Grafana), or with the person's number behind it where an org has that name. */
const createOwnOrg = `INSERT INTO orgs (name, created_at, updated_at)
  SELECT CASE WHEN EXISTS (SELECT 1 FROM orgs WHERE name = u.email) THEN u.email || ' ' || u.id ELSE u.email END,
    u.created_at, u.created_at FROM users u WHERE u.uid = ?1`

/** The newest org is the one just made: ids only grow, and the batch is one transaction. */
const joinOwnOrg = `INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT (SELECT max(id) FROM orgs), u.id, 'Admin', u.created_at FROM users u WHERE u.uid = ?1`

const signIn = `INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at)
  SELECT id, ?2, ?3, ?3, ?4 FROM users WHERE uid = ?1 RETURNING id`

const enterOrg = `UPDATE users SET org_id = coalesce((SELECT org_id FROM org_members WHERE user_id = users.id), 0)
  WHERE uid = ?1`

type FirstSession = { secretHash: string; expiresAt: number }

/** Where a new account belongs. */
export type Home = 'invited' | 'main' | 'own'

function join(db: Db, home: Home, uid: string, codeHash: string | null) {
  if (home === 'main') return [bound(db, joinMain, uid)]
  if (home === 'own') return [bound(db, createOwnOrg, uid), bound(db, joinOwnOrg, uid)]
  return [bound(db, joinInvited, uid, codeHash)]
}

/**
 * The account with its membership and its first session, in one transaction with the code's end: of two who use one code
 * at once, one gets an account. Nobody where the code is no longer good, the org is full, or the directory is empty. Throws a duplicate
 * where a name is taken, and then the code is still good.
 */
export async function register(db: Db, account: NewAccount, right: Right, home: Home, session: FirstSession) {
  const { uid, login, email, name, passwordHash, now } = account
  const codeHash = right?.codeHash ?? null
  const keys = [nameKey(login), nameKey(email)] as const
  const room = right?.status === 'InvitePending' ? roomForMember(right.orgId ?? 0, right.limit) : '1'
  const values = [uid, login, email, ...keys, name, passwordHash, now, codeHash, right?.status ?? null] as const
  const results = await db.$client.batch<{ id: number }>([
    bound(db, `${insertUser} AND ${room} RETURNING id`, ...values),
    ...join(db, home, uid, codeHash),
    bound(db, useCode, codeHash, uid),
    bound(db, enterOrg, uid),
    bound(db, signIn, uid, session.secretHash, now, session.expiresAt),
  ])
  const id = results[0]?.results[0]?.id
  const sessionId = results.at(-1)?.results[0]?.id
  return id === undefined || sessionId === undefined ? undefined : { id, sessionId }
}
