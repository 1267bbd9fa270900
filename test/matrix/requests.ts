import { mailing } from '../support/mailbox.ts'
import type { Caller } from './callers.ts'
import type { Things } from './things.ts'
import type { World } from './world.ts'

/**
 * Whose the thing is that a request is about: the caller's own; one of org 1, where all callers are; one of org 2; one
 * of org 2 with the request sent to that org (`X-Grafana-Org-Id: 2`); a server admin; something that counts in all orgs;
 * a role that comes with Rollcall, one of all orgs that gives nothing, one of org 1 that gives much. `-` is about
 * nothing.
 */
export type Target = '-' | 'own' | 'same' | 'other' | 'there' | 'admin' | 'global' | 'basic' | 'empty' | 'beyond'

type Values = Record<string, string | number>

/** Undefined where the caller has no such thing of its own. */
type Find = (world: World, caller: Caller) => Values | undefined

type Asked = { target: Target; values: Values; world: World; caller: Caller }

/** Values are those of the path, and what a body is made of. */
export type Line = {
  target: Target
  find: Find
  headers?: Record<string, string>
  body?: (asked: Asked) => unknown
  query?: (asked: Asked) => string
  bindings?: object
}

export type Entries = Record<string, Line[]>

const inTwo = { 'X-Grafana-Org-Id': '2' }

/** A value that is there, or else none of them. */
const known = (values: Record<string, string | number | undefined>): Values | undefined => {
  const there: Values = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) return undefined
    there[name] = value
  }
  return there
}

const own = (pick: (caller: Caller, world: World) => Record<string, string | number | undefined>): Line => ({
  target: 'own',
  find: (world, caller) => known(pick(caller, world)),
})

/** One of each org. */
const theirs = (pick: (things: Things) => Values): Line[] => [
  { target: 'same', find: ({ same }) => pick(same) },
  { target: 'other', find: ({ other }) => pick(other) },
]

/** The same, for what is looked for in the org of the request. */
const ofOrg = (pick: (things: Things) => Values): Line[] => [
  ...theirs(pick),
  { target: 'there', find: ({ other }) => pick(other), headers: inTwo },
]

const ofRoot = (pick: (userId: number) => Values): Line => ({
  target: 'admin',
  find: ({ ids }) => pick(ids.root ?? 0),
})

/** About nothing in particular. */
export const plain: Line[] = [{ target: '-', find: () => ({}) }]

/** About the org of the request; who isn't in it yet. */
export const current: Line[] = [
  { target: '-', find: ({ other }) => ({ newMember: other.member }) },
  { target: 'there', find: ({ same }) => ({ newMember: same.member }), headers: inTwo },
]

/** Any account, one of its sessions, and what it may have a limit of. */
export const accounts: Line[] = [
  own(({ userId, sessionId }) => ({ id: userId, sessionId, target: 'org_user' })),
  ...theirs(({ userId, sessionId }) => ({ id: userId, sessionId, target: 'org_user' })),
  ofRoot((userId) => ({ id: userId, sessionId: 1, target: 'org_user' })),
]

/** The same by a name. */
export const names: Line[] = [...theirs(({ member }) => ({ name: member }))]

/** A member of the org of the request. */
export const members: Line[] = [
  own(({ userId }, { same }) => ({ userId, roleUID: same.roleUid })),
  ...ofOrg(({ userId, roleUid }) => ({ userId, roleUID: roleUid })),
  ofRoot((userId) => ({ userId, roleUID: 'of-one' })),
]

/** One of org 1, asked about something else that is to count in all orgs, or that gives nothing, or much. */
export const once = (target: Target, lines: Line[]): Line[] =>
  lines.flatMap((line) => (line.target === 'same' ? [{ ...line, target }] : []))

/** An org, and somebody who isn't in it. */
export const orgs: Line[] = [
  { target: 'same', find: ({ other }) => ({ orgId: 1, newMember: other.member, target: 'org_user' }) },
  { target: 'other', find: ({ same }) => ({ orgId: 2, newMember: same.member, target: 'org_user' }) },
]

export const orgNames: Line[] = theirs(({ orgName }) => ({ name: orgName }))

/** A member of the org of the path. */
export const membersOf: Line[] = [
  own(({ userId }) => ({ orgId: 1, userId })),
  { target: 'same', find: ({ same }) => ({ orgId: 1, userId: same.userId }) },
  { target: 'other', find: ({ other }) => ({ orgId: 2, userId: other.userId }) },
  ofRoot((userId) => ({ orgId: 1, userId })),
]

