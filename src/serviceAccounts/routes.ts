import { array, boolean, maxLength, nonEmpty, object, optional, pipe, string } from 'valibot'
import { requires } from '../auth/guards.ts'
import { type Machine, type Person, personIdOf } from '../auth/identity.ts'
import { refuseLimited } from '../auth/limits.ts'
import { beyondOnServer, type Grant, holdsRole, type Role } from '../auth/permissions.ts'
import { isDuplicate } from '../db/client.ts'
import { ApiError, accessDenied, badRequest, traced } from '../errors.ts'
import { isTrue, readBody, readSearch, roleName } from '../input.ts'
import { done, send } from '../json.ts'
import { readPage, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import {
  giftsOf,
  noAccount,
  reachAccount,
  readAccountId,
  refusal,
  requiresOnAccount,
  requiresOnSomeAccount,
} from './access.ts'
import { createAccount, deleteAccount, findAccount, setGrants, updateAccount } from './queries.ts'
import { allowedOn, loginOf, readableAccounts } from './rules.ts'
import { searchAccounts } from './search.ts'
import { accountDetails, accountHit, createdAccount, shownGrants } from './views.ts'

export const serviceAccounts = newRoutes()

/** In capitals here, unlike elsewhere (Grafana 9.3.2). */
const badData = () => badRequest('Bad request data', traced)

/** Nobody makes an account that may do more than they may. */
function refuseHigher(role: Role | undefined, caller: Person | Machine): void {
  if (role === undefined || holdsRole(caller, role)) return
  throw new ApiError(403, "can not assign a role higher than user's role", traced)
}

const NewAccountBody = object({
  name: pipe(string(), nonEmpty()),
  role: optional(roleName, 'Viewer'),
  isDisabled: optional(boolean(), false),
})

serviceAccounts.post('/api/serviceaccounts', requires('serviceaccounts:create', ''), async (c) => {
  const { db, caller, now } = c.var
  const { name, role, isDisabled } = await readBody(c, NewAccountBody, badData)
  refuseHigher(role, caller)
  const { orgId } = caller
  const row = { uid: crypto.randomUUID(), orgId, name, login: loginOf(name), role, isDisabled }
  const creatorId = personIdOf(caller)
  const id = await createAccount(db, { ...row, creatorId, now }).catch((error: unknown) => {
    throw isDuplicate(error) ? badRequest('Failed to create service account', traced) : error
  })
  return send(c, createdAccount({ id, ...row }), 201)
})

serviceAccounts.get('/api/serviceaccounts/search', requiresOnSomeAccount('serviceaccounts:read'), async (c) => {
  const { db, caller, now } = c.var
  const query = c.req.query()
  const page = readPage(query)
  const filter = {
    text: readSearch(c.req.url, 'query'),
    onlyDisabled: isTrue(query.disabled),
    onlyExpired: isTrue(query.expiredTokens),
    reach: readableAccounts(caller),
  }
  const found = await searchAccounts(db, { orgId: caller.orgId, personId: giftsOf(caller), now }, filter, page)
  if (c.var.demanded !== undefined && found.reachable === 0) throw refusal(c)
  const allowed = isTrue(query.accesscontrol) ? allowedOn(caller) : undefined
  return send(c, {
    totalCount: found.totalCount,
    serviceAccounts: withinLimit(found.accounts).map((account) => accountHit(account, allowed?.(account))),
    page: page.page,
    perPage: page.perPage,
  })
})

serviceAccounts.get('/api/serviceaccounts/:id', requiresOnAccount('serviceaccounts:read'), async (c) => {
  const account = await reachAccount(c, c.req.param('id'))
  const allowed = isTrue(c.req.query('accesscontrol')) ? allowedOn(c.var.caller) : undefined
  return send(c, accountDetails(account, allowed?.(account)))
})

const ChangeBody = object({
  name: optional(string(), ''),
  role: optional(roleName),
  isDisabled: optional(boolean()),
})

serviceAccounts.patch('/api/serviceaccounts/:id', requiresOnAccount('serviceaccounts:write'), async (c) => {
  const { db, caller, now } = c.var
  const account = await reachAccount(c, c.req.param('id'))
  const { name, role, isDisabled } = await readBody(c, ChangeBody, badData)
  if (role && role !== account.role) refuseLimited(caller)
  refuseHigher(role, caller)
  const change = { ...(name && { name }), ...(role && { role }), ...(isDisabled !== undefined && { isDisabled }) }
  if (!(await updateAccount(db, account.orgId, account.id, change, now))) throw noAccount()
  const updated = accountDetails({ ...account, ...change, updatedAt: now })
  return done(c, 'Service account updated', { id: updated.id, name: updated.name, serviceaccount: updated })
})

/** An account that isn't there is a 500 in Grafana. */
serviceAccounts.delete('/api/serviceaccounts/:id', requiresOnAccount('serviceaccounts:delete'), async (c) => {
  const account = await reachAccount(c, c.req.param('id'))
  if (!(await deleteAccount(c.var.db, account.orgId, account.id))) throw noAccount()
  return done(c, 'Service account deleted')
})

// Rollcall's own: what an account may do on the whole server, so that no program needs an administrator's password.

serviceAccounts.get(
  '/api/serviceaccounts/:id/grants',
  requires('serviceaccounts.grants:write', 'serviceaccounts:*'),
  async (c) => {
    const { db, caller } = c.var
    const account = await findAccount(db, caller.orgId, readAccountId(c.req.param('id')), null)
    if (!account) throw noAccount()
    return send(c, shownGrants(account.permissions))
  },
)

const words = pipe(string(), maxLength(190))
const Permission = object({ action: pipe(words, nonEmpty()), scope: optional(words, '') })
const GrantsBody = object({ permissions: pipe(array(Permission), maxLength(100)) })

/** Replaces them; nobody passes on what they don't hold themselves, on the whole server. */
serviceAccounts.put(
  '/api/serviceaccounts/:id/grants',
  requires('serviceaccounts.grants:write', 'serviceaccounts:*'),
  async (c) => {
    const { db, caller, now } = c.var
    refuseLimited(caller)
    const body = await readBody(c, GrantsBody)
    const id = readAccountId(c.req.param('id'))
    const granted = body.permissions.map(({ action, scope }): Grant => [action, scope])
    const tooMuch = beyondOnServer(caller, granted)
    if (tooMuch) throw accessDenied(...tooMuch)
    if (!(await setGrants(db, caller.orgId, id, granted, now))) throw noAccount()
    return done(c, 'Service account permissions updated')
  },
)
