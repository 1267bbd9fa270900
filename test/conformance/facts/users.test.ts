import { root } from '../../support/client.ts'
import {
  badBody,
  badId,
  both,
  denied,
  done,
  facts,
  nine,
  noRoute,
  noUser,
  ok,
  refuses,
  unauthorized,
} from '../facts.ts'
import { admin, by, found, profile, registerUpTo, user1, user2, viewer } from '../people.ts'

const people = async () => {
  await registerUpTo(viewer)
  return {}
}

facts(
  'User API > Get single user by Id',
  both,
  [
    { name: 'somebody', who: root, ask: 'GET /api/users/2', gives: ok(profile(user1)) },
    { name: 'zero', who: root, ask: 'GET /api/users/0', gives: noUser },
    { name: 'below zero', who: root, ask: 'GET /api/users/-1', gives: noUser },
    { name: 'nobody has the id', who: root, ask: 'GET /api/users/99999', gives: noUser },
    { name: 'a percent-encoded digit', who: root, ask: 'GET /api/users/%31', gives: ok(profile(admin)) },
    { name: 'a plus sign', who: root, ask: 'GET /api/users/+1', gives: ok(profile(admin)) },
    { name: 'a leading zero', who: root, ask: 'GET /api/users/01', gives: ok(profile(admin)) },
    { name: 'a trailing slash', who: root, ask: 'GET /api/users/1/', gives: ok(profile(admin)) },
    { name: 'past 64 bits', who: root, ask: 'GET /api/users/9223372036854775808', gives: badId(), seenOn: nine },
    { name: 'digits, then letters', who: root, ask: 'GET /api/users/1abc', gives: badId(), seenOn: nine },
    { name: 'what comes after is no route', who: root, ask: 'GET /api/users/1/foo', gives: noRoute },
    { name: 'a viewer', who: by(viewer), ask: 'GET /api/users/2', gives: denied('users:read'), seenOn: nine },
    {
      name: 'any Accept',
      who: root,
      ask: 'GET /api/users/1',
      headers: { Accept: 'application/xml' },
      gives: ok(profile(admin)),
    },
  ],
  people,
)

const mainOrg = (role: string) => ok([{ orgId: 1, name: 'Main Org.', role }])

facts('User API > Get Organizations for user', both, [
  { name: 'somebody', who: root, ask: 'GET /api/users/2/orgs', gives: mainOrg('Viewer') },
  { name: 'zero', who: root, ask: 'GET /api/users/0/orgs', gives: ok([]) },
  { name: 'below zero', who: root, ask: 'GET /api/users/-1/orgs', gives: ok([]) },
  { name: 'a percent-encoded digit', who: root, ask: 'GET /api/users/%31/orgs', gives: mainOrg('Admin') },
  { name: 'a plus sign', who: root, ask: 'GET /api/users/+1/orgs', gives: mainOrg('Admin') },
  { name: 'a leading zero', who: root, ask: 'GET /api/users/01/orgs', gives: mainOrg('Admin') },
  { name: 'letters', who: root, ask: 'GET /api/users/abc/orgs', gives: badId(), seenOn: nine },
  { name: 'a fraction', who: root, ask: 'GET /api/users/1.5/orgs', gives: badId(), seenOn: nine },
  { name: 'past 64 bits', who: root, ask: 'GET /api/users/9223372036854775808/orgs', gives: badId(), seenOn: nine },
  { name: 'digits, then letters', who: root, ask: 'GET /api/users/1abc/orgs', gives: badId(), seenOn: nine },
  { name: 'an encoded slash', who: root, ask: 'GET /api/users/1%2F2/orgs', gives: badId(), seenOn: nine },
  { name: 'a viewer', who: by(viewer), ask: 'GET /api/users/2/orgs', gives: denied('users:read'), seenOn: nine },
  { name: 'nobody', ask: 'GET /api/users/2/orgs', gives: unauthorized },
])

facts('User API > Get Teams for user', both, [
  { name: 'zero', who: root, ask: 'GET /api/users/0/teams', gives: ok([]) },
  { name: 'letters', who: root, ask: 'GET /api/users/abc/teams', gives: badId(), seenOn: nine },
  { name: 'a fraction', who: root, ask: 'GET /api/users/1.5/teams', gives: badId(), seenOn: nine },
  { name: 'past 64 bits', who: root, ask: 'GET /api/users/9223372036854775808/teams', gives: badId(), seenOn: nine },
  { name: 'a blank', who: root, ask: 'GET /api/users/%20/teams', gives: badId(), seenOn: nine },
  { name: 'an encoded slash', who: root, ask: 'GET /api/users/1%2F2/teams', gives: badId(), seenOn: nine },
  { name: 'nobody', ask: 'GET /api/users/2/teams', gives: unauthorized },
])

const lookup = (query: string) => `GET /api/users/lookup?${query}`

