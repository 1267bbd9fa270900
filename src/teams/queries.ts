import { and, eq, sql } from 'drizzle-orm'
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
          permission: sql<number>`4`.as('permission'),
          createdAt: teams.createdAt,
        })
        .from(teams)
        .innerJoin(orgMembers, and(eq(orgMembers.orgId, teams.orgId), eq(orgMembers.userId, creatorId ?? 0)))
        .where(eq(teams.uid, uid)),
    ),
  ])
  if (!created) throw new Error('the new team has no id')
  return created.id
}

/** Whether the org has the team, and so it gained a member. Throws a duplicate for a member, a missing reference for somebody who isn't in the org. */
export async function addTeamMember(db: Db, orgId: number, teamId: number, userId: number, now: number) {
  const { meta } = await db.insert(teamMembers).select(
    db
      .select({
        teamId: teams.id,
        orgId: teams.orgId,
        userId: sql<number>`${userId}`.as('user_id'),
        permission: sql<number>`0`.as('permission'),
        createdAt: sql<number>`${now}`.as('created_at'),
      })
      .from(teams)
      .where(and(eq(teams.id, teamId), eq(teams.orgId, orgId))),
  )
  return meta.changes > 0
}
