import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Person } from '../../auth/identity.ts'
import { may } from '../../auth/permissions.ts'
import type { teamDetails } from '../../teams/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import type { Faults, Filled } from '../forms.ts'
import { Field } from '../ui/forms.tsx'
import { Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { demand } from '../viewer.ts'

// What all pages about one team have in common.

export type Team = ReturnType<typeof teamDetails>

/** Where the team's pages are; behind `/api` it is where the API has the team. */
export const baseOf = (c: PageContext) => `/teams/${encodeURIComponent(c.req.param('teamId') ?? '')}`

const scopeOf = (c: PageContext) => `teams:id:${c.req.param('teamId')}`

/** The viewer was read for this team: whoever is its admin may as much here. */
export const mayHere = (c: PageContext, action: string) => may(c.var.viewer, action, scopeOf(c))

/** A form is shown only to whoever may send it. */
export const demandHere = (c: PageContext, action: string) => demand(c, action, scopeOf(c))

export const readTeam = (c: PageContext) => read<Team>(c, `/api${baseOf(c)}`)

/** The viewer as they are once they aren't on the team, or no longer its admin. */
const withoutTeam = (viewer: Person): Person => ({ ...viewer, teams: [] })

/** Whether they may go on managing the team then, which whoever holds it by their role does. */
export const staysManager = (c: PageContext) => may(withoutTeam(c.var.viewer), 'teams.permissions:read', scopeOf(c))

/** Where to go when the team is gone: whoever saw it only as one of its own may see no list of teams. */
export const afterTeam = (c: PageContext) =>
  may(withoutTeam(c.var.viewer), 'teams:read', 'teams:id:*') ? '/teams' : '/'

export function TeamTabs({ c, current }: { c: PageContext; current: string }) {
  const base = baseOf(c)
  const tab = (isShown: boolean, path: string, label: string) => (isShown ? [[`${base}${path}`, label] as const] : [])
  const tabs = [
    ...tab(true, '', 'Team'),
    ...tab(mayHere(c, 'teams.permissions:read'), '/members', 'Members'),
    ...tab(true, '/preferences', 'Preferences'),
    ...tab(mayHere(c, 'teams.roles:read'), '/roles', 'Roles'),
  ]
  return <Tabs label="Team" tabs={tabs} current={`${base}${current}`} />
}

type TeamPageProps = { title: string; tab: string; actions?: Child; children: Child }

export const teamPage = (
  c: PageContext,
  { title, tab, actions, children }: TeamPageProps,
  status: ContentfulStatusCode = 200,
) => page(c, { title, actions, under: <TeamTabs c={c} current={tab} />, children }, status)

/** The field that a message of the API is about. */
export const ofTeam = { name: /name|missing/i, email: /email/i }

export const TeamFields = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <>
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" required />
    <Field name="email" label="E-mail" type="email" filled={filled} faults={faults} autocomplete="off" />
  </>
)
