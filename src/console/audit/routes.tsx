import { knownActions } from '../../auth/actions.ts'
import { ask, forward, Refused } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, noFaults } from '../forms.ts'
import { newPages } from '../pages.ts'
import { Alert, Field } from '../ui/forms.tsx'
import { Pager } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { Entries, type Entry } from './entries.tsx'
import { apiQuery, samePath } from './filters.ts'

export const auditPages = newPages()

const perPage = 50

/** What the log calls the deeds that ask for no permission. */
const ownNames = [
  'login',
  'logout',
  'signup:start',
  'signup',
  'invite:accept',
  'password:change',
  'password:forgot',
  'password:reset',
  'password:due',
  'authenticate',
]

/** Reading isn't recorded. */
const actions = [...ownNames, ...knownActions.filter((action) => !action.endsWith(':read'))].sort()

const dayHint = (c: PageContext) => `A day in ${c.var.zone ?? 'UTC'}.`

const Filters = ({ c, faults }: { c: PageContext; faults: Faults }) => {
  const filled = filledWith(c.req.query())
  return (
    <search>
      <form method="get" action="/audit" class="row">
        {faults.form && <Alert>{faults.form}</Alert>}
        <Field name="actor" label="Who" hint="Such as user:7" filled={filled} faults={faults} autocomplete="off" />
        <Field
          name="action"
          label="Action"
          hint="Such as users:delete"
          filled={filled}
          faults={faults}
          autocomplete="off"
          options={actions}
        />
        <Field
          name="target"
          label="Target"
          hint="Such as users:id:7"
          filled={filled}
          faults={faults}
          autocomplete="off"
        />
        <Field name="from" label="From" type="date" hint={dayHint(c)} filled={filled} faults={faults} />
        <Field name="to" label="To" type="date" hint={dayHint(c)} filled={filled} faults={faults} />
        <p class="buttons">
          <button type="submit" class="quiet">
            Filter
          </button>
          <a href="/audit">All entries</a>
        </p>
      </form>
    </search>
  )
}

type Found = { items: Entry[]; cursor?: string }

function List({ c, found: { items, cursor } }: { c: PageContext; found: Found }) {
  const isFirst = !c.req.query('cursor')
  return (
    <>
      <Entries
        c={c}
        items={items}
        empty={cursor ? 'None in this part of the log: go on to the next page.' : 'Nothing that fits was recorded.'}
      />
      <Pager first={isFirst ? undefined : samePath(c, '/audit')} next={cursor && samePath(c, '/audit', cursor)} />
      <p>
        The export holds 10,000 entries at most, the newest first.{' '}
        <a href={samePath(c, '/audit/parts')}>Export a longer log in parts</a>
      </p>
    </>
  )
}

const ofFilters = { from: /^from /, to: /^to / }

auditPages.get('/audit', signedInPage, async (c) => {
  const answer = await ask<Found>(c, 'GET', `/api/admin/audit?${apiQuery(c, { limit: String(perPage) })}`)
  if (!answer.ok && answer.status !== 400) throw new Refused(answer)
  const faults = answer.ok ? noFaults : faultsOf(answer, ofFilters)
  return page(
    c,
    {
      title: 'Audit log',
      actions: (
        <a class="button quiet" href={samePath(c, '/audit/export')} download>
          Export as NDJSON
        </a>
      ),
      children: (
        <>
          <Filters c={c} faults={faults} />
          {answer.ok && <List c={c} found={answer.body} />}
        </>
      ),
    },
    answer.ok ? 200 : answer.status,
  )
})

const exportPath = (c: PageContext) => `/api/admin/audit?${apiQuery(c, { format: 'ndjson' })}`

/** A program finds the next part by the header, a person by the page of parts. */
auditPages.get('/audit/export', signedInPage, async (c) => {
  const { body, headers } = await forward(c, exportPath(c))
  const cursor = headers.get('X-Next-Cursor')
  if (cursor) c.header('X-Next-Cursor', cursor)
  const day = new Date(c.var.now * 1000).toISOString().slice(0, 10)
  c.header('Content-Disposition', `attachment; filename="audit-${day}.ndjson"`)
  return c.newResponse(body, 200, { 'Content-Type': 'application/x-ndjson' })
})

/** Where a part ends is known only once it was read: one at a time. */
auditPages.get('/audit/parts', signedInPage, async (c) => {
  const { body, headers } = await forward(c, exportPath(c))
  await body?.cancel()
  const cursor = headers.get('X-Next-Cursor') ?? undefined
  const here = c.req.query('cursor')
  return page(c, {
    title: 'Export the audit log in parts',
    children: (
      <>
        <p>
          {here ? 'This part begins where the one before it ended.' : 'This part holds the newest entries.'}{' '}
          {cursor ? 'It holds 10,000 at most; older ones are in the next.' : 'It is the last one.'}
        </p>
        <p class="buttons">
          <a class="button" href={samePath(c, '/audit/export', here)} download>
            Download this part
          </a>
          <a href={samePath(c, '/audit')}>Back to the log</a>
        </p>
        <Pager
          first={here ? samePath(c, '/audit/parts') : undefined}
          next={cursor && samePath(c, '/audit/parts', cursor)}
        />
      </>
    ),
  })
})
