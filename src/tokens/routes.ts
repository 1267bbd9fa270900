import { array, maxLength, minLength, nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires, signedIn } from '../auth/guards.ts'
import { creatorsOf } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { type Grant, holdsRole } from '../auth/permissions.ts'
import { newApiKey, newToken, secretHash } from '../auth/secrets.ts'
import { isDuplicate } from '../db/client.ts'
import { badRequest, conflict, forbidden, notFound, traced, unauthorized } from '../errors.ts'
import { int64, isTrue, readBody, readId, roleName } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import {
  createApiKey,
  createPersonalToken,
  deleteApiKey,
  deletePersonalToken,
  listApiKeys,
  listPersonalTokens,
} from './queries.ts'
import { expiryOf } from './rules.ts'
import { apiKey, personalToken } from './views.ts'

export const tokens = newRoutes()

const name = pipe(string(), nonEmpty())

function expiry(secondsToLive: number, now: number): number | null {
  const expiresAt = expiryOf(secondsToLive, now)
  if (expiresAt === undefined) throw badRequest('negative value for SecondsToLive')
  return expiresAt
}

tokens.get('/api/auth/keys', requires('apikeys:read', 'apikeys:*'), async (c) => {
  const { db, caller, now } = c.var
  const keys = await listApiKeys(db, caller.orgId, c.req.query('includeExpired') === 'true', now)
  const withMetadata = isTrue(c.req.query('metadata'))
  return send(
    c,
    withinLimit(keys).map((key) => apiKey(key, withMetadata)),
  )
})

const NewKeyBody = object({ name, role: roleName, secondsToLive: optional(int64, 0) })

tokens.post('/api/auth/keys', requires('apikeys:create', ''), async (c) => {
  const { db, caller, now } = c.var
  refuseLimited(caller)
  const body = await readBody(c, NewKeyBody)
  const expiresAt = expiry(body.secondsToLive, now)
  if (!holdsRole(caller, body.role)) {
    throw forbidden('A key cannot have a higher role than its creator')
  }
  const { orgId } = caller
  const makers = creatorsOf(caller)
  const key = newApiKey(body.name, orgId)
  const row = { hash: secretHash(key), name: body.name, role: body.role, orgId, ...makers, expiresAt, createdAt: now }
  const id = await createApiKey(db, row).catch((error: unknown) => {
    throw isDuplicate(error) ? conflict('API key, organization ID and name must be unique') : error
  })
  return send(c, { id, name: body.name, key })
})

tokens.delete('/api/auth/keys/:id', requires('apikeys:delete', 'apikeys:id::id'), async (c) => {
  const { db, caller } = c.var
  if (!(await deleteApiKey(db, caller.orgId, readId(c.req.param('id')))))
    throw notFound('Failed to delete API key', traced)
  return done(c, 'API key deleted')
})

// Personal access tokens: Rollcall's own, since Grafana has none. A token acts as its owner, never beyond.

const noPerson = () => notFound('user not found')

tokens.get('/api/user/tokens', signedIn('users:read', 'an empty list'), async (c) => {
  const { db, me, now } = c.var
  const rows = withinLimit(await listPersonalTokens(db, me.user.id))
  return send(
    c,
    rows.map((row) => personalToken(row, now)),
  )
})

const Permission = object({
  action: pipe(string(), nonEmpty(), maxLength(200)),
  scope: optional(pipe(string(), maxLength(200)), ''),
})
const NewTokenBody = object({
  name: pipe(name, maxLength(190)),
  secondsToLive: optional(int64, 0),
  permissions: optional(pipe(array(Permission), minLength(1), maxLength(100))),
})

tokens.post('/api/user/tokens', signedIn('users:write', noPerson), async (c) => {
  const { db, me, now } = c.var
  refuseLimited(me)
  const body = await readBody(c, NewTokenBody)
  const permissions = body.permissions?.map(({ action, scope }): Grant => [action, scope])
  const expiresAt = expiry(body.secondsToLive, now)
  const key = newToken('rcpat')
  const { passwordHash, user } = me
  const terms = { permissions, expiresAt, createdAt: now }
  const row = { hash: secretHash(key), name: body.name, userId: user.id, passwordHash, ...terms }
  const id = await createPersonalToken(db, row).catch((error: unknown) => {
    throw isDuplicate(error) ? conflict('A token of that name exists') : error
  })
  if (id === undefined) throw unauthorized()
  return send(c, { id, name: body.name, key })
})

tokens.delete('/api/user/tokens/:id', signedIn('users:write', noPerson), async (c) => {
  if (!(await deletePersonalToken(c.var.db, c.var.me.user.id, readId(c.req.param('id'))))) {
    throw notFound('Token not found')
  }
  return done(c, 'Token deleted')
})
