import { array, boolean, literal, metadata, nonEmpty, object, optional, pipe, strictObject, string } from 'valibot'
import {
  actingOrg,
  answer,
  anyone,
  done,
  get,
  id,
  patch,
  pathParameter,
  post,
  refused,
  requires,
  role,
  type Slice,
  shared,
  time,
  writeDenied,
} from '../docs.ts'
import { foreignSite, mailFailed, tooManyRequests } from '../mail/docs.ts'

const Invite = strictObject({
  id,
  orgId: id,
  name: string(),
  email: pipe(string(), metadata({ description: 'Whom it is for: an e-mail, or a login where that was given' })),
  role,
  invitedByLogin: string(),
  invitedByEmail: string(),
  invitedByName: string(),
  code: pipe(
    string(),
    metadata({ description: 'Revokes the invitation and opens nothing: the code in the link is not stored' }),
  ),
  status: literal('InvitePending'),
  url: pipe(literal(''), metadata({ description: 'Always empty: the link was shown or mailed once' })),
  emailSent: boolean(),
  emailSentOn: pipe(time, metadata({ description: 'The time of the invitation, mailed or not (Grafana)' })),
  createdOn: time,
})

const InviteInfo = strictObject({ email: string(), name: string(), username: string(), invitedBy: string() })

const pending = {
  id: 4,
  orgId: 1,
  name: 'Jane Doe',
  email: 'jane@example.org',
  role: 'Viewer',
  invitedByLogin: 'admin',
  invitedByEmail: 'admin@localhost',
  invitedByName: '',
  code: '4',
  status: 'InvitePending',
  url: '',
  emailSent: false,
  emailSentOn: '2026-11-24T11:45:16Z',
  createdOn: '2026-11-24T11:45:16Z',
}

const link = pipe(
  string(),
  metadata({ description: 'The link to hand to the person, this one time, where no mail takes it there' }),
)
const exampleCode = 'c0de'.repeat(16)

const invited = answer(
  'Invited, or added where there is such an account already',
  strictObject({ message: string(), url: optional(link), userId: optional(id) }),
  { message: 'Created invite for jane@example.org', url: `https://users.example.org/invite/${exampleCode}` },
)

const full = refused('org Quota reached')
const fullOrForeign = {
  description: `${full.description} · ${foreignSite.description}`,
  content: { ...full.content, ...foreignSite.content },
}

const word = optional(string(), '')
const required = pipe(string(), nonEmpty())
const add = requires('org.users:add', 'users:*')

export const invites: Slice = {
  tag: 'Invitations',
  description: 'Into an org, by a code bound to an e-mail address.',
  schemas: { Invite, InviteInfo },
  operations: [
    get('/api/org/invites', add, {
      id: 'listInvites',
      summary: 'The open invitations into the org, oldest first',
      parameters: actingOrg,
      answers: {
        200: answer('Neither accepted nor revoked nor expired', array(Invite), [pending]),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
      },
    }),
    post('/api/org/invites', add, {
      id: 'invite',
      summary: 'Invite a stranger into the org, or add somebody who has an account',
      description:
        'The link is in the answer unless a mail takes it to the person (`sendEmail`, where mail is configured and an e-mail was given), and is never shown again. It is good once, for that e-mail or login alone, while whoever sent it could still send it, and expires.',
      parameters: actingOrg,
      body: {
        schema: object({ loginOrEmail: required, name: word, role, sendEmail: optional(boolean(), false) }),
        example: { loginOrEmail: 'jane@example.org', name: 'Jane Doe', role: 'Viewer', sendEmail: false },
      },
      answers: {
        200: invited,
        400: refused('bad request data'),
        403: writeDenied(
          "Cannot assign a role higher than user's role · org Quota reached · Whoever answers for this credential is not known or may not invite any more",
        ),
        404: refused('Organization not found'),
        412: refused(
          'User jane is already added to organization',
          "SMTP not configured, check your grafana.ini config file's [smtp] section",
        ),
        429: tooManyRequests,
        502: mailFailed,
      },
    }),
    patch('/api/org/invites/:code/revoke', add, {
      id: 'revokeInvite',
      summary: 'Revoke an invitation of the org',
      parameters: [pathParameter('code', 'The `code` of the list, or the code in the link', string()), ...actingOrg],
      answers: { 200: done('Invite revoked'), 404: refused('Invite not found') },
    }),
    get('/api/user/invite/:code', anyone('shows only what the holder of the code was sent'), {
      id: 'getInvite',
      summary: 'What an invitation says',
      parameters: [pathParameter('code', 'The code in the link', string())],
      answers: {
        200: answer('An open invitation', InviteInfo, {
          email: 'jane@example.org',
          name: 'Jane Doe',
          username: 'jane@example.org',
          invitedBy: 'admin',
        }),
        401: shared.Unauthorized,
        404: refused('Invite not found'),
      },
    }),
    post('/api/user/invite/complete', anyone('needs the code of an invitation'), {
      id: 'acceptInvite',
      summary: 'Accept an invitation',
      description:
        'Makes the account, puts it into the org with the role of the invitation, and signs it in. `email` must be the invited one; `confirmPassword` is compared where it is sent.',
      body: {
        schema: object({
          inviteCode: required,
          email: word,
          name: word,
          username: word,
          password: word,
          confirmPassword: optional(string()),
        }),
        example: {
          inviteCode: exampleCode,
          email: 'jane@example.org',
          name: 'Jane Doe',
          username: 'jane',
          password: 'new_password',
          confirmPassword: 'new_password',
        },
      },
      answers: {
        200: {
          ...done('User created and logged in', { id }, { id: 32 }),
          headers: { 'Set-Cookie': 'The session cookie' },
        },
        400: refused(
          'Invite is for another user',
          'Passwords do not match',
          'Password is missing or too short',
          'Invalid username',
          'Invalid name',
          'Invalid email address',
          'A username that is an email address must be your own',
          'bad request data',
        ),
        401: shared.Unauthorized,
        403: fullOrForeign,
        404: refused('Invite not found'),
        412: refused(
          'Invite cannot be used in status Completed',
          'Invite cannot be used in status Revoked',
          "User with email 'jane@example.org' or username 'jane' already exists",
        ),
      },
    }),
  ],
}
