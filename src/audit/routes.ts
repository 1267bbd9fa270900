import { requiresOnServer } from '../auth/guards.ts'
import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { parseInt64, readText, readTime } from '../input.ts'
import { send, toJson } from '../json.ts'
import { maxRows } from '../page.ts'
import { newRoutes } from '../router.ts'
import { listAudit } from './queries.ts'
import { auditEntry } from './views.ts'

export const audit = newRoutes()

const ndjson = 'application/x-ndjson'
const maxPage = 1_000

/** The id of the last row that was sent, in a form that says so little that nobody builds on it. */
const cursorOf = (id: number) => id.toString(36)

function readCursor(c: RequestContext): number | undefined {
  const text = readText(c.req.url, 'cursor')
  if (text === '') return undefined
  if (!/^[0-9a-z]{1,10}$/.test(text)) throw badRequest('cursor is invalid')
  return Number.parseInt(text, 36)
}

/** Of the whole server: whoever may read it in one org alone would read of all the others. */
audit.get('/api/admin/audit', requiresOnServer('audit:read'), async (c) => {
  const text = (name: string) => readText(c.req.url, name)
  const isLines = text('format') === 'ndjson' || (c.req.header('Accept') ?? '').includes(ndjson)
  const max = isLines ? maxRows : maxPage
  const asked = parseInt64(text('limit')) ?? 0
  const { rows, end } = await listAudit(c.var.db, {
    actor: text('actor'),
    // An account is the same one whether it is managed for the server or for an org.
    target: text('target').replace(/^global\./, ''),
    action: text('action'),
    from: readTime(c.req.url, 'from'),
    to: readTime(c.req.url, 'to'),
    before: readCursor(c),
    limit: asked > 0 ? Math.min(asked, max) : isLines ? maxRows : 100,
  })
  const cursor = end === undefined ? {} : { cursor: cursorOf(end) }
  const items = rows.map(auditEntry)
  if (!isLines) return send(c, { items, ...cursor })
  if (end !== undefined) c.header('X-Next-Cursor', cursorOf(end))
  return c.body(items.map((item) => `${toJson(item)}\n`).join(''), 200, { 'Content-Type': ndjson })
})
