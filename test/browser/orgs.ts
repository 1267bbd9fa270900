import type { Page } from 'playwright-core'
import { callerOf } from './api.ts'
import {
  choose,
  expect,
  expectFault,
  expectPath,
  expectSame,
  expectText,
  fill,
  follow,
  type Kit,
  press,
  type Slice,
  statusAt,
} from './journey.ts'

type Member = { login: string; role: string }

const roleOf = async ({ world }: Kit, login: string) =>
  (await world.admin<Member[]>('GET', `/api/orgs/1/users?query=${login}`)).find((member) => member.login === login)
    ?.role

/** Makes an account by the link of an invitation. */
async function accept(page: Page, link: string, login: string): Promise<void> {
  await page.goto(link)
  await fill(page, 'Login', login)
  await fill(page, 'New password', 'a long password of mine')
  await fill(page, 'New password, once more', 'a long password of mine')
  await press(page, 'Create the account')
  await page.getByRole('link', { name: 'Sign out' }).waitFor()
}

export const orgs: Slice = {
  name: 'orgs',

  journeys: [
    {
      name: 'made, renamed and deleted',
      as: 'server admin',
      run: async (page, { tag }) => {
        await page.goto('/orgs')
        await follow(page, 'New organization')
        await fill(page, 'Name', 'Northern Lights')
        await press(page, 'Create the organization')
        await expectFault(page)
        await fill(page, 'Name', `Quarry ${tag}`)
        await press(page, 'Create the organization')
        await expectPath(page, /^\/orgs\/\d+$/)
        const path = new URL(page.url()).pathname
        await fill(page, 'Name', `Quarry Works ${tag}`)
        await press(page, 'Rename')
        await expectText(page, 'Saved.')
        await page.getByRole('heading', { name: `Quarry Works ${tag}`, level: 1 }).waitFor()
        await follow(page, 'Delete')
        await expectText(page, '1 member')
        await press(page, 'Delete the organization')
        await expectPath(page, '/orgs')
        await expectText(page, 'Deleted.')
        expectSame(await statusAt(page, path), 404, 'the status of its page')
      },
    },
    {
      name: 'found by how the name starts',
      as: 'server admin',
      run: async (page, { scripts }) => {
        await page.goto('/orgs')
        await fill(page, 'Search', 'Harb')
        if (!scripts) await press(page, 'Search')
        await page.getByText('Old Mill').waitFor({ state: 'detached' })
        await expectText(page, 'Harbour Works')
      },
    },
    {
      name: 'another role, and out',
      as: 'org admin',
      run: async (page, kit) => {
        const { login } = await kit.newcomer('anton')
        await page.goto(`/org/users?query=${login}`)
        await choose(page, `Role of ${login}`, 'Editor')
        await press(page, 'Save')
        await expectText(page, 'Saved.')
        expectSame(await roleOf(kit, login), 'Editor', 'the role')
        await follow(page, `Remove ${login}`)
        await press(page, 'Remove')
        await expectText(page, /^Removed/)
        expectSame(await roleOf(kit, login), undefined, 'the role afterwards')
      },
    },
    {
      name: 'the last admin stays',
      as: 'server admin',
      run: async (page, { world, tag }) => {
        const { orgId } = await world.admin<{ orgId: number }>('POST', '/api/orgs', { name: `Lighthouse ${tag}` })
        await page.goto(`/orgs/${orgId}/users`)
        await choose(page, 'Role of admin', 'Viewer')
        await page
          .getByRole('row', { name: /^admin/ })
          .getByRole('button', { name: 'Save' })
          .click()
        await expectText(page, /last/i)
      },
    },
    {
      name: 'invited by e-mail',
      as: 'org admin',
      run: async (page, kit) => {
        const login = `berta-${kit.tag}`
        await page.goto('/org/invites')
        await follow(page, 'Invite somebody')
        await fill(page, 'E-mail or login', `${login}@example.org`)
        await choose(page, 'Role', 'Editor')
        await press(page, 'Invite')
        await expectPath(page, '/org/invites')
        await expectText(page, 'Invited.')
        const [link = ''] = /http\S+/.exec((await kit.mailTo(`${login}@example.org`)).text) ?? []
        expect(!(await page.content()).includes(link), 'the link is on the page')
        await accept(await kit.browserOf('stranger'), link, login)
        expectSame(await roleOf(kit, login), 'Editor', 'the role')
        expectSame(await statusAt(await kit.browserOf('stranger'), link), 404, 'the status of the link once used')
      },
    },
    {
      name: 'invited by a link that is shown once, and revoked',
      as: 'org admin',
      run: async (page, kit) => {
        const invite = async (name: string) => {
          await page.goto('/org/invites/new')
          await fill(page, 'E-mail or login', `${name}-${kit.tag}@example.org`)
          await page.getByLabel('Send an e-mail').uncheck()
          await press(page, 'Invite')
          return (await page.locator('#secret').textContent()) ?? ''
        }
        const link = await invite('carla')
        await accept(await kit.browserOf('stranger'), link, `carla-${kit.tag}`)
        const other = await invite('dieter')
        await follow(page, 'All invitations')
        expectSame(await page.locator('#secret').count(), 0, 'secrets on the list')
        await follow(page, `Revoke the invitation of dieter-${kit.tag}@example.org`)
        await press(page, 'Revoke the invitation')
        await expectText(page, 'Revoked.')
        expectSame(await statusAt(await kit.browserOf('stranger'), other), 404, 'the status of the revoked link')
      },
    },
    {
      name: 'preferences for all',
      as: 'stranger',
      run: async (_, { world, newcomer, browserOf, base, tag }) => {
        const { login, cookie } = await newcomer('emil')
        const { orgId } = await world.admin<{ orgId: number }>('POST', '/api/orgs', { name: `Windmill ${tag}` })
        await world.admin('POST', `/api/orgs/${orgId}/users`, { loginOrEmail: login, role: 'Admin' })
        await callerOf(base, cookie)('POST', `/api/user/using/${orgId}`)
        const page = await browserOf({ cookie })
        await page.goto('/org')
        await choose(page, 'Theme', 'Dark')
        await press(page, 'Save the preferences')
        await expectText(page, 'Saved.')
        await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' })
      },
    },
  ],

  stills: [
    { name: 'list', as: 'server admin', path: '/orgs' },
    { name: 'new', as: 'server admin', path: '/orgs/new' },
    { name: 'detail', as: 'server admin', path: ({ orgs: [org] }) => `/orgs/${org?.id}` },
    { name: 'members of any', as: 'server admin', path: '/orgs/1/users' },
    { name: 'delete', as: 'server admin', path: ({ orgs: [org] }) => `/orgs/${org?.id}/delete` },
    { name: 'settings', as: 'org admin', path: '/org' },
    { name: 'members', as: 'org admin', path: '/org/users' },
    { name: 'add a member', as: 'org admin', path: '/org/users/new' },
    { name: 'remove a member', as: 'org admin', path: ({ viewer }) => `/org/users/${viewer}/delete?query=victor` },
    { name: 'invitations', as: 'org admin', path: '/org/invites' },
    { name: 'invite', as: 'org admin', path: '/org/invites/new' },
  ],
}
