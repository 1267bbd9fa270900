import { createMiddleware } from 'hono/factory'
import { noteDemand } from '../audit/record.ts'
import { demands } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { type Grant, may } from '../auth/permissions.ts'
import type { AppEnv } from '../env.ts'
import { accessDenied, unauthorized } from '../errors.ts'

/** Whoever holds each of the permissions; a denial names the first that is missing. */
export function requiresAll(...wanted: readonly Grant[]) {
  const middleware = createMiddleware<AppEnv & { Variables: { caller: Person | Machine } }>(async (c, next) => {
    const { identity } = c.var
    noteDemand(c, ...(wanted[0] ?? ['', '']))
    if (identity.kind === 'anonymous') throw unauthorized()
    const missing = wanted.find(([action, scope]) => !may(identity, action, scope))
    if (missing) throw accessDenied(...missing)
    c.set('caller', identity)
    c.set('inHandler', true)
    await next()
  })
  demands.set(middleware, wanted.map(([action, scope]) => `${action} on ${scope}`).join(' and '))
  return middleware
}
