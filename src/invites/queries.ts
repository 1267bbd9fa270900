import { and, asc, eq, gt, inArray, isNotNull, or } from 'drizzle-orm'
import type { Role } from '../auth/permissions.ts'
import { nameKey } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { invites, users } from '../db/schema.ts'
import { maxRows } from '../page.ts'
import { forgetExpired } from '../signUp/queries.ts'

/** Somebody who has an account joins at once; nothing happens for a member. */
const addExisting = `INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT o.id, n.user_id, ?3, ?4 FROM orgs o JOIN sign_in_names n ON n.name_key = ?2
  WHERE o.id = ?1 AND NOT EXISTS (SELECT 1 FROM org_members WHERE org_id = o.id AND user_id = n.user_id)
  RETURNING user_id AS id`

const enterFirstOrg = `UPDATE users SET org_id = ?1 WHERE id = (SELECT user_id FROM sign_in_names WHERE name_key = ?2)
  AND org_id = 0 AND EXISTS (SELECT 1 FROM org_members WHERE org_id = ?1 AND user_id = users.id)`

const inviteStranger = `INSERT INTO invites (org_id, email, name, role, status, code_hash, invited_by, is_email_sent, created_at, expires_at)
  SELECT o.id, ?3, ?4, ?5, 'InvitePending', ?6, ?7, ?8, ?9, ?10 FROM orgs o
  WHERE o.id = ?1 AND NOT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = ?2) RETURNING id`

const about = `SELECT o.name AS orgName, u.name, u.login, u.email FROM orgs o
  LEFT JOIN sign_in_names n ON n.name_key = ?2 LEFT JOIN users u ON u.id = n.user_id WHERE o.id = ?1`

export type NewInvite = {
  orgId: number
  loginOrEmail: string
  name: string
  role: Role
  codeHash: string
  invitedBy: number | null
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

type Row = { id?: number; orgName?: string; name?: string; login?: string; email?: string }

function readOutcome(added: number | undefined, invited: number | undefined, row: Row | undefined): Invited {
  if (row?.orgName === undefined) return { kind: 'no org' }
  const { orgName, name = '', login = '', email = '' } = row
  if (invited !== undefined) return { kind: 'invited', id: invited, orgName }
  if (added === undefined) return { kind: 'member' }
  return { kind: 'added', user: { id: added, name, login, email }, orgName }
}

/** Invites a stranger, or adds whoever has that login or e-mail, in any letter case, to the org: one or the other, decided where it is written. */
export async function invite(db: Db, wanted: NewInvite): Promise<Invited> {
  const { orgId, loginOrEmail, name, role, codeHash, invitedBy, isEmailSent, now, expiresAt } = wanted
  const key = nameKey(loginOrEmail)
  const sent = isEmailSent ? 1 : 0
  const [added, , invited, known] = await db.$client.batch<Row>([
    bound(db, addExisting, orgId, key, role, now),
    bound(db, enterFirstOrg, orgId, key),
    bound(db, inviteStranger, orgId, key, loginOrEmail, name, role, codeHash, invitedBy, sent, now, expiresAt),
    bound(db, about, orgId, key),
    forgetExpired(db, now),
  ])
  return readOutcome(added?.results[0]?.id, invited?.results[0]?.id, known?.results[0])
}

const inviter = { login: users.login, email: users.email, name: users.name }

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
    .select({ invite: invites, inviter })
    .from(invites)
    .leftJoin(users, eq(users.id, invites.invitedBy))
    .where(and(eq(invites.codeHash, codeHash), isNotNull(invites.orgId)))
    .get()

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
