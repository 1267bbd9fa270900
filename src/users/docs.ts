import {
  array,
  boolean,
  literal,
  metadata,
  null as none,
  object,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
} from 'valibot'
import { actionsOn } from '../auth/actions.ts'
import {
  type Answer,
  allowed,
  answer,
  avatarUrl,
  count,
  done,
  get,
  id,
  type Parameter,
  pathParameter,
  put,
  query,
  refused,
  requires,
  type Slice,
  signedIn,
  time,
  withAccess,
  writeDenied,
} from '../docs.ts'

const authLabels = pipe(array(string()), metadata({ description: 'How else the person signs in: LDAP, GitHub, …' }))

const Profile = strictObject({
  id,
  email: string(),
  name: string(),
  login: string(),
  theme: string(),
  orgId: optional(pipe(id, metadata({ description: 'The active org; absent for somebody who is in none' }))),
  isGrafanaAdmin: boolean(),
  isDisabled: boolean(),
  isExternal: boolean(),
  authLabels,
  updatedAt: time,
  createdAt: time,
  avatarUrl,
})

const UserProfile = strictObject({ ...Profile.entries, accessControl: optional(allowed(actionsOn('account'))) })

const LookupProfile = strictObject({
  ...Profile.entries,
  isDisabled: literal(false),
  isExternal: literal(false),
  authLabels: none(),
  avatarUrl: literal(''),
})

const UserHit = strictObject({
  id,
  name: string(),
  login: string(),
  email: string(),
  avatarUrl,
  isAdmin: boolean(),
  isDisabled: boolean(),
  lastSeenAt: pipe(time, metadata({ description: 'Ten years before being created for somebody who never came' })),
  lastSeenAtAge: pipe(string(), regex(/^(< 1m|\d+[mhdMy])$/)),
  authLabels,
})

const UserPage = strictObject({
  totalCount: count,
  users: array(UserHit),
  page: id,
  perPage: id,
  cursor: optional(
    pipe(string(), metadata({ description: 'Where the next page begins: there with `cursor`, until the end' })),
  ),
})

const admin = {
  id: 1,
  email: 'user@mygraf.com',
  name: 'admin',
  login: 'admin',
  theme: 'light',
  orgId: 1,
  isGrafanaAdmin: true,
  isDisabled: false,
  isExternal: false,
  authLabels: [],
  updatedAt: '2019-09-09T10:31:26Z',
  createdAt: '2019-09-09T10:31:26Z',
  avatarUrl: '/avatar/2c2ee915bd896e946ffebcf8654fe522',
}

const hits = [
  {
    id: 1,
    name: 'Admin',
    login: 'admin',
    email: 'admin@mygraf.com',
    avatarUrl: '/avatar/e6cc01113cdca0603c837485622babd9',
    isAdmin: true,
    isDisabled: false,
    lastSeenAt: '2020-04-10T17:29:27Z',
    lastSeenAtAge: '2m',
    authLabels: ['OAuth'],
  },
]

const pageNumber = optional(id, 1)

const flag = optional(picklist(['true', 'false', '']))

const paging: Parameter[] = [
  query('query', 'Text within the login, e-mail or name, in any letter case', optional(string())),
  query('perpage', 'Rows of a page; what is no number above 0 means the default', optional(id, 1000)),
  query('page', 'Which page; what is no number above 0 means the first', pageNumber),
  query(
    'sort',
    'login, email, name or lastSeenAt (also as lastSeenAtAge), then -asc or -desc; of several, by commas, the first counts, and an unknown one is as none. Who was never there comes before everybody',
    optional(string(), 'login-asc'),
  ),
  query(
    'cursor',
    'Pages by what the page before answered as `cursor`, and empty for the first; `page` is ignored then',
    optional(string()),
  ),
  query('isAdmin', 'Only server admins, or only others', flag),
  query('isDisabled', 'Only disabled accounts, or only others', flag),
  query('neverSeen', 'Only whoever was never there, or only others', flag),
  query(
    'lastSeenBefore',
    'Only whoever was last seen before a time, or never: seconds since 1970, or RFC 3339',
    optional(string()),
  ),
  query('activeLast30Days', 'Only whoever was seen in the last 30 days', optional(literal('true'))),
]

const unreadable = refused(
  'An answer holds at most 10000 rows: ask for fewer',
  'isAdmin must be true or false',
  'isDisabled must be true or false',
  'neverSeen must be true or false',
  'lastSeenBefore is invalid',
  'cursor is invalid',
  'In this order pages end at 15000 rows: go on by cursor',
)
const user = pathParameter('id', 'The user')
const noUser = refused('user not found')
const word = optional(string(), '')

const change = {
  schema: object({ login: word, email: word, name: word, theme: word }),
  example: { email: 'user@mygraf.com', name: 'User2', login: 'user', theme: 'light' },
}

const noName = 'Validation error, need to specify either username or email'

