import { newPages } from '../pages.ts'
import { userActions } from './actions.tsx'
import { userOrgs } from './orgs.tsx'
import { userPermissions } from './permissions.tsx'
import { userProfile } from './profile.tsx'
import { userRoles } from './roles.tsx'
import { userSessions } from './sessions.tsx'
import { userTeams } from './teams.tsx'

/** The pages about one user. */
export const userDetail = newPages()

for (const pages of [userProfile, userActions, userSessions, userOrgs, userTeams, userRoles, userPermissions])
  userDetail.route('/', pages)
