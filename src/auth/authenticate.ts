import { createMiddleware } from 'hono/factory'
import type { AppEnv, RequestContext } from '../env.ts'
import { type ApiError, forbidden, traced, unauthorized } from '../errors.ts'
import { isSafe, parseInt64 } from '../input.ts'
import { clearSessionCookie, readSessionCookie } from './cookies.ts'
import { readCredential } from './credentials.ts'
import { adoptToken } from './grafanaTokens.ts'
import type { Identity, Machine, Person } from './identity.ts'
import { touchLater } from './lastSeen.ts'
import { type Acting, findBySession, findByToken, type Refusal } from './queries.ts'
import { isWellFormed, secretHash, sessionHash } from './secrets.ts'
import { signIn } from './signIn.ts'

const positive = (text: string | undefined) => {
  const value = parseInt64(text ?? '')
  return value !== undefined && value > 0 ? value : undefined
}

/** As the route reads it: `/api/orgs/%32` and `/api/orgs/+2` are org 2. What is no id is refused by the guard. */
function idAfter(prefix: string, path: string): number | undefined {
  const segment = path.startsWith(prefix) ? path.slice(prefix.length).split('/')[0] : undefined
  if (segment === undefined) return undefined
  try {
    return parseInt64(decodeURIComponent(segment)) || undefined
  } catch {
    return undefined
  }
}

/** Where a team's admin has a say, or the caller's teams decide what is shown. */
const aboutTeams = /^\/api\/(teams\/search|org\/users\/lookup|access-control\/user\/|dashboards\/home)/

/**
 * The org in which a person's request acts, where it says so (zero and what is no number are ignored, as in Grafana
 * 9.3.2), and the teams that it is about.
 */
export function actingIn(c: RequestContext, path = c.req.path): Acting {
  return {
    orgId:
      idAfter('/api/orgs/', path) ?? positive(c.req.header('X-Grafana-Org-Id')) ?? positive(c.req.query('targetOrgId')),
    teams: aboutTeams.test(path) ? 'all' : (idAfter('/api/teams/', path) ?? 'none'),
  }
}

async function byPassword(c: RequestContext, name: string, password: string, acting: Acting): Promise<Person> {
  const person = await signIn(c, name, password, acting)
  if (!person || person === 'locked') throw unauthorized('invalid username or password', traced)
  return person
}

const refusals: Record<Refusal, () => ApiError> = {
  revoked: () => unauthorized('invalid API key', traced),
  expired: () => unauthorized('Expired API key'),
  'disabled account': () => unauthorized('Service account is disabled'),
}

/** A mistyped token is known without asking the database. An org header moves a person's token, never a machine's. */
async function byToken(c: RequestContext, token: string, acting: Acting): Promise<Person | Machine> {
  const find = () => findByToken(c.var.db, secretHash(token), acting, c.var.now)
  const known = isWellFormed(token) ? await find() : undefined
  const found = known ?? ((await adoptToken(c, token)) ? await find() : undefined)
  if (typeof found === 'object') return found
  throw refusals[found ?? 'revoked']()
}

/**
 * A page of another site can send the cookie along; what it can't do is hide where it comes from (Grafana 9.3.2's check,
 * and Fetch Metadata). A page that CORS_ORIGINS lists is none of another site.
 */
export function isForeign(c: RequestContext, listed = c.var.config.corsOrigins): boolean {
  const origin = c.req.header('Origin')
  if (origin && listed.includes(origin)) return false
  if (c.req.header('Sec-Fetch-Site') === 'cross-site') return true
  if (!origin) return false
  const ours = [c.req.url, c.var.config.rootUrl ?? ''].map((url) => URL.parse(url)?.host)
  return !ours.includes(URL.parse(origin)?.host ?? 'none')
}

/** A cookie that opens nothing leaves a stranger, with the cookie cleared (Grafana 9.3.2). */
async function bySession(c: RequestContext, cookie: string, acting: Acting): Promise<Identity> {
  const { db, config, now } = c.var
  const key = sessionHash(cookie, config.grafanaSecretKey)
  const person = await findBySession(db, { ...key, acting, now, idleSeconds: config.sessionIdleSeconds })
  if (person) return person
  clearSessionCookie(c)
  return { kind: 'anonymous' }
}

export async function identify(c: RequestContext, acting = actingIn(c)): Promise<Identity> {
  const credential = readCredential(c.req.header('Authorization'), readSessionCookie(c))
  switch (credential.kind) {
    case 'none':
      return { kind: 'anonymous' }
    case 'password':
      return byPassword(c, credential.name, credential.password, acting)
    case 'token':
      return byToken(c, credential.token, acting)
    case 'session':
      return bySession(c, credential.token, acting)
  }
}

/** Where a wrong credential is no obstacle: nobody then, but a guess all the same. */
export const identifyOrNote = (c: RequestContext) =>
  identify(c).catch(() => {
    c.var.deed.action = 'authenticate'
    return undefined
  })

/** What is left to somebody whose password was chosen by another until they choose their own. */
const whilePasswordIsDue = /^((?:GET|HEAD) \/api\/user|PUT \/api\/user\/password|GET \/api\/login\/ping)\/?$/

function refuseUntilChanged(c: RequestContext, identity: Identity): void {
  if (identity.kind !== 'person' || !identity.mustChangePassword) return
  if (whilePasswordIsDue.test(`${c.req.method} ${c.req.path}`)) return
  c.var.deed.action = 'password:due'
  throw forbidden('The password must be changed first: PUT /api/user/password')
}

/**
 * Who sends the requests that the console makes of its own (src/console/ask.ts): found once for a page, not once for each.
 * By the request itself, so that nothing that comes from outside can introduce anybody.
 */
const introduced = new WeakMap<Request, Identity>()

export const introduce = (request: Request, identity: Identity) => void introduced.set(request, identity)

/** Reads the credential once. A wrong one never falls through to the next: a header is refused here, a cookie by every guard. */
export const authenticate = createMiddleware<AppEnv>(async (c, next) => {
  const known = introduced.get(c.req.raw)
  const identity = known ?? (await identify(c))
  const session = identity.kind === 'person' && identity.session
  if (session && !isSafe(c.req.method) && isForeign(c))
    return c.body('origin not allowed\n', 403, { 'Content-Type': 'text/plain; charset=utf-8' })
  c.set('identity', identity)
  refuseUntilChanged(c, identity)
  await next()
  if (!known) touchLater(c, identity)
  return undefined
})
