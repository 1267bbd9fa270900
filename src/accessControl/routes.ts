import type { Context } from 'hono'
import { array, maxLength, nullish, object, optional, pipe, string } from 'valibot'
import { anySignedIn } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { type Grant, grantsOf } from '../auth/permissions.ts'
import type { Db } from '../db/client.ts'
import type { AppEnv } from '../env.ts'
import { accessDenied, badRequest, traced } from '../errors.ts'
import { int64, readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { maxRows, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import {
  giftsOf,
  noAccount,
  reachAccount,
  reached,
  readAccountId,
  refusal,
  requiresOnAccount,
  requiresOnSomeAccount,
} from '../serviceAccounts/access.ts'
import { type Account, listGiven } from '../serviceAccounts/queries.ts'
import { grantsGiven, levels, scopeOf } from '../serviceAccounts/rules.ts'
import { changePermissions, listPermissions } from './queries.ts'
import { beyondGift, changeOf, type Wish, withinLimits } from './rules.ts'
import { givenPermission, heldActions, scopesByAction } from './views.ts'

export const accessControl = newRoutes()

async function heldBy(db: Db, caller: Person | Machine): Promise<readonly Grant[]> {
  const personId = giftsOf(caller)
  const given = personId === null ? [] : await listGiven(db, caller.orgId, personId)
  return withinLimits(caller, [...grantsOf(caller), ...grantsGiven(given)])
}

const ownOnly = anySignedIn('says only what the caller itself may do')

accessControl.get('/api/access-control/user/permissions', ownOnly, async (c) =>
  send(c, scopesByAction(await heldBy(c.var.db, c.var.caller))),
)

accessControl.get('/api/access-control/user/actions', ownOnly, async (c) =>
  send(c, heldActions(await heldBy(c.var.db, c.var.caller))),
)

// Who was given a service account, by Grafana's paths for every kind of resource; there are no others here.

const managing = 'serviceaccounts.permissions:read'

accessControl.get('/api/access-control/serviceaccounts/description', requiresOnSomeAccount(managing), async (c) => {
  const { db, caller, demanded } = c.var
  if (demanded !== undefined && !(await heldBy(db, caller)).some(([action]) => action === demanded)) throw refusal(c)
  return send(c, { assignments: { users: true, teams: true, builtInRoles: false }, permissions: levels })
})

accessControl.get('/api/access-control/serviceaccounts/:id', requiresOnAccount(managing), async (c) => {
  const { db, caller } = c.var
  const id = readAccountId(c.req.param('id'))
  const { account, given } = await listPermissions(db, caller.orgId, id, giftsOf(caller))
  reached(c, account)
  return send(c, withinLimit(given).map(givenPermission))
})

type Changing = Pick<Context<AppEnv & { Variables: { caller: Person | Machine } }>, 'var'>

/** All of the wishes or, with a 400 that says why, none. What the caller can't see is missing to it. */
async function change(c: Changing, account: Account, wishes: readonly Wish[], what: string) {
  const { db, now, caller } = c.var
  const failed = (why: string) => badRequest(`failed to set ${what}: ${why}`, traced)
  const change = changeOf(wishes)
  if (typeof change === 'string') throw failed(change)
  const missingAction = beyondGift(caller, account, change)
  if (missingAction) throw accessDenied(missingAction, scopeOf(account.id))
  const { isAccount, missing } = await changePermissions(db, account, change, now)
  if (!isAccount) throw noAccount()
  if (missing !== undefined) throw failed(`${missing} not found`)
}

/** No level is longer. */
const level = nullish(pipe(string(), maxLength(190)), '')
const entry = object({ userId: nullish(int64, 0), teamId: nullish(int64, 0), builtInRole: level, permission: level })
const PermissionsBody = object({ permissions: optional(pipe(array(entry), maxLength(maxRows)), []) })

/** Changes those that are named and leaves the others; one without a permission is taken away (Grafana). */
accessControl.post(
  '/api/access-control/serviceaccounts/:id',
  requiresOnAccount('serviceaccounts.permissions:write'),
  async (c) => {
    const account = await reachAccount(c, c.req.param('id'))
    const { permissions } = await readBody(c, PermissionsBody)
    await change(c, account, permissions, 'permissions')
    return done(c, 'Permissions updated')
  },
)

const PermissionBody = object({ permission: optional(level, '') })
const nobody = { userId: 0, teamId: 0, builtInRole: '' }

const changed = (permission: string) => (permission === '' ? 'Permission removed' : 'Permission updated')

accessControl.post(
  '/api/access-control/serviceaccounts/:id/users/:userId',
  requiresOnAccount('serviceaccounts.permissions:write'),
  async (c) => {
    const account = await reachAccount(c, c.req.param('id'))
    const userId = readId(c.req.param('userId'), 'userID')
    const { permission } = await readBody(c, PermissionBody)
    await change(c, account, [{ ...nobody, userId, permission }], 'user permission')
    return done(c, changed(permission))
  },
)

accessControl.post(
  '/api/access-control/serviceaccounts/:id/teams/:teamId',
  requiresOnAccount('serviceaccounts.permissions:write'),
  async (c) => {
    const account = await reachAccount(c, c.req.param('id'))
    const teamId = readId(c.req.param('teamId'), 'teamID')
    const { permission } = await readBody(c, PermissionBody)
    await change(c, account, [{ ...nobody, teamId, permission }], 'team permission')
    return done(c, changed(permission))
  },
)
