import { createMiddleware } from 'hono/factory'
import { bookmarkCookie, readCookie, setCookie } from '../auth/cookies.ts'
import type { AppEnv, RequestContext } from '../env.ts'
import { type D1, type Db, openDb } from './client.ts'

// Where D1 is asked. The primary says who is calling and takes every write, always. With D1_READS = "nearest" lists and
// single things may come from a replica close by, and a bookmark, which says how far the client has seen, keeps it from
// being older than that (docs/decisions/0010-nearest-reads.md).

export type Places = {
  d1: D1Database
  primary: D1
  /** Once something was read from nearby. */
  nearest: D1DatabaseSession | undefined
}

/**
 * The primary, by way of sessions, since only a session tells its bookmark. Of a session's statements D1 takes but the
 * first to the primary for sure, so each has a session of its own.
 */
function primarySessions(d1: D1Database): D1DatabaseSession {
  const sessions: D1DatabaseSession[] = []
  function open() {
    const session = d1.withSession('first-primary')
    sessions.push(session)
    return session
  }
  return {
    prepare: (text) => open().prepare(text),
    batch: (statements) => open().batch(statements),
    getBookmark: () => newest(sessions.map((session) => session.getBookmark() ?? '')),
  }
}

export const openPlaces = (d1: D1Database, reads: 'primary' | 'nearest'): Places => ({
  d1,
  primary: reads === 'nearest' ? primarySessions(d1) : d1,
  nearest: undefined,
})

const header = 'X-D1-Bookmark'

/** As D1 writes them: anything else would reach the database as a wish of its own, like `first-primary`. */
const isBookmark = (text: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{8}){2}-[0-9a-f]{32}$/.test(text)

/** Bookmarks sort by time. */
const newest = (texts: string[]) => texts.filter(isBookmark).sort().at(-1) ?? null

const bookmarkOf = (c: RequestContext) => newest([c.req.header(header) ?? '', readCookie(c, bookmarkCookie) ?? ''])

/** Where lists and single things are read: never what decides who may do something. */
export function reads(c: RequestContext): Db {
  const { config, db, places } = c.var
  if (config.d1Reads === 'primary') return db
  places.nearest ??= places.d1.withSession(bookmarkOf(c) ?? 'first-unconstrained')
  return openDb(places.nearest)
}

/** What was read nearby is as old as its bookmark, however new what the primary said about the caller. */
const bookmarkReached = ({ primary, nearest }: Places) =>
  nearest?.getBookmark() ?? ('getBookmark' in primary ? primary.getBookmark() : null)

/** Whether the answer hands out a session: its cookie is neither missing nor cleared. */
const opensSession = ({ headers }: Response, name: string) =>
  headers.getSetCookie().some((cookie) => cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}=;`))

/**
 * Tells the client how far it has seen: in a header, and browsers in a cookie, which they send along by themselves. Not a
 * stranger: bookmarks count what is written, and so would say whether a password reset found somebody.
 */
export const tellBookmark = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  const { config, identity, places } = c.var
  const bookmark = bookmarkReached(places)
  if (bookmark === null) return
  const inBrowser = opensSession(c.res, config.cookieName) || (identity?.kind === 'person' && identity.session)
  if (!inBrowser && (identity?.kind ?? 'anonymous') === 'anonymous') return
  c.header(header, bookmark)
  if (inBrowser) setCookie(c, bookmarkCookie, bookmark, config.sessionMaxSeconds)
})
