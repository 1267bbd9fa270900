import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** An answer that refuses: the status and exactly what Grafana's clients read. `extra` holds the keys beside `message`. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode
  readonly extra: Record<string, unknown>

  constructor(status: ContentfulStatusCode, message: string, extra: Record<string, unknown> = {}) {
    super(message)
    this.status = status
    this.extra = extra
  }
}

export const badRequest = (message: string, extra: Record<string, unknown> = {}) => new ApiError(400, message, extra)
export const unauthorized = (message = 'Unauthorized', extra: Record<string, unknown> = {}) =>
  new ApiError(401, message, extra)
export const notFound = (message = 'Not found') => new ApiError(404, message)
export const tooLarge = (message: string) => new ApiError(413, message)

/** Grafana 9.3.2 adds an empty `traceID` wherever a handler passes on an underlying error, as its body decoder does. */
export const badRequestData = () => new ApiError(400, 'bad request data', { traceID: '' })

/** A denial names the missing permission (Grafana 9.3.2). The id is for finding one denial in a log; it is no secret. */
export function accessDenied(action: string) {
  const digits = crypto.getRandomValues(new Uint8Array(10)).map((byte) => byte % 10)
  return new ApiError(403, `You'll need additional permissions to perform this action. Permissions needed: ${action}`, {
    accessErrorId: `ACE${digits.join('')}`,
    title: 'Access denied',
  })
}

/** The only place that shapes an error. Whatever is no ApiError is a bug: logged with a request id, never shown. */
export function renderError(error: Error, c: Context) {
  if (error instanceof ApiError) return c.json({ message: error.message, ...error.extra }, error.status)
  const requestId = crypto.randomUUID()
  console.error(JSON.stringify({ requestId, error: error.stack ?? error.message }))
  c.header('X-Request-Id', requestId)
  return c.json({ message: 'Internal server error' }, 500)
}
