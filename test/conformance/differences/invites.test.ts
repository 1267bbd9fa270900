import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { secretHash } from '../../../src/auth/secrets.ts'
import { as, root, textIn } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import { type Answer, done, gives, ok, refuses, refusesTraced } from '../facts.ts'
import { password, registerUpTo, user1 } from '../people.ts'

const code = 'recordedAsThirtyLettersAndDigi'
const noSmtp = refusesTraced(412, "SMTP not configured, check your grafana.ini config file's [smtp] section")
const noInvite = refuses(404, 'Invite not found')
const entered = ok({ id: 4, message: 'User created and logged in' })

type Asked = Pick<Difference, 'ask' | 'body' | 'who'>
const differs = (name: string, asked: Asked, grafana: Answer, rollcall: Answer, why: string): Difference => ({
  ...asked,
  name,
  grafana,
  rollcall,
  why,
})

const revoke = (of: string): Asked => ({ who: root, ask: `PATCH /api/org/invites/${of}/revoke` })
const complete = (more: object): Asked => ({
  ask: 'POST /api/user/invite/complete',
  body: {
    inviteCode: code,
    email: 'invitee@example.org',
    username: 'invitee',
    password,
    confirmPassword: password,
    ...more,
  },
})
const sendReset = (userOrEmail: string): Asked => ({
  ask: 'POST /api/user/password/send-reset-email',
  body: { userOrEmail },
})
const weak = 'accounts that hold what was typed, and can be signed in to'
const alike = 'one answer for names that exist and names that do not'

const listed = {
  id: 1,
  orgId: 1,
  name: 'Inv',
  email: 'invitee@example.org',
  role: 'Viewer',
  invitedByLogin: 'admin',
  invitedByEmail: 'admin@localhost',
  invitedByName: '',
}
const times = { emailSent: false, emailSentOn: 'TIME', createdOn: 'TIME' }

differences(
  'invitations',
  [
    differs(
      'the list',
      { who: root, ask: 'GET /api/org/invites' },
      ok([{ ...listed, code, status: 'InvitePending', url: `http://localhost:3000/invite/${code}`, ...times }]),
      ok([{ ...listed, code: '1', status: 'InvitePending', url: '', ...times }]),
      'codes of which only the hash is stored',
    ),
    differs('revoking what is none', revoke('nocode'), done('Invite revoked'), noInvite, 'saying what happened'),
    differs(
      'another password to confirm',
      complete({ confirmPassword: 'nope' }),
      entered,
      refuses(400, 'Passwords do not match'),
      weak,
    ),
    differs(
      'a short password',
      complete({ password: 'abc', confirmPassword: 'abc' }),
      entered,
      refuses(400, 'Password is missing or too short'),
      weak,
    ),
  ],
  async () => {
    await registerUpTo(user1)
    const body = { name: 'Inv', loginOrEmail: 'invitee@example.org', role: 'Viewer', sendEmail: false }
    await as(root).post('/api/org/invites', body)
    await env.DB.prepare('UPDATE invites SET code_hash = ?').bind(secretHash(code)).run()
    return {}
  },
)

it('differs: the answer to an invitation has the link beside the message, which can not be listed again', async () => {
  const answer = await as(root).post('/api/org/invites', { loginOrEmail: 'x@example.org', role: 'Viewer' })
  const url = textIn(answer.body, 'url')
  expect(answer.text).toBe(gives(200, { message: 'Created invite for x@example.org', url }).text)
})

it('differs: an invitation that cannot be mailed leaves nothing behind, where Grafana keeps it', async () => {
  const before = (await as(root).get('/api/org/invites')).text
  await as(root).post('/api/org/invites', { loginOrEmail: 'y@example.org', role: 'Viewer', sendEmail: true })
  expect((await as(root).get('/api/org/invites')).text).toBe(before)
})

differences('password reset without mail', [
  differs('somebody', sendReset(user1.login), refusesTraced(500, 'Failed to send email'), noSmtp, alike),
  differs('nobody', sendReset('nosuch'), done('Email sent'), noSmtp, alike),
])
