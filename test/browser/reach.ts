import type { Page } from 'playwright-core'
import { expectSame, type Kit, type Slice, statusAt } from './journey.ts'
import type { Role, World } from './world.ts'

// What somebody may not do they neither see nor reach.

type Path = (world: World) => string

const ofServer: Path[] = [
  () => '/users',
  () => '/users/new',
  ({ viewer }) => `/users/${viewer === 1 ? 2 : 1}`,
  ({ orgAdmin }) => `/users/${orgAdmin}/delete`,
  () => '/orgs',
  () => '/orgs/new',
  ({ orgs: [org] }) => `/orgs/${org?.id}`,
  ({ orgs: [org] }) => `/orgs/${org?.id}/users`,
  ({ orgs: [org] }) => `/orgs/${org?.id}/delete`,
  () => '/audit',
  () => '/audit/export',
]

const ofOrg: Path[] = [
  () => '/org/users',
  () => '/org/users/new',
  () => '/org/invites',
  () => '/org/invites/new',
  () => '/teams/new',
  ({ team }) => `/teams/${team}/members`,
  ({ team }) => `/teams/${team}/delete`,
  () => '/serviceaccounts/new',
  ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}`,
  ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/tokens/new`,
  () => '/apikeys',
  () => '/roles',
  () => '/roles/new',
]

/** Forms that somebody sends who was shown none. */
const forms: Record<'server' | 'org', (world: World) => [path: string, fields: Record<string, string>][]> = {
  server: ({ orgs: [org], users: [user], viewer }) => [
    ['/users/new', { login: 'forged', password: 'a long enough password' }],
    [`/users/${user?.id}`, { login: 'forged', email: 'forged@example.org', name: 'forged' }],
    [`/users/${user?.id}/delete`, {}],
    [`/users/${viewer}/admin`, { admin: 'yes' }],
    ['/orgs/new', { name: 'forged' }],
    [`/orgs/${org?.id}/delete`, {}],
  ],
  org: ({ team, serviceAccount, orgAdmin }) => [
    ['/org', { name: 'forged' }],
    ['/org/invites/new', { loginOrEmail: 'forged@example.org', role: 'Admin' }],
    [`/org/users/${orgAdmin}`, { role: 'Viewer' }],
    ['/teams/new', { name: 'forged' }],
    [`/teams/${team}/delete`, {}],
    [`/serviceaccounts/${serviceAccount}/tokens`, { name: 'forged' }],
    ['/roles/new', { name: 'forged' }],
  ],
}

async function expectRefused(page: Page, paths: Path[], { world }: Kit): Promise<void> {
  const statuses: Record<string, number> = {}
  for (const path of paths) statuses[path(world)] = await statusAt(page, path(world))
  expectSame(
    Object.entries(statuses).filter(([, status]) => status !== 403),
    [],
    'pages that are not refused',
  )
}

/** As a browser sends them, by somebody who is signed in. */
async function expectFormsRefused(role: Role, kinds: ('server' | 'org')[], { base, world }: Kit): Promise<void> {
  for (const [path, fields] of kinds.flatMap((kind) => forms[kind](world))) {
    const { status } = await fetch(`${base}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { Cookie: world.cookies[role] ?? '', Origin: base },
      redirect: 'manual',
    })
    expectSame(status, 403, `the status of a form sent to ${path}`)
  }
}

async function expectMenu(page: Page, path: string, wanted: string[]): Promise<void> {
  await page.goto(path)
  expectSame(await page.locator('#menu a').allTextContents(), wanted, 'the menu')
}

const own = ['Account', 'API reference', 'Sign out']
const org = ['Settings', 'Members', 'Invitations', 'Teams', 'Service accounts', 'Roles']

export const reach: Slice = {
  name: 'reach',

  journeys: [
    {
      name: 'all of it',
      as: 'server admin',
      run: async (page, { world }) => {
        await expectMenu(page, '/', ['Overview', 'Users', 'Organizations', 'Audit log', ...org, ...own])
        for (const path of [...ofServer, ...ofOrg].filter((each) => each(world) !== '/audit/export'))
          expectSame(await statusAt(page, path(world)), 200, `the status of ${path(world)}`)
      },
    },
    {
      name: 'the organization alone',
      as: 'org admin',
      run: async (page, kit) => {
        await expectMenu(page, '/profile', [...org, ...own])
        await expectRefused(page, ofServer, kit)
        await expectFormsRefused('org admin', ['server'], kit)
      },
    },
    {
      name: 'the own account alone',
      as: 'viewer',
      run: async (page, kit) => {
        await expectMenu(page, '/profile', own)
        await expectRefused(page, [...ofServer, ...ofOrg], kit)
        await expectFormsRefused('viewer', ['server', 'org'], kit)
      },
    },
    {
      name: 'no form from another site',
      as: 'stranger',
      only: 'without scripts',
      run: async (_, { base, world }) => {
        const answer = await fetch(`${base}/orgs/new`, {
          method: 'POST',
          body: new URLSearchParams({ name: 'forged elsewhere' }),
          headers: { Cookie: world.cookies['server admin'] ?? '', Origin: 'https://elsewhere.example' },
          redirect: 'manual',
        })
        expectSame(answer.status, 403, 'the status')
      },
    },
  ],

  stills: [],
}
