import type { Creators } from '../auth/identity.ts'
import { readGrants } from '../auth/permissions.ts'
import { rfc3339, timeOrNull } from '../time.ts'
import type { ApiKey, PersonalToken } from './queries.ts'

/** As an actor is named in the audit log. */
export const maker = ({ createdBy, createdByAccount }: Creators) =>
  createdByAccount !== null ? `serviceaccount:${createdByAccount}` : createdBy !== null ? `user:${createdBy}` : null

/** `expiration` is there only where the key expires (Grafana); what Grafana 9.3.2 doesn't say, only where it was asked for. */
export const apiKey = (key: ApiKey, withMetadata: boolean) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  ...(key.expiresAt === null ? {} : { expiration: rfc3339(key.expiresAt) }),
  ...(withMetadata && {
    created: rfc3339(key.createdAt),
    createdBy: maker(key),
    lastUsedAt: timeOrNull(key.lastUsedAt),
  }),
})

/** The list of permissions is absent where the token has all of its owner's. Never the token itself. */
export function personalToken(token: PersonalToken, now: number) {
  const permissions = token.permissions === null ? undefined : readGrants(token.permissions)
  return {
    id: token.id,
    name: token.name,
    created: rfc3339(token.createdAt),
    createdBy: maker(token),
    lastUsedAt: timeOrNull(token.lastUsedAt),
    expiration: timeOrNull(token.expiresAt),
    hasExpired: token.expiresAt !== null && token.expiresAt <= now,
    ...(permissions ? { permissions: permissions.map(([action, scope]) => ({ action, scope })) } : {}),
  }
}
