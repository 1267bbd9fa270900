import { env } from 'cloudflare:workers'
import { secretHash } from '../../../src/auth/secrets.ts'
import { as, root } from '../../support/client.ts'
import {
  badBody,
  both,
  denied,
  facts,
  gives,
  nine,
  noRoute,
  ok,
  refuses,
  refusesTraced,
  setsCookie,
  unauthorized,
} from '../facts.ts'
import { by, editor, password, registerUpTo, user1, viewer } from '../people.ts'

const list = { who: root, ask: 'GET /api/org/invites' }

facts(
  'Organization API > invitations, before there are any',
  both,
  [
    { ...list, name: 'a server admin', gives: ok([]) },
    { ...list, name: "an org's Admin", who: 'oadmin:pass', gives: ok([]), seenOn: nine },
    { ...list, name: 'an editor', who: by(editor), gives: denied('org.users:add'), seenOn: nine },
    { ...list, name: 'a viewer', who: by(viewer), gives: denied('org.users:add'), seenOn: nine },
    { ...list, name: 'nobody', who: undefined, gives: unauthorized },
  ],
  async () => {
    await registerUpTo(editor)
    await as(root).post('/api/admin/users', { login: 'oadmin', password: 'pass' })
    await as(root).post('/api/orgs', { name: 'Second Org' })
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'oadmin', role: 'Admin' })
    await as('oadmin:pass').post('/api/user/using/2')
    return {}
  },
)

const post = { who: root, ask: 'POST /api/org/invites' }
const toA = { loginOrEmail: 'a@example.org' }
const noSmtp = "SMTP not configured, check your grafana.ini config file's [smtp] section"

facts(
  'Organization API > Add Invite',
  nine,
  [
    {
      ...post,
      name: 'somebody who is a member',
      body: { loginOrEmail: user1.login, role: 'Viewer', sendEmail: false },
      gives: refusesTraced(412, 'User user1 is already added to organization'),
    },
    { ...post, name: 'a role that is none', body: { ...toA, role: 'King' }, gives: badBody },
    { ...post, name: 'no role', body: toA, gives: badBody },
    { ...post, name: 'an empty role', body: { ...toA, role: '' }, gives: badBody },
    { ...post, name: 'nothing', body: {}, gives: badBody },
    { ...post, name: 'nobody named', body: { role: 'Viewer' }, gives: badBody },
    { ...post, name: 'broken JSON', body: '{"login": ', gives: badBody },
    { ...post, name: 'no body', gives: badBody },
    {
      ...post,
      name: 'a form',
      body: 'loginOrEmail=a&role=Viewer',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      gives: badBody,
    },
    { ...post, name: 'a list', body: [], gives: badBody },
    { ...post, name: 'a viewer', who: by(viewer), body: { ...toA, role: 'Viewer' }, gives: denied('org.users:add') },
    { ...post, name: 'an editor', who: by(editor), body: { ...toA, role: 'Viewer' }, gives: denied('org.users:add') },
    { ...post, name: 'nobody', who: undefined, body: { ...toA, role: 'Viewer' }, gives: unauthorized },
    {
      ...post,
      name: 'by mail, where none is configured',
      body: { name: 'Inv', loginOrEmail: 'invitee2@example.org', role: 'Viewer', sendEmail: true },
      gives: refusesTraced(412, noSmtp),
    },
    {
      ...post,
      name: 'somebody who has an account, by login',
      body: { loginOrEmail: 'lonely', role: 'Viewer', sendEmail: false },
      gives: ok({ message: 'Existing Grafana user lonely added to org Main Org.', userId: 8 }),
    },
    {
      ...post,
      name: 'and again',
      body: { loginOrEmail: 'lonely', role: 'Viewer', sendEmail: false },
      gives: refusesTraced(412, 'User lonely is already added to organization'),
    },
  ],
  async () => {
    await as(root).post('/api/admin/users', { login: 'lonely', email: 'lonely@example.org', password: 'pass' })
    await env.DB.batch([
      env.DB.prepare('DELETE FROM org_members WHERE user_id = 8'),
      env.DB.prepare('UPDATE users SET org_id = 0 WHERE id = 8'),
    ])
    return {}
  },
)

facts('Organization API > Add Invite, for an existing account', nine, [
  {
    name: 'who was in no org is in this one now',
    who: root,
    ask: 'GET /api/users/8/orgs',
    gives: ok([{ orgId: 1, name: 'Main Org.', role: 'Viewer' }]),
  },
])

