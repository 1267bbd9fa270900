import type { Row } from '../records.ts'
import { anIdTwice, brief, type Context, carried, distinctUid, isMember, maxText, repeats, timesOf } from './context.ts'
import { badName, isBadName } from './orgs.ts'
import { uidOf } from './people.ts'
import { shapes } from './tables.ts'

export function teams(context: Context): Generator<Row<'team'>> {
  const { known } = context
  const isRepeated = repeats()
  return carried(context, shapes.team, {
    weight: 'stop',
    label: ({ id, name, org_id: orgId }) => `team ${id} (${brief(name)}) of org ${orgId}`,
    checks: ({ id, name, org_id: orgId }) => [
      [() => !known.orgs.has(orgId), 'a team of no organization'],
      [() => isRepeated('id', id), anIdTwice],
      [() => isBadName(name), badName],
      [
        () => isRepeated('name', orgId, name),
        { stop: 'a name of two teams of an organization', advice: 'rename one in Grafana' },
      ],
    ],
    make: (team) => {
      const { id, name, org_id: orgId } = team
      known.teams.set(id, orgId)
      const uid = distinctUid(uidOf(team.uid, 't', id), id, isRepeated)
      return { id, uid, orgId, name, email: team.email.slice(0, maxText), ...timesOf(team) }
    },
  })
}

/** Grafana's number for whoever manages a team; anything else is a member. */
const teamAdmin = 4

export function teamMembers(context: Context): Generator<Row<'teamMember'>> {
  const { known, names } = context
  const isRepeated = repeats()
  return carried(context, shapes.teamMember, {
    label: ({ id, team_id: teamId, user_id: userId }) => `team_member ${id}: team ${teamId}, user ${userId}`,
    isIgnored: ({ user_id: userId }) => names.skipped.has(userId),
    checks: ({ team_id: teamId, user_id: userId }) => [
      [() => !known.teams.has(teamId), 'a member of no team'],
      [() => !known.users.has(userId), 'nobody on a team'],
      [
        () => !isMember(known, known.teams.get(teamId) ?? 0, userId),
        "on a team without being in the team's organization",
      ],
      [() => isRepeated(teamId, userId), 'on a team twice'],
    ],
    make: ({ team_id: teamId, user_id: userId, permission, created }) => ({
      teamId,
      orgId: known.teams.get(teamId) ?? 0,
      userId,
      permission: permission === teamAdmin ? teamAdmin : 0,
      createdAt: created ?? 0,
    }),
  })
}
