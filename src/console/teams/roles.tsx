import { givenRolePages } from '../roles/given.tsx'
import { baseOf, readTeam, TeamTabs } from './team.tsx'

/** They count in the team's org, for whoever is on the team. */
export const teamRoles = givenRolePages({
  path: '/teams/:teamId',
  kind: 'team',
  baseOf,
  apiOf: (c) => `/api/access-control${baseOf(c)}/roles`,
  about: async (c) => ({ name: (await readTeam(c)).name, under: <TeamTabs c={c} current="/roles" /> }),
})
