import { createMiddleware } from 'hono/factory'
import type { AppEnv, RequestContext } from '../env.ts'
import { type ApiError, traced, unauthorized } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { clearSessionCookie, readSessionCookie } from './cookies.ts'
import { readCredential } from './credentials.ts'
import type { Identity, Machine, Person } from './identity.ts'
import { touchLater } from './lastSeen.ts'
import { findBySession, findByToken, type Refusal } from './queries.ts'
import { isWellFormed, secretHash, sessionHash } from './secrets.ts'
import { signIn } from './signIn.ts'

const positive = (text: string | undefined) => {
  const value = parseInt64(text ?? '')
  return value !== undefined && value > 0 ? value : undefined
}

/** As the route reads it: `/api/orgs/%32` and `/api/orgs/+2` are org 2. What is no id is refused by the guard. */
function orgOfPath(path: string): number | undefined {
  const [, segment] = /^\/api\/orgs\/([^/]+)/.exec(path) ?? []
  if (segment === undefined) return undefined
  try {
    return parseInt64(decodeURIComponent(segment)) || undefined
  } catch {
    return undefined
  }
}

/** The org in which a person's request acts, where it says so. Zero and what is no number are ignored (Grafana 9.3.2). */
const wantedOrg = (c: RequestContext): number | undefined =>
  orgOfPath(c.req.path) ?? positive(c.req.header('X-Grafana-Org-Id')) ?? positive(c.req.query('targetOrgId'))

async function byPassword(c: RequestContext, name: string, password: string): Promise<Person> {
  const person = await signIn(c, name, password, wantedOrg(c))
  if (!person) throw unauthorized('invalid username or password', traced)
  return person
}

const refusals: Record<Refusal, () => ApiError> = {
  revoked: () => unauthorized('invalid API key', traced),
  expired: () => unauthorized('Expired API key'),
  'disabled account': () => unauthorized('Service account is disabled'),
}

/** A mistyped token is known without asking the database. An org header moves a person's token, never a machine's. */
async function byToken(c: RequestContext, token: string): Promise<Person | Machine> {
  const found = isWellFormed(token)
    ? await findByToken(c.var.db, secretHash(token), wantedOrg(c), c.var.now)
    : undefined
  if (typeof found === 'object') return found
  throw refusals[found ?? 'revoked']()
}

const isSafe = (method: string) => ['GET', 'HEAD', 'OPTIONS'].includes(method)

/** A page of another site can send the cookie along; what it can't do is hide where it comes from (Grafana 9.3.2's check, and Fetch Metadata). */
function isForeign(c: RequestContext): boolean {
  if (c.req.header('Sec-Fetch-Site') === 'cross-site') return true
  const origin = c.req.header('Origin')
  if (!origin) return false
  const ours = [c.req.url, c.var.config.rootUrl ?? ''].map((url) => URL.parse(url)?.host)
  return !ours.includes(URL.parse(origin)?.host ?? 'none')
}

/** A cookie that opens nothing leaves a stranger, with the cookie cleared (Grafana 9.3.2). */
async function bySession(c: RequestContext, cookie: string): Promise<Identity> {
  const { db, config, now } = c.var
  const key = sessionHash(cookie, config.grafanaSecretKey)
  const person = await findBySession(db, { ...key, orgId: wantedOrg(c), now, idleSeconds: config.sessionIdleSeconds })
  if (person) return person
  clearSessionCookie(c)
  return { kind: 'anonymous' }
}

export async function identify(c: RequestContext): Promise<Identity> {
  const credential = readCredential(c.req.header('Authorization'), readSessionCookie(c))
  switch (credential.kind) {
    case 'none':
      return { kind: 'anonymous' }
    case 'password':
      return byPassword(c, credential.name, credential.password)
    case 'token':
      return byToken(c, credential.token)
    case 'session':
      return bySession(c, credential.token)
  }
}

/** Reads the credential once. A wrong one never falls through to the next: a header is refused here, a cookie by every guard. */
export const authenticate = createMiddleware<AppEnv>(async (c, next) => {
  const identity = await identify(c)
  const session = identity.kind === 'person' && identity.session
  if (session && !isSafe(c.req.method) && isForeign(c))
    return c.body('origin not allowed\n', 403, { 'Content-Type': 'text/plain; charset=utf-8' })
  c.set('identity', identity)
  await next()
  return touchLater(c, identity)
})
