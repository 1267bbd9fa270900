import { array, boolean, nonEmpty, object, optional, pipe, regex, strictObject, string } from 'valibot'
import { actionsOn } from '../auth/actions.ts'
import {
  allowed,
  answer,
  avatarUrl,
  del,
  done,
  get,
  id,
  patch,
  pathParameter,
  post,
  query,
  refused,
  requiresInOrg,
  role,
  type Slice,
  time,
  withAccess,
  writeDenied,
} from '../docs.ts'

export const OrgMember = strictObject({
  orgId: id,
  userId: id,
  email: string(),
  name: string(),
  avatarUrl,
  login: string(),
  role,
  lastSeenAt: time,
  lastSeenAtAge: pipe(string(), regex(/^(< 1m|\d+[mhdMy])$/)),
  accessControl: optional(allowed(actionsOn('member'))),
  isDisabled: boolean(),
})

export const members = [
  {
    orgId: 1,
    userId: 1,
    email: 'admin@mygraf.com',
    name: '',
    avatarUrl: '/avatar/e6cc01113cdca0603c837485622babd9',
    login: 'admin',
    role: 'Admin',
    lastSeenAt: '2020-04-10T17:29:27Z',
    lastSeenAtAge: '2m',
    isDisabled: false,
  },
]

export const tooMany = refused('An answer holds at most 10000 rows: ask for fewer')

/** Rollcall's own addition to lists that Grafana only gives whole. */
export const cut = [
  query('perpage', 'Cuts the list into pages of so many rows', optional(id)),
  query('page', 'Which page, where `perpage` is given', optional(id, 1)),
]

export const words = pipe(string(), nonEmpty())
export const user = pathParameter('userId', 'The user')
const org = pathParameter('orgId', 'The org')

export const newMember = {
  schema: object({ loginOrEmail: words, role }),
  example: { loginOrEmail: 'user', role: 'Viewer' },
}
const tooHigh = "Cannot assign a role higher than user's role"

export const added = {
  200: done('User added to organization', { userId: id }, { userId: 2 }),
  400: refused('bad request data'),
  403: writeDenied(`${tooHigh} · org Quota reached`),
  404: refused('User not found', 'Organization not found'),
  409: answer('User is already member of this organization', strictObject({ message: string(), userId: id }), {
    message: 'User is already member of this organization',
    userId: 2,
  }),
}
export const addingNote = 'The role may be in any letter case. For somebody without an active org it becomes this one.'

export const newRole = { schema: object({ role }), example: { role: 'Editor' } }

export const roleChanged = {
  200: done('Organization user updated'),
  400: refused(
    'Cannot change role so that there is no organization admin left',
    'userId is invalid',
    'bad request data',
  ),
  403: writeDenied(tooHigh),
  404: refused('User is not a member of this organization', 'Organization not found'),
}

export const notRemoved = {
  400: refused('Cannot remove last organization admin', 'userId is invalid'),
  404: refused('User not found', 'Organization not found'),
}

export const orgMembers: Slice = {
  tag: 'Organization members',
  description: 'Who is in an org, and as what.',
  schemas: { OrgMember },
  operations: [
    get('/api/orgs/:orgId/users', requiresInOrg('org.users:read', 'users:*'), {
      id: 'listOrgMembers',
      summary: 'The members of an org',
      description: 'An empty list for an org that is none.',
      parameters: [org, withAccess, ...cut],
      answers: { 200: answer('The members, ordered by e-mail', array(OrgMember), members), 400: tooMany },
    }),
    post('/api/orgs/:orgId/users', requiresInOrg('org.users:add', 'users:*'), {
      id: 'addOrgMember',
      summary: 'Put a user into an org',
      description: addingNote,
      parameters: [org],
      body: newMember,
      answers: added,
    }),
    patch('/api/orgs/:orgId/users/:userId', requiresInOrg('org.users:write', 'users:id::userId'), {
      id: 'changeRoleInOrg',
      summary: 'Change the role of a member',
      parameters: [org, user],
      body: newRole,
      answers: roleChanged,
    }),
    del('/api/orgs/:orgId/users/:userId', requiresInOrg('org.users:remove', 'users:id::userId'), {
      id: 'removeOrgMember',
      summary: 'Take a user out of an org',
      description: 'The account stays. The answer is the same for somebody who was no member.',
      parameters: [org, user],
      answers: { 200: done('User removed from organization'), ...notRemoved },
    }),
  ],
}
