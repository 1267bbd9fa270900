import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may, mayOnServer } from '../../auth/permissions.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Form, Hidden, Select } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { delegate, type Listed, pathOf, titleOf } from './rules.ts'

// Which roles were given to a user, a team or a service account: the same pages for each.

export type Holder = {
  /** Of the pages about the holder, as the router has it: `/teams/:teamId`. */
  path: string
  /** By whose permissions roles are given; service accounts go with users, as in the API. */
  kind: 'user' | 'team'
  /** The same for the holder of the request: `/teams/3`. */
  baseOf: (c: PageContext) => string
  /** Where the API lists the roles given: `/api/access-control/teams/3/roles`. */
  apiOf: (c: PageContext) => string
  /** One request to the API, or none. */
  about: (c: PageContext) => Promise<{ name: string; under: Child }>
}

const perPage = 25

const mayGive = (c: PageContext, { kind }: Holder) =>
  may(c.var.viewer, `${kind}s.roles:add`, delegate) && may(c.var.viewer, 'roles:read', 'roles:*')
const mayTake = (c: PageContext, { kind }: Holder) => may(c.var.viewer, `${kind}s.roles:remove`, delegate)

/** Whether the holder can have it in every org, and the viewer has a say in that. A team is of one org. */
const isForAll = (c: PageContext, { kind }: Holder, role: Listed, verb: 'add' | 'remove') =>
  kind !== 'team' && role.global && mayOnServer(c.var.viewer, `${kind}s.roles:${verb}`, delegate)

const rolesOf = (c: PageContext, holder: Holder) => `${holder.baseOf(c)}/roles`

const Name = ({ c, role }: { c: PageContext; role: Listed }) => (
  <>
    {may(c.var.viewer, 'roles:read', `roles:uid:${role.uid}`) ? (
      <a href={pathOf(role.uid)}>{titleOf(role)}</a>
    ) : (
      titleOf(role)
    )}{' '}
    {role.hidden && <Badge>hidden</Badge>}
  </>
)

const readGiven = (c: PageContext, holder: Holder) => read<Listed[]>(c, `${holder.apiOf(c)}?includeHidden=true`)

async function showGiven(c: PageContext, holder: Holder) {
  const [{ name, under }, given] = await Promise.all([holder.about(c), readGiven(c, holder)])
  const { rows, pager } = partOf(c, given, perPage)
  const isTaken = mayTake(c, holder)
  const path = rolesOf(c, holder)
  return page(c, {
    title: `Roles of ${name}`,
    under,
    actions: mayGive(c, holder) && (
      <a class="button" href={`${path}/new`}>
        Give a role
      </a>
    ),
    children: (
      <>
        <Table
          caption="Roles given"
          columns={['Role', 'Group', 'Description', ...(isTaken ? [''] : [])]}
          rows={rows.map((role) => [
            <Name c={c} role={role} />,
            role.group,
            role.description,
            ...(isTaken
              ? [
                  <a href={`${path}/${encodeURIComponent(role.uid)}/delete`} aria-label={`Take away ${titleOf(role)}`}>
                    Take away
                  </a>,
                ]
              : []),
          ])}
          empty={mayGive(c, holder) ? 'No role was given beside what comes by itself. Give one.' : 'No role was given.'}
        />
        {pager}
      </>
    ),
  })
}

/** What the viewer can give, of which the text is somewhere in the role. */
function choiceFor(c: PageContext, roles: readonly Listed[]): Listed[] {
  const wanted = (c.req.query('query') ?? '').trim().toLowerCase()
  return roles.filter(
    ({ uid, name, displayName, description, group, delegatable }) =>
      delegatable && [uid, name, displayName, description, group].some((text) => text.toLowerCase().includes(wanted)),
  )
}

const Giving = ({ c, holder, role }: { c: PageContext; holder: Holder; role: Listed }) => (
  <div class="deeds">
    <Form action={`${rolesOf(c, holder)}/new`} submit="Give" isInline>
      <Hidden name="role" value={role.uid} />
    </Form>
    {isForAll(c, holder, role, 'add') && (
      <Form action={`${rolesOf(c, holder)}/new`} submit="Give in every organization" isInline>
        <Hidden name="role" value={role.uid} />
        <Hidden name="where" value="everywhere" />
      </Form>
    )}
  </div>
)

