import { root } from '../../support/client.ts'
import { badBody, both, denied, type Fact, facts, nine, ok, refuses, refusesTraced } from '../facts.ts'
import { by, password, profile, user1 } from '../people.ts'

const post = { who: root, ask: 'POST /api/admin/users' }
const created = (id: number) => ok({ id, message: 'User created' })
const taken = (email: string, login: string) =>
  refusesTraced(412, `User with email '${email}' or username '${login}' already exists`)
const refused = (name: string, body: unknown, headers: Record<string, string> = {}): Fact => ({
  ...post,
  name,
  body,
  headers,
  gives: badBody,
  seenOn: nine,
})

const person = (id: number, login: string, email: string, avatar: string, name = '') =>
  ok(profile({ id, login, email, name, avatar: `/avatar/${avatar}` }))
const shown = (id: number, name: string) => ({ name, who: root, ask: `GET /api/users/${id}` })

facts('Admin API > Global Users', both, [
  {
    ...post,
    name: 'everything',
    body: { name: user1.name, email: user1.email, login: user1.login, password, OrgId: 1 },
    gives: created(2),
  },
  { ...shown(2, 'as asked for'), gives: ok(profile(user1)) },
  { ...post, name: 'an e-mail alone', body: { email: 'emailonly@example.org', password }, gives: created(3) },
  {
    ...shown(3, 'which is the login too'),
    gives: person(3, 'emailonly@example.org', 'emailonly@example.org', 'fef7eef760e65f7493da1dd1190f7668'),
  },
  { ...post, name: 'a login alone', body: { login: 'loginonly', password }, gives: created(4) },
  {
    ...shown(4, 'which is the e-mail too'),
    gives: person(4, 'loginonly', 'loginonly', '8b5ab7c9e84064294999fb9393d721a9'),
  },
  { ...post, name: 'orgId as clients write it', body: { login: 'lcorgid', password, orgId: 1 }, gives: created(5) },
  { ...shown(5, 'is read'), gives: person(5, 'lcorgid', 'lcorgid', 'a1afb62d6f56667828c00e5b2f96f174') },
  {
    name: 'where it is a Viewer',
    who: root,
    ask: 'GET /api/users/5/orgs',
    gives: ok([{ orgId: 1, name: 'Main Org.', role: 'Viewer' }]),
  },
  { ...post, name: 'more after the JSON', body: '{"login":"tg","password":"pass1234"} xyz', gives: created(6) },
  {
    ...post,
    name: 'a content type with a charset',
    body: { login: 'csct', password },
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    gives: created(7),
  },
  {
    ...post,
    name: 'blanks around',
    body: { login: '  spaced  ', email: ' spaced@example.org ', password },
    gives: created(8),
    seenOn: nine,
  },
  {
    ...shown(8, 'are cut off'),
    gives: person(8, 'spaced', 'spaced@example.org', 'f6cad01ae3ce0560c9a5a51c4cea4b04'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'no e-mail for an e-mail',
    body: { login: 'bademail', email: 'not-an-email', password },
    gives: created(9),
  },
  { ...post, name: '300 letters', body: { login: 'L'.repeat(300), password }, gives: created(10) },
  {
    ...post,
    name: 'more than can be set',
    body: { login: 'extra', password, isAdmin: true, foo: 1 },
    gives: created(11),
  },
  { ...post, name: 'four letters', body: { login: 'pw4', password: 'abcd' }, gives: created(12) },
  {
    ...post,
    name: 'three letters',
    body: { login: 'shortpw', password: 'abc' },
    gives: refuses(400, 'Password is missing or too short'),
  },
  {
    ...post,
    name: 'neither login nor e-mail',
    body: { name: 'x', password },
    gives: refuses(400, 'Validation error, need specify either username or email'),
  },
  {
    ...post,
    name: 'a login of another',
    body: { login: 'user1', email: 'other@example.org', password },
    gives: taken('other@example.org', 'user1'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'an e-mail of another',
    body: { login: 'otherlogin', email: 'user1@example.org', password },
    gives: taken('user1@example.org', 'otherlogin'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'a login that is another e-mail',
    body: { login: 'user1@example.org', password },
    gives: taken('', 'user1@example.org'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'no such org',
    body: { login: 'badorg', password, OrgId: 9999 },
    gives: refusesTraced(400, 'organization not found'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'an org below zero',
    body: { login: 'negorg', password, OrgId: -1 },
    gives: refusesTraced(400, 'organization not found'),
    seenOn: nine,
  },
  refused('nothing', {}),
  refused('no password', { login: 'nopw' }),
  refused('broken JSON', '{"login": '),
  refused('no body', undefined),
  refused('an array', '[]'),
  refused('a text', '"x"'),
  refused('a number for a login', { login: 5, password }),
  refused('a text for an org', { login: 'wt', password, OrgId: 'x' }),
  refused('no content type', '{"login":"noct","password":"pass1234"}', { 'Content-Type': '' }),
  refused('a content type that is not JSON', '{"login":"textct","password":"pass1234"}', {
    'Content-Type': 'text/plain',
  }),
  {
    ...post,
    name: 'nobody',
    who: undefined,
    body: { login: 'zz', password },
    gives: denied('users:create'),
    seenOn: nine,
  },
  {
    ...post,
    name: 'no administrator',
    who: by(user1),
    body: { login: 'zz', password },
    gives: denied('users:create'),
    seenOn: nine,
  },
])
