import {
  asking,
  basicRole,
  current,
  type Entries,
  type Line,
  members,
  once,
  plain,
  roles,
  sending,
  serviceAccounts,
  teams,
} from './requests.ts'

type Asked = { target: string; values: Record<string, unknown> }

/** What is given with one of these, and where; all of these are then the only ones. */
const giving = (lines: Line[]): Line[] => [
  ...sending(lines, () => ({ roleUid: 'of-all' })),
  ...sending(once('global', lines), () => ({ roleUid: 'of-all', global: true })),
  ...sending(once('empty', lines), () => ({ roleUid: 'empty', global: true })),
  ...sending(once('beyond', lines), () => ({ roleUid: 'readers' })),
]
const setting = (lines: Line[]): Line[] => [
  ...sending(lines, ({ values }: Asked) => ({ roleUids: [values.roleUID] })),
  ...sending(once('global', lines), () => ({ roleUids: ['of-all'], global: true })),
  ...sending(once('empty', lines), () => ({ roleUids: ['empty'], global: true })),
  ...sending(once('beyond', lines), () => ({ roleUids: ['readers'] })),
]

const permissions = [{ action: 'orgs:read' }]
const changed = ({ target, values }: Asked) => ({
  version: 2,
  name: values.uid,
  permissions: target === 'empty' ? [] : permissions,
})
/** What viewers have, and more. */
const raised = {
  version: 2,
  name: 'basic:viewer',
  permissions: [
    ...permissions,
    { action: 'orgs.quotas:read' },
    { action: 'dashboards:read', scope: 'dashboards:*' },
    { action: 'users:read', scope: 'global.users:*' },
  ],
}

export const ofRoles: Entries = {
  'GET /api/access-control/status': plain,
  'GET /api/access-control/roles': current,
  'GET /api/access-control/roles/:uid': [...roles, ...basicRole],
  'POST /api/access-control/roles': [
    ...sending(current, () => ({ name: 'fresh', permissions })),
    ...sending(once('global', members), () => ({ name: 'fresh', global: true, permissions })),
    ...sending(once('empty', members), () => ({ name: 'fresh', global: true })),
    ...sending(once('beyond', members), () => ({ name: 'fresh', permissions: raised.permissions })),
  ],
  'PUT /api/access-control/roles/:uid': [...sending(roles, changed), ...sending(basicRole, () => raised)],
  'DELETE /api/access-control/roles/:uid': asking([...roles, ...basicRole], { query: () => 'force=true' }),
  'POST /api/access-control/roles/hard-reset': sending(plain, () => ({ BasicRoles: true })),
  'GET /api/access-control/builtin-roles': current,
  'POST /api/access-control/builtin-roles': sending(roles, ({ values }) => ({
    roleUid: values.uid,
    builtinRole: 'Viewer',
  })),
  'DELETE /api/access-control/builtin-roles/:builtinRole/roles/:roleUid': roles,
  'GET /api/access-control/user/permissions': current,
  'GET /api/access-control/user/actions': current,
  'GET /api/access-control/users/permissions': current,
  'GET /api/access-control/users/permissions/search': current,
  'GET /api/access-control/users/:userId/permissions': members,
  'GET /api/access-control/users/:userId/roles': members,
  'POST /api/access-control/users/:userId/roles': giving(members),
  'PUT /api/access-control/users/:userId/roles': setting(members),
  'DELETE /api/access-control/users/:userId/roles/:roleUID': members,
  'POST /api/access-control/users/roles/search': sending(current, () => ({ userIds: [1] })),
  'GET /api/access-control/teams/:teamId/roles': teams,
  'POST /api/access-control/teams/:teamId/roles': giving(teams),
  'PUT /api/access-control/teams/:teamId/roles': setting(teams),
  'DELETE /api/access-control/teams/:teamId/roles/:roleUID': teams,
  'POST /api/access-control/teams/roles/search': sending(current, () => ({ teamIds: [1] })),
  'GET /api/access-control/serviceaccounts/:id/roles': serviceAccounts,
  'POST /api/access-control/serviceaccounts/:id/roles': giving(serviceAccounts),
  'PUT /api/access-control/serviceaccounts/:id/roles': setting(serviceAccounts),
  'DELETE /api/access-control/serviceaccounts/:id/roles/:roleUID': serviceAccounts,
  'GET /api/access-control/roles/:roleUID/assignments': roles,
  'PUT /api/access-control/roles/:roleUID/assignments': sending(roles, ({ values }) => ({ users: [values.userId] })),
}
