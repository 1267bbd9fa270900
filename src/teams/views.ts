import { avatarUrl } from '../users/views.ts'
import type { Member } from './memberQueries.ts'
import type { Team } from './queries.ts'

/** Without an e-mail a team's picture is that of its name's ASCII letters and digits at localhost (Grafana 9.3.2). */
export const teamAvatarUrl = (name: string, email: string) =>
  avatarUrl(email || `${name.toLowerCase().replace(/[^a-z0-9]/g, '')}@localhost`)

/** The last two say nothing about anybody, and are there in Grafana. */
export const teamDetails = (team: Team) => ({
  id: team.id,
  orgId: team.orgId,
  name: team.name,
  email: team.email,
  avatarUrl: teamAvatarUrl(team.name, team.email),
  memberCount: team.memberCount,
  permission: 0,
  accessControl: null,
})

/** `labels` is empty in an open-source Grafana, which syncs no teams. */
export const memberDetails = (member: Member) => ({
  orgId: member.orgId,
  teamId: member.teamId,
  userId: member.userId,
  auth_module: member.authModule ?? '',
  email: member.email,
  name: member.name,
  login: member.login,
  avatarUrl: avatarUrl(member.email),
  labels: [],
  permission: member.permission,
})
