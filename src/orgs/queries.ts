import { and, eq, exists, sql } from 'drizzle-orm'
import type { Role } from '../auth/permissions.ts'
import type { Db } from '../db/client.ts'
import { orgMembers, orgs, users } from '../db/schema.ts'

export const listOrgsOf = (db: Db, userId: number) =>
  db
    .select({ orgId: orgs.id, name: orgs.name, role: orgMembers.role })
    .from(orgMembers)
    .innerJoin(orgs, eq(orgs.id, orgMembers.orgId))
    .where(eq(orgMembers.userId, userId))
    .orderBy(orgs.name)

/** Whether the person is a member there, and so was switched. */
export async function switchOrg(db: Db, userId: number, orgId: number): Promise<boolean> {
  const membership = db
    .select({ orgId: orgMembers.orgId })
    .from(orgMembers)
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)))
  const { meta } = await db
    .update(users)
    .set({ orgId })
    .where(and(eq(users.id, userId), exists(membership)))
  return meta.changes > 0
}

/** With its creator as Admin. Throws a duplicate where the name is taken. */
export async function createOrg(db: Db, name: string, creatorId: number, now: number): Promise<number> {
  const [[created]] = await db.batch([
    db.insert(orgs).values({ name, createdAt: now, updatedAt: now }).returning({ id: orgs.id }),
    db.insert(orgMembers).select(
      db
        .select({
          orgId: orgs.id,
          userId: sql<number>`${creatorId}`.as('user_id'),
          role: sql<'Admin'>`'Admin'`.as('role'),
          createdAt: orgs.createdAt,
          email: sql<string>`''`.as('email'),
          login: sql<string>`''`.as('login'),
        })
        .from(orgs)
        .where(eq(orgs.name, name)),
    ),
  ])
  if (!created) throw new Error('the new org has no id')
  return created.id
}

/** Somebody without an active org gets this one. Throws a duplicate for a member, a missing reference where there is no such org. */
export const addMember = (db: Db, orgId: number, userId: number, role: Role, now: number) =>
  db.batch([
    db.insert(orgMembers).values({ orgId, userId, role, createdAt: now }),
    db
      .update(users)
      .set({ orgId })
      .where(and(eq(users.id, userId), eq(users.orgId, 0))),
  ])