const revoke = { who: root, ask: 'PATCH /api/org/invites/1/revoke' }
const revoked = ok({ message: 'Invite revoked' })

facts(
  'Organization API > revoking an invitation',
  both,
  [
    { ...revoke, name: 'a viewer', who: by(viewer), gives: denied('org.users:add'), seenOn: nine },
    { ...revoke, name: 'nobody', who: undefined, gives: unauthorized },
    { ...revoke, name: 'one that is open', gives: revoked },
    { ...revoke, name: 'again', gives: revoked },
    { ...revoke, name: 'with a slash', ask: 'PATCH /api/org/invites/1/revoke/', gives: revoked },
    { ...revoke, name: 'by DELETE', ask: 'DELETE /api/org/invites/1/revoke', gives: noRoute },
    { ...revoke, name: 'by POST', ask: 'POST /api/org/invites/1/revoke', gives: noRoute },
    { ...list, name: 'it is listed no more', gives: ok([]) },
    { ...list, name: 'with a slash', ask: 'GET /api/org/invites/', gives: ok([]) },
  ],
  async () => {
    await as(root).post('/api/org/invites', { loginOrEmail: 'gone@example.org', role: 'Viewer' })
    return {}
  },
)

const complete = { ask: 'POST /api/user/invite/complete' }
const account = { username: 'x', email: 'a@b', password, confirmPassword: password }
const noInvite = refuses(404, 'Invite not found')
const usedUp = refuses(412, 'Invite cannot be used in status Completed')

facts('Accepting an invitation that is none', both, [
  { ...complete, name: 'an unknown code', body: { inviteCode: 'nocode', ...account }, gives: noInvite },
  { ...complete, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  { name: 'unknown', ask: 'GET /api/user/invite/nocode', gives: noInvite },
  { name: 'unknown, for somebody signed in', who: root, ask: 'GET /api/user/invite/nocode', gives: noInvite },
])

const code = 'recordedAsThirtyLettersAndDigi'

/** With a code that the rows know, since a new one is shown only once. */
async function inviteByCode() {
  const body = { name: 'Inv', loginOrEmail: 'invitee@example.org', role: 'Viewer', sendEmail: false }
  await as(root).post('/api/org/invites', body)
  await env.DB.prepare("UPDATE invites SET code_hash = ? WHERE status = 'InvitePending'").bind(secretHash(code)).run()
  return {}
}

facts(
  'Accepting an invitation',
  nine,
  [
    {
      name: 'what it says',
      ask: `GET /api/user/invite/${code}`,
      gives: ok({ email: 'invitee@example.org', name: 'Inv', username: 'invitee@example.org', invitedBy: 'admin' }),
      seenOn: both,
    },
    {
      ...complete,
      name: 'once',
      body: { ...account, inviteCode: code, email: 'invitee@example.org', username: 'invitee' },
      gives: { status: 200, headers: { 'Set-Cookie': setsCookie } },
      seenOn: both,
    },
    {
      ...complete,
      name: 'a second time',
      body: { ...account, inviteCode: code, email: 'invitee@example.org', username: 'invitee' },
      gives: usedUp,
      seenOn: both,
    },
    {
      ...complete,
      name: 'with a short password',
      body: { ...account, inviteCode: code, email: 'invitee@example.org', password: 'abc', confirmPassword: 'abc' },
      gives: usedUp,
    },
    {
      ...complete,
      name: "with somebody's names",
      body: { ...account, inviteCode: code, email: user1.email, username: user1.login },
      gives: usedUp,
    },
    { name: 'what it says no more', ask: `GET /api/user/invite/${code}`, gives: noInvite, seenOn: both },
    {
      name: 'who was invited signs in',
      who: `invitee:${password}`,
      ask: 'GET /api/user',
      gives: ok({
        id: 9,
        email: 'invitee@example.org',
        name: '',
        login: 'invitee',
        theme: '',
        orgId: 1,
        isGrafanaAdmin: false,
        isDisabled: false,
        isExternal: false,
        authLabels: [],
        updatedAt: 'TIME',
        createdAt: 'TIME',
        avatarUrl: '/avatar/60a0388d01836eedb292ec0bd9b0639e',
      }),
    },
    {
      name: 'is in the org, with the role',
      who: root,
      ask: 'GET /api/users/9/orgs',
      gives: gives(200, [{ orgId: 1, name: 'Main Org.', role: 'Viewer' }]),
    },
  ],
  inviteByCode,
)
