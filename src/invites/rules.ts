import { nameKey } from '../auth/queries.ts'
import { isEmail } from '../mail/rules.ts'
import { tidy } from '../users/rules.ts'

type Names = { login: string; email: string }

const isSame = (a: string, b: string) => nameKey(a) === nameKey(b)

/**
 * An invitation is for one person: whoever holds the link of somebody else's must not get an account under another
 * address. One that names a login instead of an e-mail is for that login.
 */
export const isFor = (invited: string, { login, email }: Names) =>
  isEmail(invited) ? isSame(email, invited) : isSame(login, invited)

/** What was left out is what the invitation says. */
export function namesOfInvited(invited: string, { username, email }: { username: string; email: string }): Names {
  const trimmed = { login: tidy(username), email: tidy(email) }
  return { login: trimmed.login || invited, email: trimmed.email || invited }
}
