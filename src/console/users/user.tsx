import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may } from '../../auth/permissions.ts'
import type { profile } from '../../users/views.ts'
import { read, readTagged } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { demand } from '../viewer.ts'

// What all pages about one user have in common.

export type User = ReturnType<typeof profile>

const idOf = (c: PageContext) => c.req.param('id') ?? ''

/** Where the user's pages are; behind `/api` it is where the API has the user. */
export const baseOf = (c: PageContext) => `/users/${encodeURIComponent(idOf(c))}`

/** What administrators do with an account the API has elsewhere. */
export const adminPathOf = (c: PageContext) => `/api/admin${baseOf(c)}`

/** The scope is that of the server or of an org, which `may` takes for the same. */
export const mayHere = (c: PageContext, action: string) => may(c.var.viewer, action, `global.users:id:${idOf(c)}`)

export const demandHere = (c: PageContext, action: string) => demand(c, action, `global.users:id:${idOf(c)}`)

/** Of the viewer's own account much is refused, or has consequences for themselves. */
export const isOwn = (c: PageContext, { id }: User) => id === c.var.viewer.user.id

/** Login and e-mail: a login alone may look like another. */
export const Who = ({ user: { login, email } }: { user: Pick<User, 'login' | 'email'> }) => (
  <>
    <strong>{login}</strong>
    {email !== login && ` (${email})`}
  </>
)

export const readUser = (c: PageContext) => read<User>(c, `/api${baseOf(c)}`)

export const readTaggedUser = (c: PageContext) => readTagged<User>(c, `/api${baseOf(c)}`)

const tabs = [
  ['', 'Profile', 'users:read'],
  ['/sessions', 'Sessions', 'users.authtoken:read'],
  ['/orgs', 'Organizations', 'users:read'],
  ['/teams', 'Teams', 'users.teams:read'],
  ['/roles', 'Roles', 'users.roles:read'],
  ['/permissions', 'Permissions', 'users.permissions:read'],
] as const

export type Tab = (typeof tabs)[number][0]

export function UserTabs({ c, current }: { c: PageContext; current: Tab }) {
  const shown = tabs.filter(([, , action]) => mayHere(c, action))
  const links = shown.map(([path, label]) => [`${baseOf(c)}${path}`, label] as const)
  return <Tabs label="User" tabs={links} current={`${baseOf(c)}${current}`} />
}

type UserPage = { user: User; tab: Tab; actions?: Child; children: Child }

export const userPage = (
  c: PageContext,
  { user, tab, actions, children }: UserPage,
  status: ContentfulStatusCode = 200,
) => page(c, { title: user.login, actions, under: <UserTabs c={c} current={tab} />, children }, status)
