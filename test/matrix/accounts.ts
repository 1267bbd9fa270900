import {
  accounts,
  asking,
  type Entries,
  names,
  personalTokens,
  plain,
  sending,
  sessions,
  switches,
  switchesOf,
  withQuotas,
} from './requests.ts'

const fresh = { login: 'fresh', email: 'fresh@x.org', password: 'a pass' }

/** Signing in, one's own account, and those of others. */
export const ownAccount: Entries = {
  'GET /healthz': plain,
  'GET /api/health': plain,
  'GET /api/ready': plain,
  'POST /login': sending(plain, () => ({ user: 'mia', password: 'pass' })),
  'GET /logout': plain,
  'GET /api/login/ping': plain,
  'GET /api/user': plain,
  'PUT /api/user': sending(plain, () => ({ login: 'renamed', email: 'renamed@x.org', name: 'Renamed' })),
  'PUT /api/user/password': sending(plain, () => ({ oldPassword: 'pass', newPassword: 'another' })),
  'GET /api/user/auth-tokens': plain,
  'POST /api/user/revoke-other-auth-tokens': plain,
  'POST /api/user/revoke-auth-token': sending(sessions, ({ values }) => ({ authTokenId: values.sessionId })),
  'GET /api/user/orgs': plain,
  'POST /api/user/using/:id': switches,
  'GET /api/user/teams': plain,
  'GET /api/user/tokens': plain,
  'POST /api/user/tokens': sending(plain, () => ({ name: 'fresh' })),
  'DELETE /api/user/tokens/:id': personalTokens,
  'GET /api/user/quotas': asking(plain, withQuotas),
  'PUT /api/user/helpflags/:id': [{ target: '-', find: () => ({ id: 1 }) }],
  'GET /api/user/helpflags/clear': plain,
}

export const otherAccounts: Entries = {
  'GET /api/users': plain,
  'GET /api/users/search': plain,
  'GET /api/users/lookup': asking(names, { query: ({ values }) => `loginOrEmail=${values.name}` }),
  'GET /api/users/:id': accounts,
  'PUT /api/users/:id': sending(accounts, () => ({ login: 'renamed', email: 'renamed@x.org', name: 'Renamed' })),
  'GET /api/users/:id/orgs': accounts,
  'GET /api/users/:id/teams': accounts,
  'POST /api/users/:id/using/:orgId': switchesOf,
  'POST /api/admin/users': sending(plain, () => fresh),
  'PUT /api/admin/users/:id/password': sending(accounts, () => ({ password: 'another' })),
  'PUT /api/admin/users/:id/permissions': sending(accounts, () => ({ isGrafanaAdmin: true })),
  'DELETE /api/admin/users/:id': accounts,
  'POST /api/admin/users/:id/disable': accounts,
  'POST /api/admin/users/:id/enable': accounts,
  'GET /api/admin/users/:id/auth-tokens': accounts,
  'POST /api/admin/users/:id/revoke-auth-token': sending(accounts, ({ values }) => ({
    authTokenId: values.sessionId,
  })),
  'POST /api/admin/users/:id/logout': accounts,
  'GET /api/admin/users/:id/quotas': asking(accounts, withQuotas),
  'PUT /api/admin/users/:id/quotas/:target': sending(accounts, () => ({ limit: 5 }), withQuotas),
}
