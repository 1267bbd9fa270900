import { array, nonEmpty, object, pipe, strictObject, string } from 'valibot'
import {
  answer,
  done,
  get,
  id,
  pathParameter,
  post,
  refused,
  requires,
  requiresInOrg,
  role,
  type Slice,
  signedIn,
} from '../docs.ts'

const Membership = strictObject({ orgId: id, name: string(), role })

const memberships = answer('The orgs, ordered by name', array(Membership), [
  { orgId: 1, name: 'Main Org.', role: 'Admin' },
])

const user = pathParameter('id', 'The user')
const words = pipe(string(), nonEmpty())
const switched = done('Active organization changed')
const notAMember = refused('Not a valid organization', 'Unauthorized', 'invalid username or password')

export const orgs: Slice = {
  tag: 'Organizations',
  description: 'Who is in which org, and which one is active.',
  schemas: { Membership },
  operations: [
    get('/api/user/orgs', signedIn('users:read', 'an empty list'), {
      id: 'listOwnOrgs',
      summary: 'The orgs one is in',
      answers: { 200: memberships },
    }),
    get('/api/users/:id/orgs', requires('users:read', 'global.users:id::id'), {
      id: 'listOrgsOfUser',
      summary: 'The orgs of a user',
      description: 'An empty list for an id that nobody has.',
      parameters: [user],
      answers: { 200: memberships, 400: refused('id is invalid') },
    }),
    post('/api/user/using/:id', signedIn('users:write', 'a 401'), {
      id: 'switchOwnOrg',
      summary: 'Make another org the active one',
      parameters: [pathParameter('id', 'The org, of which one must be a member')],
      answers: { 200: switched, 400: refused('id is invalid'), 401: notAMember },
    }),
    post('/api/users/:id/using/:orgId', requires('users:write', 'global.users:id::id'), {
      id: 'switchOrgOfUser',
      summary: "Make another org a user's active one",
      parameters: [user, pathParameter('orgId', 'The org, of which the user must be a member')],
      answers: { 200: switched, 400: refused('id is invalid', 'orgId is invalid'), 401: notAMember },
    }),
    post('/api/orgs', requires('orgs:create', ''), {
      id: 'createOrg',
      summary: 'Create an org',
      description: 'Its creator becomes its Admin, hence the 401 for API keys and service accounts.',
      body: { schema: object({ name: words }), example: { name: 'Main Org.' } },
      answers: {
        200: done('Organization created', { orgId: id }, { orgId: 2 }),
        400: refused('bad request data'),
        401: notAMember,
        409: refused('Organization name taken'),
      },
    }),
    post('/api/orgs/:orgId/users', requiresInOrg('org.users:add', 'users:*'), {
      id: 'addOrgMember',
      summary: 'Put a user into an org',
      description:
        'The role may be in any letter case. For somebody without an active org it becomes this one. API keys and service accounts are always denied.',
      parameters: [pathParameter('orgId', 'The org')],
      body: { schema: object({ loginOrEmail: words, role }), example: { loginOrEmail: 'user', role: 'Viewer' } },
      answers: {
        200: done('User added to organization', { userId: id }, { userId: 2 }),
        400: refused('bad request data', 'orgId is invalid'),
        404: refused('User not found', 'Organization not found'),
        409: answer('User is already member of this organization', strictObject({ message: string(), userId: id }), {
          message: 'User is already member of this organization',
          userId: 2,
        }),
      },
    }),
  ],
}
