import type { scopesByAction } from '../../accessControl/views.ts'
import type { Person } from '../../auth/identity.ts'
import { read } from '../ask.ts'
import { newPages } from '../pages.ts'
import { Table } from '../ui/lists.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, Few } from './parts.tsx'

export const permissionPages = newPages()

type Held = ReturnType<typeof scopesByAction>

/** By what an action is done to; the first that fits counts. */
const groups: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['Users', /^users/],
  ['Members of the organization', /^org\.users/],
  ['Organizations', /^orgs/],
  ['Teams', /^teams/],
  ['Service accounts', /^serviceaccounts/],
  ['API keys', /^apikeys/],
  ['Roles', /^roles/],
  ['Dashboards', /^dashboards/],
  ['Server', /^(server|settings|audit)/],
  ['Others', /^/],
]

const groupOf = (action: string) => groups.find(([, pattern]) => pattern.test(action))?.[0]

/** Somebody may have been given thousands of things one by one. */
const shownScopes = 5

const scopeIn = (scope: string) => (scope === '' ? 'needs no scope' : <code>{scope}</code>)

function Group({ title, held }: { title: string; held: Held }) {
  const rows = Object.entries(held)
    .filter(([action]) => groupOf(action) === title)
    .map(([action, scopes]) => [<code>{action}</code>, <Few items={scopes.map(scopeIn)} shown={shownScopes} />])
  if (rows.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
      <Table caption={title} columns={['Action', 'On']} rows={rows} empty="" />
    </section>
  )
}

/** What they come of, as far as it is known without asking. */
const standing = ({ role, user }: Person) => {
  const inOrg =
    role === undefined ? 'You act in no organization' : `You are ${role} of the organization that you act in`
  return `${inOrg}${user.isAdmin ? ', and a server admin' : ''}.`
}

permissionPages.get('/profile/permissions', signedInPage, async (c) => {
  const held = await read<Held>(c, '/api/access-control/user/permissions')
  return accountPage(c, {
    current: '/profile/permissions',
    title: 'What you may do',
    children: (
      <>
        <p>{standing(c.var.viewer)} Roles that were given to you or your teams count too.</p>
        {Object.keys(held).length === 0 && <p class="empty">You may do nothing but look after your own account.</p>}
        {groups.map(([title]) => (
          <Group title={title} held={held} />
        ))}
      </>
    ),
  })
})
