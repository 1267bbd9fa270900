import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may } from '../../auth/permissions.ts'
import { accessDenied } from '../../errors.ts'
import { ask, read } from '../ask.ts'
import type { PageContext, Zone } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Form } from '../ui/forms.tsx'
import { Badge, Table, Time } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { RoleTabs } from './parts.tsx'
import {
  apiPathOf,
  beyondViewer,
  delegate,
  demandDeletion,
  type Full,
  mayChange,
  mayDelete,
  mayReset,
  pathOf,
  sortOf,
  titleOf,
  titleOfUid,
} from './rules.ts'

export const roleDetail = newPages()

/** A role may have a thousand. */
const perPage = 100

const Facts = ({ role, zone }: { role: Full; zone: Zone }) => (
  <dl class="facts">
    <dt>Kind</dt>
    <dd>
      {sortOf(role.uid)} {role.hidden && <Badge>hidden</Badge>}
    </dd>
    <dt>Name</dt>
    <dd>
      <code>{role.name}</code>
    </dd>
    <dt>Uid</dt>
    <dd>
      <code>{role.uid}</code>
    </dd>
    <dt>Group</dt>
    <dd>{role.group || 'none'}</dd>
    <dt>Description</dt>
    <dd>{role.description || 'none'}</dd>
    <dt>Counts in</dt>
    <dd>{role.global ? 'all organizations, where it is given' : 'this organization'}</dd>
    <dt>Version</dt>
    <dd>{role.version}</dd>
    <dt>Changed</dt>
    <dd>
      <Time at={role.updated} zone={zone} />
    </dd>
  </dl>
)

const Scope = ({ scope }: { scope: string }) => (scope === '' ? <>none needed</> : <code>{scope}</code>)

function Permissions({ c, role }: { c: PageContext; role: Full }) {
  const { rows, pager } = partOf(c, role.permissions, perPage)
  return (
    <section>
      <h2>Permissions ({role.permissions.length})</h2>
      <Table
        caption="Permissions"
        columns={['Action', 'Scope']}
        rows={rows.map(({ action, scope }) => [<code>{action}</code>, <Scope scope={scope} />])}
        empty="It gives nothing."
      />
      {pager}
    </section>
  )
}

/** Why there is no button where one might be looked for. */
function Limits({ c, role }: { c: PageContext; role: Full }) {
  const { viewer } = c.var
  if (sortOf(role.uid) === 'Fixed')
    return <p class="hint">A fixed role comes with Rollcall and never changes: make a copy to change it.</p>
  if (sortOf(role.uid) === 'Basic' || !may(viewer, 'roles:write', delegate)) return null
  const [action] = beyondViewer(viewer, role) ?? []
  return action === undefined ? null : (
    <p class="hint">
      It gives <code>{action}</code>, which you don’t hold {role.global && 'on the whole server '}yourself: so you can’t
      change it.
    </p>
  )
}

function Actions({ c, role }: { c: PageContext; role: Full }) {
  const { viewer } = c.var
  const path = pathOf(role.uid)
  return (
    <>
      {mayChange(viewer, role) && (
        <a class="button" href={`${path}/edit`}>
          Edit
        </a>
      )}
      {may(viewer, 'roles:write', delegate) && (
        <a class="button quiet" href={`/roles/new?from=${encodeURIComponent(role.uid)}`}>
          Copy
        </a>
      )}
      {sortOf(role.uid) === 'Basic' && mayReset(viewer) && (
        <a class="button quiet" href="/roles/hard-reset">
          Reset basic roles
        </a>
      )}
      {mayDelete(viewer, role) && (
        <a class="button danger" href={`${path}/delete`}>
          Delete
        </a>
      )}
    </>
  )
}

roleDetail.get('/roles/hard-reset', signedInPage, (c) => {
  if (!mayReset(c.var.viewer)) throw accessDenied('roles:write', 'permissions:type:escalate')
  return reset(c, noFaults)
})

const reset = (c: PageContext, faults: Faults, status: ContentfulStatusCode = 200) =>
  page(
    c,
    {
      title: 'Reset basic roles',
      children: (
        <>
          <p>
            None, Viewer, Editor, Admin and Grafana Admin give again what they came with, on the whole server and at
            once. Whatever was changed of them is lost.
          </p>
          <Form
            action="/roles/hard-reset"
            submit="Reset all basic roles"
            isDanger
            cancel="/roles?show=Basic"
            faults={faults}
          />
        </>
      ),
    },
    status,
  )

roleDetail.post('/roles/hard-reset', signedInPage, async (c) => {
  const answer = await ask(c, 'POST', '/api/access-control/roles/hard-reset', { BasicRoles: true })
  return answer.ok ? seeOther(c, '/roles?show=Basic', 'roles-reset') : reset(c, faultsOf(answer), answer.status)
})

roleDetail.get('/roles/:uid', signedInPage, async (c) => {
  const role = await read<Full>(c, apiPathOf(c.req.param('uid')))
  return page(c, {
    title: titleOf(role),
    actions: <Actions c={c} role={role} />,
    under: <RoleTabs c={c} uid={role.uid} current={pathOf(role.uid)} />,
    children: (
      <>
        <Limits c={c} role={role} />
        <Facts role={role} zone={c.var.zone} />
        <Permissions c={c} role={role} />
      </>
    ),
  })
})

type Deleting = { uid: string; title: string; filled: Filled; faults: Faults }

const deletion = (c: PageContext, { uid, title, filled, faults }: Deleting, status: ContentfulStatusCode = 200) =>
  page(
    c,
    {
      title: `Delete ${title}?`,
      children: (
        <>
          <p>
            Nobody can bring the role <code>{uid}</code> back. Whoever has it loses what it gives at once.
          </p>
          <Form action={`${pathOf(uid)}/delete`} submit="Delete the role" isDanger cancel={pathOf(uid)} faults={faults}>
            <Checkbox name="force" label="Even if somebody has it: take it away from them" filled={filled} />
          </Form>
        </>
      ),
    },
    status,
  )

roleDetail.get('/roles/:uid/delete', signedInPage, async (c) => {
  demand(c, 'roles:delete', delegate)
  const role = await read<Full>(c, apiPathOf(c.req.param('uid')))
  demandDeletion(c.var.viewer, role)
  return deletion(c, { uid: role.uid, title: titleOf(role), filled: filledWith({}), faults: noFaults })
})

const isAssigned = /^The role is assigned/

roleDetail.post('/roles/:uid/delete', signedInPage, async (c) => {
  const uid = c.req.param('uid')
  const filled = await readForm(c)
  const answer = await ask(c, 'DELETE', `${apiPathOf(uid)}?force=${filled.has('force')}`)
  // Not there any more: what a second click finds.
  if (answer.ok || answer.status === 404) return seeOther(c, '/roles', 'deleted')
  const faults = isAssigned.test(answer.message)
    ? { form: 'Somebody has this role: tick the box to take it away from them too.', fields: {} }
    : faultsOf(answer)
  return deletion(c, { uid, title: titleOfUid(uid), filled, faults }, answer.status)
})
