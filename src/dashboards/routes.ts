import {
  array,
  boolean,
  fallback,
  type InferOutput,
  object,
  optional,
  parse,
  pipe,
  record,
  string,
  trim,
  unknown,
} from 'valibot'
import { anySignedIn, requires, requiresAny } from '../auth/guards.ts'
import { type Machine, type Person, personIdOf } from '../auth/identity.ts'
import { may } from '../auth/permissions.ts'
import { isDuplicate } from '../db/client.ts'
import { ApiError, accessDenied, badRequest, forbidden, notFound, tooLarge, traced } from '../errors.ts'
import { int64, parseInt64, readBody, readText } from '../input.ts'
import { done, send } from '../json.ts'
import { readPage } from '../page.ts'
import { newRoutes } from '../router.ts'
import {
  type Content,
  createDashboard,
  deleteDashboard,
  findAlike,
  findDashboard,
  findHome,
  replaceDashboard,
  searchDashboards,
} from './queries.ts'
import { type Decision, decide, slugOf, uidFault, uidOf } from './rules.ts'
import { addressOf, dashboardHit, emptyHome, fullDashboard, type Rights, saved } from './views.ts'

export const dashboards = newRoutes()

type Caller = Person | Machine

const mayRead = (caller: Caller) => may(caller, 'dashboards:read', 'dashboards:*')

const defaultHits = 1000
const maxHits = 5000

/** Grafana refuses a limit above its own; what is no number above 0 means the default. */
function readLimit(text: string | undefined): number {
  const limit = parseInt64(text ?? '') ?? 0
  if (limit <= maxHits) return limit > 0 ? limit : defaultHits
  const message = `Limit is above maximum allowed (${maxHits}), use page parameter to access hits beyond limit`
  throw new ApiError(422, message)
}

/** Whoever may read none finds none (Grafana 9.3.2). Only the literal `true` asks for what is starred. */
dashboards.get('/api/search', anySignedIn('finds only what the caller may read'), async (c) => {
  const { db, caller } = c.var
  const { type, starred, page } = c.req.query()
  const limit = readLimit(c.req.query('limit'))
  if (!mayRead(caller) || type === 'dash-folder') return send(c, [])
  const hits = await searchDashboards(db, {
    orgId: caller.orgId,
    userId: personIdOf(caller) ?? 0,
    text: readText(c.req.url, 'query'),
    starred: starred === 'true',
    limit,
    offset: readPage({ page, perpage: String(limit) }).offset,
  })
  return send(c, hits.map(dashboardHit))
})

/** A part of another type counts as absent (Grafana). */
const Model = object({
  id: fallback(int64, 0),
  uid: fallback(string(), ''),
  title: fallback(pipe(string(), trim()), ''),
  version: fallback(int64, 0),
  tags: fallback(array(string()), []),
})

const SaveBody = object({ dashboard: record(string(), unknown()), overwrite: optional(boolean(), false) })
type Sent = InferOutput<typeof SaveBody>['dashboard']

/** What a search carries along for each hit. */
const maxTitle = 200
const maxTags = 50

/** Well within the 2 MB that a row of D1 holds. */
const maxModelBytes = 512 * 1024

const uidRefusals = { 'too long': 'uid too long, max 40 characters', illegal: 'uid contains illegal characters' }

function readModel(sent: Sent) {
  const model = parse(Model, sent)
  if (model.title === '') throw badRequest('Dashboard title cannot be empty', { status: 'empty-name' })
  if (model.title.length > maxTitle) throw badRequest(`title is longer than ${maxTitle} characters`)
  if (model.tags.length > maxTags || model.tags.some((tag) => tag.length > maxTitle)) {
    throw badRequest(`a dashboard has at most ${maxTags} tags of ${maxTitle} characters`)
  }
  const fault = uidFault(model.uid)
  if (fault) throw badRequest(uidRefusals[fault])
  return model
}

type Kept = InferOutput<typeof Model>

function contentOf(sent: Sent, { title, tags }: Kept, uid: string): Content {
  const { id, uid: _, version, ...rest } = sent
  const model = JSON.stringify({ ...rest, title })
  if (new TextEncoder().encode(model).length > maxModelBytes) {
    throw tooLarge(`dashboard is larger than ${maxModelBytes} bytes`)
  }
  return { uid, title, slug: slugOf(title) || uid, tags: JSON.stringify(tags), model }
}

