import {
  array,
  boolean,
  empty,
  maxLength,
  metadata,
  nonEmpty,
  object,
  optional,
  pipe,
  strictObject,
  string,
} from 'valibot'
import {
  type Access,
  actingOrg,
  allowed,
  answer,
  avatarUrl,
  count,
  del,
  done,
  flag,
  get,
  id,
  patch,
  pathParameter,
  post,
  put,
  query,
  refused,
  requires,
  requiresSome,
  role,
  type Slice,
  time,
  withAccess,
  writeDenied,
} from '../docs.ts'
import { type AccountAction, actionsOf } from './rules.ts'

const givenToo = 'Whoever was given the account, itself or by a team, holds it there too.'

/** For whoever holds it by role, or since it was given the account of the path. */
export const onAccount = (action: AccountAction): Access => {
  const access = requires(action, 'serviceaccounts:id::id')
  return { ...access, note: `${access.note} ${givenToo}` }
}

const accessControl = optional(allowed(actionsOf.Admin))

const names = { id, name: string(), login: string(), orgId: id, isDisabled: boolean() }

const ServiceAccountHit = strictObject({ ...names, role, tokens: count, avatarUrl, accessControl })

const ServiceAccount = strictObject({
  ...names,
  createdAt: time,
  updatedAt: time,
  avatarUrl,
  role,
  teams: pipe(array(string()), empty(), metadata({ description: 'Service accounts are on no team' })),
  tokens: optional(pipe(count, metadata({ description: 'Absent where there is none' }))),
  accessControl,
})

const hit = {
  id: 1,
  name: 'My SA',
  login: 'sa-my-sa',
  orgId: 1,
  isDisabled: false,
  role: 'Viewer',
  tokens: 0,
  avatarUrl: '/avatar/5b33c7617a904c4b61ef3031187ce816',
}
const details = {
  id: 1,
  name: 'My SA',
  login: 'sa-my-sa',
  orgId: 1,
  isDisabled: false,
  createdAt: '2022-03-21T14:35:33Z',
  updatedAt: '2022-03-21T14:35:33Z',
  avatarUrl: '/avatar/5b33c7617a904c4b61ef3031187ce816',
  role: 'Viewer',
  teams: [],
}

const account = pathParameter('id', 'The service account')
const noNumber = 'Service Account ID is invalid'
const unknown = refused('Failed to retrieve service account')
const tooHigh = "can not assign a role higher than user's role"

const Permission = strictObject({ action: string(), scope: string() })
const example = { permissions: [{ action: 'users:read', scope: 'global.users:*' }] }
const words = pipe(string(), maxLength(190))

export const serviceAccounts: Slice = {
  tag: 'Service accounts',
  description: 'Accounts for programs, in one org.',
  schemas: { ServiceAccount, ServiceAccountHit },
  operations: [
    post('/api/serviceaccounts', requires('serviceaccounts:create', ''), {
      id: 'createServiceAccount',
      summary: 'Create a service account in the org',
      description:
        "Its role, in any letter case, is at most its creator's. A person who creates it is given it. The picture is left out here.",
      parameters: actingOrg,
      body: {
        schema: object({
          name: pipe(string(), nonEmpty()),
          role: optional(role, 'Viewer'),
          isDisabled: optional(boolean(), false),
        }),
        example: { name: 'My SA', role: 'Viewer' },
      },
      answers: {
        201: answer('The account', ServiceAccountHit, { ...hit, avatarUrl: '' }),
        400: refused('Failed to create service account', 'Bad request data'),
        403: writeDenied(tooHigh),
      },
    }),
    get('/api/serviceaccounts/search', requiresSome('serviceaccounts:read'), {
      id: 'searchServiceAccounts',
      summary: 'The service accounts of the org, page by page',
      description: 'Whoever was given only some finds those. With a filter the total is exact up to 20000 accounts.',
      parameters: [
        query('query', 'What the name or the login contains, in any letter case', optional(string())),
        query('perpage', 'How many', optional(id, 1000)),
        query('page', 'Which page, from 1', optional(id, 1)),
        query('disabled', '`true` finds only the disabled', flag),
        query('expiredTokens', '`true` finds only those with a token that has expired', flag),
        withAccess,
        ...actingOrg,
      ],
      answers: {
        200: answer(
          'A page, ordered by login',
          strictObject({ totalCount: count, serviceAccounts: array(ServiceAccountHit), page: id, perPage: id }),
          { totalCount: 1, serviceAccounts: [hit], page: 1, perPage: 1000 },
        ),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    get('/api/serviceaccounts/:id', onAccount('serviceaccounts:read'), {
      id: 'getServiceAccount',
      summary: 'A service account',
      parameters: [account, withAccess, ...actingOrg],
      answers: { 200: answer('The account', ServiceAccount, details), 400: refused(noNumber), 404: unknown },
    }),
    patch('/api/serviceaccounts/:id', onAccount('serviceaccounts:write'), {
      id: 'updateServiceAccount',
      summary: 'Change a service account',
      description: 'What is left out stays, and the login whatever the name becomes.',
      parameters: [account, ...actingOrg],
      body: {
        schema: object({ name: optional(string()), role: optional(role), isDisabled: optional(boolean()) }),
        example: { role: 'Editor' },
      },
      answers: {
        200: done(
          'Service account updated',
          { id, name: string(), serviceaccount: ServiceAccount },
          { id: 1, name: 'My SA', serviceaccount: { ...details, role: 'Editor' } },
        ),
        400: refused('Bad request data', noNumber),
        403: writeDenied(tooHigh),
        404: unknown,
      },
    }),
    del('/api/serviceaccounts/:id', onAccount('serviceaccounts:delete'), {
      id: 'deleteServiceAccount',
      summary: 'Delete a service account with its tokens',
      parameters: [account, ...actingOrg],
      answers: { 200: done('Service account deleted'), 400: refused(noNumber), 404: unknown },
    }),
    get('/api/serviceaccounts/:id/grants', requires('serviceaccounts.grants:write', 'serviceaccounts:*'), {
      id: 'getServiceAccountGrants',
      summary: 'What a service account may do on the whole server',
      description: "Rollcall's own: beside its role in its org, which is not listed here.",
      parameters: [account, ...actingOrg],
      answers: {
        200: answer('The permissions', strictObject({ permissions: array(Permission) }), example),
        400: refused(noNumber),
        404: unknown,
      },
    }),
    put('/api/serviceaccounts/:id/grants', requires('serviceaccounts.grants:write', 'serviceaccounts:*'), {
      id: 'setServiceAccountGrants',
      summary: 'Let a service account do something on the whole server',
      description:
        "Rollcall's own: replaces the permissions beside its role; an empty list takes them away. Only what the caller itself holds on the whole server can be given. The tokens of the account, those that there are too, then do as much, and only who may do as much can make another.",
      parameters: [account, ...actingOrg],
      body: {
        schema: object({
          permissions: pipe(
            array(object({ action: pipe(words, nonEmpty()), scope: optional(words, '') })),
            maxLength(100),
          ),
        }),
        example,
      },
      answers: {
        200: done('Service account permissions updated'),
        400: refused('bad request data', noNumber),
        403: writeDenied(
          'A token with an expiry or with limited permissions cannot create credentials or raise rights',
        ),
        404: unknown,
      },
    }),
  ],
}
