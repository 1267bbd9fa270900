import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '../ask.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, isTaken, noFaults } from '../forms.ts'
import { Field, Form, Hidden, Select } from '../ui/forms.tsx'
import type { User } from './user.tsx'

// Two people may edit one user: the form carries the tag of what it was filled with, so that the API refuses a change of
// what isn't that any more, and the values themselves, so that it can be said what each of them changed.

const fields = ['login', 'email', 'name', 'theme'] as const
type Name = (typeof fields)[number]
type Values = Record<Name, string>

/** What a form shows: `tag` and `was` are what it was made from. */
export type Draft = { tag: string; was: Values; filled: Filled; faults: Faults; status?: ContentfulStatusCode }

/** The API takes an empty theme for none: whoever goes back to the system's is given one that is neither. */
const themes = [
  ['', 'As the system has it'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

const themeShown = (theme: string) => themes.find(([value]) => value === theme)?.[0] ?? ''

const themeSent = (theme: string, was: string) => (theme === '' && themeShown(was) !== '' ? 'system' : theme)

const valuesOf = ({ login, email, name, theme }: Values): Values => ({ login, email, name, theme: themeShown(theme) })

const typedIn = ({ text }: Filled): Values => ({
  login: text('login'),
  email: text('email'),
  name: text('name'),
  theme: text('theme'),
})

/** As it is stored. */
export function draftOf(user: User, tag: string): Draft {
  const was = valuesOf(user)
  return { tag, was, filled: filledWith(was), faults: noFaults }
}

/** As it came back. */
export function returnedDraft(filled: Filled): Draft {
  const { text } = filled
  const was = { login: text('was.login'), email: text('was.email'), name: text('was.name'), theme: text('was.theme') }
  return { tag: text('tag'), was, filled, faults: noFaults }
}

/** What the API would take for "leave it as it is", and say nothing. */
export function emptied({ filled, was }: Draft): Faults | undefined {
  const typed = typedIn(filled)
  const lost = (['login', 'email', 'name'] as const).filter((name) => was[name] !== '' && typed[name].trim() === '')
  if (lost.length === 0) return undefined
  return { fields: Object.fromEntries(lost.map((name) => [name, 'It can be changed, not taken away'])) }
}

export function bodyOf({ filled, was }: Draft): Values {
  const typed = typedIn(filled)
  return { ...typed, theme: themeSent(typed.theme, was.theme) }
}

/** The same form, sent twice: what it was to change is as it says. */
export function isSaved({ filled }: Draft, user: User): boolean {
  const [now, typed] = [valuesOf(user), typedIn(filled)]
  return fields.every((name) => now[name] === typed[name])
}

const ofField = { login: /^(login is|That login)/, email: /^email is/, name: /^name is/, theme: /^theme is/ }

export const refusedDraft = (draft: Draft, refusal: Refusal): Draft => ({
  ...draft,
  faults: faultsOf(inWords(refusal, undefined, [isTaken]), ofField),
})

const quoted = (name: Name, value: string) => {
  const words = name === 'theme' ? themes.find(([theme]) => theme === value)?.[1] : value
  return words ? `“${words}”` : 'empty'
}

const changedMeanwhile =
  'Somebody else has changed this user since you opened the form, and nothing of yours is saved yet. Look at what is marked, and save again if that is what you want.'

/**
 * What somebody typed stays, beside what it is now; what they hadn't touched becomes what it is now. With the tag of that,
 * saving again is a decision.
 */
export function mergedDraft({ was, filled }: Draft, user: User, tag: string): Draft {
  const [now, typed] = [valuesOf(user), typedIn(filled)]
  const changed = fields.filter((name) => now[name] !== was[name] && now[name] !== typed[name])
  const isKept = (name: Name) => typed[name] !== was[name]
  const words = (name: Name) =>
    isKept(name)
      ? `Now: ${quoted(name, now[name])}. You typed: ${quoted(name, typed[name])}.`
      : `Now: ${quoted(name, now[name])}. When you opened the form: ${quoted(name, was[name])}.`
  const entries = fields.map((name) => [name, isKept(name) ? typed[name] : now[name]] as const)
  return {
    tag,
    was: now,
    filled: filledWith(Object.fromEntries(entries)),
    faults: { form: changedMeanwhile, fields: Object.fromEntries(changed.map((name) => [name, words(name)])) },
  }
}

/** An e-mail may be any name here, so browsers are not asked to judge it. */
export const EditForm = ({ action, draft: { tag, was, filled, faults } }: { action: string; draft: Draft }) => (
  <Form action={action} submit="Save" faults={faults}>
    <Hidden name="tag" value={tag} />
    {fields.map((name) => (
      <Hidden name={`was.${name}`} value={was[name]} />
    ))}
    <Field name="login" label="Login" filled={filled} faults={faults} autocomplete="off" required />
    <Field name="email" label="E-mail" filled={filled} faults={faults} autocomplete="off" required />
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" />
    <Select name="theme" label="Theme of these pages" filled={filled} faults={faults} options={themes} />
  </Form>
)