const nameTaken = () =>
  new ApiError(412, 'A dashboard with the same name in the folder already exists', { status: 'name-exists' })

const changedMeanwhile = () =>
  new ApiError(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' })

const refusals: Record<Exclude<Decision['kind'], 'create' | 'replace'>, () => ApiError> = {
  'unknown id': () => notFound('Dashboard not found', { status: 'not-found' }),
  'taken uid': () => badRequest('A dashboard with the same uid already exists'),
  'taken title': nameTaken,
  'stale version': changedMeanwhile,
}

const create = ['dashboards:create', 'folders:*'] as const
const write = ['dashboards:write', 'dashboards:*'] as const

function mustHold(caller: Caller, [action, scope]: typeof create | typeof write): void {
  if (!may(caller, action, scope)) throw accessDenied(action, scope)
}

const taken = (error: unknown) => {
  throw isDuplicate(error) ? nameTaken() : error
}

dashboards.post('/api/dashboards/db', requiresAny(create, write), async (c) => {
  const { db, caller, config, now } = c.var
  const { dashboard: sent, overwrite } = await readBody(c, SaveBody)
  const model = readModel(sent)
  const wanted = { ...model, overwrite }
  const decision = decide(await findAlike(db, caller.orgId, wanted), wanted)
  const by = { orgId: caller.orgId, userId: personIdOf(caller), now }
  if (decision.kind === 'create') {
    c.var.deed.action = 'dashboards:create'
    mustHold(caller, create)
    const content = contentOf(sent, model, model.uid || uidOf(crypto.getRandomValues(new Uint8Array(9))))
    const id = await createDashboard(db, content, by, config.quotas?.dashboardsOfOrg).catch(taken)
    if (id === undefined) throw forbidden('Quota reached')
    return send(c, saved({ ...content, id, version: 1 }))
  }
  if (decision.kind !== 'replace') throw refusals[decision.kind]()
  mustHold(caller, write)
  const { target, uid } = decision
  c.var.deed.target = `dashboards:uid:${uid}`
  const content = contentOf(sent, model, uid)
  if (!(await replaceDashboard(db, target, content, by).catch(taken))) throw changedMeanwhile()
  return send(c, saved({ ...content, id: target.id, version: target.version + 1 }))
})

const rightsOn = (caller: Caller, scope: string): Rights => ({
  canWrite: may(caller, 'dashboards:write', scope),
  canDelete: may(caller, 'dashboards:delete', scope),
  canAdmin: may(caller, 'dashboards.permissions:write', scope),
  canStar: caller.kind === 'person',
})

const noDashboard = () => notFound('Dashboard not found', traced)

dashboards.get('/api/dashboards/uid/:uid', requires('dashboards:read', 'dashboards:uid::uid'), async (c) => {
  const { db, caller } = c.var
  const uid = c.req.param('uid')
  const dashboard = await findDashboard(db, caller.orgId, uid, personIdOf(caller) ?? 0)
  if (!dashboard) throw noDashboard()
  return send(c, fullDashboard(dashboard, rightsOn(caller, `dashboards:uid:${uid}`)))
})

dashboards.delete('/api/dashboards/uid/:uid', requires('dashboards:delete', 'dashboards:uid::uid'), async (c) => {
  const deleted = await deleteDashboard(c.var.db, c.var.caller.orgId, c.req.param('uid'))
  if (!deleted) throw noDashboard()
  return done(c, `Dashboard ${deleted.title} deleted`, deleted)
})

/** Without one that was chosen, an empty page: Rollcall has none to show. */
dashboards.get('/api/dashboards/home', anySignedIn('names only what the caller may read'), async (c) => {
  const { db, caller } = c.var
  const teams = caller.kind === 'person' ? caller.teams.map(({ id }) => id) : []
  const home = mayRead(caller) ? await findHome(db, caller.orgId, personIdOf(caller) ?? 0, teams) : undefined
  return send(c, home ? { redirectUri: addressOf(home) } : emptyHome(rightsOn(caller, 'dashboards:*')))
})
