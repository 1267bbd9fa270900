import { may } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import { type ReturnedForm, stateOf } from '../forms.ts'
import { Form } from '../ui/forms.tsx'
import { PreferenceFields, type Preferences, preferred } from '../ui/preferences.tsx'

type PreferencesFormProps = { c: PageContext; preferences: Preferences; returned: ReturnedForm | undefined }

/** For the members who chose nothing else for themselves. */
export function PreferencesForm({ c, preferences, returned }: PreferencesFormProps) {
  if (!may(c.var.viewer, 'orgs.preferences:write', '')) return null
  const state = stateOf('preferences', preferred(preferences), returned)
  return (
    <>
      <h2>Preferences</h2>
      <p>For members who choose nothing else for themselves.</p>
      <Form action="/org/preferences" submit="Save the preferences" faults={state.faults}>
        <PreferenceFields {...state} none="As the browser has it" withTheme />
      </Form>
    </>
  )
}
