import { readGrants } from '../auth/permissions.ts'
import { rfc3339 } from '../time.ts'
import type { ApiKey, PersonalToken } from './queries.ts'

/** `expiration` is there only where the key expires (Grafana). */
export const apiKey = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  ...(key.expiresAt === null ? {} : { expiration: rfc3339(key.expiresAt) }),
})

/** The list of permissions is absent where the token has all of its owner's. Never the token itself. */
export function personalToken(token: PersonalToken, now: number) {
  const permissions = token.permissions === null ? undefined : readGrants(token.permissions)
  return {
    id: token.id,
    name: token.name,
    created: rfc3339(token.createdAt),
    lastUsedAt: token.lastUsedAt === null ? null : rfc3339(token.lastUsedAt),
    expiration: token.expiresAt === null ? null : rfc3339(token.expiresAt),
    hasExpired: token.expiresAt !== null && token.expiresAt <= now,
    ...(permissions ? { permissions: permissions.map(([action, scope]) => ({ action, scope })) } : {}),
  }
}
