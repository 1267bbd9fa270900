import { may } from '../../auth/permissions.ts'
import { ask, type Refusal, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { faultsOf, inWords, noFaults, type ReturnedForm, readForm, returnedBy } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { anyOrg, baseOf, nameOf, type Org, OrgTabs } from './parts.tsx'
import { Quotas, readQuotas } from './quotas.tsx'
import { Settings, settingPages } from './settings.tsx'

export const orgDetail = newPages()

async function show(c: PageContext, returned?: ReturnedForm) {
  const base = baseOf(c)
  const [org, quotas] = await Promise.all([read<Org>(c, `/api${base}`), readQuotas(c)])
  const { viewer } = c.var
  const mayDelete = may(viewer, 'orgs:delete', '')
  const isActive = viewer.user.orgId === org.id
  return page(
    c,
    {
      title: org.name,
      actions: mayDelete && !isActive && (
        <a class="button danger" href={`${base}/delete`}>
          Delete
        </a>
      ),
      under: <OrgTabs c={c} />,
      children: (
        <>
          <dl class="facts">
            <dt>Number</dt>
            <dd>{org.id}</dd>
            {mayDelete && isActive && (
              <>
                <dt>Active</dt>
                <dd>You act in it, so that it can’t be deleted.</dd>
              </>
            )}
          </dl>
          <Settings c={c} org={org} returned={returned} />
          {quotas && (
            <>
              <h2>Quotas</h2>
              <Quotas
                quotas={quotas}
                action={may(viewer, 'orgs.quotas:write', '') ? `${base}/quotas` : undefined}
                returned={returned}
              />
            </>
          )}
        </>
      ),
    },
    returned?.status,
  )
}

orgDetail.route('/', settingPages(anyOrg, show))

/** What is no whole number is left to the API to refuse: an empty field must not pass for 0, which allows nothing. */
const limitIn = (text: string) => (/^-?\d+$/.test(text) ? Number(text) : text)

orgDetail.post(`${anyOrg}/quotas/:target`, signedInPage, async (c) => {
  const filled = await readForm(c)
  const target = c.req.param('target')
  const path = `/api${baseOf(c)}/quotas/${encodeURIComponent(target)}`
  const answer = await ask(c, 'PUT', path, { limit: limitIn(filled.text(target)) })
  if (answer.ok) return seeOther(c, baseOf(c), 'saved')
  if (answer.status === 404) throw new Refused(answer)
  const refusal = inWords(answer, 'A limit is a whole number; -1 is none')
  return show(c, returnedBy(target, filled, refusal, { [target]: /limit/i }))
})

/** No more than are read to say how many there are. */
const maxCounted = 1000

/** The API tells no total; who may delete an org need not see who is in it. */
async function countMembers(c: PageContext): Promise<string | undefined> {
  const answer = await ask<unknown[]>(c, 'GET', `/api${baseOf(c)}/users?perpage=${maxCounted}`)
  if (!answer.ok) return undefined
  const { length } = answer.body
  if (length === maxCounted) return `${maxCounted} members or more`
  return length === 1 ? '1 member' : `${length} members`
}

async function confirmDeletion(c: PageContext, refusal?: Refusal) {
  const [name, members] = await Promise.all([nameOf(c), countMembers(c)])
  return page(
    c,
    {
      title: `Delete ${name}?`,
      children: (
        <Form
          action={`${baseOf(c)}/delete`}
          submit="Delete the organization"
          isDanger
          cancel={baseOf(c)}
          faults={refusal ? faultsOf(refusal) : noFaults}
        >
          <p>
            <strong>{name}</strong> {members && <>has {members}. It </>}goes for good, and with it its teams, service
            accounts, API keys, dashboards and invitations. The accounts of its members stay.
          </p>
        </Form>
      ),
    },
    refusal?.status,
  )
}

orgDetail.get(`${anyOrg}/delete`, signedInPage, (c) => {
  demand(c, 'orgs:delete', '')
  return confirmDeletion(c)
})

/** Whoever sends it twice finds it gone, which is what they wanted. */
orgDetail.post(`${anyOrg}/delete`, signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api${baseOf(c)}`)
  return answer.ok || answer.status === 404 ? seeOther(c, '/orgs', 'deleted') : confirmDeletion(c, answer)
})
