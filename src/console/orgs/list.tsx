import { may } from '../../auth/permissions.ts'
import type { listOrgs } from '../../orgs/queries.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { NumberedPager, pageIn } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { demand, signedInPage } from '../viewer.ts'

export const orgList = newPages()

const perPage = 50

type Hit = Awaited<ReturnType<typeof listOrgs>>[number]

function List({ c, found }: { c: PageContext; found: Hit[] }) {
  const rows = found.map(({ id, name }) => [
    <a href={`/orgs/${id}`}>{name}</a>,
    String(id),
    <a class="deed" href={`/orgs/${id}/users`} aria-label={`Members of ${name}`}>
      Members
    </a>,
  ])
  return (
    <div id="found" aria-live="polite">
      <Table
        caption="Organizations"
        columns={['Name', 'Number', '']}
        rows={rows}
        empty={pageIn(c) > 1 ? 'That was the last page.' : 'None fits. Search for less.'}
      />
      <NumberedPager c={c} perPage={perPage} shown={found.length} />
    </div>
  )
}

orgList.get('/orgs', signedInPage, async (c) => {
  // The API counts these pages from 0.
  const asked = { perpage: String(perPage), page: String(pageIn(c) - 1), query: c.req.query('query') ?? '' }
  const found = await read<Hit[]>(c, `/api/orgs?${new URLSearchParams(asked)}`)
  return page(c, {
    title: 'Organizations',
    actions: may(c.var.viewer, 'orgs:create', '') && (
      <a class="button" href="/orgs/new">
        New organization
      </a>
    ),
    children: (
      <>
        <Search c={c} action="/orgs" placeholder="How the name starts" />
        <List c={c} found={found} />
      </>
    ),
  })
})

const NewOrg = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <Form action="/orgs/new" submit="Create the organization" cancel="/orgs" faults={faults}>
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" required autofocus />
  </Form>
)

const hint = <p>You become its first admin. Others are added, or invited, afterwards.</p>

orgList.get('/orgs/new', signedInPage, (c) => {
  demand(c, 'orgs:create', '')
  return page(c, {
    title: 'New organization',
    children: (
      <>
        {hint}
        <NewOrg filled={filledWith({})} faults={noFaults} />
      </>
    ),
  })
})

orgList.post('/orgs/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  const answer = await ask<{ orgId: number }>(c, 'POST', '/api/orgs', { name: filled.text('name') })
  if (answer.ok) return seeOther(c, `/orgs/${answer.body.orgId}`, 'created')
  const faults = faultsOf(inWords(answer), { name: /name|missing/i })
  const children = <NewOrg filled={filled} faults={faults} />
  return page(c, { title: 'New organization', children }, answer.status)
})
