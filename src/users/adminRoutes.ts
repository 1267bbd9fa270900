import { boolean, nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { refuseWeak } from '../auth/passwordRules.ts'
import { hashPassword } from '../auth/passwords.ts'
import { forgetRecords } from '../auth/records.ts'
import { isDuplicate, isMissingReference } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { ApiError, accessDenied, badRequest, forbidden, notFound, traced } from '../errors.ts'
import { int64, readBody, readId } from '../input.ts'
import { done } from '../json.ts'
import { newRoutes } from '../router.ts'
import { createUser, deleteUser, findUser, setAdmin, setDisabled, setPassword } from './queries.ts'
import { isUnreadable, namesOfNew, reachOf } from './rules.ts'

export const adminUsers = newRoutes()

/** Where somebody goes who was created without an org: Grafana's `auto_assign_org`. */
const mainOrg = 1

const text = optional(string(), '')
const required = pipe(string(), nonEmpty())
/** Rollcall's own: a password that its owner has to change at the first sign-in. */
const mustChangePassword = optional(boolean(), false)
const NewUserBody = object({
  login: text,
  email: text,
  name: text,
  password: required,
  orgId: optional(int64, 0),
  mustChangePassword,
})

adminUsers.post('/api/admin/users', requires('users:create', ''), async (c) => {
  const { db, config, now } = c.var
  const body = await readBody(c, NewUserBody)
  const { login, email } = namesOfNew(body)
  if (login === '') throw badRequest('Validation error, need specify either username or email')
  if (isUnreadable(login + email)) throw badRequest('login and email cannot hold control characters')
  await refuseWeak(c, body.password, 'Password is missing or too short')
  const passwordHash = await hashPassword(body.password, config.passwordScheme)
  const orgId = body.orgId || mainOrg
  const { name, mustChangePassword } = body
  const row = { uid: crypto.randomUUID(), login, email, name, passwordHash, mustChangePassword, orgId, now }
  const id = await createUser(db, row).catch((error: unknown) => {
    if (isMissingReference(error)) throw badRequest('organization not found', traced)
    if (!isDuplicate(error)) throw error
    throw new ApiError(412, `User with email '${body.email}' or username '${body.login}' already exists`, traced)
  })
  return done(c, 'User created', { id })
})

const noUser = () => notFound('user not found')

type Called = RequestContext & { var: { caller: Person | Machine } }

/** Nothing was changed: there is no such account, or it is out of the caller's reach. */
async function untouched(c: RequestContext, id: number): Promise<ApiError> {
  return (await findUser(c.var.db, id)) ? accessDenied('users.permissions:write', `global.users:id:${id}`) : noUser()
}

const PasswordBody = object({ password: required, mustChangePassword })

adminUsers.put('/api/admin/users/:id/password', requires('users.password:write', 'global.users:id::id'), async (c) => {
  const { db, config, now } = c.var
  const { password, mustChangePassword } = await readBody(c, PasswordBody)
  const id = readId(c.req.param('id'))
  await refuseWeak(c, password, 'New password too short')
  const passwordHash = await hashPassword(password, config.passwordScheme)
  const wanted = { passwordHash, mustChangePassword, now, reach: reachOf(c.var.caller) }
  if (!(await setPassword(db, id, wanted))) throw await untouched(c, id)
  c.executionCtx.waitUntil(forgetRecords(c, id))
  return done(c, 'User password updated')
})

/** Clients that leave out what is false mean it: `{}` takes the right away (CLIENTS: omitempty). */
const PermissionsBody = object({ isGrafanaAdmin: optional(boolean(), false) })

adminUsers.put(
  '/api/admin/users/:id/permissions',
  requires('users.permissions:write', 'global.users:id::id'),
  async (c) => {
    const { isGrafanaAdmin } = await readBody(c, PermissionsBody)
    if (isGrafanaAdmin) refuseLimited(c.var.caller)
    const id = readId(c.req.param('id'))
    if (!(await setAdmin(c.var.db, id, isGrafanaAdmin, c.var.now))) throw noUser()
    return done(c, 'User permissions updated')
  },
)

adminUsers.delete('/api/admin/users/:id', requires('users:delete', 'global.users:id::id'), async (c) => {
  const id = readId(c.req.param('id'))
  if (!(await deleteUser(c.var.db, id, reachOf(c.var.caller)))) throw await untouched(c, id)
  c.executionCtx.waitUntil(forgetRecords(c, id))
  return done(c, 'User deleted')
})

/** Grafana answers 500 for an account from elsewhere; that is the caller's mistake, and a 403 here. */
async function switchAccount(c: Called, isDisabled: boolean) {
  const id = readId(c.req.param('id'))
  const outcome = await setDisabled(c.var.db, id, isDisabled, c.var.now, reachOf(c.var.caller))
  if (outcome === 'nobody' || outcome === 'out of reach') throw await untouched(c, id)
  if (outcome === 'external') throw forbidden(`Could not ${isDisabled ? 'disable' : 'enable'} external user`)
  if (isDisabled) c.executionCtx.waitUntil(forgetRecords(c, id))
  return done(c, isDisabled ? 'User disabled' : 'User enabled')
}

adminUsers.post('/api/admin/users/:id/disable', requires('users:disable', 'global.users:id::id'), (c) =>
  switchAccount(c, true),
)

adminUsers.post('/api/admin/users/:id/enable', requires('users:enable', 'global.users:id::id'), (c) =>
  switchAccount(c, false),
)
