import type { Child } from 'hono/jsx'
import { decidingInOrg } from '../../auth/guards.ts'
import { allows, mayGiveRole, mayOnServer, roles } from '../../auth/permissions.ts'
import { accessDenied } from '../../errors.ts'
import type { listOrgs, listOrgsOf } from '../../orgs/queries.ts'
import { ask, type Refusal, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Field, Form, Select } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { confirmPage } from './confirm.tsx'
import { baseOf, mayHere, readUser, type User, userPage, Who } from './user.tsx'

export const userOrgs = newPages()

const perPage = 25

type Membership = Awaited<ReturnType<typeof listOrgsOf>>[number]

const readOrgs = (c: PageContext) => read<Membership[]>(c, `/api${baseOf(c)}/orgs`)

/** A role of the viewer counts in the org that they act in, what they may on the server in each. */
const mayIn = (c: PageContext, orgId: number, action: string, scope: string) =>
  decidingInOrg(c.var.viewer, orgId).every((grants) => allows(grants, action, scope))

type RowProps = { c: PageContext; user: User; org: Membership }

function roleOf({ c, user, org }: RowProps): Child {
  if (!mayIn(c, org.orgId, 'org.users:write', `users:id:${user.id}`)) return org.role
  const choices = roles.filter((role) => role === org.role || mayGiveRole(c.var.viewer, org.orgId, role))
  return (
    <Form action={`${baseOf(c)}/orgs/${org.orgId}`} submit="Save" isInline>
      <select name="role" aria-label={`Role in ${org.name}`}>
        {choices.map((choice) => (
          <option selected={choice === org.role}>{choice}</option>
        ))}
      </select>
    </Form>
  )
}

const Active = ({ c, user, org }: RowProps) => {
  if (user.orgId === org.orgId) return <Badge tone="good">active</Badge>
  return mayHere(c, 'users:write') ? (
    <Form action={`${baseOf(c)}/using/${org.orgId}`} submit="Make active" isInline />
  ) : null
}

const Links = ({ c, user, org }: RowProps) => (
  <div class="deeds">
    {mayHere(c, 'users.permissions:read') && (
      <a href={`${baseOf(c)}/permissions?targetOrgId=${org.orgId}`} aria-label={`Permissions in ${org.name}`}>
        Permissions
      </a>
    )}
    {mayIn(c, org.orgId, 'org.users:remove', `users:id:${user.id}`) && (
      <a href={`${baseOf(c)}/orgs/${org.orgId}/delete`} aria-label={`Remove from ${org.name}`}>
        Remove
      </a>
    )}
  </div>
)

const nameOf = (c: PageContext, { orgId, name }: Membership): Child =>
  mayOnServer(c.var.viewer, 'orgs:read', '') ? <a href={`/orgs/${orgId}`}>{name}</a> : name

/** An org is found by its name, and whoever is in none of the viewer's is added all the same. */
export const mayAdd = ({ var: { viewer } }: PageContext) =>
  mayOnServer(viewer, 'orgs:read', '') && mayOnServer(viewer, 'org.users:add', 'users:*')

const roleOptions = roles.map((role) => [role, role] as const)

const Adding = ({ c, filled, faults }: { c: PageContext; filled: Filled; faults: Faults }) => (
  <>
    <h2>Add to an organization</h2>
    <Form action={`${baseOf(c)}/orgs`} submit="Add" faults={faults}>
      <Field
        name="org"
        label="Name of the organization"
        hint="As it is written there."
        filled={filled}
        faults={faults}
        autocomplete="off"
        required
      />
      <Select name="role" label="Role" filled={filled} faults={faults} options={roleOptions} />
    </Form>
  </>
)

/** What was refused of the list, or the form under it as it comes back. */
type Shown = { refusal?: Refusal; returned?: Returned }

async function show(c: PageContext, { refusal, returned }: Shown = {}) {
  const [user, orgs] = await Promise.all([readUser(c), readOrgs(c)])
  const { rows, pager } = partOf(c, orgs, perPage)
  const { filled, faults } = returned ?? { filled: filledWith({ role: 'Viewer' }), faults: noFaults }
  return userPage(
    c,
    {
      user,
      tab: '/orgs',
      children: (
        <>
          {refusal && <Alert>{refusal.message}</Alert>}
          {!mayAdd(c) && faults.form && <Alert>{faults.form}</Alert>}
          <Table
            caption={`Organizations of ${user.login}`}
            columns={['Organization', 'Role', 'Acts in', 'More']}
            rows={rows.map((org) => [
              nameOf(c, org),
              roleOf({ c, user, org }),
              <Active c={c} user={user} org={org} />,
              <Links c={c} user={user} org={org} />,
            ])}
            empty="In no organization: they can sign in, and see nothing. Add them to one."
          />
          {pager}
          {mayAdd(c) && <Adding c={c} filled={filled} faults={faults} />}
        </>
      ),
    },
    refusal ? refusal.status : returned?.status,
  )
}

