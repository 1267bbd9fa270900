import { age, rfc3339, shownLastSeen } from '../time.ts'
import type { Member } from '../users/search.ts'
import { avatarUrl } from '../users/views.ts'
import type { Org } from './queries.ts'

export const shownOrg = (org: Org) => ({
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
})

/** One row of an org's list. */
export function shownMember({ user, role }: Member, orgId: number, now: number) {
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
    isDisabled: user.isDisabled,
  }
}

/** For choosing somebody: no more than that takes. */
export const choosable = ({ user }: Member) => ({
  userId: user.id,
  login: user.login,
  avatarUrl: avatarUrl(user.email),
})
