import type { PageContext } from '../env.ts'
import { type ReturnedForm, stateOf } from '../forms.ts'
import { Form, type Option } from '../ui/forms.tsx'
import { PreferenceFields, type Preferences, preferred } from '../ui/preferences.tsx'
import { mayOwn } from './parts.tsx'

/** Of an account; one that has none of these follows the preferences. */
export const themes: readonly Option[] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'As the system has it'],
]

export const preferredTheme: Option = ['', 'As the organization has it']

type PreferencesFormProps = { c: PageContext; preferences: Preferences; returned: ReturnedForm | undefined }

/** An external account is another system's to change, and so is its theme: what it prefers counts instead. */
export function PreferencesForm({ c, preferences, returned }: PreferencesFormProps) {
  const { viewer } = c.var
  if (!mayOwn(viewer, 'users:write')) return null
  if (viewer.role === undefined)
    return <p class="hint">A time zone is kept in an organization, and the one that you act in is none of yours.</p>
  const state = stateOf('preferences', preferred(preferences), returned)
  return (
    <Form action="/profile/preferences" submit="Save the preferences" faults={state.faults}>
      <PreferenceFields {...state} none={preferredTheme[1]} withTheme={viewer.user.authModule !== null} />
    </Form>
  )
}
