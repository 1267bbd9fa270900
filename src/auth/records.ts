import type { RequestContext } from '../env.ts'
import { logFailure } from '../log.ts'
import { clientIp } from './address.ts'
import type { Session } from './identity.ts'
import { type Device, describeDevice } from './userAgent.ts'

// How a session looks: from where, with what. KV may be a minute late or down, so it only ever describes; whether a
// session is one, D1 alone says (docs/decisions/0001-rights-in-d1.md). Nothing here throws: a description lost is no
// reason to fail a sign-in or a sign-out.

/** Records of before places were kept have none. */
export type SessionRecord = Device & { clientIp: string; place?: string; createdAt: number; seenAt: number }

const prefix = (userId: number) => `session:${userId}:`
const recordKey = (userId: number, sessionId: number) => `${prefix(userId)}${sessionId}`

const logged = (c: RequestContext, what: string) => (error: unknown) =>
  logFailure(c.var.requestId, `session records: ${what}`, error)

/** Longer than any city's name worth showing; the whole record must fit KV's 1,024 bytes of metadata. */
const maxCity = 60

/** `XX` is Cloudflare's for unknown; `T1`, for Tor, is no country either. */
const countryIn = (code: unknown) => (typeof code === 'string' && /^(?!XX)[A-Z]{2}$/.test(code) ? code : '')

/** Where Cloudflare says that a request comes from, such as "Paris, FR" or "FR"; empty when it can't say. */
function placeOf(c: RequestContext): string {
  const { city, country }: Record<string, unknown> = { ...c.req.raw.cf }
  const code = countryIn(country) || countryIn(c.req.header('CF-IPCountry'))
  const town = code !== '' && typeof city === 'string' ? city.slice(0, maxCity).toWellFormed() : ''
  return town ? `${town}, ${code}` : code
}

/** KV takes no expiration nearer than this, in seconds. */
const minTtl = 60

/** As the request at hand shows it. */
export async function keepRecord(c: RequestContext, userId: number, session: Session): Promise<void> {
  if (session.expiresAt - session.seenAt <= minTtl) return
  const record: SessionRecord = {
    ...describeDevice(c.req.header('User-Agent') ?? ''),
    clientIp: clientIp(c).slice(0, 45),
    place: placeOf(c),
    createdAt: session.createdAt,
    seenAt: session.seenAt,
  }
  await c.env.SESSIONS.put(recordKey(userId, session.id), JSON.stringify(record), {
    metadata: record,
    expiration: session.expiresAt,
  }).catch(logged(c, 'put'))
}

/** Longer than KV ever needs; a list of devices does without their looks rather than wait. */
const patienceMs = 2_000

const soon = <T>(answer: Promise<T>): Promise<T | undefined> =>
  Promise.race([answer, new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs))])

/** What KV knows of a person's sessions, by session id; empty when it can't say. One list a thousand sessions. */
export async function listRecords(c: RequestContext, userId: number): Promise<Map<number, SessionRecord>> {
  const records = new Map<number, SessionRecord>()
  let cursor: string | null = null
  do {
    const page: KVNamespaceListResult<SessionRecord> | undefined = await soon(
      c.env.SESSIONS.list<SessionRecord>({ prefix: prefix(userId), cursor }).catch(
        (error: unknown) => void logged(c, 'list')(error),
      ),
    )
    for (const { name, metadata } of page?.keys ?? []) {
      if (metadata) records.set(Number(name.slice(prefix(userId).length)), metadata)
    }
    cursor = page && !page.list_complete ? page.cursor : null
  } while (cursor)
  return records
}

export const forgetRecord = (c: RequestContext, userId: number, sessionId: number) =>
  c.env.SESSIONS.delete(recordKey(userId, sessionId)).catch(logged(c, 'delete'))

export async function forgetRecords(c: RequestContext, userId: number, except?: number): Promise<void> {
  const records = await listRecords(c, userId)
  await Promise.all([...records.keys()].filter((id) => id !== except).map((id) => forgetRecord(c, userId, id)))
}
