import { bound } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { logFailure } from '../log.ts'
import type { Identity, Session } from './identity.ts'
import { keepRecord } from './records.ts'

/** Last seen is exact to five minutes (Grafana 9.3.2), which is what keeps it to one write. */
const interval = 5 * 60

/** What this isolate wrote last, by credential, so that parallel requests write once. Bounded by being emptied. */
const written = new Map<string, number>()
const maxRemembered = 10_000

function isDue(key: string, seenAt: number | null, now: number): boolean {
  if (seenAt !== null && seenAt > now - interval) return false
  if ((written.get(key) ?? 0) > now - interval) return false
  if (written.size >= maxRemembered) written.clear()
  written.set(key, now)
  return true
}

// Each moves time forward only: a request that finishes late can't move it back, nor revive a row that is gone.
const touchUser = `UPDATE users SET last_seen_at = ?1 WHERE id = ?2 AND coalesce(last_seen_at, 0) <= ?1 - ${interval}`
const touchSession = `UPDATE sessions SET seen_at = ?1 WHERE id = ?2 AND seen_at <= ?1 - ${interval}`
const touchToken = `UPDATE tokens SET last_used_at = ?1 WHERE id = ?2 AND coalesce(last_used_at, 0) <= ?1 - ${interval}`

type Due = { writes: D1PreparedStatement[]; session: Session | undefined }

function due({ var: { db, now } }: RequestContext, identity: Identity): Due {
  const writes: D1PreparedStatement[] = []
  if (identity.kind === 'anonymous') return { writes, session: undefined }
  const { token } = identity
  if (token && isDue(`token:${token.id}`, token.lastUsedAt, now)) writes.push(bound(db, touchToken, now, token.id))
  if (identity.kind === 'machine') return { writes, session: undefined }
  const { user } = identity
  if (isDue(`user:${user.id}`, user.lastSeenAt, now)) writes.push(bound(db, touchUser, now, user.id))
  const session =
    identity.session && isDue(`session:${identity.session.id}`, identity.session.seenAt, now)
      ? identity.session
      : undefined
  if (session) writes.push(bound(db, touchSession, now, session.id))
  return { writes, session }
}

/** The session's write comes last; where it moved nothing (revoked meanwhile), no record is written either. */
async function touch(c: RequestContext, userId: number, { writes, session }: Due): Promise<void> {
  const results = await c.var.db.$client.batch(writes)
  if (!session || results.at(-1)?.meta.changes !== 1) return
  await keepRecord(c, userId, { ...session, seenAt: c.var.now })
}

/** After the response, at most once in five minutes an isolate; losing it loses nothing. */
export function touchLater(c: RequestContext, identity: Identity): void {
  const found = due(c, identity)
  if (found.writes.length === 0) return
  const userId = identity.kind === 'person' ? identity.user.id : 0
  c.executionCtx.waitUntil(
    touch(c, userId, found).catch((error: unknown) => logFailure(c.var.requestId, 'last seen', error)),
  )
}
