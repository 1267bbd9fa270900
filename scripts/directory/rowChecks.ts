// What is wrong with one row of an export by itself, before anything else is known. Nothing said here shows a value: it
// may be a hash.

import { getTableColumns } from 'drizzle-orm'
import { isCurrent } from '../../src/auth/passwords.ts'
import { nameKey } from '../../src/auth/queries.ts'
import { type Column, columnsOf, type Kind, kindNames, kinds, largestId } from './records.ts'

type Row = Record<string, unknown>

/** D1 takes no longer row. */
const maxRow = 2_000_000

const isSaid = (value: unknown) => value !== undefined && value !== null

type Checked = Column & { isNeeded: boolean; choices: readonly string[] | undefined }

/** A kind's columns with the values that each may have, where the schema lists them. */
function checkedColumns(kind: Kind): Map<string, Checked> {
  const inTable = new Map(Object.entries(getTableColumns(kinds[kind].table)))
  const needed: readonly string[] = kinds[kind].key
  return new Map(
    columnsOf(kind).map((column) => {
      const isNeeded = column.isRequired || needed.includes(column.property)
      return [column.property, { ...column, isNeeded, choices: inTable.get(column.property)?.enumValues }]
    }),
  )
}

const checked = new Map(kindNames.map((kind) => [kind, checkedColumns(kind)]))

const isOfType: Record<Column['type'], (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  number: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
}

const typeNames: Record<Column['type'], string> = { string: 'text', number: 'a whole number', boolean: 'true or false' }

function complaintAbout({ property, type, isNeeded, choices }: Checked, value: unknown): string | undefined {
  if (!isSaid(value)) return isNeeded ? `${property} is missing` : undefined
  if (!isOfType[type](value)) return `${property} is not ${typeNames[type]}`
  if (property === 'id' && (Number(value) < 1 || Number(value) > largestId)) return 'id is less than 1, or beyond 2^52'
  return choices?.length && !choices.includes(String(value))
    ? `${property} is none of ${choices.join(', ')}`
    : undefined
}

const count = (row: Row, properties: string[]) => properties.filter((property) => isSaid(row[property])).length

const tokenOwner = new Map<unknown, string[]>([
  ['personal', ['userId']],
  ['service_account', ['serviceAccountId']],
  ['api_key', ['orgId', 'role']],
])

/** What a token of another kind belongs to. */
const ownersBeside = (kind: unknown) =>
  ['userId', 'serviceAccountId'].filter((property) => !tokenOwner.get(kind)?.includes(property))

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(String(value))
  } catch {
    return undefined
  }
}

/** As JSON has objects. */
export const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isGrant = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')

/** The Worker reads them with every request of whoever holds them, and answers none where it can't. */
const grants = {
  what: 'permissions is no list of [action, scope] in JSON',
  holds: ({ permissions }: Row) => {
    if (!isSaid(permissions)) return true
    const list = parsed(permissions)
    return Array.isArray(list) && list.every(isGrant)
  },
}

const json = (property: string, isRight: (value: unknown) => boolean) => ({
  what: `${property} is no JSON of its kind`,
  holds: (row: Row) => !isSaid(row[property]) || isRight(parsed(row[property])),
})

const isTextList = (value: unknown) => Array.isArray(value) && value.every((part) => typeof part === 'string')

/** As long as the API takes them, and far from what a statement takes. */
const maxName = 1000

/** The CHECK constraints of the tables, and what the Worker writes beside a name. */
const rules: Partial<Record<Kind, { what: string; holds: (row: Row) => boolean }[]>> = {
  user: [
    {
      what: `login or email is longer than ${maxName} characters`,
      holds: ({ login, email }) => String(login).length <= maxName && String(email).length <= maxName,
    },
    { what: 'login and email are empty', holds: ({ loginKey, emailKey }) => loginKey !== '' && emailKey !== '' },
    {
      what: 'loginKey or emailKey is not that of the login or email',
      holds: (row) => row.loginKey === nameKey(String(row.login)) && row.emailKey === nameKey(String(row.email)),
    },
  ],
  dashboard: [json('tags', isTextList), json('model', isObject)],
  preferences: [json('navbar', isObject), json('queryHistory', isObject)],
  serviceAccount: [grants],
  role: [grants],
  teamMember: [
    { what: 'permission is neither 0 nor 4', holds: ({ permission = 0 }) => permission === 0 || permission === 4 },
  ],
  serviceAccountPermission: [
    { what: 'is for neither one person nor one team', holds: (row) => count(row, ['userId', 'teamId']) === 1 },
  ],
  roleAssignment: [
    {
      what: 'does not say whom alone it is for',
      holds: (row) => count(row, ['userId', 'serviceAccountId', 'teamId', 'basicRank']) === 1,
    },
    {
      what: 'basicRank is none of 1, 2, 3',
      holds: ({ basicRank }) => !isSaid(basicRank) || [1, 2, 3].includes(Number(basicRank)),
    },
  ],
  quota: [
    { what: 'is for neither one organization nor one person', holds: (row) => count(row, ['orgId', 'userId']) === 1 },
  ],
  token: [
    grants,
    {
      what: 'does not say whose it is',
      holds: (row) => tokenOwner.get(row.kind)?.every((property) => isSaid(row[property])) === true,
    },
    { what: "says more than one owner's", holds: (row) => count(row, ownersBeside(row.kind)) === 0 },
  ],
}

const sizeOf = (row: Row) =>
  Object.values(row).reduce<number>(
    (size, value) => size + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
    0,
  )

/** Why no table would take the row as it is; undefined = one would. */
export function complaintOf(kind: Kind, row: Row): string | undefined {
  const columns = checked.get(kind) ?? new Map<string, Checked>()
  if (Object.keys(row).some((property) => !columns.has(property))) return `has a property that no ${kind} has`
  for (const column of columns.values()) {
    const complaint = complaintAbout(column, row[column.property])
    if (complaint) return complaint
  }
  if (sizeOf(row) > maxRow) return `is larger than ${maxRow} bytes`
  return rules[kind]?.find(({ holds }) => !holds(row))?.what
}

const base64 = '[A-Za-z0-9+/]'
const parts = new RegExp(`\\$${base64}{11,}\\$${base64}{43}$`)
const grafana = new RegExp(`^\\$grafana\\$${base64}+\\$[0-9a-f]{100}$`)

/** Whether a password's hash is of a scheme and a cost that sign somebody in (src/auth/passwords.ts). */
export const isPasswordHash = (stored: string) =>
  grafana.test(stored) ||
  ((isCurrent(stored, 'argon2id') || isCurrent(stored, 'pbkdf2')) &&
    parts.test(stored) &&
    stored.split('$').length <= 6)

/** SHA-256, or what Grafana knew of a token until its first use (src/auth/grafanaTokens.ts). */
const secretForm = /^(?:[0-9a-f]{64}|grafana:[0-9a-f]{64,100})$/

const secretsOf: Partial<Record<Kind, readonly string[]>> = {
  token: ['hash'],
  invite: ['codeHash'],
  session: ['secretHash', 'legacyHash'],
}

/** Whether the hashes by which a secret is found are of a form that is ever looked for. */
export const hasSecretForm = (kind: Kind, row: Row) =>
  (secretsOf[kind] ?? []).every((property) => !isSaid(row[property]) || secretForm.test(String(row[property])))
