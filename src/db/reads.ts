import { createMiddleware } from 'hono/factory'
import { bookmarkCookie, readCookie, setCookie } from '../auth/cookies.ts'
import type { AppEnv, RequestContext } from '../env.ts'
import { type D1, type Db, openDb } from './client.ts'

// Where D1 is asked. The primary says who is calling and takes every write, always. With D1_READS = "nearest" lists and
// single things may come from a replica close by, and a bookmark, which says how far the client has seen, keeps it from
// being older than that (docs/decisions/0010-nearest-reads.md).

export type Places = {
  primary: D1
  /** Once something was read from nearby. */
  nearest: D1DatabaseSession | undefined
}

const isSafe = (method: string) => /^(GET|HEAD|OPTIONS)$/.test(method)

/** A request that writes asks in a session, which begins at the primary, since only a session tells its bookmark. */
export const openPlaces = (d1: D1Database, reads: 'primary' | 'nearest', method: string): Places => ({
  primary: reads === 'nearest' && !isSafe(method) ? d1.withSession('first-primary') : d1,
  nearest: undefined,
})

const header = 'X-D1-Bookmark'

/** As D1 writes them: anything else would reach the database as a wish of its own, like `first-primary`. */
const isBookmark = (text: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{8}){2}-[0-9a-f]{32}$/.test(text)

/** The newest that the client has: bookmarks sort by time. */
const bookmarkOf = (c: RequestContext) =>
  [c.req.header(header) ?? '', readCookie(c, bookmarkCookie) ?? ''].filter(isBookmark).sort().at(-1)

/** Where lists and single things are read: never what decides who may do something. */
export function reads(c: RequestContext): Db {
  const { config, db, places } = c.var
  if (config.d1Reads === 'primary') return db
  places.nearest ??= c.env.DB.withSession(bookmarkOf(c) ?? 'first-unconstrained')
  return openDb(places.nearest)
}

const bookmarkReached = ({ primary, nearest }: Places) =>
  nearest?.getBookmark() ?? ('getBookmark' in primary ? primary.getBookmark() : undefined)

/** Tells the client how far it has seen: in a header, and browsers in a cookie, which they send along by themselves. */
export const tellBookmark = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  const { config, identity, places } = c.var
  const bookmark = config.d1Reads === 'nearest' ? bookmarkReached(places) : undefined
  if (!bookmark) return
  c.header(header, bookmark)
  if (identity?.kind === 'person' && identity.session) setCookie(c, bookmarkCookie, bookmark, config.sessionMaxSeconds)
})
