import { nameKey } from '../auth/queries.ts'
import { isEmail } from '../mail/rules.ts'
import { isUnreadable, namesOfNew } from '../users/rules.ts'

/** Grafana's columns hold no more. */
const maxNameLength = 190

const isLogin = (text: string) => text !== '' && text.length <= maxNameLength && !isUnreadable(text)
const isName = (text: string) => text.length <= maxNameLength && !/\p{Cc}/u.test(text)

/** Names as somebody chose them for an account of their own: trimmed, and the missing login is the e-mail. */
export const namesOfOwn = ({ username, email }: { username: string; email: string }) =>
  namesOfNew({ login: username, email })

export const foreignLogin = 'A username that is an email address must be your own'

/** Whether a login is an e-mail address other than their own names. */
export const isForeign = (login: string, own: readonly string[]) =>
  login.includes('@') && !own.some((name) => nameKey(name) === nameKey(login))

type Names = { login: string; email: string; name: string }

/**
 * What is wrong with names that somebody chose alone, if anything. A login that is an e-mail address must be their own:
 * it would keep the owner of that address out.
 */
export function wrongNames({ login, email, name }: Names): string | undefined {
  if (!isLogin(login)) return 'Invalid username'
  if (!isName(name)) return 'Invalid name'
  if (!isEmail(email)) return 'Invalid email address'
  return isForeign(login, [email]) ? foreignLogin : undefined
}
