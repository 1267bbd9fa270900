import { avatarUrl } from '../users/views.ts'
import type { Team } from './queries.ts'

/** Without an e-mail the picture is that of the name's ASCII letters and digits at localhost (Grafana 9.3.2). */
const teamEmail = ({ name, email }: Team) => email || `${name.toLowerCase().replace(/[^a-z0-9]/g, '')}@localhost`

/** The last two say nothing in this list, and are there in Grafana. */
export const teamOfMember = (team: Team) => ({
  id: team.id,
  orgId: team.orgId,
  name: team.name,
  email: team.email,
  avatarUrl: avatarUrl(teamEmail(team)),
  memberCount: team.memberCount,
  permission: 0,
  accessControl: null,
})
