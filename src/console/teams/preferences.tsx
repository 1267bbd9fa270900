import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { PreferenceFields, type Preferences, preferred, preferredIn } from '../ui/preferences.tsx'
import { signedInPage } from '../viewer.ts'
import { baseOf, mayHere, readTeam, teamPage } from './team.tsx'

export const teamPreferences = newPages()

const Facts = ({ preferences: { theme, timezone, weekStart } }: { preferences: Preferences }) => (
  <dl class="facts">
    <dt>Theme</dt>
    <dd>{theme || 'none'}</dd>
    <dt>Time zone</dt>
    <dd>{timezone || 'none'}</dd>
    <dt>The week starts on</dt>
    <dd>{weekStart || 'none'}</dd>
  </dl>
)

const pathOf = (c: PageContext) => `${baseOf(c)}/preferences`

async function show(c: PageContext, returned?: Returned) {
  const [team, preferences] = await Promise.all([readTeam(c), read<Preferences>(c, `/api${pathOf(c)}`)])
  const { filled = filledWith(preferred(preferences)), faults = noFaults, status } = returned ?? {}
  const children = (
    <>
      <p>For clients that show the members of the team what they share.</p>
      {mayHere(c, 'teams:write') ? (
        <Form action={pathOf(c)} submit="Save" faults={faults}>
          <PreferenceFields filled={filled} faults={faults} none="No choice of its own" withTheme />
        </Form>
      ) : (
        <Facts preferences={preferences} />
      )}
    </>
  )
  return teamPage(c, { title: `Preferences of ${team.name}`, tab: '/preferences', children }, status)
}

teamPreferences.get('/teams/:teamId/preferences', signedInPage, (c) => show(c))

/** The other preferences, of which the page shows nothing, stay. */
teamPreferences.post('/teams/:teamId/preferences', signedInPage, async (c) => {
  const filled = await readForm(c)
  const answer = await ask(c, 'PATCH', `/api${pathOf(c)}`, preferredIn(filled))
  if (answer.ok) return seeOther(c, pathOf(c), 'saved')
  return show(c, { filled, faults: faultsOf(answer, { theme: /theme/i }), status: answer.status })
})
