import type { PageContext } from './env.ts'

/** What was done, told on the page after. The address names it, so that no link can put words into a page. */
const notices = {
  created: 'Created.',
  saved: 'Saved.',
  deleted: 'Deleted.',
  added: 'Added.',
  removed: 'Removed.',
  'already-there': 'They are on it already.',
  'program-disabled': 'The service account is disabled: its tokens open nothing.',
  'program-enabled': 'The service account is enabled, and its tokens work again.',
  given: 'Given.',
  'taken-away': 'Taken away.',
  disabled: 'The account is disabled, and its sessions have ended.',
  enabled: 'The account is enabled.',
  'admin-made': 'They are a server admin now.',
  'admin-taken': 'They are no server admin any more.',
  'signed-out-everywhere': 'Signed out everywhere.',
  'org-switched': 'They act in that organization now.',
  'password-set': 'The password is set, and every session of the account has ended.',
  'password-changed': 'Your password is changed, and your other sessions have ended.',
  'signed-out': 'Signed out there.',
  'others-signed-out': 'Signed out everywhere else.',
  switched: 'You act in this organization now.',
  invited: 'Invited.',
  joined: 'They have an account, so they are a member now.',
  'account-deleted': 'Removed, and the account deleted, which was in no other organization.',
  revoked: 'Revoked.',
  'mail-sent': 'If there is such an account, a link is on its way to its e-mail address.',
  'password-reset': 'The password is changed: sign in with it.',
  'roles-reset': 'Basic roles give again what they came with.',
  welcome: 'Welcome! Your account is ready.',
} as const

export type Notice = keyof typeof notices

const isNotice = (text: string): text is Notice => Object.hasOwn(notices, text)

/** For the page at hand. */
export function noticeOf(c: PageContext): string | undefined {
  const name = c.req.query('notice') ?? ''
  return isNotice(name) ? notices[name] : undefined
}

/** On to another page, so that reloading it does nothing twice. `path` is one of this site. */
export const seeOther = (c: PageContext, path: string, notice?: Notice) =>
  c.redirect(notice ? `${path}${path.includes('?') ? '&' : '?'}notice=${notice}` : path, 303)
