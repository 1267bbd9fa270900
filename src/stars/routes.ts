import { Hono } from 'hono'
import { signedIn } from '../auth/guards.ts'
import type { AppEnv, RequestContext } from '../env.ts'
import { badRequest, notFound } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { done, send } from '../json.ts'
import { withinLimit } from '../page.ts'
import { listStars, star, unstar } from './queries.ts'

// Rollcall keeps no dashboards yet: any id or uid that could be one may be starred, and stands for itself in the list.

export const stars = new Hono<AppEnv>({ strict: false })

const noUser = () => notFound('user not found')

stars.get('/api/user/stars', signedIn('users:read', 'an empty list'), async (c) =>
  send(c, withinLimit(await listStars(c.var.db, c.var.me.user.id))),
)

function dashboardId(c: RequestContext): string {
  const id = parseInt64(c.req.param('id') ?? '')
  if (id === undefined) throw badRequest('Invalid dashboard ID')
  if (id <= 0) throw badRequest('Missing dashboard id')
  return String(id)
}

/** Grafana's uids: letters, digits, `-` and `_`, at most 40. */
function dashboardUid(c: RequestContext): string {
  const uid = c.req.param('uid') ?? ''
  if (!/^[\w-]{1,40}$/.test(uid)) throw badRequest('Invalid dashboard ID')
  return uid
}

stars.post('/api/user/stars/dashboard/:id', signedIn('users:write', noUser), async (c) => {
  await star(c.var.db, c.var.me.user.id, dashboardId(c), c.var.now)
  return done(c, 'Dashboard starred!')
})

stars.delete('/api/user/stars/dashboard/:id', signedIn('users:write', noUser), async (c) => {
  await unstar(c.var.db, c.var.me.user.id, dashboardId(c))
  return done(c, 'Dashboard unstarred')
})

stars.post('/api/user/stars/dashboard/uid/:uid', signedIn('users:write', noUser), async (c) => {
  await star(c.var.db, c.var.me.user.id, dashboardUid(c), c.var.now)
  return done(c, 'Dashboard starred!')
})

stars.delete('/api/user/stars/dashboard/uid/:uid', signedIn('users:write', noUser), async (c) => {
  await unstar(c.var.db, c.var.me.user.id, dashboardUid(c))
  return done(c, 'Dashboard unstarred')
})
