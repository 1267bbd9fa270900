import type { RequestContext } from '../env.ts'
import { ApiError, traced } from '../errors.ts'
import { logFailure } from '../log.ts'

export type Message = { to: string; subject: string; text: string }

/** Cloudflare's `send_email` binding as far as it is used, typed here since a deployment need not have one. */
type Postbox = { send(message: Message & { from: string }): Promise<unknown> }

const isPostbox = (value: unknown): value is Postbox =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'send') === 'function'

type Transport = (message: Message) => Promise<unknown>

/** A mail server that takes this long is down. */
const timeoutMs = 10_000

/** A redirect is a failure: the message holds a secret, which goes to the configured address and to no other. */
async function post(url: string, token: string | undefined, message: object): Promise<void> {
  const headers = new Headers({ 'Content-Type': 'application/json' })
  if (token) headers.set('Authorization', `Bearer ${token}`)
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(message),
    redirect: 'manual',
    signal,
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`MAIL_WEBHOOK_URL answered ${answer.status}`)
}

/** The webhook where one is configured, else the binding, else none. */
function transportOf(c: RequestContext): Transport | undefined {
  const { mailWebhookUrl, mailWebhookToken, mailFrom } = c.var.config
  if (mailWebhookUrl) return (message) => post(mailWebhookUrl, mailWebhookToken, { from: mailFrom, ...message })
  const binding: unknown = Reflect.get(c.env, 'EMAIL')
  if (!isPostbox(binding)) return undefined
  if (!mailFrom) throw new Error('MAIL_FROM must be set where the binding EMAIL is')
  return (message) => binding.send({ from: mailFrom, ...message })
}

export const canSendMail = (c: RequestContext) => transportOf(c) !== undefined

/** In Grafana's words, which its clients know. */
export const noMail = () =>
  new ApiError(412, "SMTP not configured, check your grafana.ini config file's [smtp] section", traced)

/** A name in the subject must not end it. */
const oneLine = (text: string) => text.replace(/\p{C}+/gu, ' ')

/** Whether it was handed over. A failure is logged without the message, which holds a secret. */
export async function sendMail(c: RequestContext, message: Message): Promise<boolean> {
  const transport = transportOf(c)
  if (!transport) throw noMail()
  try {
    await transport({ to: message.to, subject: oneLine(message.subject), text: message.text })
    return true
  } catch (error) {
    logFailure(c.var.requestId, 'mail', error)
    return false
  }
}

/** Of somebody else's making, so that asking again may help. */
export const failedToSend = () => new ApiError(502, 'Failed to send email')

export const tooManyRequests = () => new ApiError(429, 'Too many requests: wait five minutes')
