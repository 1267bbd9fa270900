// What a directory holds already, as far as an import can collide with it: which keys there are, and who has which name.

import type { Database } from './database.ts'
import { pagesOf } from './pages.ts'
import { columnsOf, type Kind, keyOf, kinds } from './records.ts'
import { keyIn, type Unique, uniquesOf } from './references.ts'

type Row = Record<string, unknown>

/** What makes a row under the same key the same thing: it may have changed in all else. */
const sameness: Record<Kind, readonly string[]> = {
  org: ['name'],
  user: ['loginKey'],
  userAuth: ['userId', 'module'],
  orgMember: ['orgId', 'userId'],
  team: ['orgId', 'name'],
  teamMember: ['teamId', 'userId'],
  dashboard: ['orgId', 'uid'],
  star: ['userId', 'dashboardId'],
  preferences: ['orgId', 'userId', 'teamId'],
  serviceAccount: ['orgId', 'login'],
  serviceAccountPermission: ['serviceAccountId', 'userId', 'teamId'],
  role: ['orgId', 'name'],
  roleAssignment: ['roleUid', 'orgId', 'userId', 'serviceAccountId', 'teamId', 'basicRank'],
  quota: ['orgId', 'userId', 'target'],
  token: ['kind', 'name', 'orgId', 'userId', 'serviceAccountId'],
  invite: ['orgId', 'email'],
  session: ['userId', 'createdAt'],
  audit: ['at', 'actor', 'action', 'target'],
}

const identityOf = (kind: Kind, row: Row) => JSON.stringify(sameness[kind].map((property) => row[property] ?? null))

/** Preferences have one owner each by an index that the schema can't tell of, and of the rest it tells. */
const claimed = (kind: Kind): readonly Unique[] =>
  uniquesOf(kind).filter(({ properties }) => String(properties) !== String(kinds[kind].key))

/** Everything that only one row can have, as text. */
export function claimsOf(kind: Kind, row: Row): string[] {
  const claims = claimed(kind).flatMap(({ properties, applies }) => {
    const value = applies(row) ? keyIn(row, properties) : undefined
    return value === undefined ? [] : `${properties}:${value}`
  })
  if (kind === 'user') return [...claims, ...new Set([`name:${row.loginKey}`, `name:${row.emailKey}`])]
  return kind === 'preferences' ? [...claims, `owner:${identityOf(kind, row)}`] : claims
}

export type There = {
  isEmpty: boolean
  has(kind: Kind, key: string): boolean
  /** Whether what is there under the row's key is the same thing. */
  isSame(kind: Kind, row: Row): boolean
  /** The key of what else has something that only one row can have. */
  holderOf(kind: Kind, row: Row): string | undefined
}

const readColumns = (kind: Kind) => {
  const wanted = new Set([
    ...kinds[kind].key,
    ...sameness[kind],
    ...claimed(kind).flatMap(({ properties }) => properties),
  ])
  if (kind === 'user') wanted.add('emailKey')
  if (kind === 'token') wanted.add('kind')
  return columnsOf(kind).filter(({ property }) => wanted.has(property))
}

/** `isGoing` tells what is about to go: nothing can collide with it. */
export async function readThere(
  db: Database,
  wanted: readonly Kind[],
  isGoing: (kind: Kind, key: string) => boolean = () => false,
): Promise<There> {
  const identities = new Map<string, string>()
  const claims = new Map<string, string>()
  function note(kind: Kind, row: Row) {
    const key = keyOf(kind, row)
    if (isGoing(kind, key)) return
    identities.set(`${kind} ${key}`, identityOf(kind, row))
    for (const claim of claimsOf(kind, row)) claims.set(`${kind} ${claim}`, key)
  }
  for (const kind of wanted) {
    for await (const page of pagesOf(db, kind, readColumns(kind))) for (const row of page) note(kind, row)
  }
  return {
    isEmpty: identities.size === 0,
    has: (kind, key) => identities.has(`${kind} ${key}`),
    isSame: (kind, row) => identities.get(`${kind} ${keyOf(kind, row)}`) === identityOf(kind, row),
    holderOf: (kind, row) => {
      const own = keyOf(kind, row)
      return claimsOf(kind, row)
        .map((claim) => claims.get(`${kind} ${claim}`))
        .find((holder) => holder !== undefined && holder !== own)
    },
  }
}
