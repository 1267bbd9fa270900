import {
  array,
  integer,
  literal,
  metadata,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
} from 'valibot'
import {
  actingOrg,
  answer,
  count,
  done,
  get,
  id,
  pathParameter,
  put,
  refused,
  requires,
  requiresInOrg,
  type Slice,
  signedIn,
} from '../docs.ts'
import { orgTargets, userTargets } from './rules.ts'

const limit = pipe(number(), integer(), minValue(-1), metadata({ description: '-1 = any number' }))

const OrgQuota = strictObject({ org_id: id, target: picklist(orgTargets), limit, used: count })
const UserQuota = strictObject({ user_id: id, target: picklist(userTargets), limit, used: count })

const ofOrg = answer('What there is and may be', array(OrgQuota), [
  { org_id: 1, target: 'org_user', limit: 10, used: 6 },
  { org_id: 1, target: 'dashboard', limit: 100, used: 3 },
])
const ofUser = answer('What there is and may be', array(UserQuota), [
  { user_id: 1, target: 'org_user', limit: 10, used: 1 },
])

const off = 'Quotas not enabled'
const user = pathParameter('id', 'The user')
const org = pathParameter('orgId', 'The org')
const change = { schema: object({ limit: optional(limit, 0) }), example: { limit: 5 } }
const changed = done('Organization quota updated')

const badOwn = answer(
  'Quotas are off, or a machine asks',
  strictObject({
    message: literal('Bad request'),
    messageId: literal('quota.bad-request'),
    statusCode: literal(400),
    traceID: literal(''),
  }),
  { message: 'Bad request', messageId: 'quota.bad-request', statusCode: 400, traceID: '' },
)

export const quotas: Slice = {
  tag: 'Quotas',
  description:
    'How many members and dashboards an org may have, and how many orgs a person. Off unless `QUOTA_ENABLED` is `true`: then every answer here is a refusal. Adding a member or a dashboard beyond the limit is refused; a new account is not, and the limit of a person is only kept and shown.',
  schemas: { OrgQuota, UserQuota },
  operations: [
    get('/api/user/quotas', signedIn('users:read', 'a 400'), {
      id: 'listOwnQuotas',
      summary: "The caller's own quotas",
      answers: { 200: ofUser, 400: badOwn, 404: refused('user not found') },
    }),
    get('/api/admin/users/:id/quotas', requires('users.quotas:read', 'global.users:id::id'), {
      id: 'listQuotasOfUser',
      summary: 'The quotas of a user',
      parameters: [user],
      answers: { 200: ofUser, 400: refused('id is invalid'), 404: refused(off, 'user not found') },
    }),
    put('/api/admin/users/:id/quotas/:target', requires('users.quotas:write', 'global.users:id::id'), {
      id: 'setQuotaOfUser',
      summary: 'Set a quota of a user',
      parameters: [user, pathParameter('target', 'What is limited', string())],
      body: change,
      answers: {
        200: changed,
        400: refused('id is invalid', 'bad request data'),
        404: refused(off, 'Invalid quota target', 'user not found'),
      },
    }),
    get('/api/org/quotas', requires('orgs.quotas:read', ''), {
      id: 'listOwnOrgQuotas',
      summary: 'The quotas of the org of the request',
      parameters: actingOrg,
      answers: { 200: ofOrg, 404: refused(off, 'Organization not found') },
    }),
    get('/api/orgs/:orgId/quotas', requiresInOrg('orgs.quotas:read', ''), {
      id: 'listQuotasOfOrg',
      summary: 'The quotas of an org',
      parameters: [org],
      answers: { 200: ofOrg, 404: refused(off, 'Organization not found') },
    }),
    put('/api/orgs/:orgId/quotas/:target', requiresInOrg('orgs.quotas:write', ''), {
      id: 'setQuotaOfOrg',
      summary: 'Set a quota of an org',
      parameters: [org, pathParameter('target', 'What is limited', string())],
      body: change,
      answers: {
        200: changed,
        400: refused('bad request data'),
        404: refused(off, 'Invalid quota target', 'Organization not found'),
      },
    }),
  ],
}
