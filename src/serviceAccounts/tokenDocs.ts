import {
  array,
  boolean,
  metadata,
  nonEmpty,
  nullable,
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
  del,
  done,
  get,
  id,
  pathParameter,
  post,
  query,
  refused,
  type Slice,
  time,
  writeDenied,
} from '../docs.ts'
import { createdBy } from '../tokens/docs.ts'
import { onAccount } from './docs.ts'

const ServiceAccountToken = strictObject({
  id,
  name: string(),
  created: time,
  lastUsedAt: nullable(time),
  expiration: nullable(time),
  secondsUntilExpiration: pipe(count, metadata({ description: '0 unless within seven days' })),
  hasExpired: boolean(),
  createdBy: optional(createdBy),
})

const NewServiceAccountToken = strictObject({
  id,
  name: string(),
  key: pipe(string(), metadata({ description: 'The token itself, shown this once: only a hash of it is kept' })),
})

const account = pathParameter('id', 'The service account')
const noNumber = 'Service Account ID is invalid'
const unknown = 'Failed to retrieve service account'

export const serviceAccountTokens: Slice = {
  tag: 'Service account tokens',
  description: 'What a service account signs in with.',
  schemas: { ServiceAccountToken, NewServiceAccountToken },
  operations: [
    get('/api/serviceaccounts/:id/tokens', onAccount('serviceaccounts:read'), {
      id: 'listServiceAccountTokens',
      summary: 'The tokens of a service account',
      parameters: [
        account,
        query('metadata', '`true` says by whom each was made', optional(picklist(['true', 'false']))),
        ...actingOrg,
      ],
      answers: {
        200: answer('The tokens, ordered by name', array(ServiceAccountToken), [
          {
            id: 1,
            name: 'grafana',
            created: '2022-03-23T10:31:02Z',
            lastUsedAt: null,
            expiration: '2022-03-23T11:31:02Z',
            secondsUntilExpiration: 3600,
            hasExpired: false,
          },
        ]),
        400: refused(noNumber, 'An answer holds at most 10000 rows: ask for fewer'),
        404: refused(unknown),
      },
    }),
    post('/api/serviceaccounts/:id/tokens', onAccount('serviceaccounts:write'), {
      id: 'createServiceAccountToken',
      summary: 'Make a token for a service account',
      description: 'Only for an account that may do no more than the caller.',
      parameters: [account, ...actingOrg],
      body: {
        schema: object({
          name: pipe(string(), nonEmpty()),
          secondsToLive: optional(pipe(count, metadata({ description: '0 = never expires' })), 0),
        }),
        example: { name: 'grafana', secondsToLive: 604800 },
      },
      answers: {
        200: answer('The token, for the only time', NewServiceAccountToken, {
          id: 7,
          name: 'grafana',
          key: 'glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a',
        }),
        400: refused('Bad request data', noNumber, 'invalid SecondsToLive value'),
        403: writeDenied(
          'A token cannot be made for a service account that may do more than its creator, or: A token with an expiry or with limited permissions cannot create credentials or raise rights',
        ),
        404: refused(unknown),
        409: refused(
          'service account token with given name already exists in the organization',
          'The service account has just been changed: try again',
        ),
      },
    }),
    del('/api/serviceaccounts/:id/tokens/:tokenId', onAccount('serviceaccounts:write'), {
      id: 'deleteServiceAccountToken',
      summary: 'Delete a token of a service account',
      parameters: [account, pathParameter('tokenId', 'The token'), ...actingOrg],
      answers: {
        200: done('Service account token deleted'),
        400: refused(noNumber, 'Token ID is invalid'),
        404: refused('Failed to delete service account token', unknown),
      },
    }),
  ],
}
