import type { Child } from 'hono/jsx'
import type { Faults, Filled } from '../forms.ts'

type FormProps = {
  action: string
  faults?: Faults
  /** What the button says. */
  submit: string
  /** What it is about, read out after that: of many buttons that say the same. */
  about?: string
  /** It takes something away. */
  isDanger?: boolean
  /** Where somebody goes who thinks better of it. */
  cancel?: string
  /** Narrow, as a row of a table has it. */
  isInline?: boolean
  /** Other buttons, after the one that the Enter key means. */
  more?: Child
  children?: Child
}

/** Works without a script: one address, one button. What was refused as a whole is said on top. */
export function Form({ action, faults, submit, about, isDanger, cancel, isInline, more, children }: FormProps) {
  return (
    <form method="post" action={action} class={isInline ? 'inline' : undefined}>
      {faults?.form && <Alert>{faults.form}</Alert>}
      {children}
      <p class="buttons">
        <button
          type="submit"
          class={isDanger ? 'danger' : undefined}
          aria-label={about === undefined ? undefined : `${submit}: ${about}`}
        >
          {submit}
        </button>
        {more}
        {cancel && <a href={cancel}>Cancel</a>}
      </p>
    </form>
  )
}

/** What went wrong, read out at once by a screen reader. */
export const Alert = ({ children }: { children?: Child }) => (
  <p class="alert" role="alert">
    {children}
  </p>
)

type FieldProps = {
  name: string
  label: string
  filled: Filled
  faults?: Faults
  hint?: string
  type?: 'text' | 'email' | 'password' | 'number' | 'date'
  required?: boolean
  autocomplete?: string
  autofocus?: boolean
  /** The values to choose from while typing. */
  options?: readonly string[]
}

const describedBy = (name: string, hint: string | undefined, fault: string | undefined) =>
  [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ') || undefined

/** A label, what it takes, and why it was refused. A password is never filled in again. */
export function Field({ name, label, filled, faults, hint, type = 'text', options, ...rest }: FieldProps) {
  const fault = faults?.fields[name]
  return (
    <Labelled name={name} label={label} hint={hint} fault={fault}>
      <input
        id={name}
        name={name}
        type={type}
        value={type === 'password' ? undefined : filled.text(name)}
        aria-invalid={fault ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, fault)}
        list={options ? `${name}-options` : undefined}
        {...rest}
      />
      {options && (
        <datalist id={`${name}-options`}>
          {options.map((option) => (
            <option value={option} />
          ))}
        </datalist>
      )}
    </Labelled>
  )
}

type LabelledProps = {
  name: string
  label: string
  hint: string | undefined
  fault: string | undefined
  children?: Child
}

function Labelled({ name, label, hint, fault, children }: LabelledProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <small id={`${name}-hint`}>{hint}</small>}
      {children}
      {fault && (
        <small id={`${name}-fault`} class="fault">
          {fault}
        </small>
      )}
    </div>
  )
}

export type Option = readonly [value: string, label: string]

type SelectProps = Pick<FieldProps, 'name' | 'label' | 'filled' | 'faults' | 'hint'> & { options: readonly Option[] }

export function Select({ name, label, filled, faults, hint, options }: SelectProps) {
  const fault = faults?.fields[name]
  return (
    <Labelled name={name} label={label} hint={hint} fault={fault}>
      <select id={name} name={name} aria-describedby={describedBy(name, hint, fault)}>
        {options.map(([value, text]) => (
          <option value={value} selected={value === filled.text(name)}>
            {text}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

type TextareaProps = Pick<FieldProps, 'name' | 'label' | 'filled' | 'faults' | 'hint'> & { rows?: number }

export function Textarea({ name, label, filled, faults, hint, rows = 8 }: TextareaProps) {
  const fault = faults?.fields[name]
  return (
    <Labelled name={name} label={label} hint={hint} fault={fault}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        spellcheck={false}
        aria-invalid={fault ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, fault)}
      >
        {filled.text(name)}
      </textarea>
    </Labelled>
  )
}

export const Checkbox = ({
  name,
  label,
  filled,
  value = 'on',
}: {
  name: string
  label: string
  filled: Filled
  value?: string
}) => (
  <p class="check">
    <label>
      <input type="checkbox" name={name} value={value} checked={filled.has(name)} /> {label}
    </label>
  </p>
)

export const Hidden = ({ name, value }: { name: string; value: string | number }) => (
  <input type="hidden" name={name} value={String(value)} />
)
