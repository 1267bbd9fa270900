import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { creatorsOf, type HeldRole, type Machine, type Person } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { beyond, beyondOnServer, holdingsByRoles, holdsRole } from '../auth/permissions.ts'
import { newToken, secretHash } from '../auth/secrets.ts'
import { isDuplicate } from '../db/client.ts'
import { badRequest, conflict, forbidden, notFound, traced } from '../errors.ts'
import { int64, isTrue, parseInt64, readBody } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { expiryOf } from '../tokens/rules.ts'
import { giftsOf, reachAccount, reached, readAccountId, requiresOnAccount } from './access.ts'
import type { Account } from './queries.ts'
import { createAccountToken, deleteAccountToken, findMinting, listAccountTokens } from './tokenQueries.ts'
import { accountToken } from './views.ts'

export const serviceAccountTokens = newRoutes()

serviceAccountTokens.get('/api/serviceaccounts/:id/tokens', requiresOnAccount('serviceaccounts:read'), async (c) => {
  const { db, caller, now } = c.var
  const id = readAccountId(c.req.param('id'))
  const found = await listAccountTokens(db, caller.orgId, id, giftsOf(caller))
  // No such account in this org: an empty list, which Terraform's provider takes for "deleted" (4.25).
  if (!found.account && c.var.demanded === undefined) return send(c, [])
  reached(c, found.account)
  const withMetadata = isTrue(c.req.query('metadata'))
  return send(
    c,
    withinLimit(found.tokens).map((token) => accountToken(token, now, withMetadata)),
  )
})

/** A token does whatever its account may, so nobody makes one for an account that may do more than they may. */
function refuseBeyond(caller: Person | Machine, { role, permissions }: Account, roles: readonly HeldRole[]): void {
  refuseLimited(caller)
  const { all, everywhere } = holdingsByRoles(roles)
  if (!holdsRole(caller, role) || beyond(caller, all) || beyondOnServer(caller, [...permissions, ...everywhere])) {
    throw forbidden('A token cannot be made for a service account that may do more than its creator')
  }
}

const NewTokenBody = object({ name: pipe(string(), nonEmpty()), secondsToLive: optional(int64, 0) })
const badData = () => badRequest('Bad request data', traced)

serviceAccountTokens.post('/api/serviceaccounts/:id/tokens', requiresOnAccount('serviceaccounts:write'), async (c) => {
  const { db, caller, now } = c.var
  const id = readAccountId(c.req.param('id'))
  const found = await findMinting(db, caller.orgId, id, giftsOf(caller))
  const account = reached(c, found.account)
  refuseBeyond(caller, account, found.roles)
  const { name, secondsToLive } = await readBody(c, NewTokenBody, badData)
  const expiresAt = expiryOf(secondsToLive, now)
  if (expiresAt === undefined) throw badRequest('invalid SecondsToLive value')
  const key = newToken('glsa')
  const row = { hash: secretHash(key), name, ...creatorsOf(caller), expiresAt, now }
  const tokenId = await createAccountToken(db, account, row).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error
    throw conflict('service account token with given name already exists in the organization')
  })
  if (tokenId === undefined) throw conflict('The service account has just been changed: try again')
  return send(c, { id: tokenId, name, key })
})

serviceAccountTokens.delete(
  '/api/serviceaccounts/:id/tokens/:tokenId',
  requiresOnAccount('serviceaccounts:write'),
  async (c) => {
    const account = await reachAccount(c, c.req.param('id'))
    const tokenId = parseInt64(c.req.param('tokenId'))
    if (tokenId === undefined) throw badRequest('Token ID is invalid', traced)
    if (!(await deleteAccountToken(c.var.db, account.id, tokenId))) {
      throw notFound('Failed to delete service account token', traced)
    }
    return done(c, 'Service account token deleted')
  },
)
