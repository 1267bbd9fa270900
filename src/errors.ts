import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { brokenRule, isMissingReference, isUnavailable } from './db/client.ts'
import type { RequestContext } from './env.ts'
import { inOrder, send, toJson } from './json.ts'
import { logFailure } from './log.ts'

/** An answer that refuses: the status and exactly what Grafana's clients read. `extra` holds the keys beside `message`. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode
  readonly extra: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(
    status: ContentfulStatusCode,
    message: string,
    extra: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(message)
    this.status = status
    this.extra = extra
    this.headers = headers
  }
}

/** Grafana 9.3.2 adds an empty `traceID` wherever a handler passes on an underlying error, as its body decoder does. */
export const traced = { traceID: '' }

type Extra = Record<string, unknown>
export const badRequest = (message: string, extra: Extra = {}) => new ApiError(400, message, extra)
export const unauthorized = (message = 'Unauthorized', extra: Extra = {}) => new ApiError(401, message, extra)
export const forbidden = (message: string) => new ApiError(403, message)
export const notFound = (message = 'Not found', extra: Extra = {}) => new ApiError(404, message, extra)
export const conflict = (message: string, extra: Extra = {}) => new ApiError(409, message, extra)
export const tooLarge = (message: string) => new ApiError(413, message)
export const badRequestData = () => badRequest('bad request data', traced)

/**
 * A denial names the missing action (Grafana 9.3.2); its scope goes into a header, as the body is to stay Grafana's. The
 * id is for finding one denial in a log; it is no secret.
 */
export function accessDenied(action: string, scope = '') {
  const digits = crypto.getRandomValues(new Uint8Array(10)).map((byte) => byte % 10)
  const message = `You'll need additional permissions to perform this action. Permissions needed: ${action}`
  const extra = { accessErrorId: `ACE${digits.join('')}`, title: 'Access denied' }
  return new ApiError(403, message, extra, missing(action, scope))
}

/** A scope can hold what came in a path; a header can't hold all of that. */
const missing = (action: string, scope: string) => ({
  'X-Missing-Permission': `${action} on ${scope || 'nothing'}`.replace(/[^ -~]/g, '?').slice(0, 300),
})

/** Grafana 9.3.2: what middleware refuses ends in a newline and names a charset, what a handler refuses doesn't. */
function refuse(c: RequestContext, error: ApiError) {
  const body = inOrder({ message: error.message, ...error.extra })
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  if (c.var.inHandler) return send(c, body, error.status)
  return c.body(`${toJson(body)}\n`, error.status, { 'Content-Type': 'application/json; charset=UTF-8' })
}

/**
 * The only place that shapes an error. Whatever is no ApiError and no broken rule is logged and never shown, and found by
 * the request id: 503 where the database is not to be had, so that clients try again, else a bug.
 */
export function renderError(error: Error, c: RequestContext) {
  if (error instanceof ApiError) return refuse(c, error)
  if (isMissingReference(error)) return refuse(c, notFound('Organization not found', traced))
  const rule = brokenRule(error)
  if (rule !== undefined) return refuse(c, badRequest(rule))
  logFailure(c.var.requestId, `${c.req.method} ${c.req.routePath}`, error)
  if (!isUnavailable(error)) return send(c, { message: 'Internal server error' }, 500)
  c.header('Retry-After', '5')
  return send(c, { message: 'The database is not available: try again' }, 503)
}