async function showChoice(c: PageContext, holder: Holder, faults: Faults, status?: ContentfulStatusCode) {
  const [{ name, under }, roles] = await Promise.all([
    holder.about(c),
    read<Listed[]>(c, '/api/access-control/roles?delegatable=true'),
  ])
  const choice = choiceFor(c, roles)
  const { rows, pager } = partOf(c, choice, perPage)
  const path = rolesOf(c, holder)
  const children = (
    <>
      {faults.form && <Alert>{faults.form}</Alert>}
      <Search c={c} action={`${path}/new`} placeholder="Name, group or uid" />
      <div id="found">
        <p>
          {choice.length} {choice.length === 1 ? 'role' : 'roles'}
        </p>
        <Table
          caption="Roles that you can give"
          columns={['Role', 'Group', 'Description', '']}
          rows={rows.map((role) => [
            <Name c={c} role={role} />,
            role.group,
            role.description,
            <Giving c={c} holder={holder} role={role} />,
          ])}
          empty="No role fits that you can give: you give only what you hold yourself."
        />
        {pager}
      </div>
      <p>
        <a href={path}>Back to the roles given</a>
      </p>
    </>
  )
  return page(c, { title: `Give a role to ${name}`, under, children }, status)
}

async function give(c: PageContext, holder: Holder) {
  const { text } = await readForm(c)
  const given = { roleUid: text('role'), global: text('where') === 'everywhere' }
  const answer = await ask(c, 'POST', holder.apiOf(c), given)
  if (answer.ok) return seeOther(c, rolesOf(c, holder), 'given')
  return showChoice(c, holder, faultsOf(answer), answer.status)
}

const places = [
  ['here', 'In this organization'],
  ['everywhere', 'In every organization'],
] as const

const uidOf = (c: PageContext) => c.req.param('roleUid') ?? ''

/** A role may have been given here or everywhere, which the list doesn't tell. */
async function confirm(c: PageContext, holder: Holder, where: string, faults: Faults, status?: ContentfulStatusCode) {
  const [{ name, under }, given] = await Promise.all([holder.about(c), readGiven(c, holder)])
  const role = given.find(({ uid }) => uid === uidOf(c))
  if (!role) throw new Refused({ ok: false, status: 404, message: 'Role assignment not found' })
  const path = rolesOf(c, holder)
  const children = (
    <Form
      action={`${path}/${encodeURIComponent(role.uid)}/delete`}
      submit="Take away"
      isDanger
      cancel={path}
      faults={faults}
    >
      <p>
        <strong>{name}</strong> no longer has what the role <strong>{titleOf(role)}</strong> gives.
      </p>
      {isForAll(c, holder, role, 'remove') && (
        <Select
          name="where"
          label="Where it was given"
          filled={filledWith({ where })}
          faults={faults}
          options={places}
        />
      )}
    </Form>
  )
  return page(c, { title: `Take away ${titleOf(role)}?`, under, children }, status)
}

const notThere = 'It was not given there, but in the other of the two'

async function take(c: PageContext, holder: Holder) {
  const where = (await readForm(c)).text('where')
  const query = where === 'everywhere' ? '?global=true' : ''
  const answer = await ask(c, 'DELETE', `${holder.apiOf(c)}/${encodeURIComponent(uidOf(c))}${query}`)
  if (answer.ok) return seeOther(c, rolesOf(c, holder), 'taken-away')
  if (answer.status !== 404) return confirm(c, holder, where, faultsOf(answer), answer.status)
  const isGiven = (await readGiven(c, holder)).some(({ uid }) => uid === uidOf(c))
  // The same form, sent twice.
  if (!isGiven) return seeOther(c, rolesOf(c, holder), 'taken-away')
  const faults =
    where === ''
      ? { form: 'It was given in every organization: a server admin takes it away', fields: {} }
      : { fields: { where: notThere } }
  return confirm(c, holder, where, faults, answer.status)
}

export function givenRolePages(holder: Holder) {
  const pages = newPages()
  const path: `${string}/roles` = `${holder.path}/roles`
  pages.get(path, signedInPage, (c) => showGiven(c, holder))
  pages.get(`${path}/new`, signedInPage, (c) => {
    demand(c, `${holder.kind}s.roles:add`, delegate)
    return showChoice(c, holder, noFaults)
  })
  pages.post(`${path}/new`, signedInPage, (c) => give(c, holder))
  pages.get(`${path}/:roleUid/delete`, signedInPage, (c) => {
    demand(c, `${holder.kind}s.roles:remove`, delegate)
    return confirm(c, holder, 'here', noFaults)
  })
  pages.post(`${path}/:roleUid/delete`, signedInPage, (c) => take(c, holder))
  return pages
}
