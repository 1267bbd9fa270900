import type { Context } from 'hono'
import { requires } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { mayOnServer } from '../auth/permissions.ts'
import type { AppEnv } from '../env.ts'
import { notFound } from '../errors.ts'
import { isTrue, readId, readText } from '../input.ts'
import { send } from '../json.ts'
import { readPage, withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { findHolder, type Holder, listHolders } from './permissionQueries.ts'
import { permissionsByUser, permissionsHeld } from './permissionViews.ts'

export const heldPermissions = newRoutes()

const reading = 'users.permissions:read'

/** Whoever isn't in the org is nobody there, but to those who may see everybody. */
const isShownTo = (caller: Person | Machine, { person }: Holder) =>
  person.role !== undefined || mayOnServer(caller, reading, `users:id:${person.user.id}`)

/** In the org of the request; `explain` is Rollcall's own. */
heldPermissions.get(
  '/api/access-control/users/:userId/permissions',
  requires(reading, 'users:id::userId'),
  async (c) => {
    const { db, caller } = c.var
    const holder = await findHolder(db, caller.orgId, readId(c.req.param('userId'), 'userId'))
    if (!holder || !isShownTo(caller, holder)) throw notFound('user not found')
    return send(c, withinLimit(permissionsHeld(holder, isTrue(c.req.query('explain')))))
  },
)

type Called = Context<AppEnv & { Variables: { caller: Person | Machine } }>

/** Pages are of members, of whom those who hold nothing of what was asked for aren't in the answer (Grafana). */
async function search(c: Called) {
  const { db, caller } = c.var
  const query = c.req.query()
  const only = query.userId ? readId(query.userId, 'userId') : undefined
  const { perPage } = readPage({ perpage: query.perpage ?? '100' })
  const page = readPage({ ...query, perpage: String(Math.min(perPage, 1000)) })
  const wanted = { action: readText(c.req.url, 'action'), prefix: readText(c.req.url, 'actionPrefix') }
  return send(c, permissionsByUser(await listHolders(db, caller.orgId, only, page), wanted))
}

heldPermissions.get('/api/access-control/users/permissions', requires(reading, 'users:*'), search)

heldPermissions.get('/api/access-control/users/permissions/search', requires(reading, 'users:*'), search)
