import { drizzle } from 'drizzle-orm/d1'
import { createMiddleware } from 'hono/factory'
import { firstAdmin, passwordScheme } from '../config.ts'
import { accessDenied, unauthorized } from '../errors.ts'
import { readCredential } from './credentials.ts'
import { hashPassword, isGrafanaHash, verifyPassword } from './passwords.ts'
import { allows, type Grant } from './permissions.ts'
import { anyUserExists, createFirstAdmin, type Db, findUserByName, type User } from './queries.ts'

/** Who is calling, decided once per request. */
export type Identity = { kind: 'anonymous' } | { kind: 'user'; user: User }

export type AppEnv = { Bindings: Env; Variables: { db: Db; identity: Identity } }

const serverAdmin: readonly Grant[] = [['users:read', 'global.users:*']]

const grantsOf = (identity: Identity) => (identity.kind === 'user' && identity.user.isAdmin ? serverAdmin : [])

/**
 * The first server admin, made on the first sign-in to an empty directory; safe when many come at once. Says whether
 * the directory was empty, so that a name not found is worth a second look.
 */
async function createAdminOnce(db: Db, env: Env): Promise<boolean> {
  if (await anyUserExists(db)) return false
  const { login, email, password } = firstAdmin(env)
  const passwordHash = await hashPassword(password, passwordScheme(env.PASSWORD_SCHEME))
  await createFirstAdmin(db, {
    login,
    email,
    passwordHash,
    uid: crypto.randomUUID(),
    now: Math.floor(Date.now() / 1000),
  })
  return true
}

/**
 * The person behind a name and password. Every failure costs a hash of the current scheme (after a mismatch with
 * Grafana's cheap one, for an unknown name and for a missing password too) and gives one answer, so that neither the
 * text nor the time tells them apart.
 */
async function signIn(db: Db, env: Env, name: string, password: string): Promise<Identity> {
  let user = await findUserByName(db, name)
  if (!user && (await createAdminOnce(db, env))) user = await findUserByName(db, name)
  const stored = user?.passwordHash
  const right = stored ? await verifyPassword(stored, password) : false
  const paid = stored !== undefined && stored !== null && !isGrafanaHash(stored)
  if (!right && !paid) await hashPassword(password, passwordScheme(env.PASSWORD_SCHEME))
  if (!user || !right || user.isDisabled) throw unauthorized('invalid username or password', { traceID: '' })
  return { kind: 'user', user }
}

/** Reads the credential once. A wrong one is a 401 and never falls through to the next. */
export const authenticate = createMiddleware<AppEnv>(async (c, next) => {
  const db = drizzle(c.env.DB)
  const credential = readCredential(c.req.header('Authorization'), undefined)
  c.set('db', db)
  if (credential.kind === 'token') throw unauthorized('invalid API key', { traceID: '' })
  c.set(
    'identity',
    credential.kind === 'password'
      ? await signIn(db, c.env, credential.name, credential.password)
      : { kind: 'anonymous' },
  )
  await next()
})

/** A person; behind this guard `c.var.me` exists. */
export const signedIn = createMiddleware<AppEnv & { Variables: { me: User } }>(async (c, next) => {
  if (c.var.identity.kind !== 'user') throw unauthorized()
  c.set('me', c.var.identity.user)
  await next()
})

/** A scope ending in `::name` takes that path parameter: `global.users:id::id` asks for `global.users:id:7`. */
export const requires = (action: string, scope: string) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (c.var.identity.kind === 'anonymous') throw unauthorized()
    const wanted = scope.replace(/::(\w+)$/, (_, name: string) => `:${c.req.param(name)}`)
    if (!allows(grantsOf(c.var.identity), action, wanted)) throw accessDenied(action)
    await next()
  })
