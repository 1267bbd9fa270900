import type { Machine, Person } from '../auth/identity.ts'
import { allows, type Grant, limitsOf } from '../auth/permissions.ts'
import type { Account } from '../serviceAccounts/queries.ts'
import { actionsOf, type Level, levels, mayOn } from '../serviceAccounts/rules.ts'

/** Of a grant and a limit that overlap, the narrower counts. */
const overlap = (grants: readonly Grant[], limits: readonly Grant[]): Grant[] => [
  ...grants.filter(([action, scope]) => allows(limits, action, scope)),
  ...limits.filter(([action, scope]) => allows(grants, action, scope)),
]

/** What was granted, cut to the limits of the caller's token. */
export const withinLimits = (caller: Person | Machine, grants: readonly Grant[]): readonly Grant[] =>
  limitsOf(caller).reduce((rest, { all }) => overlap(rest, all), grants)

/** One line of a request: what a person or a team is to have; '' = nothing any more. */
export type Wish = { userId: number; teamId: number; builtInRole: string; permission: string }

/** What is to become of the permissions on one account. */
export type Change = {
  users: [id: number, level: Level][]
  teams: [id: number, level: Level][]
  formerUsers: number[]
  formerTeams: number[]
}

export const levelOf = (text: string): Level | undefined => levels.find((level) => level === text)

/** Why a wish is none. */
function flawOf({ userId, teamId, builtInRole, permission }: Wish): string | undefined {
  if (builtInRole !== '') return 'a service account cannot be given to a role'
  if (permission !== '' && levelOf(permission) === undefined) return `no such permission: ${permission}`
  return userId > 0 === teamId > 0 ? 'either a user or a team is needed' : undefined
}

/** The first action on the account that the caller can't give away, since it may not do that itself. */
export function beyondGift(caller: Person | Machine, account: Account, { users, teams }: Change) {
  const actions = [...users, ...teams].flatMap(([, level]) => actionsOf[level])
  return actions.find((action) => !mayOn(caller, action, account.id, account.given))
}

type Levels = Map<number, Level | undefined>

const kept = (levels: Levels) =>
  [...levels].flatMap(([id, level]): [number, Level][] => (level === undefined ? [] : [[id, level]]))

const former = (levels: Levels) => [...levels].flatMap(([id, level]) => (level === undefined ? [id] : []))

/** Of several wishes for one person or team the last counts. As text: why it can't be done. */
export function changeOf(wishes: readonly Wish[]): Change | string {
  const users: Levels = new Map()
  const teams: Levels = new Map()
  for (const wish of wishes) {
    const flaw = flawOf(wish)
    if (flaw !== undefined) return flaw
    if (wish.userId > 0) users.set(wish.userId, levelOf(wish.permission))
    else teams.set(wish.teamId, levelOf(wish.permission))
  }
  return { users: kept(users), teams: kept(teams), formerUsers: former(users), formerTeams: former(teams) }
}
