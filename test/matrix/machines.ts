import { current, type Entries, keys, sending, serviceAccounts } from './requests.ts'

const grants = () => ({ permissions: [{ action: 'users:read', scope: 'global.users:*' }] })
const level = () => ({ permission: 'Edit' })

export const machines: Entries = {
  'GET /api/auth/keys': current,
  'POST /api/auth/keys': sending(current, () => ({ name: 'fresh', role: 'Viewer' })),
  'DELETE /api/auth/keys/:id': keys,
  'POST /api/serviceaccounts': sending(current, () => ({ name: 'fresh' })),
  'GET /api/serviceaccounts/search': current,
  'GET /api/serviceaccounts/:id': serviceAccounts,
  'PATCH /api/serviceaccounts/:id': sending(serviceAccounts, () => ({ name: 'Renamed' })),
  'DELETE /api/serviceaccounts/:id': serviceAccounts,
  'GET /api/serviceaccounts/:id/grants': serviceAccounts,
  'PUT /api/serviceaccounts/:id/grants': sending(serviceAccounts, grants),
  'GET /api/serviceaccounts/:id/tokens': serviceAccounts,
  'POST /api/serviceaccounts/:id/tokens': sending(serviceAccounts, () => ({ name: 'fresh' })),
  'DELETE /api/serviceaccounts/:id/tokens/:tokenId': serviceAccounts,
  'GET /api/access-control/serviceaccounts/description': current,
  'GET /api/access-control/serviceaccounts/:id': serviceAccounts,
  'POST /api/access-control/serviceaccounts/:id': sending(serviceAccounts, ({ values }) => ({
    permissions: [{ userId: values.userId, permission: 'Edit' }],
  })),
  'POST /api/access-control/serviceaccounts/:id/users/:userId': sending(serviceAccounts, level),
  'POST /api/access-control/serviceaccounts/:id/teams/:teamId': sending(serviceAccounts, level),
}
