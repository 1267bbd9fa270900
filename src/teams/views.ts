import type { Metadata } from '../auth/metadata.ts'
import { avatarUrl } from '../users/views.ts'
import type { Member } from './memberQueries.ts'
import type { Team } from './queries.ts'

/** Without an e-mail a team's picture is that of its name's ASCII letters and digits at localhost (Grafana 9.3.2). */
export const teamAvatarUrl = (name: string, email: string) =>
  avatarUrl(email || `${name.toLowerCase().replace(/[^a-z0-9]/g, '')}@localhost`)

/** `permission` says nothing about anybody, nor `accessControl` unless it was asked for; both are there in Grafana. */
export const teamDetails = (team: Team, accessControl: Metadata | null = null) => ({
  id: team.id,
  orgId: team.orgId,
  name: team.name,
  email: team.email,
  avatarUrl: teamAvatarUrl(team.name, team.email),
  memberCount: team.memberCount,
  permission: 0,
  accessControl,
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
