import type { Role } from '../auth/permissions.ts'
import { bound, type Db } from '../db/client.ts'

export type Membership = { orgId: number; name: string; role: Role }

const ofUser = `SELECT o.id AS orgId, o.name, m.role FROM org_members m JOIN orgs o ON o.id = m.org_id
  WHERE m.user_id = ?1 ORDER BY o.name`

export const listOrgsOf = async (db: Db, userId: number) => (await bound(db, ofUser, userId).all<Membership>()).results

/** Whether the person is a member there, and so was switched. */
export const switchOrg = async (db: Db, userId: number, orgId: number) =>
  (
    await bound(
      db,
      'UPDATE users SET org_id = ?2 WHERE id = ?1 AND EXISTS (SELECT 1 FROM org_members WHERE org_id = ?2 AND user_id = ?1)',
      userId,
      orgId,
    ).run()
  ).meta.changes > 0

/** With its creator as Admin. Throws a duplicate where the name is taken. */
export async function createOrg(db: Db, name: string, creatorId: number, now: number): Promise<number> {
  const [created] = await db.$client.batch<{ id: number }>([
    bound(db, 'INSERT INTO orgs (name, created_at, updated_at) VALUES (?1, ?2, ?2) RETURNING id', name, now),
    bound(
      db,
      "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT id, ?2, 'Admin', ?3 FROM orgs WHERE name = ?1",
      name,
      creatorId,
      now,
    ),
  ])
  const id = created?.results[0]?.id
  if (id === undefined) throw new Error('the new org has no id')
  return id
}

/** Somebody without an active org gets this one. Throws a duplicate for a member, a missing reference where there is no such org. */
export const addMember = (db: Db, orgId: number, userId: number, role: Role, now: number) =>
  db.$client.batch([
    bound(
      db,
      'INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)',
      orgId,
      userId,
      role,
      now,
    ),
    bound(db, 'UPDATE users SET org_id = ?1 WHERE id = ?2 AND org_id = 0', orgId, userId),
  ])
