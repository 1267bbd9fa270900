import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { attemptWindow } from '../auth/attempts.ts'
import { clearSessionCookie, readSessionCookie, takeReturnPath } from '../auth/cookies.ts'
import { anyone, signedIn } from '../auth/guards.ts'
import { forgetRecord, forgetRecords, listRecords } from '../auth/records.ts'
import { sessionHash } from '../auth/secrets.ts'
import { signIn } from '../auth/signIn.ts'
import { ApiError, badRequest, notFound, traced, unauthorized } from '../errors.ts'
import { int64, isTrue, readBody } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { startSession } from './open.ts'
import { deleteOtherSessions, deleteSession, deleteSessionByHash, listSessions } from './queries.ts'
import { authToken } from './views.ts'

export const sessions = newRoutes()

const LoginBody = object({ user: pipe(string(), nonEmpty()), password: pipe(string(), nonEmpty()) })

const wrongPassword = () => unauthorized('Invalid username or password', traced)

/** Only here: elsewhere a client that goes on by itself learns no more than that its password isn't taken, as in Grafana. */
const tooManyFailures = () =>
  new ApiError(429, 'Too many failed sign-ins: try again later', traced, { 'Retry-After': String(attemptWindow) })

sessions.post('/login', anyone('this is where one signs in', 'login'), async (c) => {
  const { user, password } = await readBody(c, LoginBody, () => badRequest('bad login data', traced))
  const person = await signIn(c, user, password)
  if (person === 'locked') throw tooManyFailures()
  if (!person?.passwordHash) throw wrongPassword()
  if (!(await startSession(c, person.user.id, person.passwordHash))) throw wrongPassword()
  const redirectUrl = takeReturnPath(c)
  return done(c, 'Logged in', redirectUrl === undefined ? {} : { redirectUrl })
})

/** A GET that ends the session is Grafana's, and a link to it can do no worse than sign the reader out. */
sessions.get('/logout', anyone('ends only the session whose cookie comes with it', 'logout'), async (c) => {
  const cookie = readSessionCookie(c)
  if (cookie) {
    const ended = await deleteSessionByHash(c.var.db, sessionHash(cookie, c.var.config.grafanaSecretKey).hash)
    c.var.deed.doneBy = ended?.userId
    if (ended) c.executionCtx.waitUntil(forgetRecord(c, ended.userId, ended.id))
  }
  clearSessionCookie(c)
  return c.redirect('/login', 302)
})

/** A JSON object, as the documentation and later Grafanas have it; 9.3.2 sends the bare words, which no client needs. */
sessions.get('/api/login/ping', anyone('says only whether the credential is good'), (c) => {
  if (c.var.identity.kind === 'anonymous') throw unauthorized()
  return done(c, 'Logged in')
})

const userNotFound = () => notFound('User not found', traced)

sessions.get('/api/user/auth-tokens', signedIn('users:read', userNotFound), async (c) => {
  const { db, config, now, me } = c.var
  const rows = await listSessions(db, me.user.id, now, now - config.sessionIdleSeconds)
  const records = await listRecords(c, me.user.id)
  const withMetadata = isTrue(c.req.query('metadata'))
  return send(
    c,
    withinLimit(rows).map((row) => authToken(row, records.get(row.id), row.id === me.session?.id, withMetadata)),
  )
})

/** Rollcall's own: whoever lost a device signs out all but the one at hand. */
sessions.post('/api/user/revoke-other-auth-tokens', signedIn('users:write', userNotFound), async (c) => {
  const { db, me } = c.var
  await deleteOtherSessions(db, me.user.id, me.session?.id ?? 0)
  c.executionCtx.waitUntil(forgetRecords(c, me.user.id, me.session?.id))
  return done(c, 'Other user auth tokens revoked')
})

const RevokeBody = object({ authTokenId: optional(int64, 0) })

sessions.post('/api/user/revoke-auth-token', signedIn('users:write', userNotFound), async (c) => {
  const { db, me } = c.var
  const { authTokenId } = await readBody(c, RevokeBody)
  if (authTokenId === me.session?.id) throw badRequest('Cannot revoke active user auth token')
  if (!(await deleteSession(db, me.user.id, authTokenId))) throw notFound('User auth token not found', traced)
  c.executionCtx.waitUntil(forgetRecord(c, me.user.id, authTokenId))
  return done(c, 'User auth token revoked')
})
