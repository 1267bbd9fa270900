import { may } from '../../auth/permissions.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type ReturnedForm, readForm, returnedBy } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { type Preferences, preferredIn } from '../ui/preferences.tsx'
import { signedInPage } from '../viewer.ts'
import { invitePages } from './invites.tsx'
import { memberPages } from './memberPages.tsx'
import { isInNoOrg, noOrgPage, type Org } from './parts.tsx'
import { PreferencesForm } from './preferences.tsx'
import { Quotas, readQuotas } from './quotas.tsx'
import { Settings, settingPages } from './settings.tsx'

export const currentOrgPages = newPages()

/** What the org may have is read on a page of its own: a page waits for D1 three times at most. */
const OrgTabs = ({ c }: { c: PageContext }) =>
  c.var.config.quotas && may(c.var.viewer, 'orgs.quotas:read', '') ? (
    <Tabs
      label="Organization"
      tabs={[
        ['/org', 'Settings'],
        ['/org/quotas', 'Quotas'],
      ]}
      current={c.req.path}
    />
  ) : null

async function show(c: PageContext, returned?: ReturnedForm) {
  if (isInNoOrg(c)) return noOrgPage(c)
  const seesPreferences = may(c.var.viewer, 'orgs.preferences:read', '')
  const [org, preferences] = await Promise.all([
    read<Org>(c, '/api/org'),
    seesPreferences ? read<Preferences>(c, '/api/org/preferences') : undefined,
  ])
  return page(
    c,
    {
      title: org.name,
      under: <OrgTabs c={c} />,
      children: (
        <>
          <Settings c={c} org={org} returned={returned} />
          {preferences && <PreferencesForm c={c} preferences={preferences} returned={returned} />}
        </>
      ),
    },
    returned?.status,
  )
}

currentOrgPages.route('/', settingPages('/org', show))

/** Only these: what else an org prefers is left as it is. */
currentOrgPages.post('/org/preferences', signedInPage, async (c) => {
  const filled = await readForm(c)
  const preferences = preferredIn(filled)
  const answer = await ask(c, 'PATCH', '/api/org/preferences', preferences)
  return answer.ok
    ? seeOther(c, '/org', 'saved')
    : show(c, returnedBy('preferences', filled, answer, { theme: /theme/i }))
})

currentOrgPages.get('/org/quotas', signedInPage, async (c) => {
  if (isInNoOrg(c)) return noOrgPage(c)
  const [org, quotas] = await Promise.all([read<Org>(c, '/api/org'), readQuotas(c)])
  return page(c, {
    title: org.name,
    under: <OrgTabs c={c} />,
    children: quotas ? <Quotas quotas={quotas} /> : <p class="empty">Nothing is limited on this server.</p>,
  })
})

currentOrgPages.route('/', memberPages('/org'))
currentOrgPages.route('/', invitePages)
