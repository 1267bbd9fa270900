import { rfc3339 } from '../time.ts'
import type { Existing, ListedInvite } from './queries.ts'

/** Grafana's word for somebody: the name, or else the login, or else the e-mail. */
export const shownName = (who: Pick<Existing, 'name' | 'login' | 'email'>) => who.name || who.login || who.email

/**
 * One row of the list. Only the hash of a code is stored, so `code` is the invitation's number, which revokes it and
 * opens nothing, and there is no link. Grafana fills `emailSentOn` whether or not a mail was sent.
 */
export const listedInvite = ({ invite, inviter }: ListedInvite) => ({
  id: invite.id,
  orgId: invite.orgId,
  name: invite.name,
  email: invite.email,
  role: invite.role,
  invitedByLogin: inviter.login,
  invitedByEmail: inviter.email,
  invitedByName: inviter.name,
  code: String(invite.id),
  status: invite.status,
  url: '',
  emailSent: invite.isEmailSent,
  emailSentOn: rfc3339(invite.createdAt),
  createdOn: rfc3339(invite.createdAt),
})

/** What the invited person sees before accepting. */
export const shownInvite = ({ invite, inviter }: ListedInvite) => ({
  email: invite.email,
  name: invite.name,
  username: invite.email,
  invitedBy: shownName(inviter),
})
