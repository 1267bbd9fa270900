import type { Row } from '../records.ts'
import { type Context, carried, repeats } from './context.ts'
import type { RowOf } from './file.ts'
import { shapes } from './tables.ts'

/** As long as a session lasts in Grafana where nothing else is set (login_maximum_lifetime_duration). */
const maxSessionSeconds = 30 * 86_400

type GrafanaSession = RowOf<typeof shapes.session>

const seenAt = ({ seen_at: seen, rotated_at: rotated }: GrafanaSession) => Math.max(seen ?? 0, rotated ?? 0)
const expiresAt = ({ created_at: created }: GrafanaSession) => (created ?? 0) + maxSessionSeconds

/** When anybody was last there: what was over by then is left out, whenever the file is read. */
function lastUse({ file }: Context): number {
  let latest = 0
  for (const { row } of file.rows(shapes.session)) if (row) latest = Math.max(latest, seenAt(row))
  return latest
}

/**
 * A cookie is found by its hash with Grafana's secret key. Of a cookie that was just replaced only the new one counts:
 * whoever's browser never got it signs in again.
 */
export function sessions(context: Context): Generator<Row<'session'>> {
  const { known, names } = context
  const isRepeated = repeats()
  const last = lastUse(context)
  return carried(context, shapes.session, {
    label: ({ id, user_id: userId }) => `user_auth_token ${id}: user ${userId}`,
    isIgnored: ({ user_id: userId }) => names.skipped.has(userId),
    checks: (session) => [
      [() => !known.users.has(session.user_id), 'a session of nobody'],
      [() => !/^[0-9a-f]{64}$/.test(session.auth_token), 'a session that no cookie can open'],
      [() => Boolean(session.revoked_at) || expiresAt(session) <= last, 'a session that is over'],
      [() => isRepeated('id', session.id) || isRepeated(session.auth_token), 'a session twice'],
    ],
    make: (session) => ({
      id: session.id,
      userId: session.user_id,
      // Nothing that a cookie of Rollcall's own is found by: those are SHA-256 in hex.
      secretHash: `grafana:${session.auth_token}`,
      legacyHash: session.auth_token,
      createdAt: session.created_at ?? 0,
      seenAt: seenAt(session),
      expiresAt: expiresAt(session),
    }),
  })
}
