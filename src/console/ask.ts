import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { actingIn, identify, introduce } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import type { Acting } from '../auth/queries.ts'
import { ApiError, notFound } from '../errors.ts'
import { isSafe } from '../input.ts'
import type { PageContext } from './env.ts'
import { lookOfViewer } from './look.ts'

// A page asks the API, as its viewer, by a request in this very isolate: so whatever the API's guards, rules, limits and
// audit say of a request holds for the page, and there is no second way to the data.

/** What the API answered, with the cookies that it set already handed on to the page. */
export type Answer<T> = { ok: true; body: T; headers: Headers } | Refusal
/** Without headers where a page refuses by itself. */
export type Refusal = { ok: false; status: ContentfulStatusCode; message: string; headers?: Headers }

/** A page that can't be shown, since the API refused what it shows. */
export class Refused extends Error {
  readonly status: ContentfulStatusCode
  readonly headers: Headers

  constructor({ status, message, headers = new Headers() }: Refusal) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** With the part in the teams that the API would have read for itself: with more, more might be allowed. */
const narrowed = (identity: Identity, teams: Acting['teams']): Identity =>
  identity.kind === 'person' && teams !== 'all'
    ? { ...identity, teams: identity.teams.filter(({ id }) => id === teams) }
    : identity

/** A wrong credential is a guess, also where it only leads to the sign-in page. */
const identifyOnPage = (c: PageContext, acting: Acting) =>
  identify(c, { ...acting, beside: lookOfViewer }).catch((error: unknown) => {
    if (error instanceof ApiError) c.var.deed.action = 'authenticate'
    throw error
  })

/** Who asks for `path`: a page asks D1 once for each org, or team, that it is about. */
export async function askerOf(c: PageContext, path: string): Promise<Identity> {
  const acting = actingIn(c, path)
  const { orgId, teams } = acting
  const isCovered = (known: Acting) => known.orgId === orgId && [teams, 'all'].includes(known.teams)
  const inOrg = c.var.askers.find(
    ({ acting: known }) => isCovered(known) || (teams === 'none' && known.orgId === orgId),
  )
  if (inOrg) return narrowed(await inOrg.identity, teams)
  const identity = identifyOnPage(c, acting)
  c.var.askers.push({ acting, identity })
  return identity
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
  // What stands for a thing in a path is any text, and these two would stand for another path.
  if (/(^|\/)\.{1,2}(?=[/?]|$)/.test(path)) throw notFound()
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return new Request(new URL(path, c.req.url), { method, headers, ...sent, ...(cf && { cf }) })
}

/** Whoever asks on after a write is looked up anew: it may have been the end of their right to. */
async function answerTo(c: PageContext, request: Request): Promise<Response> {
  introduce(request, await askerOf(c, new URL(request.url).pathname))
  const response = await c.var.api.fetch(request, c.env, c.executionCtx)
  if (!isSafe(request.method)) c.var.askers.length = 0
  return response
}

async function refusalOf(response: Response): Promise<Refusal> {
  const { message = 'Something went wrong' }: { message?: string } = await response.json()
  // A refusal has a body, so its status is one that a page can be answered with.
  return { ok: false, status: response.status as ContentfulStatusCode, message, headers: response.headers }
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
  return response.ok ? { ok: true, body: await response.json(), headers: response.headers } : refusalOf(response)
}

/**
 * What a page can't be without: a refusal becomes the page. `tag` says what the values were (RFC 9110, ETag), so that nobody
 * overwrites unseen what was saved elsewhere meanwhile.
 */
export async function readTagged<T>(c: PageContext, path: string): Promise<{ body: T; tag: string }> {
  const answer = await ask<T>(c, 'GET', path)
  if (!answer.ok) throw new Refused(answer)
  return { body: answer.body, tag: answer.headers.get('ETag') ?? '' }
}

export const read = async <T>(c: PageContext, path: string): Promise<T> => (await readTagged<T>(c, path)).body

/** The API's own response, for what is no JSON and too long to hold; a refusal becomes the page. */
export async function forward(c: PageContext, path: string): Promise<Response> {
  const response = await answerTo(c, requestOf(c, 'GET', path, undefined, {}))
  if (response.ok) return response
  throw new Refused(await refusalOf(response))
}