const ifMatch: Parameter = {
  in: 'header',
  name: 'If-Match',
  description:
    'The `ETag` that came with the user, or several by commas: nothing is changed unless the values are still those. `*` and none: whatever they are. `W/` before a tag makes no difference',
  schema: optional(string()),
}

/** Rollcall's own. */
const EditableUser = strictObject({ login: string(), email: string(), name: string(), theme: string() })

const changedMeanwhile = answer(
  'With `If-Match`: the values are others now, and nothing was changed. `current` is what they are, with their ETag, for whoever may read the user',
  strictObject({ current: optional(EditableUser), message: literal('The user was changed meanwhile') }),
  {
    current: { login: 'user', email: 'user@mygraf.com', name: 'User2', theme: 'light' },
    message: 'The user was changed meanwhile',
  },
)

const tagged = (shown: Answer): Answer => ({
  ...shown,
  headers: { ETag: 'Stands for login, e-mail, name and theme: what `If-Match` of a change takes' },
})

const changed = {
  200: done('User updated'),
  400: refused(noName, 'id is invalid', 'bad request data'),
  403: writeDenied('User info cannot be updated for external Users'),
  404: noUser,
  409: refused("User with email 'user@mygraf.com' or username 'user' already exists"),
  412: changedMeanwhile,
}

const changeNote = 'What is empty or absent stays as it is, but one of login and e-mail is needed.'

export const users: Slice = {
  tag: 'Users',
  description: 'The directory, and the account of whoever is signed in.',
  schemas: { Profile, UserProfile, EditableUser, LookupProfile, UserHit, UserPage },
  operations: [
    get('/api/user', signedIn('users:read', 'a 404'), {
      id: 'getOwnProfile',
      summary: 'Who is signed in',
      answers: { 200: tagged(answer('The account', Profile, admin)), 404: noUser },
    }),
    get('/api/users', requires('users:read', 'global.users:*'), {
      id: 'listUsers',
      summary: 'Users as a list',
      parameters: paging,
      description: 'With `cursor` the header X-Next-Cursor says where the next page begins, until the end.',
      answers: { 200: answer('One page', array(UserHit), hits), 400: unreadable },
    }),
    get('/api/users/search', requires('users:read', 'global.users:*'), {
      id: 'searchUsers',
      summary: 'Users with paging',
      description:
        '`totalCount` is exact for everybody; for text of three characters or more that at most 10000 people match; and for `isAdmin`, `isDisabled` and `neverSeen` where they are `true` and few. Else about 20000 rows are read, and it is a lower bound: pages by number end there, while `cursor` goes on, also after a page that is short or empty. With `cursor` it counts from there on.',
      parameters: paging,
      answers: {
        200: answer('One page', UserPage, { totalCount: 1, users: hits, page: 1, perPage: 10 }),
        400: unreadable,
      },
    }),
    get('/api/users/lookup', requires('users:read', 'global.users:*'), {
      id: 'lookupUser',
      summary: 'One user by login or e-mail',
      description:
        "Grafana answers with a reduced object: `isDisabled`, `isExternal`, `authLabels` and `avatarUrl` say nothing here. The spelling must be the account's own.",
      parameters: [query('loginOrEmail', 'The login or the e-mail', string())],
      answers: {
        200: answer('The user', LookupProfile, { ...admin, authLabels: null, avatarUrl: '' }),
        404: noUser,
      },
    }),
    get('/api/users/:id', requires('users:read', 'global.users:id::id'), {
      id: 'getUser',
      summary: 'One user by id',
      parameters: [user, withAccess],
      answers: { 200: tagged(answer('The user', UserProfile, admin)), 400: refused('id is invalid'), 404: noUser },
    }),
    put('/api/users/:id', requires('users:write', 'global.users:id::id'), {
      id: 'updateUser',
      summary: 'Change a user',
      description: changeNote,
      parameters: [user, ifMatch],
      body: change,
      answers: changed,
    }),
    put('/api/user', signedIn('users:write', 'a 404'), {
      id: 'updateOwnProfile',
      summary: 'Change the own account',
      description: changeNote,
      parameters: [ifMatch],
      body: change,
      answers: {
        ...changed,
        400: refused(noName, 'bad request data', 'A username that is an email address must be your own'),
      },
    }),
    put('/api/user/password', signedIn('users:write', 'a 404'), {
      id: 'changeOwnPassword',
      summary: 'Change the own password',
      description:
        'Ends every session of the account; one that asked by cookie gets a new cookie. `confirmNew` is for forms: it is never compared.',
      body: {
        schema: object({ oldPassword: word, newPassword: word, confirmNew: optional(string()) }),
        example: { oldPassword: 'old_password', newPassword: 'new_password', confirmNew: 'new_password' },
      },
      answers: {
        200: done('User password changed'),
        400: refused(
          'New password is too short',
          'Choose another password than the one given',
          'Not allowed to reset password for LDAP or Auth Proxy user',
          'bad request data',
        ),
        401: refused('Invalid old password', 'Unauthorized', 'invalid username or password', 'invalid API key'),
        404: noUser,
      },
    }),
  ],
}
