import { boolean, integer, metadata, nonEmpty, number, object, optional, pipe, string } from 'valibot'
import { del, done, id, pathParameter, post, put, refused, requires, type Slice, writeDenied } from '../docs.ts'

const user = pathParameter('id', 'The user')
const noUser = refused('user not found')
const word = optional(string(), '')
const password = pipe(string(), nonEmpty())
const mustChangePassword = optional(
  pipe(boolean(), metadata({ description: "Rollcall's own: until its owner has changed it, nothing else is allowed" })),
  false,
)
const orgId = pipe(number(), integer(), metadata({ description: 'The org to join as Viewer; 0 = the main org' }))

export const adminUsers: Slice = {
  tag: 'Admin',
  description:
    'Accounts as a server admin handles them. A stranger gets the denial here instead of a 401 (Grafana 9.3.2).',
  schemas: {},
  operations: [
    post('/api/admin/users', requires('users:create', ''), {
      id: 'createUser',
      summary: 'Create a user',
      description: 'One of login and e-mail is needed, and stands for the other.',
      body: {
        schema: object({
          login: word,
          email: word,
          name: word,
          password,
          orgId: optional(orgId, 0),
          mustChangePassword,
        }),
        example: { name: 'User', email: 'user@mygraf.com', login: 'user', password: 'new_password', orgId: 1 },
      },
      answers: {
        200: done('User created', { id }, { id: 2 }),
        400: refused(
          'Validation error, need specify either username or email',
          'Password is missing or too short',
          'organization not found',
          'bad request data',
        ),
        412: refused("User with email 'user@mygraf.com' or username 'user' already exists"),
      },
    }),
    put('/api/admin/users/:id/password', requires('users.password:write', 'global.users:id::id'), {
      id: 'setPassword',
      summary: "Set a user's password",
      description: 'Ends every session of the account.',
      parameters: [user],
      body: { schema: object({ password, mustChangePassword }), example: { password: 'new_password' } },
      answers: {
        200: done('User password updated'),
        400: refused('New password too short', 'id is invalid', 'bad request data'),
        404: noUser,
      },
    }),
    put('/api/admin/users/:id/permissions', requires('users.permissions:write', 'global.users:id::id'), {
      id: 'setServerAdmin',
      summary: 'Make a user server admin, or no longer',
      description: '`{}` takes the right away.',
      parameters: [user],
      body: { schema: object({ isGrafanaAdmin: optional(boolean(), false) }), example: { isGrafanaAdmin: true } },
      answers: {
        200: done('User permissions updated'),
        400: refused('cannot remove last grafana admin', 'id is invalid', 'bad request data'),
        403: writeDenied(
          'A token with an expiry or with limited permissions cannot create credentials or raise rights',
        ),
        404: noUser,
      },
    }),
    del('/api/admin/users/:id', requires('users:delete', 'global.users:id::id'), {
      id: 'deleteUser',
      summary: 'Delete a user',
      description: 'With sessions, tokens, stars and memberships.',
      parameters: [user],
      answers: {
        200: done('User deleted'),
        400: refused('cannot remove last grafana admin', 'Cannot remove last organization admin', 'id is invalid'),
        404: noUser,
      },
    }),
    post('/api/admin/users/:id/disable', requires('users:disable', 'global.users:id::id'), {
      id: 'disableUser',
      summary: 'Disable an account',
      description:
        'Ends every session of the account and refuses its password and tokens from then on. The same again is fine.',
      parameters: [user],
      answers: {
        200: done('User disabled'),
        400: refused('cannot remove last grafana admin', 'id is invalid'),
        403: writeDenied('Could not disable external user'),
        404: noUser,
      },
    }),
    post('/api/admin/users/:id/enable', requires('users:enable', 'global.users:id::id'), {
      id: 'enableUser',
      summary: 'Enable an account again',
      description: 'Sessions that disabling ended do not come back.',
      parameters: [user],
      answers: {
        200: done('User enabled'),
        400: refused('id is invalid'),
        403: writeDenied('Could not enable external user'),
        404: noUser,
      },
    }),
  ],
}
