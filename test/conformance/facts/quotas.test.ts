import { as, root, textIn } from '../../support/client.ts'
import { badBody, badId, denied, facts, gives, nine, noRoute, unauthorized } from '../facts.ts'
import { by, editor, registerUpTo, user1, viewer } from '../people.ts'

// Quotas are off by default: then little is answered at all. What is answered with quotas on is in test/quotas.test.ts.

const own = { ask: 'GET /api/user/quotas' }
const badRequest = gives(400, {
  message: 'Bad request',
  messageId: 'quota.bad-request',
  statusCode: 400,
  traceID: '',
})
const ofUser = (id: string) => ({ who: root, ask: `GET /api/admin/users/${id}/quotas` })
const setUser = (id: string, target: string) => ({ who: root, ask: `PUT /api/admin/users/${id}/quotas/${target}` })
const ofOrg = (id: string) => ({ who: root, ask: `GET /api/orgs/${id}/quotas` })
const setOrg = (id: string, target: string) => ({ who: root, ask: `PUT /api/orgs/${id}/quotas/${target}` })

facts(
  'User API > Quotas',
  nine,
  [
    { ...own, name: "the administrator's", who: root, gives: badRequest },
    { ...own, name: "a person's", who: by(user1), gives: badRequest },
    { ...own, name: "a key's", who: { token: 'Admin' }, gives: badRequest },
    { ...own, name: "a viewer's key's", who: { token: 'Viewer' }, gives: badRequest },
    { ...own, name: 'nobody', gives: unauthorized },
    { name: 'no such method', who: root, ask: 'PUT /api/user/quotas', gives: noRoute },
  ],
  async () => {
    await registerUpTo(editor)
    const keyOf = async (role: string) =>
      textIn((await as(root).post('/api/auth/keys', { name: role, role })).body, 'key')
    return { Admin: await keyOf('Admin'), Viewer: await keyOf('Viewer') }
  },
)

facts('Admin API > Quotas', nine, [
  { ...ofUser('abc'), name: 'letters', gives: badId() },
  { ...ofUser('2'), name: 'nobody', who: undefined, gives: denied('users.quotas:read') },
  { ...ofUser('2'), name: 'no administrator', who: by(viewer), gives: denied('users.quotas:read') },
  { ...setUser('abc', 'org_user'), name: 'letters to set', body: { limit: 3 }, gives: badId() },
  { ...setUser('2', 'org_user'), name: 'broken JSON', body: '{"login": ', gives: badBody },
  { ...setUser('2', 'org_user'), name: 'a text for a number', body: { limit: 'x' }, gives: badBody },
  { ...setUser('2', 'org_user'), name: 'no body', gives: badBody },
  { ...setUser('2', 'org_user'), name: 'nobody sets', who: undefined, gives: denied('users.quotas:write') },
  { ...setUser('2', 'org_user'), name: 'a viewer sets', who: by(viewer), gives: denied('users.quotas:write') },
])

facts('Organization API > Quotas', nine, [
  { ...ofOrg('%20'), name: 'a blank for an org', gives: denied('') },
  { ...ofOrg('abc'), name: 'letters for an org', gives: denied('') },
  { ...ofOrg('0'), name: 'org zero', gives: denied('') },
  { ...ofOrg('2'), name: "another org's", who: by(viewer), gives: denied('orgs.quotas:read') },
  { ...ofOrg('1'), name: 'nobody', who: undefined, gives: unauthorized },
  {
    ...setOrg('1', 'org_user'),
    name: 'a viewer sets',
    who: by(viewer),
    body: { limit: 5 },
    gives: denied('orgs.quotas:write'),
  },
  { ...setOrg('1', 'org_user'), name: 'nobody sets', who: undefined, body: { limit: 5 }, gives: unauthorized },
  { ...setOrg('1', 'org_user'), name: 'broken JSON', body: '{"login": ', gives: badBody },
  { name: 'nobody asks for the own', ask: 'GET /api/org/quotas', gives: unauthorized },
])
