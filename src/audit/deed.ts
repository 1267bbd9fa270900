import type { Identity, User } from '../auth/identity.ts'
import { parseInt64 } from '../input.ts'

/** What a request does, as far as is known of it yet; empty `action` = nothing that is recorded. */
export type Deed = {
  action: string
  target: string
  /** Who has the name that was typed to sign in, whether or not they were let in. */
  claimed: User | undefined
  /** By whom it turned out to be done, where the request alone doesn't say: a sign-out. */
  doneBy: number | undefined
  /** The id of its row, once that is written. */
  row: number | undefined
  /** Work after the response that belongs to it. */
  rest: Promise<unknown> | undefined
}

export const newDeed = (): Deed => ({
  action: '',
  target: '',
  claimed: undefined,
  doneBy: undefined,
  row: undefined,
  rest: undefined,
})

/** What the parameter behind a segment of a path names. */
const kinds: Record<string, string> = {
  users: 'users:id:',
  teams: 'teams:id:',
  orgs: 'orgs:id:',
  using: 'orgs:id:',
  serviceaccounts: 'serviceaccounts:id:',
  keys: 'apikeys:id:',
  tokens: 'tokens:id:',
  invites: 'invites:id:',
  roles: 'roles:uid:',
  dashboard: 'dashboards:id:',
  uid: 'dashboards:uid:',
}

/** A path holds whatever somebody typed: only an id gets into the log. */
function named(kind: string, value = ''): string {
  const id = kind.endsWith(':id:') ? parseInt64(value) : /^[\w-]{1,40}$/.exec(value)?.[0]
  return id === undefined ? '' : kind + id
}

/**
 * What a route is about: what its guard's scope takes from the path, else the first thing in the path, else what the
 * scope names by itself. Empty where that is no one thing; `users:id:7` whether for the server or for an org.
 */
export function targetOf(scope: string, route: string, parameters: Record<string, string>): string {
  const [, kind = '', name = ''] = /^(?:global\.)?(.+:):(\w+)$/.exec(scope) ?? []
  if (kind) return named(kind, parameters[name])
  for (const [, segment = '', parameter = ''] of route.matchAll(/([\w-]+)\/:(\w+)/g)) {
    const found = kinds[segment]
    // Whoever is put into an org is known once they are in.
    if (found && !(segment === 'orgs' && scope === 'users:*')) return named(found, parameters[parameter])
  }
  return /^global\.(users:id:\d+)$/.exec(scope)?.[1] ?? ''
}

/** Whose deed it is; `credential` is what was presented, and empty for a stranger. */
export function actorOf(identity: Identity | undefined) {
  if (!identity || identity.kind === 'anonymous') return { actor: '', login: '', credential: '', orgId: 0 }
  const { orgId, token } = identity
  if (identity.kind === 'machine') {
    const { serviceAccountId } = identity
    const actor = serviceAccountId === null ? `apikey:${identity.token.id}` : `serviceaccount:${serviceAccountId}`
    return { actor, login: '', credential: 'token', orgId }
  }
  const { user, session } = identity
  const credential = session ? 'session' : token ? 'token' : 'password'
  return { actor: `user:${user.id}`, login: user.login, credential, orgId }
}
