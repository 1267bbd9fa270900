import { env } from 'cloudflare:workers'
import { array, object, parse, string } from 'valibot'

declare global {
  namespace Cloudflare {
    interface Env {
      /** The address of the mailbox in vitest.config.ts. */
      TEST_MAILBOX: string
      /** Cloudflare's own binding, as its local runtime has it. */
      TEST_EMAIL: SendEmail
    }
  }
}

/** A Worker that is configured to send its mail there. */
export const mailing = { MAIL_WEBHOOK_URL: env.TEST_MAILBOX, MAIL_FROM: 'rollcall@example.org' }

const Mail = object({
  from: string(),
  to: string(),
  subject: string(),
  text: string(),
  authorization: string(),
  type: string(),
})

/** What somebody was sent, oldest first. */
export async function mailsTo(to: string) {
  const mails = parse(array(Mail), await (await fetch(env.TEST_MAILBOX)).json())
  return mails.filter((mail) => mail.to === to)
}

/** The link in the last mail to somebody. */
export async function linkTo(to: string): Promise<URL> {
  const link = /https?:\/\/\S+/.exec((await mailsTo(to)).at(-1)?.text ?? '')?.[0]
  if (link === undefined) throw new Error(`no link was mailed to ${to}`)
  return new URL(link)
}
