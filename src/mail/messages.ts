import type { Message } from './send.ts'

type Words = Omit<Message, 'to'>

export const invitation = (inviter: string, orgName: string, link: string): Words => ({
  subject: `${inviter} has invited you to join ${orgName}`,
  text: `${inviter} has invited you to join the organization ${orgName}.

To accept, choose a user name and a password here:
${link}

The link is good for one account. If you did not expect it, do nothing.
`,
})

export const addedToOrg = (inviter: string, orgName: string, link: string): Words => ({
  subject: `${inviter} has added you to ${orgName}`,
  text: `${inviter} has added your account to the organization ${orgName}.

Sign in here:
${link}
`,
})

export const confirmation = (link: string): Words => ({
  subject: 'Confirm your e-mail address',
  text: `Somebody, presumably you, asked for an account with this e-mail address.

To go on, choose a user name and a password here, within a day:
${link}

If it was not you, do nothing: without the link there is no account.
`,
})

export const resetInstructions = (login: string, link: string): Words => ({
  subject: 'Choose a new password',
  text: `Somebody, presumably you, asked for a new password for the account ${login}.

Choose it here, within two hours:
${link}

If it was not you, do nothing: the password stays as it is.
`,
})

/** To the address that was: names neither the new one nor the account, whose name is its owner's to choose. */
export const emailChanged: Words = {
  subject: 'Your e-mail address was changed',
  text: `The account with this e-mail address has another one now: mail about it no longer comes here.

If it was not you, tell whoever administers it at once.
`,
}
