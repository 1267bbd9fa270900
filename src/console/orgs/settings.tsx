import { may } from '../../auth/permissions.ts'
import { ask, type Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { inWords, type ReturnedForm, readForm, returnedBy, stateOf } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { signedInPage } from '../viewer.ts'
import { baseOf, type Org, type Root } from './parts.tsx'

const lines = [
  ['address1', 'Street'],
  ['address2', 'Street, second line'],
  ['city', 'City'],
  ['zipCode', 'Postal code'],
  ['state', 'State'],
  ['country', 'Country'],
] as const

type SettingsProps = { c: PageContext; org: Org; returned: ReturnedForm | undefined }

/** For whoever may change nothing. */
function Shown({ org }: { org: Org }) {
  const known = lines.filter(([name]) => org.address[name] !== '')
  return (
    <dl class="facts">
      <dt>Name</dt>
      <dd>{org.name}</dd>
      {known.map(([name, label]) => (
        <>
          <dt>{label}</dt>
          <dd>{org.address[name]}</dd>
        </>
      ))}
    </dl>
  )
}

export function Settings({ c, org, returned }: SettingsProps) {
  if (!may(c.var.viewer, 'orgs:write', '')) return <Shown org={org} />
  const name = stateOf('name', { name: org.name }, returned)
  const address = stateOf('address', org.address, returned)
  return (
    <>
      <Form action={baseOf(c)} submit="Rename" faults={name.faults}>
        <Field name="name" label="Name" {...name} autocomplete="off" required />
      </Form>
      <h2>Address</h2>
      <Form action={`${baseOf(c)}/address`} submit="Save the address" faults={address.faults}>
        {lines.map(([line, label]) => (
          <Field name={line} label={label} {...address} autocomplete="off" />
        ))}
      </Form>
    </>
  )
}

const ofName = { name: /name|missing/i }
const ofAddress = Object.fromEntries(lines.map(([line, label]) => [line, new RegExp(`^${label} is `)]))

/** The API calls a line as programs do. */
const withLabel = (refusal: Refusal): Refusal => ({
  ...refusal,
  message: refusal.message.replace(/^\w+(?= is )/, (name) => lines.find(([line]) => line === name)?.[1] ?? name),
})

/** What the forms of `Settings` do; `show` is the page that they are on. */
export function settingPages(root: Root, show: (c: PageContext, returned?: ReturnedForm) => Promise<Response>) {
  const pages = newPages()
  pages.get(root, signedInPage, (c) => show(c))

  pages.post(root, signedInPage, async (c) => {
    const filled = await readForm(c)
    const answer = await ask(c, 'PUT', `/api${baseOf(c)}`, { name: filled.text('name') })
    if (answer.ok) return seeOther(c, baseOf(c), 'saved')
    return show(c, returnedBy('name', filled, inWords(answer), ofName))
  })

  pages.post(`${root}/address`, signedInPage, async (c) => {
    const filled = await readForm(c)
    const address = Object.fromEntries(lines.map(([line]) => [line, filled.text(line)]))
    const answer = await ask(c, 'PUT', `/api${baseOf(c)}/address`, address)
    if (answer.ok) return seeOther(c, baseOf(c), 'saved')
    return show(c, returnedBy('address', filled, withLabel(answer), ofAddress))
  })
  return pages
}
