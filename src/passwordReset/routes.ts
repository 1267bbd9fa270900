import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { clientAddress } from '../auth/address.ts'
import { takeTurn } from '../auth/attempts.ts'
import { anyone } from '../auth/guards.ts'
import { leastOwn, refuseWeak } from '../auth/passwordRules.ts'
import { hashPassword } from '../auth/passwords.ts'
import { forgetRecords } from '../auth/records.ts'
import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { readBody } from '../input.ts'
import { done } from '../json.ts'
import { logFailure } from '../log.ts'
import { linkTo } from '../mail/links.ts'
import { resetInstructions } from '../mail/messages.ts'
import { isEmail } from '../mail/rules.ts'
import { canSendMail, noMail, sendMail, tooManyRequests } from '../mail/send.ts'
import { newRoutes } from '../router.ts'
import { newResetCode, ownerOf, resetHash } from './codes.ts'
import { findReset, findResettable, resetPassword, startReset } from './queries.ts'

export const passwordReset = newRoutes()

/** Seconds for which the link in the mail is good (Grafana: 2 h). */
const codeLifetime = 2 * 60 * 60

/** To the account's own address, whatever was typed. */
async function mailCode(c: RequestContext, name: string): Promise<void> {
  const { db, now } = c.var
  const user = await findResettable(db, name)
  if (user) c.var.deed.target = `users:id:${user.id}`
  if (!user || !isEmail(user.email)) return
  const code = newResetCode(user.id)
  const codeHash = resetHash(code, user.passwordHash)
  if (!(await startReset(db, { userId: user.id, codeHash, expiresAt: now + codeLifetime }))) return
  const link = linkTo(c, `/user/password/reset?code=${code}`)
  await sendMail(c, { to: user.email, ...resetInstructions(user.login, link) })
}

const ResetMailBody = object({ userOrEmail: pipe(string(), nonEmpty()) })

/**
 * One answer for every name, given before anything is looked up, so that neither it nor its time tells who has an
 * account. Grafana answers 500 only for people it knows where it can't send mail.
 */
passwordReset.post(
  '/api/user/password/send-reset-email',
  anyone("mails the account's own address, and answers alike for everybody; limited by address", 'password:forgot'),
  async (c) => {
    const { userOrEmail } = await readBody(c, ResetMailBody)
    if (!canSendMail(c)) throw noMail()
    if (!(await takeTurn(c.var.db, 'reset', clientAddress(c), c.var.now))) throw tooManyRequests()
    c.var.deed.rest = mailCode(c, userOrEmail).catch((error: unknown) =>
      logFailure(c.var.requestId, 'password reset', error),
    )
    c.executionCtx.waitUntil(c.var.deed.rest)
    return done(c, 'Email sent')
  },
)

const invalidCode = () => badRequest('Invalid or expired reset password code')

const text = optional(string(), '')
const ResetBody = object({ code: text, newPassword: text, confirmPassword: text })

/** The code is looked at before the passwords, as Grafana does, so that only its holder costs a hash. */
passwordReset.post(
  '/api/user/password/reset',
  anyone('needs the code that was mailed', 'password:reset'),
  async (c) => {
    const { db, config, now } = c.var
    const { code, newPassword, confirmPassword } = await readBody(c, ResetBody)
    const userId = ownerOf(code)
    const found = userId === undefined ? undefined : await findReset(db, userId, now)
    if (!found || userId === undefined) throw invalidCode()
    c.var.deed.target = `users:id:${userId}`
    const codeHash = resetHash(code, found.passwordHash)
    if (codeHash !== found.codeHash) throw invalidCode()
    if (newPassword !== confirmPassword) throw badRequest('Passwords do not match')
    await refuseWeak(c, newPassword, 'New password is too short', leastOwn)
    const hash = await hashPassword(newPassword, config.passwordScheme)
    const reset = { userId, codeHash, verified: found.passwordHash, hash, address: clientAddress(c), now }
    if (!(await resetPassword(db, reset))) throw invalidCode()
    c.executionCtx.waitUntil(forgetRecords(c, userId))
    return done(c, 'User password changed')
  },
)
