import type { Child } from 'hono/jsx'
import { may } from '../../auth/permissions.ts'
import type { userHit } from '../../users/views.ts'
import { ask, type Refusal, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, isTaken, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Field, Form, Hidden, Select } from '../ui/forms.tsx'
import { Badge, LastSeen, Pager, Table, withQuery } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { Search } from '../ui/search.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { type Deed, deeds } from './deeds.ts'

export const userList = newPages()

/** What a page of the list stays well under 60 KB with, and a bulk deed within the statements that D1 allows a request. */
const perPage = 25

type Hit = ReturnType<typeof userHit>
type Found = { totalCount: number; users: Hit[]; cursor?: string }

const sorts = [
  ['', 'Login, A to Z'],
  ['login-desc', 'Login, Z to A'],
  ['email-asc', 'E-mail, A to Z'],
  ['email-desc', 'E-mail, Z to A'],
  ['name-asc', 'Name, A to Z'],
  ['name-desc', 'Name, Z to A'],
  ['lastSeenAtAge-asc', 'Seen longest ago first'],
  ['lastSeenAtAge-desc', 'Seen last first'],
] as const

/** Each is what it adds to the query of the API. */
const filters = [
  ['', 'Everybody'],
  ['isAdmin=true', 'Server admins'],
  ['isDisabled=true', 'Disabled'],
  ['isDisabled=false', 'Not disabled'],
  ['activeLast30Days=true', 'Active in 30 days'],
  ['neverSeen=true', 'Never seen'],
] as const

/** The query of the API for that of the page: only what the page offers gets there. */
function apiQuery(c: PageContext): string {
  const [filter = ''] = filters.find(([value]) => value === c.req.query('show')) ?? []
  const asked = new URLSearchParams(filter)
  asked.set('perpage', String(perPage))
  asked.set('cursor', c.req.query('cursor') ?? '')
  asked.set('query', c.req.query('query') ?? '')
  asked.set('sort', c.req.query('sort') ?? '')
  return asked.toString()
}

/** Why somebody can't sign in, can do more than others, or signs in by other means. */
function statesOf({ isAdmin, isDisabled, authLabels }: Hit): Child[] {
  return [
    ...(isAdmin ? [<Badge>server admin</Badge>, ' '] : []),
    ...(isDisabled ? [<Badge tone="bad">disabled</Badge>, ' '] : []),
    ...authLabels.map((label) => <Badge>signs in by {label}</Badge>),
  ]
}

/** A search that an index doesn't answer counts no further than to what tells that there is more. */
function countOf({ totalCount, users, cursor }: Found): string {
  if (cursor && totalCount <= users.length + 1) return `More than ${users.length} users`
  return totalCount === 1 ? '1 user' : `${totalCount} users`
}

/** Each leads to a page that asks first, so that it works without a script, and Enter does nothing by itself. */
const Deeds = ({ offered }: { offered: readonly Deed[] }) => (
  <div class="bulk">
    <label hidden>
      <input type="checkbox" data-select-all="id" /> Select all on this page
    </label>
    {offered.map(({ name, label, isDanger }) => (
      <button type="submit" name="deed" value={name} class={isDanger ? 'danger' : 'quiet'}>
        {label}
      </button>
    ))}
  </div>
)

const Selection = ({ user: { id, login } }: { user: Hit }) => (
  <input type="checkbox" name="id" value={String(id)} aria-label={`Select ${login}`} />
)

function List({ c, found }: { c: PageContext; found: Found }) {
  const { zone, now } = c.var
  const { url } = c.req
  const offered = found.users.length > 0 ? deeds.filter(({ mayBeDone }) => mayBeDone(c)) : []
  const isFirst = !c.req.query('cursor')
  const rows = found.users.map((user) => [
    ...(offered.length > 0 ? [<Selection user={user} />] : []),
    <a href={`/users/${user.id}`}>{user.login}</a>,
    user.email,
    user.name,
    <LastSeen at={user.lastSeenAt} zone={zone} now={now} />,
    statesOf(user),
  ])
  const columns = ['Login', 'E-mail', 'Name', 'Last seen', 'State']
  return (
    <div id="found">
      {/* What comes after a cursor is counted from there. */}
      <p>{isFirst ? countOf(found) : 'Further users'}</p>
      <form method="post" action="/users/bulk">
        <Hidden name="list" value={new URL(withQuery(url, {}), url).search} />
        {offered.length > 0 && <Deeds offered={offered} />}
        <Table
          caption="Users"
          columns={offered.length > 0 ? ['Select', ...columns] : columns}
          rows={rows}
          empty={isFirst ? 'Nobody fits. Search for less, or show everybody.' : 'Nobody comes after those.'}
        />
      </form>
      <Pager
        first={isFirst ? undefined : withQuery(url, { cursor: undefined })}
        next={found.cursor && withQuery(url, { cursor: found.cursor })}
      />
    </div>
  )
}

userList.get('/users', signedInPage, async (c) => {
  const found = await read<Found>(c, `/api/users/search?${apiQuery(c)}`)
  return page(c, {
    title: 'Users',
    actions: may(c.var.viewer, 'users:create', '') && (
      <a class="button" href="/users/new">
        New user
      </a>
    ),
    children: (
      <>
        <Search c={c} action="/users" placeholder="Login, e-mail or name">
          <Select name="show" label="Show" options={filters} filled={filledWith(c.req.query())} />
          <Select name="sort" label="Order" options={sorts} filled={filledWith(c.req.query())} />
        </Search>
        <List c={c} found={found} />
      </>
    ),
  })
})

const ofUser = { password: /password/i, login: /username|login/i, email: /email/i, orgId: /organization/i }

const nameless = 'Enter a login or an e-mail'

/** What the API can't take of this form lacks who it is for, or a password. */
function told(refusal: Refusal, { text }: Filled): Refusal {
  const isNameless = text('login').trim() === '' && text('email').trim() === ''
  return inWords(refusal, isNameless ? nameless : 'Enter a password', [isTaken, [/^Validation error/, nameless]])
}

const NewUser = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <Form action="/users/new" submit="Create the user" cancel="/users" faults={faults}>
    <Field name="login" label="Login" filled={filled} faults={faults} autocomplete="off" autofocus />
    <Field name="email" label="E-mail" type="email" filled={filled} faults={faults} autocomplete="off" />
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" />
    <Field
      name="password"
      label="Password"
      type="password"
      filled={filled}
      faults={faults}
      autocomplete="new-password"
      required
    />
    <Checkbox name="mustChangePassword" label="To be changed at the first sign-in" filled={filled} />
  </Form>
)

userList.get('/users/new', signedInPage, (c) => {
  demand(c, 'users:create', '')
  const children = <NewUser filled={filledWith({ mustChangePassword: true })} faults={noFaults} />
  return page(c, { title: 'New user', children })
})

userList.post('/users/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  const { text, has } = filled
  const answer = await ask<{ id: number }>(c, 'POST', '/api/admin/users', {
    login: text('login'),
    email: text('email'),
    name: text('name'),
    password: text('password'),
    mustChangePassword: has('mustChangePassword'),
  })
  if (answer.ok) return seeOther(c, `/users/${answer.body.id}`, 'created')
  const children = <NewUser filled={filled} faults={faultsOf(told(answer, filled), ofUser)} />
  return page(c, { title: 'New user', children }, answer.status)
})
