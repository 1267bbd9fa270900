import { and, asc, eq, gt, inArray, isNotNull, or, sql } from 'drizzle-orm'
import type { Creators } from '../auth/identity.ts'
import type { Role } from '../auth/permissions.ts'
import { nameKey } from '../auth/queries.ts'
import { bound, type Db, isMissingReference } from '../db/client.ts'
import { invites, users } from '../db/schema.ts'
import { maxRows } from '../page.ts'
import { roomForMember } from '../quotas/queries.ts'
import { forgetExpired } from '../signUp/queries.ts'
import { isBacked } from './senders.ts'

/** Somebody who has an account joins at once; nothing happens for a member. */
const addExisting = `INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT o.id, n.user_id, ?3, ?4 FROM orgs o JOIN sign_in_names n ON n.name_key = ?2
  WHERE o.id = ?1 AND NOT EXISTS (SELECT 1 FROM org_members WHERE org_id = o.id AND user_id = n.user_id)`

const enterFirstOrg = `UPDATE users SET org_id = ?1 WHERE id = (SELECT user_id FROM sign_in_names WHERE name_key = ?2)
  AND org_id = 0 AND EXISTS (SELECT 1 FROM org_members WHERE org_id = ?1 AND user_id = users.id)`

/** Never longer than the token by which it is sent. */
const inviteStranger = `INSERT INTO invites (org_id, email, name, role, status, code_hash, invited_by, invited_by_account, is_email_sent, created_at, expires_at)
  SELECT o.id, ?3, ?4, ?5, 'InvitePending', ?6, ?7, ?8, ?9, ?10, min(?11, ifnull((SELECT expires_at FROM tokens WHERE id = ?12), ?11))
  FROM orgs o WHERE o.id = ?1 AND NOT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = ?2) RETURNING id`

/** Takes back at once what nobody answers for: whoever sent it may have lost their right since the request began. */
const forgetUnbacked = `DELETE FROM invites WHERE code_hash = ?1 AND NOT (${isBacked}) RETURNING id`

const about = `SELECT o.name AS orgName, u.name, u.login, u.email,
    EXISTS (SELECT 1 FROM org_members WHERE org_id = o.id AND user_id = u.id) AS isMember FROM orgs o
  LEFT JOIN sign_in_names n ON n.name_key = ?2 LEFT JOIN users u ON u.id = n.user_id WHERE o.id = ?1`

export type NewInvite = {
  orgId: number
  loginOrEmail: string
  name: string
  role: Role
  codeHash: string
  invitedBy: Creators
  /** Of the machine that invites. */
  tokenId: number | null
  /** How many the org may have, where it has no limit of its own; undefined = no quotas. */
  limit: number | undefined
  isEmailSent: boolean
  now: number
  expiresAt: number
}

export type Existing = { id: number; name: string; login: string; email: string }

export type Invited =
  | { kind: 'invited'; id: number; orgName: string }
  | { kind: 'added'; user: Existing; orgName: string }
  | { kind: 'member' }
  | { kind: 'no org' }
  | { kind: 'no room' }
  | { kind: 'no sender' }

type Row = { id?: number; orgName?: string; name?: string; login?: string | null; email?: string; isMember?: number }

function readOutcome(added: number | undefined, invited: number | undefined, row: Row | undefined): Invited {
  if (row?.orgName === undefined) return { kind: 'no org' }
  const { orgName, name = '', login, email = '' } = row
  if (invited !== undefined) return { kind: 'invited', id: invited, orgName }
  if (added !== undefined) return { kind: 'added', user: { id: added, name, login: login ?? '', email }, orgName }
  if (row.isMember) return { kind: 'member' }
  return { kind: login ? 'no room' : 'no sender' }
}

async function attempt(db: Db, wanted: NewInvite): Promise<Invited> {
  const { orgId, loginOrEmail, name, role, codeHash, invitedBy, tokenId, isEmailSent, now, expiresAt } = wanted
  const key = nameKey(loginOrEmail)
  const { createdBy, createdByAccount } = invitedBy
  const terms = [role, codeHash, createdBy, createdByAccount, isEmailSent ? 1 : 0, now, expiresAt, tokenId] as const
  const [added, , invited, unbacked, known] = await db.$client.batch<Row>([
    bound(
      db,
      `${addExisting} AND ${roomForMember(orgId, wanted.limit)} RETURNING user_id AS id`,
      orgId,
      key,
      role,
      now,
    ),
    bound(db, enterFirstOrg, orgId, key),
    bound(db, inviteStranger, orgId, key, loginOrEmail, name, ...terms),
    bound(db, forgetUnbacked, codeHash),
    bound(db, about, orgId, key),
    forgetExpired(db, now),
  ])
  const kept = unbacked?.results.length ? undefined : invited?.results[0]?.id
  return readOutcome(added?.results[0]?.id, kept, known?.results[0])
}

/** Invites a stranger, or adds whoever has that login or e-mail, in any letter case, to the org: one or the other, decided where it is written. */
export const invite = (db: Db, wanted: NewInvite): Promise<Invited> =>
  attempt(db, wanted).catch((error: unknown) => {
    if (isMissingReference(error)) return { kind: 'no sender' }
    throw error
  })

/** Under names of their own, since an invitation has some of them too. Empty where nobody invited, or nobody who is still there. */
const inviter = {
  login: sql<string>`coalesce(${users.login}, '')`.as('inviter_login'),
  email: sql<string>`coalesce(${users.email}, '')`.as('inviter_email'),
  name: sql<string>`coalesce(${users.name}, '')`.as('inviter_name'),
}

/** Those still open, oldest first. */
export const listInvites = (db: Db, orgId: number, now: number) =>
  db
    .select({ invite: invites, inviter })
    .from(invites)
    .leftJoin(users, eq(users.id, invites.invitedBy))
    .where(and(eq(invites.orgId, orgId), eq(invites.status, 'InvitePending'), gt(invites.expiresAt, now)))
    .orderBy(asc(invites.id))
    .limit(maxRows + 1)

export type ListedInvite = Awaited<ReturnType<typeof listInvites>>[number]

/** By the hash of its code. A sign-up under way is no invitation. */
export const findInvite = (db: Db, codeHash: string) =>
  db
    .select({ invite: invites, inviter, isBacked: sql<number>`${sql.raw(isBacked)}`.as('is_backed') })
    .from(invites)
    .leftJoin(users, eq(users.id, invites.invitedBy))
    .where(and(eq(invites.codeHash, codeHash), isNotNull(invites.orgId)))
    .get()

export type FoundInvite = NonNullable<Awaited<ReturnType<typeof findInvite>>>

/** Whether the org has it, by number or by code, and it isn't used up. */
export async function revokeInvite(db: Db, orgId: number, id: number, codeHash: string): Promise<boolean> {
  const { meta } = await db
    .update(invites)
    .set({ status: 'Revoked' })
    .where(
      and(
        eq(invites.orgId, orgId),
        or(eq(invites.id, id), eq(invites.codeHash, codeHash)),
        inArray(invites.status, ['InvitePending', 'Revoked']),
      ),
    )
  return meta.changes > 0
}
