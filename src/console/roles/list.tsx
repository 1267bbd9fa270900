import { may } from '../../auth/permissions.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { filledWith } from '../forms.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Select } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { signedInPage } from '../viewer.ts'
import { delegate, type Listed, pathOf, type Sort, sortOf, sorts, titleOf } from './rules.ts'

export const roleList = newPages()

const perPage = 50

const shows = [['', 'All roles'], ...sorts.map((sort) => [sort, sort] as const)] as const

const RoleSearch = ({ c }: { c: PageContext }) => {
  const { show = '', hidden, delegatable } = c.req.query()
  const filled = filledWith({ show, hidden: hidden === 'on', delegatable: delegatable === 'on' })
  return (
    <Search c={c} action="/roles" placeholder="Name, group or uid">
      <Select name="show" label="Show" options={shows} filled={filled} />
      <div class="field">
        <Checkbox name="delegatable" label="Only what I can give" filled={filled} />
        <Checkbox name="hidden" label="Hidden ones too" filled={filled} />
      </div>
    </Search>
  )
}

/** The API lists all that there are: what fits is chosen here. */
function chosenFrom(c: PageContext, roles: readonly Listed[]): Listed[] {
  const { show, delegatable, query = '' } = c.req.query()
  const wanted = query.trim().toLowerCase()
  const fits = ({ uid, name, displayName, description, group }: Listed) =>
    [uid, name, displayName, description, group].some((text) => text.toLowerCase().includes(wanted))
  return sorts
    .filter((sort) => !shows.some(([value]) => value !== '' && value === show) || sort === show)
    .flatMap((sort) => roles.filter((role) => sortOf(role.uid) === sort))
    .filter((role) => fits(role) && (delegatable !== 'on' || role.delegatable))
}

/** The name that programs use, where people see another. */
const Name = ({ role }: { role: Listed }) => (
  <>
    <a href={pathOf(role.uid)}>{titleOf(role)}</a>{' '}
    {titleOf(role) !== role.name && (
      <small>
        <code>{role.name}</code>
      </small>
    )}
  </>
)

const States = ({ role }: { role: Listed }) => (
  <>
    <Badge>{role.global ? 'all organizations' : 'this organization'}</Badge> {role.hidden && <Badge>hidden</Badge>}
  </>
)

/** A page of the longest stays under 60 KB. */
const shortened = (text: string) => (text.length > 120 ? `${text.slice(0, 119).toWellFormed()}…` : text)

const Section = ({ sort, roles }: { sort: Sort; roles: readonly Listed[] }) => (
  <section class="roles">
    <h2>{sort}</h2>
    <Table
      caption={`${sort} roles`}
      columns={['Name', 'Group', 'Description', 'Counts in']}
      rows={roles.map((role) => [
        <Name role={role} />,
        role.group,
        shortened(role.description),
        <States role={role} />,
      ])}
      empty="None."
    />
  </section>
)

function List({ c, roles }: { c: PageContext; roles: readonly Listed[] }) {
  const chosen = chosenFrom(c, roles)
  const { rows, pager } = partOf(c, chosen, perPage)
  const bySort = Map.groupBy(rows, ({ uid }) => sortOf(uid))
  return (
    <div id="found" aria-live="polite">
      <p>
        {chosen.length} {chosen.length === 1 ? 'role' : 'roles'}
      </p>
      {chosen.length === 0 && <p class="empty">No role fits. Search for less, show all, or make a new one.</p>}
      {[...bySort].map(([sort, those]) => (
        <Section sort={sort} roles={those} />
      ))}
      {pager}
    </div>
  )
}

roleList.get('/roles', signedInPage, async (c) => {
  const { hidden, delegatable } = c.req.query()
  const asked = new URLSearchParams({
    includeHidden: String(hidden === 'on'),
    delegatable: String(delegatable === 'on'),
  })
  const roles = await read<Listed[]>(c, `/api/access-control/roles?${asked}`)
  return page(c, {
    title: 'Roles',
    actions: may(c.var.viewer, 'roles:write', delegate) && (
      <a class="button" href="/roles/new">
        New role
      </a>
    ),
    children: (
      <>
        <RoleSearch c={c} />
        <List c={c} roles={roles} />
      </>
    ),
  })
})
