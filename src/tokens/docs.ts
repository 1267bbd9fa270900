import {
  array,
  boolean,
  maxLength,
  metadata,
  minLength,
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
  requires,
  role,
  type Slice,
  signedIn,
  time,
  writeDenied,
} from '../docs.ts'

export const createdBy = pipe(
  nullable(string()),
  metadata({ description: 'By whom, as in the audit log: `user:7`, `serviceaccount:3`' }),
)

const ApiKey = strictObject({
  id,
  name: string(),
  role,
  expiration: optional(pipe(time, metadata({ description: 'Absent for a key that never expires' }))),
  created: optional(time),
  createdBy: optional(createdBy),
  lastUsedAt: optional(nullable(time)),
})

const PersonalToken = strictObject({
  id,
  name: string(),
  created: time,
  createdBy,
  lastUsedAt: nullable(time),
  expiration: nullable(time),
  hasExpired: boolean(),
  permissions: optional(
    pipe(
      array(strictObject({ action: string(), scope: string() })),
      metadata({ description: 'What the token is limited to; absent for one that may do all that its owner may' }),
    ),
  ),
})

const NewToken = strictObject({
  id,
  name: string(),
  key: pipe(string(), metadata({ description: 'The token itself, shown this once: only a hash of it is kept' })),
})

const name = pipe(string(), nonEmpty())
const secondsToLive = optional(pipe(count, metadata({ description: '0 = never expires' })), 0)
const tooMany = 'An answer holds at most 10000 rows: ask for fewer'
const badExpiry = refused('negative value for SecondsToLive', 'bad request data')
const noUser = refused('user not found')

export const apiKeys: Slice = {
  tag: 'API keys',
  description: 'Keys that act in one org with one role.',
  schemas: { ApiKey, NewToken },
  operations: [
    get('/api/auth/keys', requires('apikeys:read', 'apikeys:*'), {
      id: 'listApiKeys',
      summary: 'The API keys of the org',
      parameters: [
        query('includeExpired', '`true` lists the expired ones too', optional(picklist(['true', 'false']))),
        query(
          'metadata',
          '`true` says when and by whom each was made, and when it was last used',
          optional(picklist(['true', 'false'])),
        ),
        ...actingOrg,
      ],
      answers: {
        200: answer('The keys, ordered by name', array(ApiKey), [
          { id: 1, name: 'mykey', role: 'Admin', expiration: '2019-09-09T10:31:26Z' },
        ]),
        400: refused(tooMany),
      },
    }),
    post('/api/auth/keys', requires('apikeys:create', ''), {
      id: 'createApiKey',
      summary: 'Create an API key in the org',
      description: "Its role, in any letter case, is at most its creator's.",
      parameters: actingOrg,
      body: {
        schema: object({ name, role, secondsToLive }),
        example: { name: 'mykey', role: 'Admin', secondsToLive: 86400 },
      },
      answers: {
        200: answer('The key, for the only time', NewToken, {
          id: 1,
          name: 'mykey',
          key: 'eyJrIjoiT0tTcG1pUlY2RnVKZTFVaDFsNFZXdE9ZWmNrMkZYbk',
        }),
        400: badExpiry,
        403: writeDenied('A key cannot have a higher role than its creator'),
        409: refused('API key, organization ID and name must be unique'),
      },
    }),
    del('/api/auth/keys/:id', requires('apikeys:delete', 'apikeys:id::id'), {
      id: 'deleteApiKey',
      summary: 'Delete an API key of the org',
      parameters: [pathParameter('id', 'The key'), ...actingOrg],
      answers: {
        200: done('API key deleted'),
        400: refused('id is invalid'),
        404: refused('Failed to delete API key'),
      },
    }),
  ],
}

export const personalTokens: Slice = {
  tag: 'Personal tokens',
  description: "Rollcall's own, since Grafana has none: a token acts as its owner, never beyond.",
  schemas: { PersonalToken },
  operations: [
    get('/api/user/tokens', signedIn('users:read', 'an empty list'), {
      id: 'listOwnTokens',
      summary: "One's personal tokens",
      answers: {
        200: answer('The tokens, ordered by name', array(PersonalToken), [
          {
            id: 1,
            name: 'laptop',
            created: '2019-03-05T20:22:54Z',
            createdBy: 'user:1',
            lastUsedAt: '2019-03-06T18:41:06Z',
            expiration: null,
            hasExpired: false,
            permissions: [{ action: 'users:read', scope: 'global.users:*' }],
          },
        ]),
        400: refused(tooMany),
      },
    }),
    post('/api/user/tokens', signedIn('users:write', 'a 404'), {
      id: 'createOwnToken',
      summary: 'Create a personal token',
      description: 'Without `permissions` it may do all that its owner may.',
      body: {
        schema: object({
          name: pipe(name, maxLength(190)),
          secondsToLive,
          permissions: optional(
            pipe(array(object({ action: name, scope: optional(string(), '') })), minLength(1), maxLength(100)),
          ),
        }),
        example: { name: 'laptop', permissions: [{ action: 'users:read', scope: 'global.users:*' }] },
      },
      answers: {
        200: answer('The token, for the only time', NewToken, {
          id: 1,
          name: 'laptop',
          key: 'rcpat_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a',
        }),
        400: badExpiry,
        403: writeDenied(
          'A token with an expiry or with limited permissions cannot create credentials or raise rights',
        ),
        404: noUser,
        409: refused('A token of that name exists'),
      },
    }),
    del('/api/user/tokens/:id', signedIn('users:write', 'a 404'), {
      id: 'deleteOwnToken',
      summary: 'Delete a personal token',
      parameters: [pathParameter('id', 'The token')],
      answers: {
        200: done('Token deleted'),
        400: refused('id is invalid'),
        404: refused('Token not found', 'user not found'),
      },
    }),
  ],
}
