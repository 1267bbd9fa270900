import type { Child } from 'hono/jsx'
import { isWithinLimits, may } from '../../auth/permissions.ts'
import type { listOrgsOf } from '../../orgs/queries.ts'
import type { teamDetails } from '../../teams/views.ts'
import { ask, type Refusal, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Form } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, mayOwn } from './parts.tsx'

export const membershipPages = newPages()

const perPage = 50

type Org = Awaited<ReturnType<typeof listOrgsOf>>[number]
type Team = ReturnType<typeof teamDetails>

function Acting({ c, org }: { c: PageContext; org: Org }) {
  const { viewer } = c.var
  if (org.orgId === viewer.user.orgId) return <Badge tone="good">you act here</Badge>
  if (!mayOwn(viewer, 'users:write')) return null
  return <Form action={`/profile/orgs/${org.orgId}/using`} submit="Act here" about={org.name} isInline />
}

/** Its settings are for whoever may change something there. */
const orgName = (c: PageContext, org: Org): Child =>
  org.orgId === c.var.viewer.user.orgId && may(c.var.viewer, 'orgs:write', '') ? (
    <a href="/org">{org.name}</a>
  ) : (
    org.name
  )

async function showOrgs(c: PageContext, refusal?: Refusal) {
  const { rows, pager } = partOf(c, await read<Org[]>(c, '/api/user/orgs'), perPage)
  const children = (
    <>
      {refusal && <Alert>{refusal.message}</Alert>}
      <p>What you see and do is in one organization at a time.</p>
      <Table
        caption="Organizations"
        columns={['Name', 'Your role', 'Acting']}
        rows={rows.map((org) => [orgName(c, org), org.role, <Acting c={c} org={org} />])}
        empty="You are in no organization. Ask an administrator to add you to one."
      />
      {pager}
    </>
  )
  const status = refusal?.status
  return accountPage(c, { current: '/profile/orgs', title: 'Your organizations', children }, status)
}

membershipPages.get('/profile/orgs', signedInPage, (c) => showOrgs(c))

membershipPages.post('/profile/orgs/:id/using', signedInPage, async (c) => {
  const answer = await ask(c, 'POST', `/api/user/using/${encodeURIComponent(c.req.param('id'))}`)
  return answer.ok ? seeOther(c, '/profile/orgs', 'switched') : showOrgs(c, answer)
})

/** Who is on a team sees it. */
const teamName = (c: PageContext, team: Team): Child =>
  isWithinLimits(c.var.viewer, 'teams:read', `teams:id:${team.id}`) ? (
    <a href={`/teams/${team.id}`}>{team.name}</a>
  ) : (
    team.name
  )

membershipPages.get('/profile/teams', signedInPage, async (c) => {
  const { rows, pager } = partOf(c, await read<Team[]>(c, '/api/user/teams'), perPage)
  return accountPage(c, {
    current: '/profile/teams',
    title: 'Your teams',
    children: (
      <>
        <p>In the organization that you act in.</p>
        <Table
          caption="Teams"
          columns={['Name', 'E-mail', 'Members']}
          rows={rows.map((team) => [teamName(c, team), team.email, team.memberCount])}
          empty="You are on no team here. Whoever manages one can add you."
        />
        {pager}
      </>
    ),
  })
})
