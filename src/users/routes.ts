import { Hono } from 'hono'
import { type AppEnv, requires, signedIn } from '../auth/authenticate.ts'
import { findUser, findUserByName } from '../auth/queries.ts'
import { notFound } from '../errors.ts'
import { readId } from '../input.ts'
import { profile } from './views.ts'

export const users = new Hono<AppEnv>({ strict: false })

users.get('/api/user', signedIn, (c) => c.json(profile(c.var.me)))

/** Grafana answers a lookup with a reduced object, always. */
users.get('/api/users/lookup', requires('users:read', 'global.users:*'), async (c) => {
  const user = await findUserByName(c.var.db, c.req.query('loginOrEmail') ?? '')
  if (!user) throw notFound('user not found')
  return c.json({ ...profile(user), isDisabled: false, authLabels: null, avatarUrl: '' })
})

users.get('/api/users/:id', requires('users:read', 'global.users:id::id'), async (c) => {
  const user = await findUser(c.var.db, readId(c.req.param('id')))
  if (!user) throw notFound('user not found')
  return c.json(profile(user))
})
