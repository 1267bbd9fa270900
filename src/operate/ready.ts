import type { RequestContext } from '../env.ts'
import { send } from '../json.ts'
import { logFailure } from '../log.ts'

// Whether this deployment can serve, for whoever switches traffic to it or off it. Anybody may ask: it says no more than that.

/** The migration that this version needs: whatever a database has beyond it is for a newer one, and does no harm. */
export const newestMigration = '0019_imports.sql'

/** What takes longer is as good as down: clients give up about then. */
const limits = { d1: 2_000, kv: 1_000 }

type Part = keyof typeof limits
type State = 'ok' | 'failing' | 'slow' | 'behind'

/** What `ask` says, if in time. Why it fails is in the log alone. */
function inTime(c: RequestContext, part: Part, ask: () => Promise<State>): Promise<State> {
  const said = ask().catch((error: unknown): State => {
    logFailure(c.var.requestId, `ready: ${part}`, error)
    return 'failing'
  })
  return Promise.race([said, scheduler.wait(limits[part]).then((): State => 'slow')])
}

/** The primary, as always: one row, by the index on names. */
async function askD1(c: RequestContext): Promise<State> {
  const newest = c.var.db.$client.prepare('SELECT name FROM d1_migrations ORDER BY name DESC LIMIT 1')
  const { name = '' } = (await newest.first<{ name: string }>()) ?? {}
  return name < newestMigration ? 'behind' : 'ok'
}

/** A key that is never there. What a location was told it goes on saying for a minute, so this is that much late. */
async function askKv(c: RequestContext): Promise<State> {
  await c.env.SESSIONS.get('ready')
  return 'ok'
}

/** KV only describes sessions (docs/decisions/0001-rights-in-d1.md): without it Rollcall still serves, so is ready, and says so. */
export async function ready(c: RequestContext) {
  const [d1, kv] = await Promise.all([inTime(c, 'd1', () => askD1(c)), inTime(c, 'kv', () => askKv(c))])
  if (d1 !== 'ok') return send(c, { status: 'not ready', d1, kv }, 503)
  return send(c, { status: kv === 'ok' ? 'ready' : 'degraded', d1, kv })
}
