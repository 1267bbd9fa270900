import {
  array,
  integer,
  maxValue,
  metadata,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
} from 'valibot'
import { count, get, id, query, refused, requiresOnServer, type Slice, time } from '../docs.ts'

const AuditEntry = strictObject({
  id,
  time,
  actor: pipe(
    string(),
    metadata({ description: '`user:7`, `serviceaccount:3`, `apikey:5` by its id, or empty for a stranger' }),
  ),
  login: pipe(string(), metadata({ description: "A person's login at that time" })),
  credential: picklist(['session', 'password', 'token', '']),
  action: pipe(
    string(),
    metadata({
      description:
        'The permission that was asked for, or `login`, `logout`, `signup:start`, `signup`, `invite:accept`, `password:change`, `password:forgot`, `password:reset`; `password:due` where one had to be changed first, `authenticate` where a credential was wrong',
    }),
  ),
  target: pipe(
    string(),
    metadata({
      description:
        'As a scope, without `global.`: `users:id:7`, `teams:id:1`, `roles:uid:abc`; empty where it is no one thing',
    }),
  ),
  orgId: pipe(count, metadata({ description: 'The org of the request; 0 = none' })),
  address: string(),
  outcome: pipe(
    number(),
    integer(),
    minValue(200),
    maxValue(599),
    metadata({ description: '200 = done, else the status of the refusal' }),
  ),
  requestId: pipe(string(), metadata({ description: 'The X-Request-Id of the answer' })),
})

const example = {
  id: 12,
  time: '2026-03-01T10:00:00Z',
  actor: 'user:1',
  login: 'admin',
  credential: 'session',
  action: 'users:disable',
  target: 'users:id:7',
  orgId: 1,
  address: '203.0.113.7',
  outcome: 200,
  requestId: '9d2c6f0ab1e34f55-5f0c1b2a',
}

const text = (name: string, description: string) => query(name, description, optional(string()))

export const audit: Slice = {
  tag: 'Audit log',
  description: 'Who did what to whom, from where, with which credential, and how it went.',
  schemas: { AuditEntry },
  operations: [
    get('/api/admin/audit', requiresOnServer('audit:read'), {
      id: 'listAudit',
      summary: 'Who did what, the newest first',
      description:
        'One entry for each request that writes, done or refused, and for each refused credential. Go on with `cursor` while there is one: with several filters an answer can hold fewer entries than asked for, even none. As lines, the cursor is in the header `X-Next-Cursor`.',
      parameters: [
        text('actor', 'By whom, as in an entry'),
        text('target', 'To what, as in an entry'),
        text('action', 'What, as in an entry'),
        text('from', 'Since then: seconds since 1970, or RFC 3339'),
        text('to', 'Before then'),
        query('limit', 'Entries at most: 100 if not said and 1000 at most; as lines, 10000', optional(id)),
        text('cursor', 'Goes on where an answer ended'),
        query(
          'format',
          '`ndjson` = a JSON object a line; so does `Accept: application/x-ndjson`',
          optional(picklist(['ndjson'])),
        ),
      ],
      answers: {
        200: {
          description: 'The entries',
          content: {
            'application/json': {
              schema: strictObject({ items: array(AuditEntry), cursor: optional(string()) }),
              example: { items: [example], cursor: 'c' },
            },
            'application/x-ndjson': { schema: string(), example: `${JSON.stringify(example)}\n` },
          },
        },
        400: refused('from is invalid', 'to is invalid', 'cursor is invalid'),
      },
    }),
  ],
}
