import { may } from '../../auth/permissions.ts'
import type { accountHit } from '../../serviceAccounts/views.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Form, Select } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { NumberedPager, pageIn } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { accountAccess } from './access.tsx'
import { AccountFields, nameInWords, State } from './account.tsx'
import { apiKeyPages } from './apiKeys.tsx'
import { accountDetail } from './detail.tsx'
import { accountGrants } from './grants.tsx'
import { accountRoles } from './roles.tsx'
import { accountTokens } from './tokens.tsx'

export const serviceAccountPages = newPages()

const perPage = 50

type Found = { totalCount: number; serviceAccounts: ReturnType<typeof accountHit>[] }

/** Each is what it adds to the query of the API. */
const filters = [
  ['', 'All'],
  ['disabled=true', 'Disabled'],
  ['expiredTokens=true', 'With an expired token'],
] as const

/** Only what the page offers gets to the API. */
function apiQuery(c: PageContext): string {
  const [filter = ''] = filters.find(([value]) => value === c.req.query('show')) ?? []
  const asked = new URLSearchParams(filter)
  asked.set('query', c.req.query('query') ?? '')
  asked.set('page', String(pageIn(c)))
  asked.set('perpage', String(perPage))
  return asked.toString()
}

const mayCreate = (c: PageContext) => may(c.var.viewer, 'serviceaccounts:create', '')

function nothingFound(c: PageContext): string {
  const { query, show } = c.req.query()
  if (pageIn(c) > 1) return 'No service account comes after those.'
  if (query || show) return 'No service account fits. Search for less, or show all.'
  return mayCreate(c)
    ? 'There is no service account yet: make one for the first program.'
    : 'There is no service account that you may see.'
}

const List = ({ c, found }: { c: PageContext; found: Found }) => (
  <div id="found">
    <p>
      {found.totalCount} {found.totalCount === 1 ? 'service account' : 'service accounts'}
    </p>
    <Table
      caption="Service accounts"
      columns={['Name', 'Login', 'Role', 'Tokens', 'State']}
      rows={found.serviceAccounts.map(({ id, name, login, role, tokens, isDisabled }) => [
        <a href={`/serviceaccounts/${id}`}>{name}</a>,
        login,
        <span class="whole">{role}</span>,
        <a href={`/serviceaccounts/${id}/tokens`} aria-label={`Tokens of ${name}: ${tokens}`}>
          {String(tokens)}
        </a>,
        <State isDisabled={isDisabled} />,
      ])}
      empty={nothingFound(c)}
    />
    <NumberedPager c={c} perPage={perPage} total={found.totalCount} shown={found.serviceAccounts.length} />
  </div>
)

const Actions = ({ c }: { c: PageContext }) => (
  <>
    {may(c.var.viewer, 'apikeys:read', 'apikeys:*') && (
      <a class="button quiet" href="/apikeys">
        API keys
      </a>
    )}
    {mayCreate(c) && (
      <a class="button" href="/serviceaccounts/new">
        New service account
      </a>
    )}
  </>
)

serviceAccountPages.get('/serviceaccounts', signedInPage, async (c) => {
  const found = await read<Found>(c, `/api/serviceaccounts/search?${apiQuery(c)}`)
  return page(c, {
    title: 'Service accounts',
    actions: <Actions c={c} />,
    children: (
      <>
        <Search c={c} action="/serviceaccounts" placeholder="Name or login">
          <Select name="show" label="Show" options={filters} filled={filledWith(c.req.query())} />
        </Search>
        <List c={c} found={found} />
      </>
    ),
  })
})

const NewAccount = ({ c, filled, faults }: { c: PageContext; filled: Filled; faults: Faults }) => (
  <Form action="/serviceaccounts/new" submit="Create the account" cancel="/serviceaccounts" faults={faults}>
    <AccountFields c={c} filled={filled} faults={faults} />
    <Checkbox name="isDisabled" label="Disabled at first" filled={filled} />
  </Form>
)

serviceAccountPages.get('/serviceaccounts/new', signedInPage, (c) => {
  demand(c, 'serviceaccounts:create', '')
  const children = <NewAccount c={c} filled={filledWith({ role: 'Viewer' })} faults={noFaults} />
  return page(c, { title: 'New service account', children })
})

serviceAccountPages.post('/serviceaccounts/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  const account = { name: filled.text('name'), role: filled.text('role'), isDisabled: filled.has('isDisabled') }
  const answer = await ask<{ id: number }>(c, 'POST', '/api/serviceaccounts', account)
  if (answer.ok) return seeOther(c, `/serviceaccounts/${answer.body.id}`, 'created')
  const faults = faultsOf(nameInWords(answer), { role: /role/i, name: /name/i })
  return page(
    c,
    { title: 'New service account', children: <NewAccount c={c} filled={filled} faults={faults} /> },
    answer.status,
  )
})

/** After `/serviceaccounts/new`, which is no account. */
for (const pages of [accountDetail, accountTokens, accountRoles, accountAccess, accountGrants, apiKeyPages])
  serviceAccountPages.route('/', pages)
