import { may } from '../../auth/permissions.ts'
import type { teamDetails } from '../../teams/views.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { NumberedPager, pageIn } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { teamDetail } from './detail.tsx'
import { teamMembers } from './members.tsx'
import { teamPreferences } from './preferences.tsx'
import { teamRoles } from './roles.tsx'
import { ofTeam, TeamFields } from './team.tsx'

export const teamPages = newPages()

const perPage = 50

type Found = { totalCount: number; teams: ReturnType<typeof teamDetails>[] }

/** Only what the page offers gets to the API. */
const apiQuery = (c: PageContext) =>
  new URLSearchParams({
    query: c.req.query('query') ?? '',
    page: String(pageIn(c)),
    perpage: String(perPage),
  })

const mayCreate = (c: PageContext) => may(c.var.viewer, 'teams:create', '')

function nothingFound(c: PageContext): string {
  if (pageIn(c) > 1) return 'No team comes after those.'
  if (c.req.query('query')) return 'No team fits. Search for less.'
  return mayCreate(c) ? 'There is no team yet: make the first one.' : 'There is no team that you may see.'
}

const List = ({ c, found }: { c: PageContext; found: Found }) => (
  <div id="found">
    <p>
      {found.totalCount} {found.totalCount === 1 ? 'team' : 'teams'}
    </p>
    <Table
      caption="Teams"
      columns={['Name', 'E-mail', 'Members']}
      rows={found.teams.map(({ id, name, email, memberCount }) => [
        <a href={`/teams/${id}`}>{name}</a>,
        email,
        String(memberCount),
      ])}
      empty={nothingFound(c)}
    />
    <NumberedPager c={c} perPage={perPage} total={found.totalCount} shown={found.teams.length} />
  </div>
)

teamPages.get('/teams', signedInPage, async (c) => {
  const found = await read<Found>(c, `/api/teams/search?${apiQuery(c)}`)
  return page(c, {
    title: 'Teams',
    actions: mayCreate(c) && (
      <a class="button" href="/teams/new">
        New team
      </a>
    ),
    children: (
      <>
        <Search c={c} action="/teams" placeholder="Name" />
        <List c={c} found={found} />
      </>
    ),
  })
})

const NewTeam = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <Form action="/teams/new" submit="Create the team" cancel="/teams" faults={faults}>
    <TeamFields filled={filled} faults={faults} />
    <p>Whoever makes a team is its first admin.</p>
  </Form>
)

teamPages.get('/teams/new', signedInPage, (c) => {
  demand(c, 'teams:create', '')
  return page(c, { title: 'New team', children: <NewTeam filled={filledWith({})} faults={noFaults} /> })
})

teamPages.post('/teams/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  const team = { name: filled.text('name'), email: filled.text('email') }
  const answer = await ask<{ teamId: number }>(c, 'POST', '/api/teams', team)
  if (answer.ok) return seeOther(c, `/teams/${answer.body.teamId}`, 'created')
  const children = <NewTeam filled={filled} faults={faultsOf(inWords(answer), ofTeam)} />
  return page(c, { title: 'New team', children }, answer.status)
})

/** After `/teams/new`, which is no team. */
for (const pages of [teamDetail, teamMembers, teamPreferences, teamRoles]) teamPages.route('/', pages)
