import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, RequestContext } from '../env.ts'
import { type ApiError, accessDenied, unauthorized } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { send } from '../json.ts'
import type { Machine, Person } from './identity.ts'
import { allows, type Grant, may, mayOnServer, maySome } from './permissions.ts'

/** What each guard demands, so that a test can hold every route to having one. */
export const demands = new WeakMap<object, string>()

function guard<H extends MiddlewareHandler>(demand: string, middleware: H): H {
  demands.set(middleware, demand)
  return middleware
}

/** No credential is asked for; `why` says how that is safe. */
export const anyone = (why: string) =>
  guard(
    `anyone: ${why}`,
    createMiddleware<AppEnv>(async (c, next) => {
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
      if (identity.kind === 'anonymous') throw unauthorized()
      if (identity.kind === 'machine') {
        c.set('inHandler', true)
        return answerMachine(c, identity, forMachines)
      }
      const limits = identity.token?.permissions
      if (limits && !allows(limits, action, `global.users:id:${identity.user.id}`)) throw accessDenied(action)
      c.set('me', identity)
      c.set('inHandler', true)
      return next()
    }),
  )

type Called = AppEnv & { Variables: { caller: Person | Machine } }

const filled = (scope: string, parameters: Record<string, string>) =>
  scope.replace(/::(\w+)$/, (_, name: string) => `:${parameters[name]}`)

/**
 * Whoever holds the permission; behind this guard `c.var.caller` exists. A scope ending in `::name` takes that path
 * parameter: `global.users:id::id` asks for `global.users:id:7`.
 */
export const requires = (action: string, scope: string) =>
  guard(
    `${action} on ${scope || 'nothing'}`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      const wanted = filled(scope, c.req.param())
      if (identity.kind === 'anonymous') {
        // Grafana 9.3.2 quirk: under /api/admin even a stranger gets the denial instead of a 401.
        throw c.req.path.startsWith('/api/admin/') ? accessDenied(action) : unauthorized()
      }
      if (!may(identity, action, wanted)) throw accessDenied(action)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** Whoever holds the permission beside its role in an org: a server admin, or a service account to which one gave it. */
export const requiresOnServer = (action: string) =>
  guard(
    `${action} on the whole server`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      if (!mayOnServer(identity, action, '')) throw accessDenied(action)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** Whoever is signed in, a machine too, whatever its permissions; `why` says how that is safe. */
export const anySignedIn = (why: string) =>
  guard(
    `anyone signed in: ${why}`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** Whoever holds one of the permissions; the handler then asks for the one that its work needs. */
export const requiresAny = (...wanted: readonly Grant[]) =>
  guard(
    `any of ${wanted.map(([action, scope]) => `${action} on ${scope}`).join(', ')}`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      if (!wanted.some(([action, scope]) => may(identity, action, scope))) {
        throw accessDenied(`any of ${wanted.map(([action]) => action).join(', ')}`)
      }
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** Whoever holds one of the permissions on anything at all. */
export const requiresSomeOf = (...actions: readonly string[]) =>
  guard(
    `any of ${actions.join(', ')} on anything`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      if (!actions.some((action) => maySome(identity, action))) throw accessDenied(`any of ${actions.join(', ')}`)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** Whoever holds the permission on anything at all; the handler then shows only what `may` allows. */
export const requiresSome = (action: string) =>
  guard(
    `${action} on anything`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      if (!maySome(identity, action)) throw accessDenied(action)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )

/** A role counts in the org that it was loaded for, and in no other. */
function mayInOrg(identity: Person | Machine, orgId: number, action: string, scope: string): boolean {
  const isHere = identity.kind === 'person' && identity.orgId === orgId
  return isHere ? may(identity, action, scope) : mayOnServer(identity, action, scope)
}

/**
 * For `/api/orgs/:orgId…`: the caller's role is the one in that org (`wantedOrg` in authenticate.ts). Grafana 9.3.2
 * denies without naming a permission where the id is none, and denies keys and service accounts here whatever their
 * role: only what a server admin gave a service account counts.
 */
export const requiresInOrg = (action: string, scope: string) =>
  guard(
    `${action} on ${scope || 'nothing'} in the org of the path`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      const orgId = parseInt64(c.req.param('orgId') ?? '')
      if (!orgId) throw accessDenied('')
      if (!mayInOrg(identity, orgId, action, filled(scope, c.req.param()))) throw accessDenied(action)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )
