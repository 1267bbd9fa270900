import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { roles } from '../../auth/permissions.ts'
import { accessDenied } from '../../errors.ts'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Hidden, Select } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { type Deed, deeds, inTurn, type Person } from './deeds.ts'
import { ofAdding } from './orgs.tsx'
import { type User, Who } from './user.tsx'

export const userBulk = newPages()

/** As many as a page of the list has: D1 answers a request only so often. */
const maxSelected = 25

const countOf = (n: number) => (n === 1 ? 'one user' : `${n} users`)

/** Back to the list as it was. What a form says of it is the query of an address here, whatever it is. */
function listOf({ text }: Filled): string {
  const query = new URLSearchParams(text('list'))
  return query.size > 0 ? `/users?${query}` : '/users'
}

const selectedIn = ({ all }: Filled) =>
  [...new Set(all('id'))].filter((id) => /^\d{1,15}$/.test(id)).map((id) => Number(id))

function refusePage(c: PageContext, filled: Filled, words: string) {
  const children = (
    <>
      <p class="empty">{words}</p>
      <p>
        <a href={listOf(filled)}>Back to the list</a>
      </p>
    </>
  )
  return page(c, { title: 'Nothing was done', children }, 400)
}

/** Whoever is not there any more, or not the viewer's to see, is left out. */
async function readUsers(c: PageContext, ids: readonly number[]): Promise<User[]> {
  const answers = await inTurn(ids, (id) => ask<User>(c, 'GET', `/api/users/${id}`))
  return answers.flatMap((answer) => (answer.ok ? [answer.body] : []))
}

const Named = ({ c, users }: { c: PageContext; users: readonly User[] }) => (
  <ul>
    {users.map((user) => (
      <li>
        <Hidden name="id" value={user.id} />
        <Hidden name={`login.${user.id}`} value={user.login} />
        <Who user={user} /> {user.isGrafanaAdmin && <Badge>server admin</Badge>}{' '}
        {user.isDisabled && <Badge tone="bad">disabled</Badge>}{' '}
        {user.isExternal && <Badge>{user.authLabels.join()}</Badge>}{' '}
        {user.id === c.var.viewer.user.id && <Badge tone="bad">this is you</Badge>}
      </li>
    ))}
  </ul>
)

const Adding = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <>
    <Field
      name="org"
      label="Name of the organization"
      hint="As it is written there."
      filled={filled}
      faults={faults}
      autocomplete="off"
      required
      autofocus
    />
    <Select
      name="role"
      label="Role"
      filled={filled}
      faults={faults}
      options={roles.map((role) => [role, role] as const)}
    />
  </>
)

type Asked = { deed: Deed; users: User[]; filled: Filled; faults: Faults; status?: ContentfulStatusCode }

function askPage(c: PageContext, { deed, users, filled, faults, status }: Asked) {
  const count = countOf(users.length)
  const children = (
    <Form
      action="/users/bulk"
      submit={deed.name === 'add' ? `Add ${count}` : `${deed.label} ${count}`}
      isDanger={deed.isDanger}
      cancel={listOf(filled)}
      faults={faults}
    >
      <Hidden name="deed" value={deed.name} />
      <Hidden name="list" value={filled.text('list')} />
      <Hidden name="confirmed" value="yes" />
      {deed.warning && <p>{deed.warning}</p>}
      <Named c={c} users={users} />
      {deed.name === 'add' && <Adding filled={filled} faults={faults} />}
    </Form>
  )
  return page(c, { title: deed.title(count), children }, status)
}

type Outcome = { person: Person; refusal: string | undefined }

function resultPage(c: PageContext, { done, name }: Deed, outcomes: Outcome[], filled: Filled) {
  const failed = outcomes.filter(({ refusal }) => refusal !== undefined).length
  const isLinked = (outcome: Outcome) => name !== 'delete' || outcome.refusal !== undefined
  const rows = outcomes.map((outcome) => [
    isLinked(outcome) ? <a href={`/users/${outcome.person.id}`}>{outcome.person.login}</a> : outcome.person.login,
    outcome.refusal === undefined ? <Badge tone="good">done</Badge> : <Badge tone="bad">refused</Badge>,
    ...(failed > 0 ? [outcome.refusal ?? ''] : []),
  ])
  const columns = ['User', 'What happened', ...(failed > 0 ? ['Why'] : [])]
  const children = (
    <>
      {failed > 0 && <p>What was refused is as it was.</p>}
      <Table caption="What was done" columns={columns} rows={rows} empty="Nothing was done." />
      <p>
        <a class="button quiet" href={listOf(filled)}>
          Back to the list
        </a>
      </p>
    </>
  )
  return page(c, { title: `${done}: ${outcomes.length - failed} of ${outcomes.length}`, children })
}

async function perform(c: PageContext, deed: Deed, ids: readonly number[], filled: Filled) {
  const work = await deed.prepare(c, filled)
  if (typeof work !== 'function') {
    const users = await readUsers(c, ids)
    return askPage(c, { deed, users, filled, faults: faultsOf(work, ofAdding), status: work.status })
  }
  const people = ids.map((id) => ({ id, login: filled.text(`login.${id}`) || `user ${id}` }))
  const outcomes = await inTurn(people, async (person): Promise<Outcome> => {
    const answer = await work(person)
    return { person, refusal: answer.ok ? undefined : answer.message }
  })
  return resultPage(c, deed, outcomes, filled)
}

/** Whoever reloads a page that came of a form, or types its address. */
userBulk.get('/users/bulk', signedInPage, (c) => seeOther(c, '/users'))

/** First it is asked, by the names of all of them; then it is done. */
userBulk.post('/users/bulk', signedInPage, async (c) => {
  const filled = await readForm(c)
  const deed = deeds.find(({ name }) => name === filled.text('deed'))
  const ids = selectedIn(filled)
  if (!deed) return refusePage(c, filled, 'Choose what is to be done, by one of the buttons of the list.')
  if (!deed.mayBeDone(c)) throw accessDenied(deed.permission)
  if (ids.length === 0) return refusePage(c, filled, 'Nobody is selected: tick the boxes of whom it is for.')
  if (ids.length > maxSelected) return refusePage(c, filled, `At most ${maxSelected} users are changed at once.`)
  if (filled.has('confirmed')) return perform(c, deed, ids, filled)
  const users = await readUsers(c, ids)
  if (users.length === 0) return refusePage(c, filled, 'None of those selected is there any more.')
  return askPage(c, { deed, users, filled: withList(filled), faults: noFaults })
})

const withList = ({ text }: Filled) => filledWith({ list: text('list'), role: 'Viewer' })
