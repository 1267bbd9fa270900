import { requires, requiresAny } from '../auth/guards.ts'
import type { Grant } from '../auth/permissions.ts'
import { newRoutes } from '../router.ts'
import { requiresAll } from './assignmentAccess.ts'
import {
  addRole,
  removeRole,
  searchRoles,
  setAssignments,
  setRoles,
  showAssignments,
  showRoles,
} from './assignmentHandlers.ts'
import { delegate } from './assignmentRules.ts'

export const roleAssignments = newRoutes()

const addToUser: Grant = ['users.roles:add', delegate]
const removeFromUser: Grant = ['users.roles:remove', delegate]
const addToTeam: Grant = ['teams.roles:add', delegate]
const removeFromTeam: Grant = ['teams.roles:remove', delegate]

roleAssignments.get('/api/access-control/users/:userId/roles', requires('users.roles:read', 'users:id::userId'), (c) =>
  showRoles(c, 'user'),
)
roleAssignments.post('/api/access-control/users/:userId/roles', requires(...addToUser), (c) => addRole(c, 'user'))
roleAssignments.put('/api/access-control/users/:userId/roles', requiresAll(addToUser, removeFromUser), (c) =>
  setRoles(c, 'user'),
)
roleAssignments.delete('/api/access-control/users/:userId/roles/:roleUID', requires(...removeFromUser), (c) =>
  removeRole(c, 'user'),
)
roleAssignments.post('/api/access-control/users/roles/search', requires('users.roles:read', 'users:*'), (c) =>
  searchRoles(c, 'user'),
)

roleAssignments.get('/api/access-control/teams/:teamId/roles', requires('teams.roles:read', 'teams:id::teamId'), (c) =>
  showRoles(c, 'team'),
)
roleAssignments.post('/api/access-control/teams/:teamId/roles', requires(...addToTeam), (c) => addRole(c, 'team'))
roleAssignments.put('/api/access-control/teams/:teamId/roles', requiresAll(addToTeam, removeFromTeam), (c) =>
  setRoles(c, 'team'),
)
roleAssignments.delete('/api/access-control/teams/:teamId/roles/:roleUID', requires(...removeFromTeam), (c) =>
  removeRole(c, 'team'),
)
roleAssignments.post('/api/access-control/teams/roles/search', requires('teams.roles:read', 'teams:*'), (c) =>
  searchRoles(c, 'team'),
)

// Rollcall's own paths: in Grafana a service account is a user, and has its roles by that user's.

roleAssignments.get('/api/access-control/serviceaccounts/:id/roles', requires('users.roles:read', 'users:*'), (c) =>
  showRoles(c, 'service account'),
)
roleAssignments.post('/api/access-control/serviceaccounts/:id/roles', requires(...addToUser), (c) =>
  addRole(c, 'service account'),
)
roleAssignments.put('/api/access-control/serviceaccounts/:id/roles', requiresAll(addToUser, removeFromUser), (c) =>
  setRoles(c, 'service account'),
)
roleAssignments.delete('/api/access-control/serviceaccounts/:id/roles/:roleUID', requires(...removeFromUser), (c) =>
  removeRole(c, 'service account'),
)

roleAssignments.get(
  '/api/access-control/roles/:roleUID/assignments',
  requiresAll(['users.roles:read', 'users:*'], ['teams.roles:read', 'teams:*']),
  (c) => showAssignments(c),
)

/** What of these it takes depends on the change: the handler asks for each. */
roleAssignments.put(
  '/api/access-control/roles/:roleUID/assignments',
  requiresAny(addToUser, removeFromUser, addToTeam, removeFromTeam),
  (c) => setAssignments(c),
)
