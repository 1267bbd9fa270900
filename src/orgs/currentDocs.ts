import { array, literal, optional, strictObject, string, union } from 'valibot'
import {
  actingOrg,
  answer,
  avatarUrl,
  count,
  del,
  get,
  id,
  patch,
  post,
  put,
  query,
  requires,
  requiresSomeOf,
  type Slice,
  withAccess,
} from '../docs.ts'
import { address, moved, noOrg, Org, org, renamed, renaming } from './docs.ts'
import {
  added,
  addingNote,
  cut,
  members,
  newMember,
  newRole,
  notRemoved,
  OrgMember,
  roleChanged,
  tooMany,
  user,
} from './memberDocs.ts'

const OrgMemberPage = strictObject({ totalCount: count, OrgUsers: array(OrgMember), page: id, perPage: id })

const OrgMemberChoice = strictObject({ userId: id, login: string(), avatarUrl })

const text = query('query', 'Text within the login, e-mail or name, in any letter case', optional(string()))
const selection = [
  text,
  query('limit', 'How many at most; what is no number above 0 means all', optional(id)),
  ...cut,
  ...actingOrg,
]

export const currentOrg: Slice = {
  tag: 'Current organization',
  description: 'The org in which the caller acts.',
  schemas: { OrgMemberPage, OrgMemberChoice },
  operations: [
    get('/api/org', requires('orgs:read', ''), {
      id: 'getCurrentOrg',
      summary: 'The org in which one acts',
      parameters: [withAccess, ...actingOrg],
      answers: { 200: answer('The org', Org, org), 404: noOrg },
    }),
    put('/api/org', requires('orgs:write', ''), {
      id: 'renameCurrentOrg',
      summary: 'Rename the org',
      parameters: actingOrg,
      body: renaming,
      answers: renamed,
    }),
    put('/api/org/address', requires('orgs:write', ''), {
      id: 'changeAddressOfCurrentOrg',
      summary: 'Change the address of the org',
      description: 'All of it: a line that is left out becomes empty.',
      parameters: actingOrg,
      body: address,
      answers: moved,
    }),
    get('/api/org/users', requires('org.users:read', 'users:*'), {
      id: 'listMembersOfCurrentOrg',
      summary: 'The members of the org',
      parameters: [withAccess, ...selection],
      answers: { 200: answer('The members, ordered by e-mail', array(OrgMember), members), 400: tooMany },
    }),
    get('/api/org/users/search', requires('org.users:read', 'users:*'), {
      id: 'searchMembersOfCurrentOrg',
      summary: 'The members of the org, with paging',
      description:
        '`totalCount` is a lower bound for text of fewer than three characters in an org of more than some 8000 members, and for text that more than 10000 people match.',
      parameters: [
        text,
        query('perpage', 'Rows of a page; what is no number above 0 means the default', optional(id, 1000)),
        query('page', 'Which page; what is no number above 0 means the first', optional(id, 1)),
        ...actingOrg,
      ],
      answers: {
        200: answer('One page, ordered by e-mail', OrgMemberPage, {
          totalCount: 1,
          OrgUsers: members,
          page: 1,
          perPage: 1000,
        }),
        400: tooMany,
      },
    }),
    get(
      '/api/org/users/lookup',
      requiresSomeOf(
        'org.users:read',
        'teams.permissions:write',
        'folders.permissions:write',
        'dashboards.permissions:write',
      ),
      {
        id: 'chooseMemberOfCurrentOrg',
        summary: 'The members of the org, to choose from',
        parameters: selection,
        answers: {
          200: answer('The members, ordered by e-mail', array(OrgMemberChoice), [
            { userId: 1, login: 'admin', avatarUrl: '/avatar/e6cc01113cdca0603c837485622babd9' },
          ]),
          400: tooMany,
        },
      },
    ),
    post('/api/org/users', requires('org.users:add', 'users:*'), {
      id: 'addMemberToCurrentOrg',
      summary: 'Put a user into the org',
      description: addingNote,
      parameters: actingOrg,
      body: newMember,
      answers: added,
    }),
    patch('/api/org/users/:userId', requires('org.users:write', 'users:id::userId'), {
      id: 'changeRoleInCurrentOrg',
      summary: 'Change the role of a member',
      parameters: [user, ...actingOrg],
      body: newRole,
      answers: roleChanged,
    }),
    del('/api/org/users/:userId', requires('org.users:remove', 'users:id::userId'), {
      id: 'removeMemberOfCurrentOrg',
      summary: 'Take a user out of the org',
      description:
        "Where the caller may also delete the account (`users:delete`) and the user is in no other org, the account is deleted; a server admin's never is. The answer is the same for somebody who was no member.",
      parameters: [user, ...actingOrg],
      answers: {
        200: answer(
          'Done',
          strictObject({ message: union([literal('User removed from organization'), literal('User deleted')]) }),
          { message: 'User removed from organization' },
        ),
        ...notRemoved,
      },
    }),
  ],
}
