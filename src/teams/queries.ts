import { bound, type Db } from '../db/client.ts'

export type Team = { id: number; orgId: number; name: string; email: string; memberCount: number }

const ofUser = `SELECT t.id, t.org_id AS orgId, t.name, t.email, coalesce(n.n, 0) AS memberCount
  FROM team_members m JOIN teams t ON t.id = m.team_id LEFT JOIN counters n ON n.kind = 'team_members' AND n.owner_id = t.id
  WHERE m.user_id = ?1 AND m.org_id = ?2 ORDER BY t.name`

/** Those of one org: another org's teams are nobody's business here. */
export const listTeamsOf = async (db: Db, userId: number, orgId: number) =>
  (await bound(db, ofUser, userId, orgId).all<Team>()).results

export type NewTeam = { uid: string; orgId: number; name: string; email: string; creatorId: number | null; now: number }

/** Its creator becomes team admin, if a member of the org. Throws a duplicate where the org has a team of that name. */
export async function createTeam(db: Db, { uid, orgId, name, email, creatorId, now }: NewTeam): Promise<number> {
  const [created] = await db.$client.batch<{ id: number }>([
    bound(
      db,
      'INSERT INTO teams (uid, org_id, name, email, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id',
      uid,
      orgId,
      name,
      email,
      now,
    ),
    bound(
      db,
      `INSERT INTO team_members (team_id, org_id, user_id, permission, created_at)
       SELECT t.id, t.org_id, m.user_id, 4, ?3 FROM teams t JOIN org_members m ON m.org_id = t.org_id AND m.user_id = ?2 WHERE t.uid = ?1`,
      uid,
      creatorId,
      now,
    ),
  ])
  const id = created?.results[0]?.id
  if (id === undefined) throw new Error('the new team has no id')
  return id
}

/** Whether the org has the team, and so it gained a member. Throws a duplicate for a member, a missing reference for somebody who isn't in the org. */
export const addTeamMember = async (db: Db, orgId: number, teamId: number, userId: number, now: number) =>
  (await bound(
    db,
    'INSERT INTO team_members (team_id, org_id, user_id, created_at) SELECT id, org_id, ?3, ?4 FROM teams WHERE id = ?2 AND org_id = ?1 RETURNING team_id',
    orgId,
    teamId,
    userId,
    now,
  ).first()) !== null
