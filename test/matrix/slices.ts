import { otherAccounts, ownAccount } from './accounts.ts'
import { ofDashboards, ofPreferences, ofServer } from './dashboards.ts'
import { machines } from './machines.ts'
import { entrance, organizations } from './organizations.ts'
import type { Entries } from './requests.ts'
import { ofRoles } from './roles.ts'
import { ofTeams } from './teams.ts'

/** One table each, in files of their own. */
export const slices = {
  accounts: { ...ownAccount, ...otherAccounts },
  organizations: { ...organizations, ...entrance },
  teams: ofTeams,
  dashboards: { ...ofDashboards, ...ofPreferences, ...ofServer },
  machines,
  roles: ofRoles,
} satisfies Record<string, Entries>
