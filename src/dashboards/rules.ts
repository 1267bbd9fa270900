/** What a stored dashboard is told apart by. */
export type Stored = { id: number; uid: string; title: string; version: number }

/** What a client asks to be saved. 0 and '' where it names none. */
export type Wanted = { id: number; uid: string; title: string; version: number; overwrite: boolean }

export type Decision =
  | { kind: 'create' }
  | { kind: 'replace'; target: Stored; uid: string }
  | { kind: 'unknown id' | 'taken uid' | 'taken title' | 'stale version' }

function targetOf(stored: readonly Stored[], wanted: Wanted): Stored | Decision | undefined {
  const byUid = stored.find(({ uid }) => uid === wanted.uid)
  if (wanted.id === 0) return byUid
  const byId = stored.find(({ id }) => id === wanted.id)
  if (!byId) return { kind: 'unknown id' }
  return byUid && byUid !== byId ? { kind: 'taken uid' } : byId
}

/**
 * Which dashboard a save is about, out of those that share its id, uid or title: its own by id or else by uid, and only
 * at the version that the client read; by title alone with `overwrite` (Grafana 9.3.2).
 */
export function decide(stored: readonly Stored[], wanted: Wanted): Decision {
  const target = targetOf(stored, wanted)
  if (target && 'kind' in target) return target
  const namesake = stored.find(({ id, title }) => title === wanted.title && id !== target?.id)
  if (namesake && (target || !wanted.overwrite)) return { kind: 'taken title' }
  if (namesake) return { kind: 'replace', target: namesake, uid: namesake.uid }
  if (!target) return { kind: 'create' }
  if (!wanted.overwrite && wanted.version !== target.version) return { kind: 'stale version' }
  return { kind: 'replace', target, uid: wanted.uid || target.uid }
}

/** The title as a piece of an address. */
export const slugOf = (title: string) =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A uid for a dashboard that comes without one, of as many letters as there are random bytes. */
export const uidOf = (random: Uint8Array) => Array.from(random, (byte) => letters[byte % letters.length]).join('')

export type UidFault = 'too long' | 'illegal'

/** Letters, digits, `-` and `_`, at most 40 (Grafana). */
export function uidFault(uid: string): UidFault | undefined {
  if (uid.length > 40) return 'too long'
  return /^[\w-]*$/.test(uid) ? undefined : 'illegal'
}
