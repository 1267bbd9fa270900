import { object, optional, string } from 'valibot'
import { takeTurn } from '../auth/attempts.ts'
import { requires, signedIn } from '../auth/guards.ts'
import type { User } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { onUsers } from '../auth/metadata.ts'
import { leastOwn, refuseWeak } from '../auth/passwordRules.ts'
import { hashPassword } from '../auth/passwords.ts'
import { decidingOn, isWithinLimits, may } from '../auth/permissions.ts'
import { forgetRecords } from '../auth/records.ts'
import { knowsPassword } from '../auth/signIn.ts'
import { isDuplicate } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import type { RequestContext } from '../env.ts'
import { ApiError, accessDenied, badRequest, conflict, forbidden, notFound, unauthorized } from '../errors.ts'
import { isTrue, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { logFailure } from '../log.ts'
import { emailChanged } from '../mail/messages.ts'
import { isEmail } from '../mail/rules.ts'
import { canSendMail, sendMail } from '../mail/send.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { newSession, openSession } from '../sessions/open.ts'
import { foreignLogin, isForeign } from '../signUp/rules.ts'
import { cursorText, readListing } from './listing.ts'
import { changeOwnPassword, findUser, findUserByName, updateUser } from './queries.ts'
import {
  type Editable,
  editable,
  isPasswordKeptElsewhere,
  isUnreadable,
  lists,
  namesToChange,
  type Reach,
  reachOf,
  tagOf,
} from './rules.ts'
import { searchUsers } from './search.ts'
import { lookupProfile, profile, userHit } from './views.ts'

export const users = newRoutes()

const noUser = () => notFound('user not found')

users.get('/api/user', signedIn('users:read', noUser), (c) => {
  const { user } = c.var.me
  c.header('ETag', tagOf(user))
  return send(c, profile(user))
})

async function search(c: RequestContext) {
  const { page, filter, sort, cursor } = readListing(c)
  const { totalCount, users, next } = await searchUsers(reads(c), filter, sort, page, cursor)
  const hits = withinLimit(users).map((user) => userHit(user, c.var.now))
  const found = { totalCount, users: hits, page: page.page, perPage: page.perPage }
  return { found, cursor: next && cursorText(next, sort) }
}

users.get('/api/users', requires('users:read', 'global.users:*'), async (c) => {
  const { found, cursor } = await search(c)
  if (cursor) c.header('X-Next-Cursor', cursor)
  return send(c, found.users)
})

users.get('/api/users/search', requires('users:read', 'global.users:*'), async (c) => {
  const { found, cursor } = await search(c)
  return send(c, { ...found, ...(cursor && { cursor }) })
})

users.get('/api/users/lookup', requires('users:read', 'global.users:*'), async (c) => {
  const user = await findUserByName(reads(c), c.req.query('loginOrEmail') ?? '')
  if (!user) throw noUser()
  return send(c, lookupProfile(user))
})

users.get('/api/users/:id', requires('users:read', 'global.users:id::id'), async (c) => {
  const { caller } = c.var
  const user = await findUser(reads(c), readId(c.req.param('id')))
  if (!user) throw noUser()
  c.header('ETag', tagOf(user))
  const allowedOn = isTrue(c.req.query('accesscontrol')) ? onUsers(decidingOn(caller, 'all')) : undefined
  return send(c, profile(user, allowedOn?.(user.id)))
})

const text = optional(string(), '')
const UserBody = object({ login: text, email: text, name: text, theme: text })

type Names = { login: string; email: string }

/** Whoever loses an account to another's address hears of it at their own (OWASP ASVS 5.0, 6.3.7). */
async function tellFormer(c: RequestContext, id: number, { email }: Names, wanted: string): Promise<void> {
  if (wanted === '' || wanted === email || !isEmail(email) || !canSendMail(c)) return
  if (await takeTurn(c.var.db, 'e-mail', `user:${id}`, c.var.now)) await sendMail(c, { to: email, ...emailChanged })
}

/** Whom a change is about, whether the caller may see them, and how to: only where `If-Match` asks for it. */
type Target = { id: number; reach: Reach; isShown: boolean; read: () => Promise<User | undefined> | User }

/** The new values go along, with their tag, so that the change can be thought over without asking again. */
function changedMeanwhile(user: User, { isShown }: Target): ApiError {
  const [extra, headers] = isShown ? [{ current: editable(user) }, { ETag: tagOf(user) }] : []
  return new ApiError(412, 'The user was changed meanwhile', extra, headers)
}

/** What the caller has seen, by `If-Match`: the condition of the change. Undefined = there is none; `*` is anybody there is. */
async function seenBy(c: RequestContext, target: Target): Promise<Editable | undefined> {
  const ifMatch = c.req.header('If-Match')
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const user = await target.read()
  if (!user) throw noUser()
  if (!lists(ifMatch, tagOf(user))) throw changedMeanwhile(user, target)
  return user
}

/** Why nothing was changed. */
async function untouched(c: RequestContext, target: Target, seen: Editable | undefined): Promise<ApiError> {
  const user = await findUser(c.var.db, target.id)
  if (!user) return noUser()
  if (seen && tagOf(user) !== tagOf(seen)) return changedMeanwhile(user, target)
  return user.authModule === null
    ? accessDenied('users.permissions:write', `global.users:id:${target.id}`)
    : forbidden('User info cannot be updated for external Users')
}

/**
 * The body is read before the id, as Grafana does; `targetOf` says whom the names are for and whom
 * the caller reaches. Grafana answers a taken name with a 500 and an unknown id with a 200; neither says what happened, so
 * here they do.
 */
async function change(c: RequestContext, targetOf: (names: Names) => Target) {
  const body = await readBody(c, UserBody)
  const names = namesToChange(body)
  const target = targetOf(names)
  const { id, reach } = target
  if (names.login === '') throw badRequest('Validation error, need to specify either username or email')
  if (isUnreadable(names.login + names.email)) throw badRequest('login and email cannot hold control characters')
  const seen = await seenBy(c, target)
  const wanted = { ...body, ...names, now: c.var.now, reach, seen }
  const before = await updateUser(c.var.db, id, wanted).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error
    throw conflict(`User with email '${names.email}' or username '${names.login}' already exists`)
  })
  if (!before) throw await untouched(c, target, seen)
  const told = tellFormer(c, id, before, names.email)
  c.executionCtx.waitUntil(told.catch((error: unknown) => logFailure(c.var.requestId, 'mail', error)))
  return done(c, 'User updated')
}

