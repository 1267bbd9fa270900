import {
  asking,
  current,
  type Entries,
  invites,
  links,
  members,
  membersOf,
  orgNames,
  orgs,
  plain,
  sending,
  withMail,
  withQuotas,
} from './requests.ts'

const address = () => ({ city: 'Elsewhere' })
const name = () => ({ name: 'Renamed' })
const role = () => ({ role: 'Editor' })
const member = ({ values }: { values: Record<string, unknown> }) => ({ loginOrEmail: values.newMember, role: 'Viewer' })

/** Orgs by their number, and the one of the request. */
export const organizations: Entries = {
  'GET /api/orgs': plain,
  'POST /api/orgs': sending(plain, () => ({ name: 'Fresh' })),
  'GET /api/orgs/name/:name': orgNames,
  'GET /api/orgs/:orgId': orgs,
  'PUT /api/orgs/:orgId': sending(orgs, name),
  'PUT /api/orgs/:orgId/address': sending(orgs, address),
  'DELETE /api/orgs/:orgId': orgs,
  'GET /api/orgs/:orgId/users': orgs,
  'POST /api/orgs/:orgId/users': sending(orgs, member),
  'PATCH /api/orgs/:orgId/users/:userId': sending(membersOf, role),
  'DELETE /api/orgs/:orgId/users/:userId': membersOf,
  'GET /api/orgs/:orgId/quotas': asking(orgs, withQuotas),
  'PUT /api/orgs/:orgId/quotas/:target': sending(orgs, () => ({ limit: 5 }), withQuotas),
  'GET /api/org': current,
  'PUT /api/org': sending(current, name),
  'PUT /api/org/address': sending(current, address),
  'GET /api/org/users': current,
  'GET /api/org/users/search': current,
  'GET /api/org/users/lookup': current,
  'POST /api/org/users': sending(current, member),
  'PATCH /api/org/users/:userId': sending(members, role),
  'DELETE /api/org/users/:userId': members,
  'GET /api/org/quotas': asking(current, withQuotas),
}

/** Ways in. */
export const entrance: Entries = {
  'GET /api/org/invites': current,
  'POST /api/org/invites': sending(current, () => ({ loginOrEmail: 'fresh@x.org', role: 'Viewer' })),
  'PATCH /api/org/invites/:code/revoke': invites,
  'GET /api/user/invite/:code': links,
  'POST /api/user/invite/complete': sending(links, ({ values }) => ({
    inviteCode: values.code,
    username: 'fresh',
    password: 'a pass',
  })),
  'GET /api/user/signup/options': plain,
  'POST /api/user/signup': sending(plain, () => ({ email: 'fresh@x.org' }), withMail),
  'POST /api/user/signup/step2': sending(
    plain,
    ({ world: { mailed } }) => ({
      email: mailed.signUp,
      code: mailed.signUpCode,
      username: 'fresh',
      password: 'a pass',
    }),
    withMail,
  ),
  'POST /api/user/password/send-reset-email': sending(plain, () => ({ userOrEmail: 'forgetful' }), withMail),
  'POST /api/user/password/reset': sending(plain, ({ world: { mailed } }) => ({
    code: mailed.resetCode,
    newPassword: 'another',
    confirmPassword: 'another',
  })),
}
