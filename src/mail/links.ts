import { newSessionToken } from '../auth/secrets.ts'
import type { RequestContext } from '../env.ts'

/** What a link carries: 256 random bits. Only `secretHash` of it is ever stored. */
export const newCode = newSessionToken

/**
 * Where a link leads, at the address that is configured. Without one, that of the request: Cloudflare hands a Worker
 * only requests for its own host names.
 */
export function linkTo(c: RequestContext, path: string): string {
  const root = c.var.config.rootUrl ?? new URL(c.req.url).origin
  return `${root.replace(/\/+$/, '')}${path}`
}