/** A new e-mail address is a way to a new password, and so to all that the account may do. */
users.put('/api/users/:id', requires('users:write', 'global.users:id::id'), (c) =>
  change(c, () => {
    const { db, caller } = c.var
    const id = readId(c.req.param('id'))
    const isShown = may(caller, 'users:read', `global.users:id:${id}`)
    return { id, reach: reachOf(caller), isShown, read: () => findUser(db, id) }
  }),
)

users.put('/api/user', signedIn('users:write', noUser), (c) =>
  change(c, ({ login, email }) => {
    const { me } = c.var
    const { user } = me
    if (isForeign(login, [email, user.email, user.login])) throw badRequest(foreignLogin)
    if (login !== user.login || (email !== '' && email !== user.email)) refuseLimited(me)
    const isShown = isWithinLimits(me, 'users:read', `global.users:id:${user.id}`)
    return { id: user.id, reach: 'everybody', isShown, read: () => user }
  }),
)

/** `confirmNew` is for forms: Grafana never compares it. */
const PasswordBody = object({ oldPassword: text, newPassword: text })

users.put('/api/user/password', signedIn('users:write', noUser), async (c) => {
  const { db, config, now, me } = c.var
  c.var.deed.action = 'password:change'
  const { oldPassword, newPassword } = await readBody(c, PasswordBody)
  if (isPasswordKeptElsewhere(me.user)) throw badRequest('Not allowed to reset password for LDAP or Auth Proxy user')
  // Whoever chose it for them knows it.
  if (me.mustChangePassword && newPassword === oldPassword)
    throw badRequest('Choose another password than the one given')
  const verified = (await knowsPassword(c, me, oldPassword)) ? me.passwordHash : null
  if (verified === null) throw unauthorized('Invalid old password')
  await refuseWeak(c, newPassword, 'New password is too short', leastOwn)
  const hash = await hashPassword(newPassword, config.passwordScheme)
  const session = me.session && newSession(c, me.user.id, hash)
  const { changed, sessionId } = await changeOwnPassword(db, {
    userId: me.user.id,
    verified,
    hash,
    now,
    session: session?.row,
  })
  if (!changed) throw unauthorized('Invalid old password')
  if (session && sessionId !== undefined) openSession(c, sessionId, session)
  c.executionCtx.waitUntil(forgetRecords(c, me.user.id, sessionId))
  return done(c, 'User password changed')
})
