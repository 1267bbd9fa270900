import { and, eq, sql } from 'drizzle-orm'
import { teamAdmin } from '../auth/permissions.ts'
import type { Db } from '../db/client.ts'
import { orgMembers, teamMembers, teams } from '../db/schema.ts'

export type Team = { id: number; orgId: number; name: string; email: string; memberCount: number }

/** From the counter that triggers keep, not by counting. */
const memberCount = sql<number>`coalesce((SELECT n FROM counters WHERE kind = 'team_members' AND owner_id = ${teams.id}), 0)`

/** Those of one org: another org's teams are nobody's business here. */
export const listTeamsOf = (db: Db, userId: number, orgId: number): Promise<Team[]> =>
  db
    .select({ id: teams.id, orgId: teams.orgId, name: teams.name, email: teams.email, memberCount })
    .from(teamMembers)
    .innerJoin(teams, eq(teams.id, teamMembers.teamId))
    .where(and(eq(teamMembers.userId, userId), eq(teamMembers.orgId, orgId)))
    .orderBy(teams.name)

export type NewTeam = { uid: string; orgId: number; name: string; email: string; creatorId: number | null; now: number }

/** Its creator becomes team admin, if a member of the org. Throws a duplicate where the org has a team of that name. */
export async function createTeam(db: Db, { uid, orgId, name, email, creatorId, now }: NewTeam): Promise<number> {
  const [[created]] = await db.batch([
    db.insert(teams).values({ uid, orgId, name, email, createdAt: now, updatedAt: now }).returning({ id: teams.id }),
    db.insert(teamMembers).select(
      db
        .select({
          teamId: teams.id,
          orgId: teams.orgId,
          userId: orgMembers.userId,
          permission: sql<number>`${teamAdmin}`.as('permission'),
          createdAt: teams.createdAt,
          hasRoles: sql<boolean>`0`.as('has_roles'),
        })
        .from(teams)
        .innerJoin(orgMembers, and(eq(orgMembers.orgId, teams.orgId), eq(orgMembers.userId, creatorId ?? 0)))
        .where(eq(teams.uid, uid)),
    ),
  ])
  if (!created) throw new Error('the new team has no id')
  return created.id
}

/** Of the org. */
export const findTeam = (db: Db, orgId: number, id: number): Promise<Team | undefined> =>
  db
    .select({ id: teams.id, orgId: teams.orgId, name: teams.name, email: teams.email, memberCount })
    .from(teams)
    .where(and(eq(teams.id, id), eq(teams.orgId, orgId)))
    .get()

/** An empty name leaves it as it is; an empty e-mail is none (Grafana 9.3.2). */
export type TeamChange = { name: string; email: string; now: number }

/** Whether the org has the team. Throws a duplicate where another one of the org has the name. */
export async function updateTeam(db: Db, orgId: number, id: number, { name, email, now }: TeamChange) {
  const updated = await db
    .update(teams)
    .set({ ...(name && { name }), email, updatedAt: now })
    .where(and(eq(teams.id, id), eq(teams.orgId, orgId)))
    .returning({ id: teams.id })
  return updated.length > 0
}

/** With it go memberships, preferences and what it was permitted, by foreign keys. */
export async function deleteTeam(db: Db, orgId: number, id: number): Promise<boolean> {
  const deleted = await db
    .delete(teams)
    .where(and(eq(teams.id, id), eq(teams.orgId, orgId)))
    .returning({ id: teams.id })
  return deleted.length > 0
}
