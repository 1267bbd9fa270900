import { type ActionKind, actionForms } from '../../auth/actions.ts'
import { filledWith, noFaults } from '../forms.ts'
import { lineOf } from '../grantLines.ts'
import { Textarea } from '../ui/forms.tsx'
import { type Draft, isBlank, type Row } from './draft.ts'

/** What the actions of a kind are done to, for people. */
const titles: Record<ActionKind, string> = {
  account: 'Accounts',
  member: 'Members of the organization',
  team: 'Teams',
  key: 'API keys',
  serviceAccount: 'Service accounts',
  dashboard: 'Dashboards',
  folder: 'Folders',
  role: 'Roles',
  setting: 'Settings',
  delegation: 'Giving roles to others',
  roleWriting: 'Changing roles',
  nothing: 'Without a scope',
}

const forms = actionForms()

const byKind = [...Map.groupBy(forms, ({ kind }) => kind)].map(([kind, alike]) => ({
  kind,
  title: titles[kind],
  scopes: alike[0]?.scopes ?? [],
  actions: alike.map(({ action }) => action),
}))

const formOf = (action: string) => forms.find((form) => form.action === action)

const listOf = (kind: string) => `scopes-${kind}`

/** Once for all rows: the actions by kind, and the scopes of each kind. */
const Choices = () => (
  <>
    <datalist id="actions">
      {byKind.flatMap(({ title, actions }) => actions.map((action) => <option value={action} label={title} />))}
    </datalist>
    <datalist id={listOf('any')}>
      {[...new Set(byKind.flatMap(({ scopes }) => scopes))].map((scope) => (
        <option value={scope} />
      ))}
    </datalist>
    {byKind
      .filter(({ scopes }) => scopes.length > 0)
      .map(({ kind, scopes }) => (
        <datalist id={listOf(kind)}>
          {scopes.map((scope) => (
            <option value={scope} />
          ))}
        </datalist>
      ))}
  </>
)

/** What can be written, for whoever's browser suggests nothing. */
const Reference = () => (
  <details>
    <summary>All actions, and the scopes that they take</summary>
    <table>
      <caption>Known actions</caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Scopes</th>
          <th scope="col">Actions</th>
        </tr>
      </thead>
      <tbody>
        {byKind.map(({ title, scopes, actions }) => (
          <tr>
            <td>{title}</td>
            <td data-label="Scopes">
              <code>{scopes.join(' or ') || 'none'}</code>
            </td>
            <td data-label="Actions">
              <code>{actions.join(' ')}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
)

type RowProps = { row: Row; index: number; fault: string | undefined; isFirstBlank: boolean }

/** What the scope of a row may be, by its action as it was sent. */
function suggestions(action: string) {
  const form = formOf(action)
  if (!form) return { list: listOf('any') }
  if (form.scopes.length === 0) return { placeholder: 'stays empty' }
  return { list: listOf(form.kind), placeholder: form.scopes.join(' or ') }
}

function PermissionRow({ row: { action, scope, isRemoved }, index, fault, isFirstBlank }: RowProps) {
  const number = index + 1
  const described = fault ? { 'aria-invalid': 'true' as const, 'aria-describedby': `row-${number}-fault` } : {}
  return (
    <tr id={isFirstBlank ? 'more' : undefined}>
      <td data-label="Row">{number}</td>
      <td data-label="Action">
        <input name="action" list="actions" value={action} aria-label={`Action ${number}`} {...described} />
      </td>
      <td data-label="Scope">
        <input name="scope" value={scope} aria-label={`Scope ${number}`} {...suggestions(action)} {...described} />
        {fault && (
          <small id={`row-${number}-fault`} class="fault">
            {fault}
          </small>
        )}
      </td>
      <td data-label="Remove">
        <input
          type="checkbox"
          name="remove"
          value={String(index)}
          checked={isRemoved}
          aria-label={`Remove row ${number}`}
        />
      </td>
    </tr>
  )
}

function PermissionTable({ rows, rowFaults }: Pick<Draft, 'rows' | 'rowFaults'>) {
  const firstBlank = rows.findIndex(isBlank)
  return (
    <table class="permissions">
      <caption>Permissions</caption>
      <thead>
        <tr>
          {['Row', 'Action', 'Scope', 'Remove'].map((column) => (
            <th scope="col">{column}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <PermissionRow row={row} index={index} fault={rowFaults[index]} isFirstBlank={index === firstBlank} />
        ))}
      </tbody>
    </table>
  )
}

const PermissionLines = ({ rows, rowFaults }: Pick<Draft, 'rows' | 'rowFaults'>) => {
  const kept = (some: readonly Row[]) => some.filter(({ isRemoved }) => !isRemoved)
  const [fault] = Object.entries(rowFaults).map(
    ([index, flaw]) => `Line ${kept(rows.slice(0, Number(index))).length + 1}: ${flaw}`,
  )
  const lines = kept(rows).map(lineOf)
  return (
    <Textarea
      name="lines"
      label="One a line: the action, a space, the scope"
      filled={filledWith({ lines: lines.join('\n').trimEnd() })}
      faults={fault === undefined ? noFaults : { fields: { lines: fault } }}
      rows={30}
    />
  )
}

/** With more, a table of fields were no page any more. */
const maxTableRows = 70

export const isTable = ({ rows }: Draft) => rows.filter((row) => !isBlank(row)).length <= maxTableRows

/** A row each, or where they are too many a line each. */
export const PermissionFields = ({ draft }: { draft: Draft }) => (
  <>
    <h2 id="permissions">Permissions</h2>
    {isTable(draft) ? (
      <>
        <Choices />
        <PermissionTable rows={draft.rows} rowFaults={draft.rowFaults} />
      </>
    ) : (
      <PermissionLines rows={draft.rows} rowFaults={draft.rowFaults} />
    )}
    <Reference />
  </>
)
