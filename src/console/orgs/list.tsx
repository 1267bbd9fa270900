import { may } from '../../auth/permissions.ts'
import type { listOrgs } from '../../orgs/queries.ts'
import { ask, read, statusOf } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { Pager, Table, withQuery } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { pageOf } from './parts.tsx'

export const orgList = newPages()

const perPage = 50

type Hit = Awaited<ReturnType<typeof listOrgs>>[number]

/** Works as a form; where scripts run, the list follows what is typed. */
const Search = ({ c }: { c: PageContext }) => (
  <search>
    <form method="get" action="/orgs" class="row" data-live="found">
      <div class="field">
        <label for="query">Search</label>
        <input id="query" name="query" type="search" value={c.req.query('query')} placeholder="How the name starts" />
      </div>
      <p class="buttons">
        <button type="submit" class="quiet">
          Search
        </button>
      </p>
    </form>
  </search>
)

/** The API tells no total: a full page may have another after it. */
function List({ c, found, at }: { c: PageContext; found: Hit[]; at: number }) {
  const { url } = c.req
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
        empty={at > 0 ? 'That was the last page.' : 'None fits. Search for less.'}
      />
      <Pager
        first={at > 1 ? withQuery(url, { page: undefined }) : undefined}
        previous={at > 0 ? withQuery(url, { page: at > 1 ? String(at - 1) : undefined }) : undefined}
        next={found.length === perPage ? withQuery(url, { page: String(at + 1) }) : undefined}
      />
    </div>
  )
}

orgList.get('/orgs', signedInPage, async (c) => {
  const at = pageOf(c, 0)
  const asked = { perpage: String(perPage), page: String(at), query: c.req.query('query') ?? '' }
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
        <Search c={c} />
        <List c={c} found={found} at={at} />
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
  return page(c, { title: 'New organization', children }, statusOf(answer))
})