/** What the API can't take of these forms is but a role that there is none of. */
export const noRole = 'Choose a role'

const orgOf = (c: PageContext) => encodeURIComponent(c.req.param('orgId') ?? '')
const idOf = (c: PageContext) => encodeURIComponent(c.req.param('id') ?? '')
const memberPathOf = (c: PageContext) => `/api/orgs/${orgOf(c)}/users/${idOf(c)}`

userOrgs.get('/users/:id/orgs', signedInPage, (c) => show(c))

userOrgs.post('/users/:id/orgs/:orgId', signedInPage, async (c) => {
  const role = (await readForm(c)).text('role')
  const answer = await ask(c, 'PATCH', memberPathOf(c), { role })
  return answer.ok ? seeOther(c, `${baseOf(c)}/orgs`, 'saved') : show(c, { refusal: inWords(answer, noRole) })
})

userOrgs.post('/users/:id/using/:orgId', signedInPage, async (c) => {
  const answer = await ask(c, 'POST', `/api${baseOf(c)}/using/${orgOf(c)}`)
  return answer.ok ? seeOther(c, `${baseOf(c)}/orgs`, 'org-switched') : show(c, { refusal: answer })
})

async function confirmRemoval(c: PageContext, refusal?: Refusal) {
  const [user, orgs] = await Promise.all([readUser(c), readOrgs(c)])
  const name = orgs.find(({ orgId }) => String(orgId) === c.req.param('orgId'))?.name ?? `organization ${orgOf(c)}`
  const question = {
    title: `Remove ${user.login} from ${name}?`,
    action: `${baseOf(c)}/orgs/${orgOf(c)}/delete`,
    submit: 'Remove',
    cancel: `${baseOf(c)}/orgs`,
    isDanger: true,
    children: (
      <p>
        <Who user={user} /> will not be in <strong>{name}</strong> any more, nor on its teams. The account stays.
      </p>
    ),
  }
  return confirmPage(c, question, refusal)
}

userOrgs.get('/users/:id/orgs/:orgId/delete', signedInPage, (c) => {
  const [action, scope] = ['org.users:remove', `users:id:${c.req.param('id')}`]
  if (!mayIn(c, Number(c.req.param('orgId')), action, scope)) throw accessDenied(action, scope)
  return confirmRemoval(c)
})

userOrgs.post('/users/:id/orgs/:orgId/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', memberPathOf(c))
  return answer.ok ? seeOther(c, `${baseOf(c)}/orgs`, 'removed') : confirmRemoval(c, answer)
})

type Found = Awaited<ReturnType<typeof listOrgs>>[number]

/** By its exact name; as a query, since a name may be what means another address in a path. */
export async function findOrg(c: PageContext, name: string): Promise<Found | Refusal> {
  const unknown: Refusal = { ok: false, status: 404, message: 'There is no organization of that name' }
  if (name === '') return { ...unknown, status: 400, message: 'Enter the name of an organization' }
  const answer = await ask<Found[]>(c, 'GET', `/api/orgs?${new URLSearchParams({ name, perpage: '1' })}`)
  return answer.ok ? (answer.body[0] ?? unknown) : answer
}

/** The name of an org is in what is said about orgs, the rest is about roles. */
export const ofAdding = { role: /\brole\b/i, org: /organization/i }

async function add(c: PageContext, filled: Filled) {
  const [{ login }, org] = await Promise.all([readUser(c), findOrg(c, filled.text('org').trim())])
  if ('ok' in org) return org
  return ask(c, 'POST', `/api/orgs/${org.id}/users`, { loginOrEmail: login, role: filled.text('role') })
}

userOrgs.post('/users/:id/orgs', signedInPage, async (c) => {
  const filled = await readForm(c)
  const answer = await add(c, filled)
  if (answer.ok) return seeOther(c, `${baseOf(c)}/orgs`, 'added')
  const faults = faultsOf(inWords(answer, noRole), ofAdding)
  return show(c, { returned: { filled, faults, status: answer.status } })
})