/** An org, to be switched to: for oneself, or for somebody. */
export const switches: Line[] = [
  { target: 'same', find: () => ({ id: 1 }) },
  { target: 'other', find: () => ({ id: 2 }) },
]
export const switchesOf: Line[] = [
  own(({ userId }) => ({ id: userId, orgId: 1 })),
  { target: 'same', find: ({ same }) => ({ id: same.userId, orgId: 1 }) },
  { target: 'other', find: ({ other }) => ({ id: other.userId, orgId: 2 }) },
  ofRoot((userId) => ({ id: userId, orgId: 2 })),
]

const ownTeam = ({ userId }: Caller, { ours, same }: World) => ({
  teamId: ours.teamId,
  // The caller, on the team; mia, who isn't.
  userId,
  newMemberId: same.userId,
  newMember: same.member,
  roleUID: same.roleUid,
})
/** A team, and whoever is on it. */
export const teams: Line[] = [
  own(ownTeam),
  ...ofOrg(({ teamId, userId, newMemberId, newMember, roleUid }) => ({
    teamId,
    userId,
    newMemberId,
    newMember,
    roleUID: roleUid,
  })),
]

/** A service account; a person's own is one that was given to it. */
export const serviceAccounts: Line[] = [
  own(({ userId, accountId, accountTokenId }, { ours, same }) => ({
    id: accountId ?? (userId && ours.accountId),
    tokenId: accountTokenId ?? ours.accountTokenId,
    userId: same.userId,
    teamId: same.teamId,
    roleUID: same.roleUid,
  })),
  ...ofOrg(({ accountId, accountTokenId, userId, teamId, roleUid }) => ({
    id: accountId,
    tokenId: accountTokenId,
    userId,
    teamId,
    roleUID: roleUid,
  })),
]

export const keys: Line[] = [own(({ keyId }) => ({ id: keyId })), ...ofOrg(({ keyId }) => ({ id: keyId }))]

/** Of the caller alone; other people's are named as if they were its own. */
export const personalTokens: Line[] = [
  own(({ tokenId }) => ({ id: tokenId })),
  ...theirs(({ tokenId }) => ({ id: tokenId })),
]
export const sessions: Line[] = [own(({ sessionId }) => ({ sessionId })), ...theirs(({ sessionId }) => ({ sessionId }))]

export const dashboards: Line[] = ofOrg(({ dashboardId, dashboardUid }) => ({ id: dashboardId, uid: dashboardUid }))

/** By its number in the list. */
export const invites: Line[] = ofOrg(({ inviteId }) => ({ code: inviteId }))
/** By the code in the link, which whoever has it may use. */
export const links: Line[] = theirs(({ inviteCode }) => ({ code: inviteCode }))

/** The paths spell it in three ways. */
const roleBy = (uid: string, userId: number): Values => ({
  uid,
  roleUid: uid,
  roleUID: uid,
  userId,
  builtinRole: 'Viewer',
})

const oneRole = (target: Target, uid: string): Line => ({ target, find: ({ same }) => roleBy(uid, same.userId) })

/** A role of an org, or of all. */
export const roles: Line[] = [
  ...ofOrg(({ roleUid, userId }) => roleBy(roleUid, userId)),
  oneRole('global', 'of-all'),
  oneRole('empty', 'empty'),
  oneRole('beyond', 'readers'),
]

/** One that comes with Rollcall. */
export const basicRole: Line[] = [oneRole('basic', 'basic_viewer')]

type More = Pick<Line, 'bindings' | 'query'>

/** Those lines, each with the same body. */
export const sending = (lines: Line[], body: (asked: Asked) => unknown, more: More = {}): Line[] =>
  lines.map((line) => ({ ...line, ...more, body }))

export const asking = (lines: Line[], more: More): Line[] => lines.map((line) => ({ ...line, ...more }))

export const withMail = { bindings: { ...mailing, ALLOW_SIGN_UP: 'true' } }
export const withQuotas = { bindings: { QUOTA_ENABLED: 'true' } }

export type Request = { path: string; headers?: Record<string, string>; bindings?: object; body?: unknown }

/** What a line asks by that path; undefined where the caller has nothing of the kind. */
export function requestOf(path: string, line: Line, world: World, caller: Caller): Request | undefined {
  const values = line.find(world, caller)
  if (!values) return undefined
  const asked = { target: line.target, values, world, caller }
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing for :${name} of ${path}`)
    return encodeURIComponent(value)
  })
  const { headers, bindings, body, query } = line
  return {
    path: filled + (query ? `?${query(asked)}` : ''),
    ...(headers && { headers }),
    ...(bindings && { bindings }),
    ...(body && { body: body(asked) }),
  }
}
