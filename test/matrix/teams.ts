import { current, type Entries, sending, teams } from './requests.ts'

const theme = () => ({ theme: 'dark' })

export const ofTeams: Entries = {
  'POST /api/teams': sending(current, () => ({ name: 'Fresh' })),
  'GET /api/teams/search': current,
  'GET /api/teams/:teamId': teams,
  'PUT /api/teams/:teamId': sending(teams, () => ({ name: 'Renamed' })),
  'DELETE /api/teams/:teamId': teams,
  'GET /api/teams/:teamId/members': teams,
  'POST /api/teams/:teamId/members': sending(teams, ({ values }) => ({ userId: values.newMemberId })),
  'PUT /api/teams/:teamId/members': sending(teams, ({ values }) => ({ members: [values.newMember], admins: [] })),
  'PUT /api/teams/:teamId/members/:userId': sending(teams, () => ({ permission: 4 })),
  'DELETE /api/teams/:teamId/members/:userId': teams,
  'GET /api/teams/:teamId/preferences': teams,
  'PUT /api/teams/:teamId/preferences': sending(teams, theme),
  'PATCH /api/teams/:teamId/preferences': sending(teams, theme),
}
