import { Hono } from 'hono'

/**
 * The least that a job can cost on Hono and D1: as many round trips with as many statements as Rollcall makes, each a
 * read or a write by primary key, and an answer of as many rows and bytes. `trips` is `r,rw`: two trips, the second of a
 * read and a write. No caller is checked, no input read, no permission asked.
 */
const floor = new Hono<{ Bindings: Env }>()

const columns = 'id, login, email, name, theme, org_id, is_admin, is_disabled, created_at, updated_at'
const byId = `SELECT ${columns} FROM users WHERE id = ?1`
const byIds = `SELECT ${columns} FROM users WHERE id >= ?1 AND id < ?1 + ?2`
const write = 'INSERT INTO floor (text) VALUES (?1)'

type Ask = { id: number; rows: number; bytes: number }

/** One trip; the first read of the last one gets the rows of the answer. */
async function trip(db: D1Database, kinds: string, { id, rows }: Ask, isLast: boolean): Promise<unknown> {
  const many = (at: number) => isLast && rows > 1 && at === kinds.lastIndexOf('r')
  const statements = [...kinds].map((kind, at) => {
    if (kind === 'w') return db.prepare(write).bind('as much as a row of the audit log')
    return many(at) ? db.prepare(byIds).bind(id, rows) : db.prepare(byId).bind(id)
  })
  const [only] = statements
  if (statements.length > 1 || !only) return (await db.batch(statements)).map(({ results }) => results)
  if (kinds === 'w') return (await only.run()).results
  return many(0) ? (await only.all()).results : only.first()
}

floor.all('/floor', async (c) => {
  const trips = (c.req.query('trips') ?? '').split(',')
  const ask = { id: Number(c.req.query('id')), rows: Number(c.req.query('rows')), bytes: Number(c.req.query('bytes')) }
  let found: unknown
  for (const [at, kinds] of trips.entries()) found = await trip(c.env.DB, kinds, ask, at === trips.length - 1)
  return c.body(JSON.stringify(found).padEnd(ask.bytes), 200, { 'Content-Type': 'application/json' })
})

const contains = 'login_key LIKE ?1 OR email_key LIKE ?1 OR name LIKE ?1'
const page = `SELECT ${columns} FROM users WHERE ${contains} ORDER BY login LIMIT ?2`
const total = `SELECT count(*) AS total FROM users WHERE ${contains}`

/** What a search is without an index for it: a scan for the page, and one for the total. */
floor.get('/like', async (c) => {
  const text = `%${c.req.query('text')}%`
  await c.env.DB.prepare(byId).bind(1).first()
  const [hits, counted] = await c.env.DB.batch<{ total: number }>([
    c.env.DB.prepare(page).bind(text, 50),
    c.env.DB.prepare(total).bind(text),
  ])
  return c.json({ totalCount: counted?.results[0]?.total, users: hits?.results })
})

export default floor
