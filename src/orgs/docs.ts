import { array, object, optional, strictObject, string } from 'valibot'
import { orgActions } from '../auth/metadata.ts'
import {
  allowed,
  answer,
  count,
  del,
  done,
  get,
  id,
  pathParameter,
  post,
  put,
  query,
  refused,
  requires,
  requiresInOrg,
  requiresOnServer,
  role,
  type Slice,
  signedIn,
  withAccess,
} from '../docs.ts'
import { tooMany, words } from './memberDocs.ts'

const Membership = strictObject({ orgId: id, name: string(), role })

const memberships = answer('The orgs, ordered by name', array(Membership), [
  { orgId: 1, name: 'Main Org.', role: 'Admin' },
])

const user = pathParameter('id', 'The user')
const inPath = pathParameter('orgId', 'The org')
const switched = done('Active organization changed')
const notAMember = refused('Not a valid organization', 'Unauthorized', 'invalid username or password')

const Address = strictObject({
  address1: string(),
  address2: string(),
  city: string(),
  zipCode: string(),
  state: string(),
  country: string(),
})

export const Org = strictObject({ id, name: string(), address: Address, accessControl: optional(allowed(orgActions)) })
const OrgHit = strictObject({ id, name: string() })

const emptyAddress = { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' }
export const org = { id: 1, name: 'Main Org.', address: emptyAddress }
export const noOrg = refused('Organization not found')

export const renaming = { schema: object({ name: words }), example: { name: 'Main Org 2.' } }
export const renamed = {
  200: done('Organization updated'),
  400: refused('Organization name taken', 'bad request data'),
  404: noOrg,
}

const line = optional(string(), '')
export const address = {
  schema: object({ address1: line, address2: line, city: line, zipCode: line, state: line, country: line }),
  example: { address1: '1 Main St', city: 'Springfield' },
}
export const moved = { 200: done('Address updated'), 400: refused('bad request data'), 404: noOrg }

export const orgs: Slice = {
  tag: 'Organizations',
  description: 'The orgs, who is in which, and which one is active.',
  schemas: { Membership, Org, OrgHit },
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
    get('/api/orgs', requiresOnServer('orgs:read'), {
      id: 'listOrgs',
      summary: 'Orgs as a list',
      parameters: [
        query('query', 'How the name starts, in any letter case of ASCII letters', optional(string())),
        query('name', 'The name in its exact spelling', optional(string())),
        query('perpage', 'Rows of a page; what is no number above 0 means the default', optional(id, 1000)),
        query('page', 'Which page, counted from 0', optional(count, 0)),
      ],
      answers: {
        200: answer('One page, ordered by name', array(OrgHit), [{ id: 1, name: 'Main Org.' }]),
        400: tooMany,
      },
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
    get('/api/orgs/name/:name', requiresOnServer('orgs:read'), {
      id: 'getOrgByName',
      summary: 'One org by name',
      parameters: [pathParameter('name', 'The name in its exact spelling', string())],
      answers: { 200: answer('The org', Org, org), 404: noOrg },
    }),
    get('/api/orgs/:orgId', requiresInOrg('orgs:read', ''), {
      id: 'getOrg',
      summary: 'One org by id',
      parameters: [inPath, withAccess],
      answers: { 200: answer('The org', Org, org), 404: noOrg },
    }),
    put('/api/orgs/:orgId', requiresInOrg('orgs:write', ''), {
      id: 'renameOrg',
      summary: 'Rename an org',
      parameters: [inPath],
      body: renaming,
      answers: renamed,
    }),
    put('/api/orgs/:orgId/address', requiresInOrg('orgs:write', ''), {
      id: 'changeAddressOfOrg',
      summary: 'Change the address of an org',
      description: 'All of it: a line that is left out becomes empty.',
      parameters: [inPath],
      body: address,
      answers: moved,
    }),
    del('/api/orgs/:orgId', requiresInOrg('orgs:delete', ''), {
      id: 'deleteOrg',
      summary: 'Delete an org',
      description:
        'With its memberships, teams, service accounts, keys, preferences and invites. Whose active org it was moves to another of its own, or to none.',
      parameters: [inPath],
      answers: {
        200: done('Organization deleted'),
        400: refused('Can not delete org for current user'),
        404: refused('Failed to delete organization. ID not found'),
      },
    }),
  ],
}
