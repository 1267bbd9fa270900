import { and, eq, exists, ne, notExists, sql } from 'drizzle-orm'
import type { Role } from '../auth/permissions.ts'
import type { Db } from '../db/client.ts'
import { orgMembers, orgs, users } from '../db/schema.ts'
import { roomForMember } from '../quotas/queries.ts'
import { isReached } from '../users/queries.ts'
import type { Reach } from '../users/rules.ts'

export type NewMember = { orgId: number; userId: number; role: Role; now: number }

/**
 * Whether the org had room for one more; `limit` undefined = no quotas. Somebody without an active org gets this one.
 * Throws a duplicate for a member, a missing reference where there is no such org.
 */
export async function addMember(db: Db, { orgId, userId, role, now }: NewMember, limit: number | undefined) {
  const one = db
    .select({
      orgId: sql<number>`${orgId}`.as('org_id'),
      userId: sql<number>`${userId}`.as('user_id'),
      role: sql<Role>`${role}`.as('role'),
      createdAt: sql<number>`${now}`.as('created_at'),
      email: sql<string>`''`.as('email'),
      login: sql<string>`''`.as('login'),
    })
    .from(sql`(SELECT 1)`)
  const membership = db
    .select({ userId: orgMembers.userId })
    .from(orgMembers)
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)))
  const [added] = await db.batch([
    db
      .insert(orgMembers)
      .select(one.where(sql.raw(roomForMember(orgId, limit))))
      .returning({ userId: orgMembers.userId }),
    db
      .update(users)
      .set({ orgId })
      .where(and(eq(users.id, userId), eq(users.orgId, 0), exists(membership))),
  ])
  return added.length > 0
}

const org = (db: Db, orgId: number) => db.select({ id: orgs.id }).from(orgs).where(eq(orgs.id, orgId))

/** Throws a broken rule where nobody would be left to administer the org. */
export async function setRole(db: Db, orgId: number, userId: number, role: Role) {
  const [changed, known] = await db.batch([
    db
      .update(orgMembers)
      .set({ role })
      .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)))
      .returning({ userId: orgMembers.userId }),
    org(db, orgId),
  ])
  if (changed.length > 0) return 'changed'
  return known.length > 0 ? 'no member' : 'no org'
}

const endMembership = (db: Db, orgId: number, userId: number) =>
  db.delete(orgMembers).where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)))

const user = (db: Db, userId: number) => db.select({ id: users.id }).from(users).where(eq(users.id, userId))

const outcome = (orgs: unknown[], users: unknown[]) => {
  if (orgs.length === 0) return 'no org'
  return users.length === 0 ? 'nobody' : 'removed'
}

/** Whoever was no member is removed all the same. Throws a broken rule where nobody would be left to administer the org. */
export async function removeMember(db: Db, orgId: number, userId: number) {
  const [orgs, users] = await db.batch([org(db, orgId), user(db, userId), endMembership(db, orgId, userId)])
  return outcome(orgs, users)
}

/**
 * The same, but somebody who is in no other org is deleted. Never a server admin, whose account outlives every org, nor
 * somebody who was not in this one, nor whoever is out of the caller's reach.
 */
export async function removeMemberWithAccount(db: Db, orgId: number, userId: number, reach: Reach) {
  const here = db
    .select({ orgId: orgMembers.orgId })
    .from(orgMembers)
    .where(and(eq(orgMembers.userId, userId), eq(orgMembers.orgId, orgId)))
  const elsewhere = db
    .select({ orgId: orgMembers.orgId })
    .from(orgMembers)
    .where(and(eq(orgMembers.userId, userId), ne(orgMembers.orgId, orgId)))
  const mayGo = and(eq(users.isAdmin, false), isReached(db, userId, reach))
  const orphan = and(eq(users.id, userId), mayGo, exists(here), notExists(elsewhere))
  const [known, people, deleted] = await db.batch([
    org(db, orgId),
    user(db, userId),
    db.delete(users).where(orphan).returning({ id: users.id }),
    endMembership(db, orgId, userId),
  ])
  return deleted.length > 0 ? 'deleted' : outcome(known, people)
}
