import { Hono } from 'hono'

/** The least that an answer out of D1 can cost: Hono, one route, one read by primary key. */
const floor = new Hono<{ Bindings: Env }>()

const byId =
  'SELECT id, login, email, name, theme, org_id, is_admin, is_disabled, created_at, updated_at FROM users WHERE id = ?'

floor.get('/users/:id', async (c) => c.json(await c.env.DB.prepare(byId).bind(c.req.param('id')).first()))

export default floor
