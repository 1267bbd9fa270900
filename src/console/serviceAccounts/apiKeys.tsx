import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may } from '../../auth/permissions.ts'
import type { apiKey } from '../../tokens/views.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Select } from '../ui/forms.tsx'
import { isLifetime, Lifetime, lifetimeFault, secondsOf } from '../ui/lifetime.tsx'
import { Secret, Table, Time } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { nameInWords, roleOptions } from './account.tsx'
import { Expiry, Maker } from './credentials.tsx'

// Keys of the whole org, which came before service accounts.

export const apiKeyPages = newPages()

const perPage = 50

/** The times are there since the page asks for them. */
type Key = ReturnType<typeof apiKey> & {
  expiration?: string
  created?: string
  createdBy?: string | null
  lastUsedAt?: string | null
}

const readKeys = (c: PageContext) => read<Key[]>(c, '/api/auth/keys?includeExpired=true&metadata=true')

const mayDelete = (c: PageContext, id: number) => may(c.var.viewer, 'apikeys:delete', `apikeys:id:${id}`)

const Deletion = ({ c, id, name }: { c: PageContext; id: number; name: string }) =>
  mayDelete(c, id) ? (
    <a href={`/apikeys/${id}/delete`} aria-label={`Delete ${name}`}>
      Delete
    </a>
  ) : null

function List({ c, keys }: { c: PageContext; keys: readonly Key[] }) {
  const { rows, pager } = partOf(c, keys, perPage)
  const { zone } = c.var
  return (
    <>
      <Table
        caption="API keys"
        columns={['Name', 'Role', 'Created', 'By', 'Last used', 'Expires', '']}
        rows={rows.map(({ id, name, role, created, createdBy, lastUsedAt, expiration }) => [
          name,
          role,
          <Time at={created} zone={zone} />,
          <Maker c={c} by={createdBy} />,
          <Time at={lastUsedAt} zone={zone} />,
          <Expiry c={c} at={expiration} />,
          <Deletion c={c} id={id} name={name} />,
        ])}
        empty="The organization has no API keys. New programs are better given a service account."
      />
      {pager}
    </>
  )
}

apiKeyPages.get('/apikeys', signedInPage, async (c) => {
  const keys = await readKeys(c)
  return page(c, {
    title: 'API keys',
    actions: may(c.var.viewer, 'apikeys:create', '') && (
      <a class="button" href="/apikeys/new">
        New API key
      </a>
    ),
    children: (
      <>
        <p>
          Keys that act in the organization with one role. <a href="/serviceaccounts">Service accounts</a> do the same,
          and can be disabled and given to others.
        </p>
        <List c={c} keys={keys} />
      </>
    ),
  })
})

const showNew = (c: PageContext, filled: Filled, faults: Faults, status?: ContentfulStatusCode) =>
  page(
    c,
    {
      title: 'New API key',
      children: (
        <Form action="/apikeys" submit="Create the key" cancel="/apikeys" faults={faults}>
          <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" required autofocus />
          <Select name="role" label="Role" filled={filled} faults={faults} options={roleOptions(c)} />
          <Lifetime filled={filled} faults={faults} />
        </Form>
      ),
    },
    status,
  )

apiKeyPages.get('/apikeys/new', signedInPage, (c) => {
  demand(c, 'apikeys:create', '')
  return showNew(c, filledWith({ role: 'Viewer' }), noFaults)
})

/** The secret is in this answer and nowhere else; the same form sent again is refused for the name. */
apiKeyPages.post('/apikeys', signedInPage, async (c) => {
  const filled = await readForm(c)
  const [name, role, days] = [filled.text('name'), filled.text('role'), filled.text('days')]
  if (!isLifetime(days)) return showNew(c, filled, lifetimeFault, 400)
  const answer = await ask<{ key: string }>(c, 'POST', '/api/auth/keys', { name, role, secondsToLive: secondsOf(days) })
  if (!answer.ok) {
    const faults = faultsOf(nameInWords(answer), { role: /role/i, name: /name/i })
    return showNew(c, filled, faults, answer.status)
  }
  return page(c, {
    title: 'New API key',
    children: (
      <>
        <Secret label={`The key ${name}.`} value={answer.body.key} />
        <p>
          <a href="/apikeys">To the API keys</a>
        </p>
      </>
    ),
  })
})

async function confirm(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const key = (await readKeys(c)).find(({ id }) => String(id) === c.req.param('id'))
  if (!key) throw new Refused({ ok: false, status: 404, message: 'There is no such key' })
  const children = (
    <Form action={`/apikeys/${key.id}/delete`} submit="Delete the key" isDanger cancel="/apikeys" faults={faults}>
      <p>
        The API key <strong>{key.name}</strong>, last used <Time at={key.lastUsedAt} zone={c.var.zone} />, opens nothing
        any more, for good.
      </p>
    </Form>
  )
  return page(c, { title: `Delete the API key ${key.name}?`, children }, status)
}

apiKeyPages.get('/apikeys/:id/delete', signedInPage, (c) => {
  demand(c, 'apikeys:delete', `apikeys:id:${c.req.param('id')}`)
  return confirm(c, noFaults)
})

/** A key that is gone already was deleted by the same form, sent twice. */
apiKeyPages.post('/apikeys/:id/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api/auth/keys/${encodeURIComponent(c.req.param('id'))}`)
  if (answer.ok || answer.status === 404) return seeOther(c, '/apikeys', 'deleted')
  return confirm(c, faultsOf(answer), answer.status)
})
