import type { Grant, Role } from './permissions.ts'

/** A person as the API shows it; times are seconds since 1970. `orgId` 0 = no active org. */
export type User = {
  id: number
  login: string
  email: string
  name: string
  theme: string
  orgId: number
  isAdmin: boolean
  isDisabled: boolean
  /** How an external account signs in; null = it is Rollcall's own. */
  authModule: string | null
  lastSeenAt: number | null
  createdAt: number
  updatedAt: number
}

/** The calling session; `seenAt` and `expiresAt` in seconds. */
export type Session = { id: number; createdAt: number; seenAt: number; expiresAt: number }

/** A role that was given to somebody, or to everybody of their basic role, or a basic role of theirs that was changed. */
export type HeldRole = {
  uid: string
  /** It counts in every org, not in that of the request alone. */
  isEverywhere: boolean
  /** As they are stored; null for a role that comes with Rollcall. */
  grants: readonly Grant[] | null
  /** Read only to explain what somebody may do. */
  origin?: Origin
}

/** To whom a role was given: to a team, to everybody of a basic role, or else to the holder; `orgId` 0 = in every org. */
export type Origin = { name: string | null; orgId: number; teamId: number | null; basicRank: number | null }

export type Person = {
  kind: 'person'
  user: User
  passwordHash: string | null
  /** Somebody else chose it: until it is changed, nothing else is allowed. */
  mustChangePassword: boolean
  /** The org of this request (X-Grafana-Org-Id, else the active one), and the person's role there. */
  orgId: number
  role: Role | undefined
  /** Those in that org that the request is about; an admin of a team manages it. */
  teams: readonly { id: number; isAdmin: boolean }[]
  /** By being given them, or by a team. */
  roles: readonly HeldRole[]
  session: Session | undefined
  /** What was asked for in the same trip. */
  beside?: string | null
  /** Set when a personal access token calls; `permissions` undefined = all of the owner's. */
  token:
    | { id: number; lastUsedAt: number | null; expiresAt: number | null; permissions: Grant[] | undefined }
    | undefined
}

/** An API key or a service account: no person, and bound to its org. */
export type Machine = {
  kind: 'machine'
  token: { id: number; lastUsedAt: number | null }
  /** Null = an API key. */
  serviceAccountId: number | null
  orgId: number
  role: Role
  /** What a server admin gave a service account beyond its role. */
  permissions: readonly Grant[]
  roles: readonly HeldRole[]
  /** By whom its token was made, as they are now: it never does more than they may. None = nobody knows. */
  creators: readonly (Person | Machine)[]
  /** Its token was made by that of a service account: it makes no others, since only one maker is known of each. */
  isDerived: boolean
  /** Who will have made the tokens that it makes. */
  madeBy: { personId: number | null; serviceAccountId: number | null }
}

/** The person who calls; null = a machine, which is none. */
export const personIdOf = (caller: Person | Machine): number | null =>
  caller.kind === 'person' ? caller.user.id : null

/** Who made a token: a person, the service account by whose token it was made, or whoever nobody knows any more. */
export type Creators = { createdBy: number | null; createdByAccount: number | null }

/** By whom a token is made that the caller makes: never more than they may do is what it may do. */
export const creatorsOf = (caller: Person | Machine): Creators =>
  caller.kind === 'person'
    ? { createdBy: caller.user.id, createdByAccount: null }
    : { createdBy: caller.madeBy.personId, createdByAccount: caller.madeBy.serviceAccountId }

/** Who is calling, decided once per request. */
export type Identity = { kind: 'anonymous' } | Person | Machine
