import { hashPassword } from '../auth/passwords.ts'
import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { isPasswordTooShort } from '../users/rules.ts'
import type { NewAccount } from './queries.ts'
import { wrongNames } from './rules.ts'

type Wanted = { login: string; email: string; name: string; password: string; confirmPassword?: string | undefined }

/** Holds what somebody chose to the rules before the password is hashed. Grafana checks none of it, and makes accounts without a name. */
export async function newAccount(c: RequestContext, wanted: Wanted): Promise<NewAccount> {
  const { config, now } = c.var
  const { login, email, name, password, confirmPassword } = wanted
  const wrong = wrongNames(wanted)
  if (wrong !== undefined) throw badRequest(wrong)
  if (isPasswordTooShort(password, config.passwordMinLength)) throw badRequest('Password is missing or too short')
  if (confirmPassword !== undefined && confirmPassword !== password) throw badRequest('Passwords do not match')
  const passwordHash = await hashPassword(password, config.passwordScheme)
  return { uid: crypto.randomUUID(), login, email, name, passwordHash, now }
}
