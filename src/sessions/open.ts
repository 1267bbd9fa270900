import { clientAddress } from '../auth/address.ts'
import { setSessionCookie } from '../auth/cookies.ts'
import { keepRecord } from '../auth/records.ts'
import { newSessionToken, secretHash } from '../auth/secrets.ts'
import type { RequestContext } from '../env.ts'
import { deleteSomeExpired, insertSession, knowAddress, type NewSession } from './queries.ts'

/** The secret that goes to the client, and the row that stands for it. */
type Fresh = { token: string; row: NewSession }

/** A new secret and the row for it; one that the client brought along is never adopted. */
export function newSession(c: RequestContext, userId: number, passwordHash: string): Fresh {
  const { config, now } = c.var
  const token = newSessionToken()
  const expiresAt = now + config.sessionMaxSeconds
  return { token, row: { userId, secretHash: secretHash(token), passwordHash, now, expiresAt } }
}

/** Hands a session that D1 holds to the client: the cookie in the answer, the record in KV after it. */
export function openSession(c: RequestContext, id: number, { token, row }: Fresh): void {
  const { userId, now, expiresAt } = row
  c.executionCtx.waitUntil(keepRecord(c, userId, { id, createdAt: now, seenAt: now, expiresAt }))
  setSessionCookie(c, token, c.var.config.sessionMaxSeconds)
}

/** Signs somebody in whose password was just verified or chosen; not where it changed, or the account was disabled, meanwhile. */
export async function startSession(c: RequestContext, userId: number, passwordHash: string): Promise<boolean> {
  const { db, now } = c.var
  const fresh = newSession(c, userId, passwordHash)
  const [[inserted]] = await db.batch([
    insertSession(db, fresh.row),
    deleteSomeExpired(db, now),
    ...knowAddress(db, { userId, passwordHash, address: clientAddress(c), now }),
  ])
  if (inserted) openSession(c, inserted.id, fresh)
  return inserted !== undefined
}
