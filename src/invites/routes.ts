import { boolean, nonEmpty, object, optional, pipe, string } from 'valibot'
import { clientAddress } from '../auth/address.ts'
import { takeTurn } from '../auth/attempts.ts'
import { anyone, requires } from '../auth/guards.ts'
import { creatorsOf, type Machine, type Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { mayGiveRole } from '../auth/permissions.ts'
import { secretHash } from '../auth/secrets.ts'
import { isDuplicate } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { ApiError, badRequest, forbidden, notFound, traced } from '../errors.ts'
import { readBody, roleName } from '../input.ts'
import { done, send } from '../json.ts'
import { linkTo, newCode } from '../mail/links.ts'
import { addedToOrg, invitation } from '../mail/messages.ts'
import { isEmail } from '../mail/rules.ts'
import { canSendMail, failedToSend, noMail, sendMail, tooManyRequests } from '../mail/send.ts'
import { quotaReached } from '../orgs/handlers.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { forgetCode } from '../signUp/queries.ts'
import { newAccount, openAccount } from '../signUp/register.ts'
import { type FoundInvite, findInvite, type Invited, invite, listInvites, revokeInvite } from './queries.ts'
import { isFor, namesOfInvited } from './rules.ts'
import { listedInvite, shownInvite, shownName } from './views.ts'

export const invites = newRoutes()

invites.get('/api/org/invites', requires('org.users:add', 'users:*'), async (c) =>
  send(c, withinLimit(await listInvites(c.var.db, c.var.caller.orgId, c.var.now)).map(listedInvite)),
)

const inviterName = (caller: Person | Machine) =>
  caller.kind === 'person' ? shownName(caller.user) : 'An administrator'

const required = pipe(string(), nonEmpty())
const InviteBody = object({
  loginOrEmail: required,
  name: optional(string(), ''),
  role: roleName,
  sendEmail: optional(boolean(), false),
})

const isMember = (loginOrEmail: string) =>
  new ApiError(412, `User ${loginOrEmail} is already added to organization`, traced)

invites.post('/api/org/invites', requires('org.users:add', 'users:*'), async (c) => {
  const { db, config, caller, now } = c.var
  refuseLimited(caller)
  const { sendEmail, ...wanted } = await readBody(c, InviteBody)
  if (!mayGiveRole(caller, caller.orgId, wanted.role)) throw forbidden("Cannot assign a role higher than user's role")
  if (sendEmail && !canSendMail(c)) throw noMail()
  if (sendEmail && !(await takeTurn(db, 'invite', clientAddress(c), now))) throw tooManyRequests()
  const inviter = inviterName(caller)
  const code = newCode()
  const isEmailSent = sendEmail && isEmail(wanted.loginOrEmail)
  const terms = { codeHash: secretHash(code), isEmailSent, now, expiresAt: now + config.inviteSeconds }
  const sender = { invitedBy: creatorsOf(caller), tokenId: caller.kind === 'person' ? null : caller.token.id }
  const limit = config.quotas?.membersOfOrg
  const outcome = await invite(db, { orgId: caller.orgId, limit, ...sender, ...wanted, ...terms })
  switch (outcome.kind) {
    case 'no org':
      throw notFound('Organization not found')
    case 'no room':
      throw quotaReached()
    case 'no sender':
      throw forbidden('Whoever answers for this credential is not known or may not invite any more')
    case 'member':
      throw isMember(wanted.loginOrEmail)
    case 'added':
      return tellAdded(c, outcome, sendEmail, inviter)
    case 'invited':
      return deliver(c, outcome, { to: wanted.loginOrEmail, isEmailSent, inviter, code })
  }
})

type Outcome<Kind> = Extract<Invited, { kind: Kind }>

/** The mail is mere courtesy: the person is in, whether or not it arrives. */
function tellAdded(c: RequestContext, { user, orgName }: Outcome<'added'>, sendEmail: boolean, inviter: string) {
  if (sendEmail && isEmail(user.email)) {
    c.executionCtx.waitUntil(sendMail(c, { to: user.email, ...addedToOrg(inviter, orgName, linkTo(c, '/')) }))
  }
  return done(c, `Existing Grafana user ${shownName(user)} added to org ${orgName}`, { userId: user.id })
}

type Delivery = { to: string; isEmailSent: boolean; inviter: string; code: string }

/**
 * The link is in the answer exactly where no mail takes it to the person: it can't be shown again. Where the mail fails
 * the invitation is taken back, since nobody knows of it.
 */
async function deliver(c: RequestContext, { id, orgName }: Outcome<'invited'>, delivery: Delivery) {
  const { to, isEmailSent, inviter, code } = delivery
  const url = linkTo(c, `/invite/${code}`)
  if (!isEmailSent) return done(c, `Created invite for ${to}`, { url })
  if (await sendMail(c, { to, ...invitation(inviter, orgName, url) })) return done(c, `Sent invite to ${to}`)
  await forgetCode(c.var.db, id)
  throw failedToSend()
}

const noInvite = () => notFound('Invite not found')

/** `code` is the number in the list or the code in the link. Grafana answers 200 for one that is unknown. */
invites.patch('/api/org/invites/:code/revoke', requires('org.users:add', 'users:*'), async (c) => {
  const code = c.req.param('code')
  const id = /^\d{1,15}$/.test(code) ? Number(code) : 0
  if (!(await revokeInvite(c.var.db, c.var.caller.orgId, id, secretHash(code)))) throw noInvite()
  return done(c, 'Invite revoked')
})

const notUsable = (status: string) => new ApiError(412, `Invite cannot be used in status ${status}`)

/** As who accepts it is told; one whose sender could not send it any more is revoked. */
function statusOf({ invite, isBacked }: FoundInvite, now: number) {
  if (invite.status !== 'InvitePending') return invite.status
  if (invite.expiresAt <= now) return 'Expired'
  return isBacked ? 'InvitePending' : 'Revoked'
}

invites.get('/api/user/invite/:code', anyone('shows only what the holder of the code was sent'), async (c) => {
  const found = await findInvite(c.var.db, secretHash(c.req.param('code')))
  if (!found || statusOf(found, c.var.now) !== 'InvitePending') throw noInvite()
  return send(c, shownInvite(found))
})

const text = optional(string(), '')
const AcceptBody = object({
  inviteCode: required,
  email: text,
  name: text,
  username: text,
  password: text,
  confirmPassword: optional(string()),
})

async function findOpen(c: RequestContext, codeHash: string) {
  const found = await findInvite(c.var.db, codeHash)
  if (!found) throw noInvite()
  const status = statusOf(found, c.var.now)
  if (status !== 'InvitePending') throw notUsable(status)
  return found.invite
}

invites.post('/api/user/invite/complete', anyone('needs the code of an invitation', 'invite:accept'), async (c) => {
  const body = await readBody(c, AcceptBody)
  const codeHash = secretHash(body.inviteCode)
  const { email, orgId } = await findOpen(c, codeHash)
  const names = namesOfInvited(email, body)
  if (!isFor(email, names)) throw badRequest('Invite is for another user')
  const account = await newAccount(c, { ...body, ...names })
  const right = { codeHash, status: 'InvitePending', orgId, limit: c.var.config.quotas?.membersOfOrg } as const
  const id = await openAccount(c, account, right, 'invited').catch((error: unknown) => {
    if (!isDuplicate(error)) throw error
    throw new ApiError(412, `User with email '${names.email}' or username '${names.login}' already exists`, traced)
  })
  if (id === undefined) {
    await findOpen(c, codeHash)
    throw quotaReached()
  }
  return done(c, 'User created and logged in', { id })
})