facts('User API > Get single user by Username(login) or Email', both, [
  { name: 'a login', who: root, ask: lookup('loginOrEmail=user1'), gives: ok(found(user1)) },
  { name: 'the administrator', who: root, ask: lookup('loginOrEmail=admin'), gives: ok(found(admin)) },
  { name: 'a login in other letter case', who: root, ask: lookup('loginOrEmail=user2'), gives: noUser },
  { name: 'an e-mail in other letter case', who: root, ask: lookup('loginOrEmail=user2@example.org'), gives: noUser },
  { name: 'an e-mail', who: root, ask: lookup('loginOrEmail=User2@Example.ORG'), gives: ok(found(user2)) },
  { name: 'nobody by login', who: root, ask: lookup('loginOrEmail=nosuch'), gives: noUser },
  { name: 'nobody by e-mail', who: root, ask: lookup('loginOrEmail=nosuch@example.org'), gives: noUser },
  { name: 'nothing', who: root, ask: lookup('loginOrEmail='), gives: noUser },
  { name: 'the parameter in other letter case', who: root, ask: lookup('loginoremail=user1'), gives: noUser },
  { name: 'no wildcards', who: root, ask: lookup('loginOrEmail=%25'), gives: noUser },
  { name: 'no ids', who: root, ask: lookup('loginOrEmail=1'), gives: noUser },
  {
    name: 'the first of two',
    who: root,
    ask: lookup('loginOrEmail=user1&loginOrEmail=admin'),
    gives: ok(found(user1)),
  },
  {
    name: 'a viewer',
    who: by(viewer),
    ask: lookup('loginOrEmail=user1'),
    gives: denied('users:read'),
    seenOn: nine,
  },
  { name: 'nobody asks', ask: lookup('loginOrEmail=user1'), gives: unauthorized },
])

const get = { name: 'and now', who: root, ask: 'GET /api/users/2' }
const put = { who: root, ask: 'PUT /api/users/2' }
const updated = done('User updated')
const noName = refuses(400, 'Validation error, need to specify either username or email')
const { login, email, name } = user1

facts('User API > User Update', both, [
  {
    ...put,
    name: 'everything',
    body: { name: 'User One B', email: 'user1b@example.org', login: 'user1b', theme: 'light' },
    gives: updated,
  },
  { ...put, name: 'what is left out stays', body: { name, email, login }, gives: updated },
  { ...get, gives: ok(profile(user1, { theme: 'light' })) },
  { ...put, name: 'the e-mail alone', body: { email }, gives: updated },
  { ...get, name: 'is the login too', gives: ok(profile({ ...user1, login: email }, { theme: 'light' })) },
  { ...put, name: 'nothing', body: {}, gives: noName },
  { ...put, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  { ...put, name: 'a number for a name', body: { login: 5 }, gives: badBody, seenOn: nine },
  {
    ...put,
    name: 'blanks around',
    body: { login: ' user1 ', email: ` ${email} `, name },
    gives: updated,
    seenOn: nine,
  },
  { ...get, name: 'are cut off', gives: ok(profile(user1, { theme: 'light' })), seenOn: nine },
  { ...put, name: 'its own names in capitals', body: { login: 'USER1', email: 'USER1@example.org' }, gives: updated },
  { ...put, name: 'and back', body: { login, email }, gives: updated },
  { ...put, name: 'any theme', body: { login, theme: 'pink' }, gives: updated },
  { ...get, name: 'is kept', gives: ok(profile(user1, { theme: 'pink' })) },
  { ...put, name: 'more than may be set', body: { login, isGrafanaAdmin: true, orgId: 5 }, gives: updated },
  { ...get, name: 'is ignored', gives: ok(profile(user1, { theme: 'pink' })) },
  {
    name: 'the body is read before the id',
    who: root,
    ask: 'PUT /api/users/abc',
    body: '{"login": ',
    gives: badBody,
    seenOn: nine,
  },
])

const notAMember = refuses(401, 'Not a valid organization')
const switched = done('Active organization changed')

facts('User API > Switch user context for a specified user', both, [
  { name: 'to its org', who: root, ask: 'POST /api/users/2/using/1', gives: switched },
  { name: 'to no org', who: root, ask: 'POST /api/users/2/using/999', gives: notAMember },
  { name: 'to below zero', who: root, ask: 'POST /api/users/2/using/-1', gives: notAMember },
  { name: 'nobody has the id', who: root, ask: 'POST /api/users/99999/using/1', gives: notAMember },
  { name: 'zero', who: root, ask: 'POST /api/users/0/using/1', gives: notAMember },
  { name: 'letters', who: root, ask: 'POST /api/users/abc/using/1', gives: badId(), seenOn: nine },
  { name: 'letters for the org', who: root, ask: 'POST /api/users/2/using/abc', gives: badId('orgId'), seenOn: nine },
  { name: 'nobody asks', ask: 'POST /api/users/2/using/1', gives: unauthorized },
])
