import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { recordDeed } from '../audit/record.ts'
import { identifyOrNote, isForeign } from '../auth/authenticate.ts'
import { setReturnPath } from '../auth/cookies.ts'
import { isUnavailable } from '../db/client.ts'
import { ApiError } from '../errors.ts'
import { isSafe } from '../input.ts'
import { logFailure } from '../log.ts'
import { prepare } from '../prepare.ts'
import { Refused } from './ask.ts'
import type { Fetches, PageContext } from './env.ts'
import { newPages } from './pages.ts'
import { slices } from './slices.ts'
import { page } from './ui/page.tsx'
import { toSignIn } from './viewer.ts'

/** Nothing from elsewhere, no code and no style in a page itself, no page of others around it. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

const refusal = (c: PageContext, status: ContentfulStatusCode, title: string, message: string) =>
  page(
    c,
    {
      title,
      children: (
        <p>
          {message} <a href="/">Back to the start</a>
        </p>
      ),
    },
    status,
  )

const titles: Record<number, string> = { 403: 'Not allowed', 404: 'Not found', 503: 'Not available' }

/** The API has logged it, under its own number of the request. */
function renderOutage(c: PageContext, { status, message, headers }: Refused) {
  const again = headers.get('Retry-After')
  if (again) c.header('Retry-After', again)
  const words = `${message}. The request was ${headers.get('X-Request-Id')}.`
  return refusal(c, status, titles[status] ?? 'Something went wrong', words)
}

function renderFailure(error: Error, c: PageContext) {
  if (error instanceof Refused || error instanceof ApiError) {
    const { status } = error
    if (status === 401) return toSignIn(c)
    if (error instanceof Refused && status >= 500) return renderOutage(c, error)
    return refusal(c, status, titles[status] ?? 'Not possible', error.message)
  }
  logFailure(c.var.requestId, `${c.req.method} ${c.req.routePath}`, error)
  const words = `The request was ${c.var.requestId}.`
  if (!isUnavailable(error)) return refusal(c, 500, 'Something went wrong', words)
  c.header('Retry-After', '5')
  return refusal(c, 503, 'The database is not available', `Try again in a moment. ${words}`)
}

/** Pages for people, on the API that is handed in. */
export function openConsole(api: Fetches) {
  const console = newPages()
  console.use(prepare)
  console.use(recordDeed)
  console.use(async (c, next) => {
    c.header('Content-Security-Policy', policy)
    // With none at all browsers send a page's own forms as if they came from nowhere (`Origin: null`).
    c.header('Referrer-Policy', 'same-origin')
    c.set('api', api)
    c.set('askers', [])
    // A form of another site could sign somebody in, where no session stands in its way.
    if (!isSafe(c.req.method) && isForeign(c, [])) return refusal(c, 403, 'Not allowed', 'origin not allowed')
    await next()
    return undefined
  })
  for (const slice of slices) console.route('/', slice)
  /** A stranger is sent to sign in, by whatever method and from wherever, as in Grafana. */
  console.notFound(async (c) => {
    const identity = await identifyOrNote(c)
    if (!identity || identity.kind === 'anonymous') {
      if (c.req.path !== '/') setReturnPath(c)
      return c.redirect('/login', 302)
    }
    if (identity.kind === 'person') c.set('viewer', identity)
    return refusal(c, 404, 'Not found', 'There is no such page.')
  })
  console.onError(renderFailure)
  return console
}
