import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../env.ts'
import { type ApiError, accessDenied, unauthorized } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { send } from '../json.ts'
import type { Machine, Person } from './identity.ts'
import { allows, may, maySome } from './permissions.ts'

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

/** What an API key or a service account, which is no person, gets instead: a refusal, or an empty list. */
type ForMachines = 'an empty list' | (() => ApiError)

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
        if (forMachines !== 'an empty list') throw forMachines()
        return send(c, [])
      }
      const limits = identity.token?.permissions
      if (limits && !allows(limits, action, `global.users:id:${identity.user.id}`)) throw accessDenied(action)
      c.set('me', identity)
      c.set('inHandler', true)
      return next()
    }),
  )

type Called = AppEnv & { Variables: { caller: Person | Machine } }

/**
 * Whoever holds the permission; behind this guard `c.var.caller` exists. A scope ending in `::name` takes that path
 * parameter: `global.users:id::id` asks for `global.users:id:7`.
 */
export const requires = (action: string, scope: string) =>
  guard(
    `${action} on ${scope || 'nothing'}`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      const wanted = scope.replace(/::(\w+)$/, (_, name: string) => `:${c.req.param(name)}`)
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

/**
 * For `/api/orgs/:orgId…`: the caller's role is the one in that org (`wantedOrg` in authenticate.ts). Grafana 9.3.2
 * denies without naming a permission where the id is none, and denies keys and service accounts here whatever their role.
 */
export const requiresInOrg = (action: string, scope: string) =>
  guard(
    `${action} on ${scope || 'nothing'} in the org of the path`,
    createMiddleware<Called>(async (c, next) => {
      const { identity } = c.var
      if (identity.kind === 'anonymous') throw unauthorized()
      const orgId = parseInt64(c.req.param('orgId') ?? '')
      if (!orgId) throw accessDenied('')
      // A role counts in the org that it was loaded for, and in no other.
      const isHere = identity.kind === 'person' && identity.orgId === orgId
      if (!isHere || !may(identity, action, scope)) throw accessDenied(action)
      c.set('caller', identity)
      c.set('inHandler', true)
      await next()
    }),
  )
