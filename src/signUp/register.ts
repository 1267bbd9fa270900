import { refuseWeak } from '../auth/passwordRules.ts'
import { hashPassword } from '../auth/passwords.ts'
import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { newSession, openSession } from '../sessions/open.ts'
import { type Home, type NewAccount, type Right, register } from './queries.ts'
import { wrongNames } from './rules.ts'

type Wanted = { login: string; email: string; name: string; password: string; confirmPassword?: string | undefined }

/** Holds what somebody chose to the rules before the password is hashed. Grafana checks none of it, and makes accounts without a name. */
export async function newAccount(c: RequestContext, wanted: Wanted): Promise<NewAccount> {
  const { config, now } = c.var
  const { login, email, name, password, confirmPassword } = wanted
  const wrong = wrongNames(wanted)
  if (wrong !== undefined) throw badRequest(wrong)
  await refuseWeak(c, password, 'Password is missing or too short')
  if (confirmPassword !== undefined && confirmPassword !== password) throw badRequest('Passwords do not match')
  const passwordHash = await hashPassword(password, config.passwordScheme)
  return { uid: crypto.randomUUID(), login, email, name, passwordHash, now }
}

/** Makes the account and signs it in: both or neither, so that whoever is told to try again can. The id; nobody as in `register`. */
export async function openAccount(c: RequestContext, account: NewAccount, right: Right, home: Home) {
  const { token, row } = newSession(c, 0, account.passwordHash)
  const made = await register(c.var.db, account, right, home, row)
  if (made) openSession(c, made.sessionId, { token, row: { ...row, userId: made.id } })
  return made?.id
}
