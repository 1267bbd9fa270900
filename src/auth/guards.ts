import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { note, noteDemand } from '../audit/record.ts'
import type { AppEnv, RequestContext } from '../env.ts'
import { type ApiError, accessDenied, unauthorized } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { send } from '../json.ts'
import type { Machine, Person } from './identity.ts'
import { allows, decidingOn, type Grant, isWithinLimits, may, mayOnServer, maySome } from './permissions.ts'

/** What each guard demands, so that a test can hold every route to having one. */
export const demands = new WeakMap<object, string>()

function guard<H extends MiddlewareHandler>(demand: string, middleware: H): H {
  demands.set(middleware, demand)
  return middleware
}

/** No credential is asked for; `why` says how that is safe. `action` is what the audit log calls it, if anything is done. */
export const anyone = (why: string, action?: string) =>
  guard(
    `anyone: ${why}`,
    createMiddleware<AppEnv>(async (c, next) => {
      if (action) note(c, action)
      c.set('inHandler', true)
      await next()
    }),
  )

/** What an API key or a service account, which is no person, gets instead: a refusal, an empty list, or an answer of its own. */
type ForMachines =
  | 'an empty list'
  | (() => ApiError)
  | { answer: (c: RequestContext, machine: Machine) => Promise<Response> }

async function answerMachine(c: RequestContext, machine: Machine, forMachines: ForMachines) {
  if (forMachines === 'an empty list') return send(c, [])
  if (typeof forMachines === 'object') return forMachines.answer(c, machine)
  throw forMachines()
}

/**
 * A person acting on its own account; behind this guard `c.var.me` exists. `action` is what a token with limits must
 * hold on `global.users:id:<owner>`; whoever is signed in by other means holds it of its own account by nature.
 */
export const signedIn = (action: 'users:read' | 'users:write', forMachines: ForMachines) =>
  guard(
    `signed in: ${action} on one's own account`,
    createMiddleware<AppEnv & { Variables: { me: Person } }>(async (c, next) => {
      const { identity } = c.var
      noteDemand(c, action, identity.kind === 'person' ? `global.users:id:${identity.user.id}` : '')
      if (identity.kind === 'anonymous') throw unauthorized()
      if (identity.kind === 'machine') {
        c.set('inHandler', true)
        return answerMachine(c, identity, forMachines)
      }
      if (!isWithinLimits(identity, action, `global.users:id:${identity.user.id}`))
        throw accessDenied(action, `global.users:id:${identity.user.id}`)
      c.set('me', identity)
      c.set('inHandler', true)
      return next()
    }),
  )

type Called = AppEnv & { Variables: { caller: Person | Machine } }

/** Asked of somebody who is signed in; `parameters` are those of the path. */
type Question = (identity: Person | Machine, parameters: Record<string, string>) => boolean

const filled = (scope: string, parameters: Record<string, string>) =>
  scope.replace(/::(\w+)$/, (_, name: string) => `:${parameters[name]}`)

/** For whoever `isAllowed`; behind it `c.var.caller` exists. `wanted` is what a denial names. */
const called = (demand: string, [action, scope]: Grant, isAllowed: Question) =>
  guard(
    demand,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      noteDemand(c, action, scope)
      const isStranger = identity.kind === 'anonymous'
      // Grafana 9.3.2 quirk: under /api/admin even a stranger gets the denial instead of a 401.
      if (isStranger && !c.req.path.startsWith('/api/admin/')) throw unauthorized()
      const parameters = c.req.param()
      if (isStranger || !isAllowed(identity, parameters)) throw accessDenied(action, filled(scope, parameters))
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/**
 * Whoever holds the permission. A scope ending in `::name` takes that path parameter: `global.users:id::id` asks for
 * `global.users:id:7`.
 */
export const requires = (action: string, scope: string) =>
  called(`${action} on ${scope || 'nothing'}`, [action, scope], (identity, parameters) =>
    may(identity, action, filled(scope, parameters)),
  )

/** Whoever holds the permission in every org, not in that of the request alone: a server admin, or whom one gave it globally. */
export const requiresOnServer = (action: string, scope = '') =>
  called(`${action} on ${scope && `${scope} on `}the whole server`, [action, scope], (identity, parameters) =>
    mayOnServer(identity, action, filled(scope, parameters)),
  )

/** Whoever is signed in, a machine too, whatever its permissions; `why` says how that is safe. */
export const anySignedIn = (why: string) => called(`anyone signed in: ${why}`, ['', ''], () => true)

/** Whoever holds one of the permissions; the handler then asks for the one that its work needs. */
export const requiresAny = (...wanted: readonly Grant[]) =>
  called(
    `any of ${wanted.map(([action, scope]) => `${action} on ${scope}`).join(', ')}`,
    [`any of ${wanted.map(([action]) => action).join(', ')}`, ''],
    (identity) => wanted.some(([action, scope]) => may(identity, action, scope)),
  )

/** Whoever holds the permission on anything at all; the handler then shows only what `may` allows. */
export const requiresSome = (action: string) =>
  called(`${action} on anything`, [action, 'anything'], (identity) => maySome(identity, action))

/** Whoever holds one of the permissions on anything at all. */
export const requiresSomeOf = (...actions: readonly string[]) => {
  const any = `any of ${actions.join(', ')}`
  return called(`${any} on anything`, [any, 'anything'], (identity) =>
    actions.some((action) => maySome(identity, action)),
  )
}

/** What decides under `/api/orgs/:orgId`: a role counts in the org that it was loaded for, and in no other. */
export const decidingInOrg = (caller: Person | Machine, orgId: number) =>
  decidingOn(caller, caller.kind === 'person' && caller.orgId === orgId ? 'all' : 'everywhere')

/**
 * For `/api/orgs/:orgId…`: the caller's role is the one in that org (`actingIn` in authenticate.ts). Grafana 9.3.2
 * denies without naming a permission where the id is none, and denies keys and service accounts here whatever their
 * role: only what a server admin gave a service account counts.
 */
export const requiresInOrg = (action: string, scope: string) =>
  called(`${action} on ${scope || 'nothing'} in the org of the path`, [action, scope], (identity, parameters) => {
    const orgId = parseInt64(parameters.orgId ?? '')
    if (!orgId) throw accessDenied('')
    const wanted = filled(scope, parameters)
    return decidingInOrg(identity, orgId).every((grants) => allows(grants, action, wanted))
  })
