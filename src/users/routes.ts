import { object, optional, string } from 'valibot'
import { requires, signedIn } from '../auth/guards.ts'
import { refuseLimited } from '../auth/limits.ts'
import { onUsers } from '../auth/metadata.ts'
import { leastOwn, refuseWeak } from '../auth/passwordRules.ts'
import { hashPassword } from '../auth/passwords.ts'
import { decidingOn } from '../auth/permissions.ts'
import { forgetRecords } from '../auth/records.ts'
import { knowsPassword } from '../auth/signIn.ts'
import { isDuplicate } from '../db/client.ts'
import { reads } from '../db/reads.ts'
import type { RequestContext } from '../env.ts'
import { accessDenied, badRequest, conflict, forbidden, notFound, unauthorized } from '../errors.ts'
import { isTrue, readBody, readId, readSearch } from '../input.ts'
import { done, send } from '../json.ts'
import { emailChanged } from '../mail/messages.ts'
import { isEmail } from '../mail/rules.ts'
import { canSendMail, sendMail } from '../mail/send.ts'
import { readPage, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { newSession, openSession } from '../sessions/open.ts'
import { day } from '../time.ts'
import { changeOwnPassword, findUser, findUserByName, updateUser } from './queries.ts'
import { isUnreadable, namesToChange, type Reach, reachOf } from './rules.ts'
import { searchUsers } from './search.ts'
import { lookupProfile, profile, userHit } from './views.ts'

export const users = newRoutes()

const noUser = () => notFound('user not found')

users.get('/api/user', signedIn('users:read', noUser), (c) => send(c, profile(c.var.me.user)))

async function search(c: RequestContext) {
  const page = readPage(c.req.query())
  const seenAfter = c.req.query('activeLast30Days') === 'true' ? c.var.now - 30 * day : undefined
  const { totalCount, users } = await searchUsers(reads(c), { text: readSearch(c.req.url, 'query'), seenAfter }, page)
  const hits = withinLimit(users).map((user) => userHit(user, c.var.now))
  return { totalCount, users: hits, page: page.page, perPage: page.perPage }
}

users.get('/api/users', requires('users:read', 'global.users:*'), async (c) => send(c, (await search(c)).users))

users.get('/api/users/search', requires('users:read', 'global.users:*'), async (c) => send(c, await search(c)))

users.get('/api/users/lookup', requires('users:read', 'global.users:*'), async (c) => {
  const user = await findUserByName(reads(c), c.req.query('loginOrEmail') ?? '')
  if (!user) throw noUser()
  return send(c, lookupProfile(user))
})

users.get('/api/users/:id', requires('users:read', 'global.users:id::id'), async (c) => {
  const { caller } = c.var
  const user = await findUser(reads(c), readId(c.req.param('id')))
  if (!user) throw noUser()
  const allowedOn = isTrue(c.req.query('accesscontrol')) ? onUsers(decidingOn(caller, 'all')) : undefined
  return send(c, profile(user, allowedOn?.(user.id)))
})

const text = optional(string(), '')
const UserBody = object({ login: text, email: text, name: text, theme: text })

type Names = { login: string; email: string }

/** Whoever loses an account to another's address hears of it at their own (OWASP ASVS 5.0, 6.3.7). */
function tellFormer(c: RequestContext, { login, email }: Names, wanted: string): void {
  if (wanted === '' || wanted === email || !isEmail(email) || !canSendMail(c)) return
  c.executionCtx.waitUntil(sendMail(c, { to: email, ...emailChanged(login) }))
}

/**
 * The body is read before the id, as Grafana does; `target` says whom the names are for and whom
 * the caller reaches. Grafana answers a taken name with a 500 and an unknown id with a 200; neither says what happened, so
 * here they do.
 */
async function change(c: RequestContext, target: (names: Names) => { id: number; reach: Reach }) {
  const body = await readBody(c, UserBody)
  const names = namesToChange(body)
  const { id, reach } = target(names)
  if (names.login === '') throw badRequest('Validation error, need to specify either username or email')
  if (isUnreadable(names.login + names.email)) throw badRequest('login and email cannot hold control characters')
  const wanted = { ...body, ...names, now: c.var.now, reach }
  const before = await updateUser(c.var.db, id, wanted).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error
    throw conflict(`User with email '${names.email}' or username '${names.login}' already exists`)
  })
  if (before) {
    tellFormer(c, before, names.email)
    return done(c, 'User updated')
  }
  const user = await findUser(c.var.db, id)
  if (!user) throw noUser()
  throw user.authModule === null
    ? accessDenied('users.permissions:write', `global.users:id:${id}`)
    : forbidden('User info cannot be updated for external Users')
}

/** A new e-mail address is a way to a new password, and so to all that the account may do. */
users.put('/api/users/:id', requires('users:write', 'global.users:id::id'), (c) =>
  change(c, () => {
    const id = readId(c.req.param('id'))
    return { id, reach: reachOf(c.var.caller) }
  }),
)

users.put('/api/user', signedIn('users:write', noUser), (c) =>
  change(c, ({ login, email }) => {
    const { user } = c.var.me
    if (login !== user.login || (email !== '' && email !== user.email)) refuseLimited(c.var.me)
    return { id: user.id, reach: 'everybody' }
  }),
)

/** `confirmNew` is for forms: Grafana never compares it. */
const PasswordBody = object({ oldPassword: text, newPassword: text })

users.put('/api/user/password', signedIn('users:write', noUser), async (c) => {
  const { db, config, now, me } = c.var
  c.var.deed.action = 'password:change'
  const { oldPassword, newPassword } = await readBody(c, PasswordBody)
  const external = me.user.authModule
  if (external !== null && ['', 'ldap', 'authproxy'].includes(external)) {
    throw badRequest('Not allowed to reset password for LDAP or Auth Proxy user')
  }
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
