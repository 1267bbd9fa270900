import type { Child } from 'hono/jsx'
import { may } from '../../auth/permissions.ts'
import type { teamDetails } from '../../teams/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { newPages } from '../pages.ts'
import { Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { baseOf, readUser, userPage } from './user.tsx'

export const userTeams = newPages()

const perPage = 50

type Team = ReturnType<typeof teamDetails>

const nameOf = (c: PageContext, { id, name }: Team): Child =>
  may(c.var.viewer, 'teams:read', `teams:id:${id}`) ? <a href={`/teams/${id}`}>{name}</a> : name

/** Those of the org that the viewer acts in, as the API has it. */
userTeams.get('/users/:id/teams', signedInPage, async (c) => {
  const [user, teams] = await Promise.all([readUser(c), read<Team[]>(c, `/api${baseOf(c)}/teams`)])
  const { rows, pager } = partOf(c, teams, perPage)
  return userPage(c, {
    user,
    tab: '/teams',
    children: (
      <>
        <p>Teams of the organization that you act in.</p>
        <Table
          caption={`Teams of ${user.login}`}
          columns={['Team', 'E-mail', 'Members']}
          rows={rows.map((team) => [nameOf(c, team), team.email, team.memberCount])}
          empty="On no team of this organization. People are put on a team on its own page."
        />
        {pager}
      </>
    ),
  })
})
