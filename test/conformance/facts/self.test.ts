import { as, root } from '../../support/client.ts'
import { badBody, badId, both, done, facts, nine, noRoute, ok, refuses, unauthorized, wrongPassword } from '../facts.ts'
import { by, profile, registerUpTo, user1, viewer } from '../people.ts'

const { login, email, name } = user1
const me = by(user1)
const get = { who: me, ask: 'GET /api/user' }
const put = { who: me, ask: 'PUT /api/user' }
const updated = done('User updated')

facts(
  'User API > Actual User',
  both,
  [
    { ...get, name: 'itself', gives: ok(profile(user1)) },
    {
      ...get,
      name: 'no permissions, though asked for',
      ask: 'GET /api/user?accesscontrol=true',
      gives: ok(profile(user1)),
      seenOn: nine,
    },
    { ...get, name: 'any parameter', ask: 'GET /api/user?x=1', gives: ok(profile(user1)), seenOn: nine },
    { ...put, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
    { ...put, name: 'no body', gives: badBody, seenOn: nine },
    {
      ...put,
      name: 'a name alone',
      body: { name: 'x' },
      gives: refuses(400, 'Validation error, need to specify either username or email'),
    },
    { ...put, name: 'nobody', who: undefined, body: { login: 'x' }, gives: unauthorized },
    { ...put, name: 'the e-mail is the login too', body: { name: 'New Name', email }, gives: updated },
    { name: 'restored', who: root, ask: 'PUT /api/users/2', body: { name, email, login }, gives: updated },
    { ...put, name: 'any theme', body: { login, email, name, theme: 'zzz' }, gives: updated },
    { ...get, name: 'and now', gives: ok(profile(user1, { theme: 'zzz' })) },
    { ...put, name: 'an empty theme', body: { login, email, name, theme: '' }, gives: updated },
    { ...get, name: 'changes nothing', gives: ok(profile(user1, { theme: 'zzz' })) },
    { ...put, name: 'no org', body: { login, orgId: 5 }, gives: updated },
    { ...get, name: 'is set by it', gives: ok(profile(user1, { theme: 'zzz' })) },
  ],
  async () => {
    await registerUpTo(viewer)
    return {}
  },
)

const password = { who: me, ask: 'PUT /api/user/password' }
const changed = done('User password changed')
const wrongOld = refuses(401, 'Invalid old password')
const tooShort = refuses(400, 'New password is too short')
/** Each wrong password from its own address, or the account would be locked here. */
const from = (last: number) => ({ 'CF-Connecting-IP': `192.0.2.${last}` })

facts('User API > Change Password', both, [
  {
    ...password,
    name: 'a wrong old one',
    body: { oldPassword: 'zzz', newPassword: 'newpass12', confirmNew: 'newpass12' },
    headers: from(1),
    gives: wrongOld,
  },
  {
    ...password,
    name: 'three letters',
    body: { oldPassword: 'pass1234', newPassword: 'abc', confirmNew: 'abc' },
    gives: tooShort,
  },
  {
    ...password,
    name: 'four letters',
    body: { oldPassword: 'pass1234', newPassword: 'abcd', confirmNew: 'abcd' },
    gives: tooShort,
  },
  { ...get, name: 'which did not become it', who: 'user1:abcd', headers: from(2), gives: wrongPassword, seenOn: nine },
  { ...get, name: 'the old one still is', gives: ok(profile(user1, { theme: 'zzz' })) },
  {
    ...password,
    name: 'another one repeated',
    body: { oldPassword: 'pass1234', newPassword: 'pass1235', confirmNew: 'other' },
    gives: changed,
  },
  {
    ...password,
    name: 'back again',
    who: 'user1:pass1235',
    body: { oldPassword: 'pass1235', newPassword: 'pass1234' },
    gives: changed,
  },
  {
    ...password,
    name: 'the same again, not repeated',
    body: { oldPassword: 'pass1234', newPassword: 'pass1234' },
    gives: changed,
  },
  { ...password, name: 'nothing', body: {}, headers: from(3), gives: wrongOld },
  { ...password, name: 'no body', gives: badBody, seenOn: nine },
  { ...password, name: 'no old one', body: { newPassword: 'pass12345' }, headers: from(4), gives: wrongOld },
  { ...password, name: 'no new one', body: { oldPassword: 'pass1234' }, gives: tooShort },
  { ...password, name: 'a number', body: { oldPassword: 5 }, gives: badBody, seenOn: nine },
  {
    ...password,
    name: 'three letters of two bytes',
    body: { oldPassword: 'pass1234', newPassword: 'äöü', confirmNew: 'äöü' },
    gives: changed,
  },
  { ...get, name: 'which did become it', who: 'user1:äöü', gives: ok(profile(user1, { theme: 'zzz' })) },
])

const orgs = { who: by(viewer), ask: 'GET /api/user/orgs' }
const using = (id: string) => ({ who: by(viewer), ask: `POST /api/user/using/${id}` })
const switched = done('Active organization changed')
const notAMember = refuses(401, 'Not a valid organization')
const first = { orgId: 1, name: 'Main Org.', role: 'Viewer' }
const secondOrg = { orgId: 2, name: 'Second Org', role: 'Viewer' }
const elsewhere = { 'X-Grafana-Org-Id': '2' }

facts('User API > Organizations of the actual User', both, [
  { ...orgs, name: 'its only one', gives: ok([first]) },
  { ...orgs, name: 'acting in an org of others', headers: elsewhere, gives: ok([first]) },
  { ...orgs, name: 'a trailing slash', ask: 'GET /api/user/orgs/', gives: ok([first]) },
])

facts('User API > Switch user context for signed in user', both, [
  { ...using('1'), name: 'to its org', gives: switched },
  { ...using('2'), name: "to others'", gives: notAMember },
  { ...using('abc'), name: 'to letters', gives: badId(), seenOn: nine },
  { ...using('0'), name: 'to zero', gives: notAMember },
  { ...using('-1'), name: 'to below zero', gives: notAMember },
  { ...using(''), name: 'to nothing', gives: noRoute },
  { ...using('99999999999999999999'), name: 'to past 64 bits', gives: badId(), seenOn: nine },
  { ...using('1'), name: 'nobody', who: undefined, gives: unauthorized },
  { name: 'by a GET', who: by(viewer), ask: 'GET /api/user/using/1', gives: noRoute },
  { name: 'by a GET of nobody', ask: 'GET /api/user/using/1', gives: unauthorized },
])

facts(
  'User API > Switch user context, with two orgs',
  both,
  [
    { ...orgs, name: 'both, by name', gives: ok([first, secondOrg]) },
    { ...using('2'), name: 'to the second', gives: switched },
    { name: 'shown as active', who: by(viewer), ask: 'GET /api/user', gives: ok(profile(viewer, { orgId: 2 })) },
    { name: 'back, by the administrator', who: root, ask: 'POST /api/users/4/using/1', gives: switched },
    { name: 'shown as active again', who: by(viewer), ask: 'GET /api/user', gives: ok(profile(viewer)) },
    {
      name: 'the header moves only its request',
      who: by(viewer),
      ask: 'GET /api/user',
      headers: elsewhere,
      gives: ok(profile(viewer)),
    },
    { ...orgs, name: 'nor does it move the list', headers: elsewhere, gives: ok([first, secondOrg]) },
    {
      name: 'an org that is none',
      who: by(viewer),
      ask: 'GET /api/user',
      headers: { 'X-Grafana-Org-Id': '999' },
      gives: ok(profile(viewer)),
    },
    {
      name: 'an org called zero',
      who: by(viewer),
      ask: 'GET /api/user',
      headers: { 'X-Grafana-Org-Id': '0' },
      gives: ok(profile(viewer)),
    },
  ],
  async () => {
    await as(root).post('/api/orgs', { name: 'Second Org' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: viewer.login, role: 'Viewer' })
    return {}
  },
)
