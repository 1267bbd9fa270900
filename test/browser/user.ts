import type { Page } from 'playwright-core'
import { signIn } from './api.ts'
import {
  choose,
  expect,
  expectFault,
  expectPath,
  expectSame,
  expectSignedOut,
  expectText,
  fill,
  follow,
  press,
  type Slice,
  statusAt,
} from './journey.ts'
import { password } from './world.ts'

/** Ticks the rows of these users. */
async function select(page: Page, logins: string[]): Promise<void> {
  for (const login of logins) await page.getByLabel(`Select ${login}`, { exact: true }).check()
}

export const user: Slice = {
  name: 'user',

  journeys: [
    {
      name: 'a new name',
      as: 'server admin',
      run: async (page, { newcomer, world }) => {
        const { id, login } = await newcomer('sabine')
        await page.goto(`/users?query=${login}`)
        await follow(page, login)
        await expectPath(page, `/users/${id}`)
        await fill(page, 'Login', 'person-01')
        await press(page, 'Save')
        await expectFault(page)
        await fill(page, 'Login', login)
        await fill(page, 'Name', 'Sabine Sommer')
        await press(page, 'Save')
        await expectText(page, 'Saved.')
        const { name } = await world.admin<{ name: string }>('GET', `/api/users/${id}`)
        expectSame(name, 'Sabine Sommer', 'the name')
      },
    },
    {
      name: 'two who change the same user',
      as: 'server admin',
      run: async (page, { newcomer, browserOf, world }) => {
        const { id, login } = await newcomer('tilda')
        const other = await browserOf('server admin')
        await page.goto(`/users/${id}`)
        await other.goto(`/users/${id}`)
        await fill(other, 'Name', 'Tilda the First')
        await press(other, 'Save')
        await expectText(other, 'Saved.')
        await fill(page, 'Name', 'Tilda the Second')
        await press(page, 'Save')
        await expectText(page, 'Somebody else has changed this user')
        await expectText(page, 'Now: “Tilda the First”. You typed: “Tilda the Second”.')
        const read = () => world.admin<{ name: string; login: string }>('GET', `/api/users/${id}`)
        expectSame((await read()).name, 'Tilda the First', 'the name before it is saved again')
        await press(page, 'Save')
        await expectText(page, 'Saved.')
        const { name, login: kept } = await read()
        expectSame([name, kept], ['Tilda the Second', login], 'what is saved')
      },
    },
    {
      name: 'an account disabled and enabled',
      as: 'server admin',
      run: async (page, { newcomer, browserOf, base }) => {
        const { id, login, cookie } = await newcomer('udo')
        const own = await browserOf({ cookie })
        await own.goto('/profile')
        await page.goto(`/users/${id}`)
        await follow(page, 'Disable')
        await page.getByRole('heading', { name: `Disable ${login}?` }).waitFor()
        await press(page, 'Disable the account')
        await expectText(page, 'The account is disabled')
        await expectSignedOut(own)
        await press(page, 'Enable')
        await expectText(page, 'The account is enabled.')
        await signIn(base, login, password)
      },
    },
    {
      name: 'a user deleted, after being asked',
      as: 'server admin',
      run: async (page, { newcomer }) => {
        const { id, login } = await newcomer('vera')
        await page.goto(`/users/${id}`)
        await follow(page, 'Delete')
        await page.getByRole('heading', { name: `Delete ${login}?` }).waitFor()
        await follow(page, 'Cancel')
        await expectPath(page, `/users/${id}`)
        await follow(page, 'Delete')
        await press(page, 'Delete the user')
        await expectPath(page, '/users')
        await expectText(page, 'Deleted.')
        expectSame(await statusAt(page, `/users/${id}`), 404, 'the status of the page')
      },
    },
    {
      name: 'another password for somebody',
      as: 'server admin',
      run: async (page, { newcomer, browserOf, base }) => {
        const { id, login, cookie } = await newcomer('walter')
        const own = await browserOf({ cookie })
        await page.goto(`/users/${id}`)
        await follow(page, 'Set a password')
        await fill(page, 'New password', 'abc')
        await press(page, 'Set the password')
        await expectText(page, /too short/)
        await fill(page, 'New password', 'another long password')
        await page.getByLabel('To be changed at the next sign-in').uncheck()
        await press(page, 'Set the password')
        await expectText(page, 'The password is set')
        await expectSignedOut(own)
        await signIn(base, login, 'another long password')
      },
    },
    {
      name: 'a server admin made and unmade',
      as: 'server admin',
      run: async (page, { newcomer, browserOf }) => {
        const { id, cookie } = await newcomer('xenia')
        const own = await browserOf({ cookie })
        await page.goto(`/users/${id}`)
        await follow(page, 'Make server admin')
        await press(page, 'Make server admin')
        await expectText(page, 'They are a server admin now.')
        expectSame(await statusAt(own, '/users'), 200, 'the status of /users then')
        await follow(page, 'Take server admin away')
        await press(page, 'Take it away')
        await expectText(page, 'They are no server admin any more.')
        expectSame(await statusAt(own, '/users'), 403, 'the status of /users afterwards')
      },
    },
    {
      name: 'one of two sessions ended',
      as: 'server admin',
      run: async (page, { newcomer, browserOf, base }) => {
        const { id, login, cookie } = await newcomer('yannick')
        const own = await browserOf({ cookie })
        await signIn(base, login, password)
        await page.goto(`/users/${id}/sessions`)
        await page
          .getByRole('button', { name: /^Sign out/ })
          .first()
          .click()
        await expectText(page, 'Signed out there.')
        await follow(page, 'Sign out everywhere')
        await press(page, 'Sign out everywhere')
        await expectText(page, 'Signed out everywhere.')
        await expectSignedOut(own)
      },
    },
    {
      name: 'into an organization',
      as: 'server admin',
      run: async (page, { newcomer, world }) => {
        const { id } = await newcomer('zoe')
        const [, org] = world.orgs
        expect(org !== undefined, 'no org')
        await page.goto(`/users/${id}/orgs`)
        await fill(page, 'Name of the organization', 'No Such Organization')
        await press(page, 'Add')
        await expectText(page, 'There is no organization of that name')
        await fill(page, 'Name of the organization', org.name)
        await page.getByLabel('Role', { exact: true }).last().selectOption('Editor')
        await press(page, 'Add')
        await expectText(page, 'Added.')
        const orgs = await world.admin<{ orgId: number; role: string }[]>('GET', `/api/users/${id}/orgs`)
        expectSame(orgs.find(({ orgId }) => orgId === org.id)?.role, 'Editor', 'the role there')
      },
    },
    {
      name: 'many at once, of whom one is refused',
      as: 'server admin',
      run: async (page, { newcomer }) => {
        const one = await newcomer('aaron')
        await page.goto('/users')
        await select(page, ['admin', one.login])
        await press(page, 'Delete')
        await page.getByRole('heading', { name: 'Delete 2 users?' }).waitFor()
        await expectText(page, `${one.login}@example.org`)
        await press(page, 'Delete 2 users')
        await page.getByRole('heading', { name: 'Deleted: 1 of 2' }).waitFor()
        await page.getByRole('row', { name: /^admin refused/ }).waitFor()
        await page.getByRole('row', { name: new RegExp(`^${one.login} done`) }).waitFor()
        await follow(page, 'Back to the list')
        expectSame(await page.getByLabel(`Select ${one.login}`, { exact: true }).count(), 0, 'rows of who was deleted')
      },
    },
    {
      name: 'many into an organization, and nobody selected',
      as: 'server admin',
      run: async (page, { newcomer, world, tag, scripts }) => {
        const [, , org] = world.orgs
        expect(org !== undefined, 'no org')
        const [one, two] = [await newcomer(`crew-${tag}-a`), await newcomer(`crew-${tag}-b`)]
        await page.goto(`/users?query=crew-${tag}&sort=login-desc`)
        await press(page, 'Add to an organization')
        await expectText(page, 'Nobody is selected')
        await follow(page, 'Back to the list')
        expectSame(new URL(page.url()).searchParams.get('query'), `crew-${tag}`, 'the search that was')
        if (scripts) await page.getByLabel('Select all').check()
        else await select(page, [one.login, two.login])
        await press(page, 'Add to an organization')
        await fill(page, 'Name of the organization', org.name)
        await choose(page, 'Role', 'Viewer')
        await press(page, 'Add 2 users')
        await page.getByRole('row', { name: new RegExp(`^${one.login} done`) }).waitFor()
        const members = await world.admin<{ login: string }[]>('GET', `/api/orgs/${org.id}/users`)
        expect(
          members.some(({ login }) => login === two.login),
          'who was selected is no member',
        )
      },
    },
  ],

  stills: [
    { name: 'profile', as: 'server admin', path: ({ viewer }) => `/users/${viewer}` },
    { name: 'sessions', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/sessions` },
    { name: 'orgs', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/orgs` },
    { name: 'teams', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/teams` },
    { name: 'roles', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/roles` },
    { name: 'role given', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/roles/new` },
    { name: 'permissions', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/permissions` },
    { name: 'delete', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/delete` },
    { name: 'set a password', as: 'server admin', path: ({ viewer }) => `/users/${viewer}/password` },
    {
      name: 'bulk',
      as: 'server admin',
      path: '/users?query=person-0',
      prepare: async (page) => {
        await select(page, ['person-01', 'person-02'])
        await press(page, 'Disable')
        await page.getByRole('heading', { name: 'Disable 2 users?' }).waitFor()
      },
    },
  ],
}
