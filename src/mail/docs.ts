import { literal } from 'valibot'
import { type Answer, plainText, refused } from '../docs.ts'

/** The answers that the routes of links and codes have in common. */
export const mailFailed = refused('Failed to send email')
export const noMail = refused("SMTP not configured, check your grafana.ini config file's [smtp] section")
export const tooManyRequests = refused('Too many requests: wait five minutes')

/** Of a write that asks for no permission. */
export const foreignSite: Answer = plainText(
  'A session cookie came with a write from another site',
  literal('origin not allowed\n'),
  'origin not allowed\n',
)
