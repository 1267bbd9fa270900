import type { Refusal } from '../ask.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults } from '../forms.ts'
import { lineOf, linesIn, type Permission, permissionIn } from '../grantLines.ts'
import type { Full } from './rules.ts'

// What somebody has written of a role, which may be no role yet.

export type Row = { action: string; scope: string; isRemoved: boolean }

/** `faults` by where they are in `rows`. */
export type Draft = {
  filled: Filled
  faults: Faults
  rows: readonly Row[]
  rowFaults: Readonly<Record<number, string>>
}

const rowOf = ({ action, scope }: Permission): Row => ({ action, scope, isRemoved: false })

export const isBlank = ({ action, scope }: Row) => action === '' && scope === ''

/** What there is, and some empty rows to write into. */
function withBlank(rows: readonly Row[], blank: number): Row[] {
  const written = rows.filter((row) => !isBlank(row))
  return [...written, ...Array.from({ length: blank }, () => rowOf({ action: '', scope: '' }))]
}

const blankRows = 3

const draftOf = (filled: Filled, permissions: Full['permissions']): Draft => ({
  filled,
  faults: noFaults,
  rows: withBlank(permissions.map(rowOf), blankRows),
  rowFaults: {},
})

export const emptyDraft = () => draftOf(filledWith({}), [])

const fieldsOf = ({ displayName, description, group, hidden }: Full) => ({ displayName, description, group, hidden })

/** To change it; its version comes along, so that nobody overwrites what they haven't seen. */
export const draftOfRole = (role: Full): Draft =>
  draftOf(filledWith({ ...fieldsOf(role), name: role.name, version: role.version }), role.permissions)

/** To make another of it. A fixed role's name can't be had. */
export const draftOfCopy = (role: Full): Draft =>
  draftOf(filledWith({ ...fieldsOf(role), displayName: '', hidden: false }), role.permissions)

const readLines = (text: string): Row[] => linesIn(text).map((line) => rowOf(permissionIn(line)))

function readTable({ all }: Filled): Row[] {
  const scopes = all('scope')
  const removed = new Set(all('remove'))
  return all('action').map((action, index) => ({
    action: action.trim(),
    scope: (scopes[index] ?? '').trim(),
    isRemoved: removed.has(String(index)),
  }))
}

export function readDraft(filled: Filled): Draft {
  const rows = filled.has('lines') ? readLines(filled.text('lines')) : readTable(filled)
  return { filled, faults: noFaults, rows: withBlank(rows, blankRows), rowFaults: {} }
}

/** To write more: as many empty rows as there were, and some. */
export function withMoreRows(draft: Draft): Draft {
  const blank = draft.filled.all('action').filter((action) => action.trim() === '').length
  return { ...draft, rows: withBlank(draft.rows, blank + blankRows) }
}

/** What of it is sent, with where it is in the draft. */
const sentRows = (rows: readonly Row[]) =>
  [...rows.entries()].filter(([, row]) => !row.isRemoved && !isBlank(row)).map(([index, row]) => ({ index, ...row }))

export const permissionsOf = ({ rows }: Draft) => sentRows(rows).map(({ action, scope }) => ({ action, scope }))

/** As the API takes it. */
export const roleIn = (draft: Draft) => {
  const { text, has } = draft.filled
  return {
    name: text('name'),
    displayName: text('displayName'),
    description: text('description'),
    group: text('group'),
    hidden: has('hidden'),
    permissions: permissionsOf(draft),
  }
}

const ofRole = { uid: /^uid /, description: /^description /, name: /\bname\b|reserved prefix/ }

const ofPermission = (draft: Draft, index: number, flaw: string, form: string): Draft => ({
  ...draft,
  faults: { form, fields: {} },
  rowFaults: { [index]: flaw },
})

const unheld = 'You don’t hold this yourself where the role counts: so you can’t give or take it away.'

const maxLength = 190

/** All that the API can't take of such a form is too long. */
function faultsOfRole({ filled: { text } }: Draft, refusal: Refusal): Faults {
  const words = `At most ${maxLength} characters`
  const isBad = refusal.message === 'bad request data'
  const tooLong = ['name', 'displayName', 'group'].filter((name) => isBad && text(name).length > maxLength)
  if (tooLong.length > 0) return { fields: Object.fromEntries(tooLong.map((name) => [name, words])) }
  return faultsOf(inWords(refusal, `An action, and a scope, has at most ${maxLength} characters`), ofRole)
}

/** The API counts what was sent: its row may be further down. A denial names the action alone. */
export function refusedDraft(draft: Draft, refusal: Refusal): Draft {
  const sent = sentRows(draft.rows)
  const [, number, flaw] = /^permissions\[(\d+)\]: (.*)$/s.exec(refusal.message) ?? []
  const wrong = number === undefined ? undefined : sent[Number(number)]
  if (wrong && flaw) return ofPermission(draft, wrong.index, flaw, `A permission was refused: ${flaw}`)
  const [, missing] = /Permissions needed: (\S+)$/.exec(refusal.message) ?? []
  const denied = sent.find(({ action }) => action === missing && action !== 'roles:write')
  if (denied) return ofPermission(draft, denied.index, unheld, refusal.message)
  return { ...draft, faults: faultsOfRole(draft, refusal) }
}

type Difference = { label: string; stored: string; typed: string }

/** What is stored beside what was typed, where that differs; `onlyPermissions` of a basic role, of which no more can. */
export function differencesOf(stored: Full, draft: Draft, onlyPermissions: boolean): Difference[] {
  const typed = roleIn(draft)
  const words = [
    { label: 'Name', stored: stored.name, typed: typed.name },
    { label: 'Shown as', stored: stored.displayName, typed: typed.displayName },
    { label: 'Group', stored: stored.group, typed: typed.group },
    { label: 'Description', stored: stored.description, typed: typed.description },
    { label: 'Hidden', stored: stored.hidden ? 'yes' : 'no', typed: typed.hidden ? 'yes' : 'no' },
  ]
  const had = new Set(stored.permissions.map(lineOf))
  const has = new Set(typed.permissions.map(lineOf))
  const permissions = [
    ...[...had].filter((one) => !has.has(one)).map((one) => ({ label: 'Permission', stored: one, typed: '' })),
    ...[...has].filter((one) => !had.has(one)).map((one) => ({ label: 'Permission', stored: '', typed: one })),
  ]
  return [...(onlyPermissions ? [] : words.filter((word) => word.stored !== word.typed)), ...permissions]
}
