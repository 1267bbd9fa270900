import type { Metadata } from '../auth/metadata.ts'
import type { Grant } from '../auth/permissions.ts'
import { rfc3339, timeOrNull } from '../time.ts'
import { maker } from '../tokens/views.ts'
import { avatarUrl } from '../users/views.ts'
import type { Account } from './queries.ts'
import type { AccountToken } from './tokenQueries.ts'

/** A picture by the name's ASCII letters and digits at localhost, as a team without an e-mail has (Grafana 9.3.2). */
const picture = (name: string) => avatarUrl(`${name.toLowerCase().replace(/[^a-z0-9]/g, '')}@localhost`)

/** A new account is shown without its picture (Grafana 9.3.2), but with its own org instead of -1. */
export const createdAccount = ({
  id,
  name,
  login,
  orgId,
  isDisabled,
  role,
}: Pick<Account, 'id' | 'name' | 'login' | 'orgId' | 'isDisabled' | 'role'>) => ({
  id,
  name,
  login,
  orgId,
  isDisabled,
  role,
  tokens: 0,
  avatarUrl: '',
})

/** One row of a list; `accessControl` only where it was asked for. */
export const accountHit = (account: Account, accessControl?: Metadata) => ({
  id: account.id,
  name: account.name,
  login: account.login,
  orgId: account.orgId,
  isDisabled: account.isDisabled,
  role: account.role,
  tokens: account.tokens,
  avatarUrl: picture(account.name),
  ...(accessControl && { accessControl }),
})

/** By itself. A service account is on no team; without a token there is no number of them (Grafana). */
export const accountDetails = (account: Account, accessControl?: Metadata) => ({
  id: account.id,
  name: account.name,
  login: account.login,
  orgId: account.orgId,
  isDisabled: account.isDisabled,
  createdAt: rfc3339(account.createdAt),
  updatedAt: rfc3339(account.updatedAt),
  avatarUrl: picture(account.name),
  role: account.role,
  teams: [],
  ...(account.tokens > 0 ? { tokens: account.tokens } : {}),
  ...(accessControl && { accessControl }),
})

export const shownGrants = (grants: readonly Grant[]) => ({
  permissions: grants.map(([action, scope]) => ({ action, scope })),
})

/** How long before its end a token says how many seconds it still has (Grafana). */
const sevenDays = 7 * 24 * 60 * 60

/** Never the token itself; who made it only where that was asked for. */
export function accountToken(token: AccountToken, now: number, withMetadata: boolean) {
  const { expiresAt, lastUsedAt } = token
  const left = expiresAt === null ? 0 : expiresAt - now
  return {
    id: token.id,
    name: token.name,
    created: rfc3339(token.createdAt),
    lastUsedAt: timeOrNull(lastUsedAt),
    expiration: timeOrNull(expiresAt),
    secondsUntilExpiration: left > 0 && left < sevenDays ? left : 0,
    hasExpired: expiresAt !== null && left <= 0,
    ...(withMetadata && { createdBy: maker(token) }),
  }
}
