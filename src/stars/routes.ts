import { signedIn } from '../auth/guards.ts'
import type { Person } from '../auth/identity.ts'
import { allows, grantsOf } from '../auth/permissions.ts'
import type { RequestContext } from '../env.ts'
import { badRequest, notFound, traced } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { newRoutes } from '../router.ts'
import { listStars, star, starByUid, unstar, unstarByUid } from './queries.ts'

export const stars = newRoutes()

const noUser = () => notFound('user not found')

stars.get('/api/user/stars', signedIn('users:read', 'an empty list'), async (c) => {
  const { db, me } = c.var
  return send(c, withinLimit(await listStars(db, me.user.id, orgOf(me))))
})

/** A number may be nobody's, as recorded: such a star is kept, and not shown until there is the dashboard. */
function dashboardId(c: RequestContext): number {
  const id = parseInt64(c.req.param('id') ?? '')
  if (id === undefined) throw badRequest('Invalid dashboard ID')
  if (id <= 0) throw badRequest('Missing dashboard id')
  return id
}

/** Whoever may read none there has none there: an org of which one is no member tells nothing. */
const orgOf = (me: Person) => (allows(grantsOf(me), 'dashboards:read', 'dashboards:*') ? me.orgId : 0)

const noDashboard = () => notFound('Dashboard not found', traced)

stars.post('/api/user/stars/dashboard/:id', signedIn('users:write', noUser), async (c) => {
  await star(c.var.db, c.var.me.user.id, dashboardId(c), c.var.now)
  return done(c, 'Dashboard starred!')
})

stars.delete('/api/user/stars/dashboard/:id', signedIn('users:write', noUser), async (c) => {
  await unstar(c.var.db, c.var.me.user.id, dashboardId(c))
  return done(c, 'Dashboard unstarred')
})

stars.post('/api/user/stars/dashboard/uid/:uid', signedIn('users:write', noUser), async (c) => {
  const { db, me, now } = c.var
  const dashboard = { userId: me.user.id, orgId: orgOf(me), uid: c.req.param('uid') }
  if (!(await starByUid(db, dashboard, now))) throw noDashboard()
  return done(c, 'Dashboard starred!')
})

stars.delete('/api/user/stars/dashboard/uid/:uid', signedIn('users:write', noUser), async (c) => {
  const { db, me } = c.var
  const dashboard = { userId: me.user.id, orgId: orgOf(me), uid: c.req.param('uid') }
  if (!(await unstarByUid(db, dashboard))) throw noDashboard()
  return done(c, 'Dashboard unstarred')
})
