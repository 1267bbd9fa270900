import { clientIp } from '../auth/address.ts'
import { setSessionCookie } from '../auth/cookies.ts'
import { keepRecord } from '../auth/records.ts'
import { newSessionToken, secretHash } from '../auth/secrets.ts'
import type { RequestContext } from '../env.ts'
import type { NewSession } from './queries.ts'

/** A new secret and the row for it; one that the client brought along is never adopted. */
export function newSession(
  c: RequestContext,
  userId: number,
  passwordHash: string,
): { token: string; row: NewSession } {
  const { config, now } = c.var
  const token = newSessionToken()
  const expiresAt = now + config.sessionMaxSeconds
  return { token, row: { userId, secretHash: secretHash(token), passwordHash, now, expiresAt } }
}

/** Hands a session that D1 holds to the client: the cookie in the answer, the record in KV after it. */
export function openSession(c: RequestContext, userId: number, id: number, token: string): void {
  const { config, now } = c.var
  const session = { id, createdAt: now, seenAt: now, expiresAt: now + config.sessionMaxSeconds }
  const seen = { clientIp: clientIp(c), userAgent: c.req.header('User-Agent') ?? '' }
  c.executionCtx.waitUntil(keepRecord(c.env.SESSIONS, userId, session, seen))
  setSessionCookie(c, token, config.sessionMaxSeconds)
}
