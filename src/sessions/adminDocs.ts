import { array, integer, number, object, optional, pipe } from 'valibot'
import { answer, done, get, pathParameter, post, refused, requires, type Slice } from '../docs.ts'
import { AuthToken, chromeOnLinux, safariOnPhone, withPlaces } from './docs.ts'

const user = pathParameter('id', 'The user')
const noUser = refused('User not found')

export const adminSessions: Slice = {
  tag: 'Sessions of others',
  description: 'The devices of any person, for administrators.',
  schemas: {},
  operations: [
    get('/api/admin/users/:id/auth-tokens', requires('users.authtoken:read', 'global.users:id::id'), {
      id: 'listSessionsOfUser',
      summary: 'Where a user is signed in',
      description: '`isActive` is always false here (Grafana).',
      parameters: [user, withPlaces],
      answers: {
        200: answer('The live sessions', array(AuthToken), [{ ...chromeOnLinux, isActive: false }, safariOnPhone]),
        400: refused('id is invalid'),
        404: noUser,
      },
    }),
    post('/api/admin/users/:id/revoke-auth-token', requires('users.authtoken:write', 'global.users:id::id'), {
      id: 'revokeSessionOfUser',
      summary: 'End one session of a user',
      parameters: [user],
      body: { schema: object({ authTokenId: optional(pipe(number(), integer()), 0) }), example: { authTokenId: 364 } },
      answers: {
        200: done('User auth token revoked'),
        400: refused('Cannot revoke active user auth token', 'id is invalid', 'bad request data'),
        404: refused('User not found', 'User auth token not found'),
      },
    }),
    post('/api/admin/users/:id/logout', requires('users:logout', 'global.users:id::id'), {
      id: 'signOutUser',
      summary: 'End every session of a user',
      parameters: [user],
      answers: {
        200: done('User logged out'),
        400: refused('You cannot logout yourself', 'id is invalid'),
        404: noUser,
      },
    }),
  ],
}
