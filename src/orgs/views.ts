import type { Metadata } from '../auth/metadata.ts'
import { age, rfc3339, shownLastSeen } from '../time.ts'
import type { Member } from '../users/search.ts'
import { avatarUrl } from '../users/views.ts'
import type { Org } from './queries.ts'

/** `accessControl` only where it was asked for. */
export const shownOrg = (org: Org, accessControl?: Metadata) => ({
  id: org.id,
  name: org.name,
  address: {
    address1: org.address1,
    address2: org.address2,
    city: org.city,
    zipCode: org.zipCode,
    state: org.state,
    country: org.country,
  },
  ...(accessControl && { accessControl }),
})

/** One row of an org's list; `accessControl` only where it was asked for. */
export function shownMember({ user, role }: Member, orgId: number, now: number, accessControl?: Metadata) {
  const seenAt = shownLastSeen(user.lastSeenAt, user.createdAt)
  return {
    orgId,
    userId: user.id,
    email: user.email,
    name: user.name,
    avatarUrl: avatarUrl(user.email),
    login: user.login,
    role,
    lastSeenAt: rfc3339(seenAt),
    lastSeenAtAge: age(seenAt, now),
    ...(accessControl && { accessControl }),
    isDisabled: user.isDisabled,
  }
}

/** For choosing somebody: no more than that takes. */
export const choosable = ({ user }: Member) => ({
  userId: user.id,
  login: user.login,
  avatarUrl: avatarUrl(user.email),
})
