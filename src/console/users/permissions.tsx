import type { Child } from 'hono/jsx'
import type { permissionsHeld } from '../../accessControl/permissionViews.ts'
import { may } from '../../auth/permissions.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { newPages } from '../pages.ts'
import { Hidden } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { signedInPage } from '../viewer.ts'
import { type Source, SourceOf } from './sources.tsx'
import { baseOf, readUser, type User, userPage } from './user.tsx'

export const userPermissions = newPages()

/** With so many rows, scopes in each and sources of each a page stays under 60 KB, whatever somebody holds. */
const perPage = 40
const maxScopes = 10
const maxSources = 4

type Held = ReturnType<typeof permissionsHeld>[number]

/** An action with the scopes that it is held on, as far as they come from the same. */
type Row = { action: string; scopes: string[]; sources: Source[] }

/** In the order of the API, by action. */
const rowsOf = (held: readonly Held[]): Row[] =>
  [...Map.groupBy(held, ({ action, sources }) => JSON.stringify([action, sources])).values()].flatMap((alike) =>
    inParts(alike).map((part) => ({
      action: part[0]?.action ?? '',
      scopes: part.map(({ scope }) => scope),
      sources: part[0]?.sources ?? [],
    })),
  )

const inParts = (held: Held[]) =>
  Array.from({ length: Math.ceil(held.length / maxScopes) }, (_, n) => held.slice(n * maxScopes, (n + 1) * maxScopes))

const Scopes = ({ scopes }: { scopes: readonly string[] }) => (
  <>
    {scopes.map((scope, index) => (
      <>
        {index > 0 && ', '}
        {scope === '' ? 'in general' : <code>{scope}</code>}
      </>
    ))}
  </>
)

const Sources = ({ c, sources }: { c: PageContext; sources: readonly Source[] }) => (
  <ul class="plain">
    {sources.slice(0, maxSources).map((source) => (
      <li>
        <SourceOf c={c} source={source} />
      </li>
    ))}
    {sources.length > maxSources && <li>and {sources.length - maxSources} more</li>}
  </ul>
)

/** Permissions are held in one org; which others there are is told on another tab. */
const Where = ({ c, user }: { c: PageContext; user: User }) => {
  const { orgId } = c.var.viewer
  const other = may(c.var.viewer, 'users:read', `global.users:id:${user.id}`) && (
    <a href={`${baseOf(c)}/orgs`}>Look at another one</a>
  )
  if (orgId === 0)
    return (
      <p>
        What {user.login} may do everywhere: you act in no organization. {other}
      </p>
    )
  return (
    <p>
      What {user.login} may do in organization {orgId}
      {orgId === c.var.viewer.user.orgId && ', in which you act'}, and on the whole server. {other}
    </p>
  )
}

const emptyWords = (c: PageContext, user: User): Child => {
  if (user.isDisabled) return 'Nothing: the account is disabled.'
  return c.req.query('query')
    ? 'No permission fits. Search for less.'
    : 'Nothing. A role in the organization gives some.'
}

userPermissions.get('/users/:id/permissions', signedInPage, async (c) => {
  const [user, held] = await Promise.all([
    readUser(c),
    read<Held[]>(c, `/api/access-control${baseOf(c)}/permissions?explain=true`),
  ])
  const wanted = (c.req.query('query') ?? '').trim()
  const found = held.filter(({ action, scope }) => action.includes(wanted) || scope.includes(wanted))
  const { rows, pager } = partOf(c, rowsOf(found), perPage)
  return userPage(c, {
    user,
    tab: '/permissions',
    children: (
      <>
        <Where c={c} user={user} />
        <Search c={c} action={`${baseOf(c)}/permissions`} placeholder="Of an action or a scope">
          {c.req.query('targetOrgId') && <Hidden name="targetOrgId" value={c.var.viewer.orgId} />}
        </Search>
        <div id="found">
          <p>
            {found.length} {found.length === 1 ? 'permission' : 'permissions'}
          </p>
          <Table
            caption={`Permissions of ${user.login}`}
            columns={['Action', 'On', 'By']}
            rows={rows.map(({ action, scopes, sources }) => [
              <code>{action}</code>,
              <Scopes scopes={scopes} />,
              <Sources c={c} sources={sources} />,
            ])}
            empty={emptyWords(c, user)}
          />
          {pager}
        </div>
      </>
    ),
  })
})
