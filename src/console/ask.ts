import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { actingIn, identify, introduce } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import type { PageContext } from './env.ts'

// A page asks the API, as its viewer, by a request in this very isolate: so whatever the API's guards, rules, limits and
// audit say of a request holds for the page, and there is no second way to the data.

/** What the API answered, with the cookies that it set already handed on to the page. */
export type Answer<T> = { ok: true; body: T; headers: Headers } | Refusal
export type Refusal = { ok: false; status: number; message: string }

/** A form that was refused is shown again under the API's own status. */
export const statusOf = ({ status }: Refusal) => status as ContentfulStatusCode

/** A page that can't be shown, since the API refused what it shows. */
export class Refused extends Error {
  readonly status: number

  constructor({ status, message }: Refusal) {
    super(message)
    this.status = status
  }
}

/**
 * Who asks for `path`: a page asks D1 once for each org, or team, that it is about. Whoever was read with their part in a
 * team, or in all, is known where none matters, too.
 */
export function askerOf(c: PageContext, path: string): Promise<Identity> {
  const { orgId, teams } = actingIn(c, path)
  const inOrg = c.var.identities.get(orgId) ?? new Map<typeof teams, Promise<Identity>>()
  c.var.identities.set(orgId, inOrg)
  const [inAny] = inOrg.values()
  const known = inOrg.get(teams) ?? inOrg.get('all') ?? (teams === 'none' ? inAny : undefined)
  const asker = known ?? identify(c, { orgId, teams, isPage: true })
  inOrg.set(teams, asker)
  return asker
}

/** The cookie, the client's address and where the page stands come along; what the browser said of its own body doesn't. */
function requestOf(
  c: PageContext,
  method: string,
  path: string,
  body: object | undefined,
  more: Record<string, string>,
): Request {
  const headers = new Headers(c.req.raw.headers)
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  headers.delete('Content-Length')
  headers.set('Accept', 'application/json')
  headers.set('Content-Type', 'application/json')
  const { cf } = c.req.raw
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return new Request(new URL(path, c.req.url), { method, headers, ...sent, ...(cf && { cf }) })
}

async function answerTo(c: PageContext, request: Request): Promise<Response> {
  introduce(request, await askerOf(c, new URL(request.url).pathname))
  return c.var.api.fetch(request, c.env, c.executionCtx)
}

/**
 * Asks the API; what it refuses is an answer too, for a form to show. `T` is what the slice's views.ts makes; `headers` are
 * those beside the page's own.
 */
export async function ask<T = unknown>(
  c: PageContext,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await answerTo(c, requestOf(c, method, path, body, headers))
  for (const cookie of response.headers.getSetCookie()) c.header('Set-Cookie', cookie, { append: true })
  const answer: T & { message?: string } = await response.json()
  if (response.ok) return { ok: true, body: answer, headers: response.headers }
  return { ok: false, status: response.status, message: answer.message ?? 'Something went wrong' }
}

/** What a page can't be without: a refusal becomes the page. */
export async function read<T>(c: PageContext, path: string): Promise<T> {
  const answer = await ask<T>(c, 'GET', path)
  if (!answer.ok) throw new Refused(answer)
  return answer.body
}

/** The API's own response, for what is no JSON and too long to hold; a refusal becomes the page. */
export async function forward(c: PageContext, path: string): Promise<Response> {
  const response = await answerTo(c, requestOf(c, 'GET', path, undefined, {}))
  if (response.ok) return response
  const { message = 'Something went wrong' }: { message?: string } = await response.json()
  throw new Refused({ ok: false, status: response.status, message })
}
