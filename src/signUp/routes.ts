import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { clientAddress } from '../auth/address.ts'
import { takeTurn } from '../auth/attempts.ts'
import { anyone } from '../auth/guards.ts'
import { nameKey } from '../auth/queries.ts'
import { secretHash } from '../auth/secrets.ts'
import { isDuplicate } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { ApiError, badRequest, notFound, unauthorized } from '../errors.ts'
import { readBody } from '../input.ts'
import { done, send } from '../json.ts'
import { linkTo, newCode } from '../mail/links.ts'
import { confirmation } from '../mail/messages.ts'
import { isEmail } from '../mail/rules.ts'
import { canSendMail, failedToSend, sendMail, tooManyRequests } from '../mail/send.ts'
import { newRoutes } from '../router.ts'
import { day } from '../time.ts'
import { findSignUp, forgetCode, isTaken, type Right, startSignUp } from './queries.ts'
import { newAccount, openAccount } from './register.ts'
import { namesOfOwn } from './rules.ts'

export const signUp = newRoutes()

/** Seconds for which the link in the mail is good. */
const codeLifetime = day

const refuseWhereDisabled = (c: RequestContext) => {
  if (!c.var.config.allowSignUp) throw unauthorized('User signup is disabled')
}

async function waitOneTurn(c: RequestContext) {
  if (!(await takeTurn(c.var.db, 'sign-up', clientAddress(c), c.var.now))) throw tooManyRequests()
}

/** An e-mail is confirmed exactly where mail can be sent. */
signUp.get('/api/user/signup/options', anyone('says only how sign-up is configured'), (c) =>
  send(c, { autoAssignOrg: c.var.config.autoAssignOrg, verifyEmailEnabled: canSendMail(c) }),
)

const emailExists = () => new ApiError(422, 'User with same email address already exists')

async function mailCode(c: RequestContext, email: string) {
  const { db, now } = c.var
  const code = newCode()
  const { id, taken } = await startSignUp(db, { email, codeHash: secretHash(code), now, expiresAt: now + codeLifetime })
  if (taken) throw emailExists()
  if (id === undefined) return
  const link = linkTo(c, `/signup/?email=${encodeURIComponent(email)}&code=${code}`)
  if (await sendMail(c, { to: email, ...confirmation(link) })) return
  await forgetCode(db, id)
  throw failedToSend()
}

const SignUpBody = object({ email: pipe(string(), nonEmpty()) })

/** The first step. The body is read before the setting, as Grafana does. */
signUp.post(
  '/api/user/signup',
  anyone('refused unless sign-up is on; limited by address', 'signup:start'),
  async (c) => {
    const { email } = await readBody(c, SignUpBody)
    refuseWhereDisabled(c)
    if (!isEmail(email.trim())) throw badRequest('Invalid email address')
    await waitOneTurn(c)
    if (canSendMail(c)) await mailCode(c, email.trim())
    else if (await isTaken(c.var.db, email.trim())) throw emailExists()
    return send(c, { status: 'SignUpCreated' })
  },
)

/** The right to an account with this e-mail: the code that was mailed to it, where mail can be sent. */
async function rightTo(c: RequestContext, email: string, code: string): Promise<Right> {
  if (!canSendMail(c)) {
    await waitOneTurn(c)
    return undefined
  }
  const codeHash = secretHash(code)
  const started = await findSignUp(c.var.db, codeHash, c.var.now)
  if (started?.email !== nameKey(email)) throw notFound('Invalid email verification code')
  return { codeHash, status: 'SignUpStarted' }
}

const text = optional(string(), '')
const AccountBody = object({
  email: text,
  name: text,
  username: text,
  password: text,
  confirmPassword: optional(string()),
  code: text,
})

/** The second step, and without mail the only one that counts. */
signUp.post(
  '/api/user/signup/step2',
  anyone('refused unless sign-up is on; needs the mailed code', 'signup'),
  async (c) => {
    const body = await readBody(c, AccountBody)
    refuseWhereDisabled(c)
    const wanted = { ...body, ...namesOfOwn(body) }
    const right = await rightTo(c, wanted.email, body.code)
    const account = await newAccount(c, wanted)
    const home = c.var.config.autoAssignOrg ? 'main' : 'own'
    const id = await openAccount(c, account, right, home).catch((error: unknown) => {
      throw isDuplicate(error) ? unauthorized('User with same email address already exists') : error
    })
    if (id === undefined) throw right ? notFound('Invalid email verification code') : noAdminYet()
    return done(c, 'User sign up completed successfully', { code: 'redirect-to-landing-page' })
  },
)

const noAdminYet = () =>
  new ApiError(503, 'No account exists yet: the first administrator signs in before anybody signs up')
