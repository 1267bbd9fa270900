import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { noteDemand } from '../audit/record.ts'
import { demands } from '../auth/guards.ts'
import type { Machine, Person } from '../auth/identity.ts'
import { isWithinLimits, limitsOf, may, maySome } from '../auth/permissions.ts'
import type { AppEnv } from '../env.ts'
import { type ApiError, accessDenied, badRequest, notFound, traced, unauthorized } from '../errors.ts'
import { parseInt64 } from '../input.ts'
import { type Account, findAccount } from './queries.ts'
import { type AccountAction, mayBeGiven, mayOn, scopeOf } from './rules.ts'

// A role gives every account of the org; beside that a person, or a team, can be given a single one. What was given is
// read with the account itself, so a guard here refuses whoever can't have been given anything, and the handler, by
// `reachAccount`, whoever wasn't.

type Caller = Person | Machine

/** `demanded` is what the guard leaves for the handler to see to; undefined where the caller's role is enough. */
type Asked = AppEnv & { Variables: { caller: Caller; demanded: AccountAction | undefined } }

/** `holds` says whether the caller has it anyway, `mightBeGiven` whether the database is to be asked for more. */
function guard(
  demand: string,
  action: AccountAction,
  holds: (caller: Caller, id: string) => boolean,
  mightBeGiven: (caller: Person, id: string) => boolean,
) {
  const middleware = createMiddleware<Asked>(async (c, next) => {
    const { identity } = c.var
    noteDemand(c, action, 'serviceaccounts:id::id')
    if (identity.kind === 'anonymous') throw unauthorized()
    const id = c.req.param('id') ?? ''
    const isHeld = holds(identity, id)
    if (!isHeld && !(mayBeGiven(identity) && mightBeGiven(identity, id))) throw accessDenied(action, scopeOf(id || '*'))
    c.set('caller', identity)
    c.set('demanded', isHeld ? undefined : action)
    c.set('inHandler', true)
    await next()
  })
  demands.set(middleware, demand)
  return middleware
}

/** Whoever holds it on the account of the path, by its role or since it was given that account. */
export const requiresOnAccount = (action: AccountAction) =>
  guard(
    `${action} on serviceaccounts:id::id`,
    action,
    (caller, id) => may(caller, action, scopeOf(id)),
    (caller, id) => parseInt64(id) !== undefined && isWithinLimits(caller, action, scopeOf(id)),
  )

/** Whoever holds it on any account at all, by its role or since it was given one. */
export const requiresOnSomeAccount = (action: AccountAction) =>
  guard(
    `${action} on anything`,
    action,
    (caller) => maySome(caller, action),
    (caller) => limitsOf(caller).every(({ all }) => all.some(([limit]) => limit === action)),
  )

/** Whose given accounts count; null = nobody's. */
export const giftsOf = (caller: Caller) => (mayBeGiven(caller) ? caller.user.id : null)

export const noAccount = () => notFound('Failed to retrieve service account', traced)

type AskedContext = Pick<Context<Asked>, 'set' | 'var'>

/** The guard's own refusal, which waited for the database: it looks as if it came from before the handler. */
export function refusal(c: AskedContext): ApiError {
  const { demanded } = c.var
  if (demanded === undefined) return noAccount()
  c.set('inHandler', undefined)
  return accessDenied(demanded)
}

/** The account in a path, in Grafana's words where it is no number. */
export function readAccountId(text: string | undefined): number {
  const id = parseInt64(text ?? '')
  if (id === undefined) throw badRequest('Service Account ID is invalid', traced)
  return id
}

/** The account that was found, if in the caller's reach; whoever it isn't for learns nothing of it. */
export function reached(c: AskedContext, account: Account | undefined): Account {
  const { caller, demanded } = c.var
  const isRefused = demanded !== undefined && !(account && mayOn(caller, demanded, account.id, account.given))
  if (!account || isRefused) throw refusal(c)
  return account
}

/** The account in a path, of the caller's org and in its reach. */
export async function reachAccount(c: AskedContext, text: string | undefined): Promise<Account> {
  const { db, caller } = c.var
  return reached(c, await findAccount(db, caller.orgId, readAccountId(text), giftsOf(caller)))
}
