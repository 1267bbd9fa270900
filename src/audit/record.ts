import { createMiddleware } from 'hono/factory'
import { clientIp } from '../auth/address.ts'
import { isWellFormed } from '../auth/secrets.ts'
import { type Db, openDb } from '../db/client.ts'
import type { AppEnv, RequestContext } from '../env.ts'
import { isSafe } from '../input.ts'
import { logFailure } from '../log.ts'
import { actorOf, newDeed, targetOf } from './deed.ts'
import { correct, insertSampled, maxOfAddress, type NewRow, rowAfter } from './queries.ts'
import { recordingD1 } from './recordingD1.ts'

// Who did what to whom. A change and its row are one batch (recordingD1.ts); a request that changed nothing, since it was
// refused or there was nothing to change, gets its row after the response, where losing it loses no change.

/** Nothing of what was sent, a name that was typed least of all: it may be a password in the wrong field. */
function rowOf(c: RequestContext, outcome: number): NewRow {
  const { deed, identity, now, requestId } = c.var
  const isLogin = deed.action === 'login'
  const accused = (isLogin || deed.action === 'authenticate') && deed.claimed ? `users:id:${deed.claimed.id}` : ''
  const who = actorOf(identity)
  const signedIn = isLogin && outcome < 400 && deed.claimed
  return {
    ...who,
    ...(signedIn && { actor: `user:${signedIn.id}`, login: signedIn.login, orgId: signedIn.orgId }),
    ...(isLogin && { credential: 'password' }),
    ...(deed.action === 'logout' && { credential: 'session' }),
    ...(deed.action === 'authenticate' && { credential: presented(c.req.header('Authorization')) }),
    at: now,
    action: deed.action,
    target: deed.target || accused,
    address: clientIp(c).slice(0, 45),
    outcome,
    requestId,
  }
}

/** A cookie is only refused at the door where it comes from another site. */
const presented = (authorization = '') =>
  authorization === '' ? 'session' : authorization.startsWith('Basic ') ? 'password' : 'token'

/** Of any guard: each carries something of its own to its handler. */
type Guarded = RequestContext & { set: (key: 'db', value: Db) => void }

/** From here on what the handler writes is the deed. */
export function note(c: Guarded, action: string, target = ''): void {
  const { db, deed } = c.var
  Object.assign(deed, { action, target })
  c.set('db', openDb(recordingD1(c.var.places.primary, deed, (text) => rowAfter(db, text, rowOf(c, 200)))))
}

/** What a guard asks for is done behind it, by a GET too where that writes. Of several actions the last is that of writing. */
export function noteDemand(c: Guarded, demanded: string, scope: string): void {
  const action = demanded.split(/[ ,]+/).at(-1) ?? ''
  if (action === '' || action.endsWith(':read')) return
  const { identity } = c.var
  const isOfOrg = /^orgs[.:](?!create)/.test(action) && identity.kind !== 'anonymous'
  const target = targetOf(scope, c.req.routePath, c.req.param())
  note(c, action, target || (isOfOrg ? `orgs:id:${identity.orgId}` : ''))
}

/** The rows without a change that this isolate has asked for in a minute, so that a flood of refusals asks D1 for little. */
const asked = new Map<string, number>()
let minute = 0

function isFlood({ at, actor, address }: NewRow): boolean {
  if (minute !== Math.floor(at / 60)) asked.clear()
  minute = Math.floor(at / 60)
  const key = `${actor} ${address}`
  const count = (asked.get(key) ?? 0) + 1
  if (asked.size < 10_000) asked.set(key, count)
  return count > maxOfAddress
}

/** Refused before any guard: a wrong credential, but none that is a mere typing error, or a write from another site. */
function isRefusedAtTheDoor(c: RequestContext, status: number): boolean {
  if (c.var.identity !== undefined) return false
  const [scheme, token = ''] = (c.req.header('Authorization') ?? '').split(' ')
  return status === 401 ? scheme === 'Basic' || isWellFormed(token) : status === 403 && !isSafe(c.req.method)
}

async function settle(c: RequestContext, status: number): Promise<unknown> {
  const { db, deed } = c.var
  await deed.rest?.catch(() => undefined)
  if (!isDue(c, status)) return undefined
  if (deed.row !== undefined) return correct(db, deed.row, status < 400 ? 200 : status, deed.doneBy)
  const refused = deed.action === 'authenticate' ? 401 : 200
  const row = rowOf(c, status < 400 ? refused : status)
  return isFlood(row) ? undefined : insertSampled(db, row)
}

/** Whether there is still something to write: to correct in the row of a change, or the row where there was no change. */
function isDue({ req, var: { deed } }: RequestContext, status: number): boolean {
  if (deed.row !== undefined) return status >= 400 || deed.doneBy !== undefined
  return deed.action === 'authenticate' || (deed.action !== '' && !isSafe(req.method))
}

/** Around everything, authentication too: sees to the rows that no change brought with it. */
export const recordDeed = createMiddleware<AppEnv>(async (c, next) => {
  const deed = newDeed()
  c.set('deed', deed)
  await next()
  const { status } = c.res
  if (deed.action === '' && isRefusedAtTheDoor(c, status)) deed.action = 'authenticate'
  if (!isDue(c, status)) return
  c.executionCtx.waitUntil(settle(c, status).catch((error: unknown) => logFailure(c.var.requestId, 'audit', error)))
})
