// Who is called what. Grafana on SQLite tells logins apart by letter case, and lets somebody's login be another's e-mail
// (CVE-2022-39229); here each name is one person's, so that of people who share one all but one are renamed or left out.

import { nameKey } from '../../../src/auth/queries.ts'
import type { Finding } from '../source.ts'
import type { Resolution, Resolve } from './resolve.ts'

/** What of a person decides who keeps a name. */
export type Named = { id: number; login: string; email: string; seenAt: number }

export type Names = {
  /** Left out by `--resolve`. */
  skipped: ReadonlySet<number>
  /** Whoever isn't called as in Grafana. */
  renamed: ReadonlyMap<number, { login: string; email: string }>
}

type Report = (finding: Finding) => void

const keysOf = ({ login, email }: { login: string; email: string }) => [...new Set([nameKey(login), nameKey(email)])]

/** Who has which name, by its key. */
function claimsOf(people: readonly Named[]): Map<string, Named[]> {
  const claims = new Map<string, Named[]>()
  for (const person of people) {
    for (const key of keysOf(person)) {
      const claimants = claims.get(key)
      if (claimants) claimants.push(person)
      else claims.set(key, [person])
    }
  }
  return claims
}

/** Everybody who shares a name with somebody, by way of others too. */
function setsOf(claims: ReadonlyMap<string, readonly Named[]>): Named[][] {
  const shared = [...claims.values()].filter((claimants) => claimants.length > 1)
  const setOf = new Map<Named, Set<Named>>()
  for (const claimants of shared) {
    const joined = new Set(claimants.flatMap((person) => [...(setOf.get(person) ?? [person])]))
    for (const person of joined) setOf.set(person, joined)
  }
  return [...new Set(setOf.values())].map((set) => [...set].sort((a, b) => a.id - b.id))
}

/** Whom `--resolve` names comes last, before them who took another's e-mail as a login; else whoever was seen last comes first, or has the oldest account. */
function inOrder(set: readonly Named[], { byId }: Resolve): Named[] {
  const borrows = (one: Named) =>
    set.some(
      (other) =>
        nameKey(other.email) === nameKey(one.login) && nameKey(other.login) !== nameKey(one.login) && other !== one,
    )
  const rank = (one: Named) => (byId.has(one.id) ? 2 : Number(borrows(one)))
  return [...set].sort((a, b) => rank(a) - rank(b) || b.seenAt - a.seenAt || a.id - b.id)
}

const shown = ({ id, login, email }: Named) => `user ${id} (${login}, ${email})`

function whatOf(person: Named, others: readonly Named[]): string {
  const shares = (name: 'login' | 'email') => others.some((other) => nameKey(other[name]) === nameKey(person[name]))
  if (shares('login')) return 'one login for two people, in different letter case'
  return shares('email') ? 'one e-mail for two people, in different letter case' : "a login that is another's e-mail"
}

/** `ann-12`, or `ann-12-2` where that is somebody's. */
function free(make: (suffix: string) => string, id: number, taken: ReadonlySet<string>): string {
  for (let turn = 1; ; turn++) {
    const name = make(turn === 1 ? String(id) : `${id}-${turn}`)
    if (!taken.has(nameKey(name))) return name
  }
}

function freeEmail(email: string, id: number, taken: ReadonlySet<string>): string {
  const at = email.lastIndexOf('@')
  return free(
    (suffix) => (at < 0 ? `${email}-${suffix}` : `${email.slice(0, at)}+${suffix}${email.slice(at)}`),
    id,
    taken,
  )
}

type State = {
  /** Who is called what in the end, by key. */
  kept: Map<string, Named>
  /** Every name that anybody has or is given. */
  taken: Set<string>
  skipped: Set<number>
  renamed: Map<number, { login: string; email: string }>
}

/** Only the names that somebody else keeps change; an e-mail that is the login too stays both. */
function newNames({ id, login, email }: Named, { kept, taken }: State) {
  const changed = kept.has(nameKey(email)) ? freeEmail(email, id, taken) : email
  if (!kept.has(nameKey(login))) return { login, email: changed }
  return { login: login === email ? changed : free((suffix) => `${login}-${suffix}`, id, taken), email: changed }
}

function keep(person: Named, { kept, taken }: State): void {
  for (const key of keysOf(person)) {
    kept.set(key, person)
    taken.add(key)
  }
}

const advice = '--resolve rename, --resolve skip, or one each: --resolve 12=skip,15=rename; or change a name in Grafana'

function settle(person: Named, others: readonly Named[], resolution: Resolution | undefined, state: State): Finding {
  const what = whatOf(person, others)
  const row = `${shown(person)} beside ${others.map(shown).join(' and ')}`
  if (resolution === undefined) return { weight: 'stop', what, row, advice }
  if (resolution === 'skip') {
    state.skipped.add(person.id)
    return { weight: 'left out', what, row }
  }
  const names = newNames(person, state)
  state.renamed.set(person.id, names)
  keep({ ...person, ...names }, state)
  return { weight: 'note', what, row: `${row}: will be ${names.login}, ${names.email}` }
}

function settleSet(set: readonly Named[], resolve: Resolve, state: State, report: Report): void {
  for (const person of inOrder(set, resolve)) {
    const others = new Set(keysOf(person).flatMap((key) => state.kept.get(key) ?? []))
    if (others.size === 0) keep(person, state)
    else report(settle(person, [...others], resolve.byId.get(person.id) ?? resolve.otherwise, state))
  }
}

/** Whoever is named by `--resolve skip` is left out, whether or not they share a name; nobody else can be renamed. */
function settleNamed(
  people: readonly Named[],
  sets: readonly Named[][],
  { byId }: Resolve,
  { skipped }: State,
  report: Report,
) {
  const shown = new Map(people.map(({ id, login }) => [id, `user ${id} (${login})`]))
  const inSet = new Set(sets.flat().map(({ id }) => id))
  for (const [id, resolution] of byId) {
    if (resolution === 'skip') {
      skipped.add(id)
      report({ weight: 'left out', what: 'left out by --resolve', row: shown.get(id) ?? `user ${id}` })
    } else if (!inSet.has(id)) {
      const row = `${shown.get(id) ?? `user ${id}, whom there isn't`} shares no name with anybody`
      report({ weight: 'stop', what: '--resolve fits nobody', row, advice: 'say it without this one' })
    }
  }
}

/** What becomes of those who share a name. Everybody's names, and those that are given, are one person's each in the end. */
export function settleNames(people: readonly Named[], resolve: Resolve, report: Report): Names {
  const rest = people.filter(({ id }) => resolve.byId.get(id) !== 'skip')
  const claims = claimsOf(rest)
  const sets = setsOf(claims)
  const state: State = { kept: new Map(), taken: new Set(claims.keys()), skipped: new Set(), renamed: new Map() }
  settleNamed(people, sets, resolve, state, report)
  for (const set of sets) settleSet(set, resolve, state, report)
  return state
}
