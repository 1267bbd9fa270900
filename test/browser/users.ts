import type { Page } from 'playwright-core'
import { expect, expectFault, expectPath, expectSame, expectText, type Slice, statusAt } from './journey.ts'

/** The logins on the page, in order. */
const loginsOn = (page: Page) => page.locator('#found tbody tr td:nth-child(2)').allTextContents()

/** The list as a form shows it, or as it follows what is typed. */
async function search(page: Page, scripts: boolean, count: RegExp): Promise<void> {
  if (!scripts) await page.getByRole('button', { name: 'Search' }).click()
  await page.locator('#found').getByText(count).waitFor()
}

const hostile = '<img src=x onerror=alert(1)>"\'</script>'

export const users: Slice = {
  name: 'users',

  journeys: [
    {
      name: 'somebody is found',
      as: 'server admin',
      run: async (page, { scripts }) => {
        await page.goto('/users')
        await page.getByLabel('Search').fill('person-07')
        await search(page, scripts, /^1 user$/)
        expectSame(await loginsOn(page), ['person-07'], 'who is found')
        expectSame(new URL(page.url()).searchParams.get('query'), 'person-07', 'the address')
        await page.getByLabel('Search').fill('nobody-of-this-name')
        await search(page, scripts, /^0 users$/)
        await expectText(page, 'Nobody fits.')
      },
    },
    {
      name: 'pages forward and back',
      as: 'server admin',
      run: async (page) => {
        await page.goto('/users?query=person-')
        const first = await loginsOn(page)
        await page.getByRole('link', { name: 'Next page' }).click()
        await page.waitForURL(/cursor=/)
        const second = await loginsOn(page)
        expect(second.length > 0 && !second.some((login) => first.includes(login)), 'the second page repeats the first')
        await page.getByRole('link', { name: 'Next page' }).click()
        await page.getByRole('link', { name: 'Next page' }).waitFor({ state: 'detached' })
        const third = await loginsOn(page)
        expectSame(new Set([...first, ...second, ...third]).size, 60, 'people on all pages')
        await page.getByRole('link', { name: 'First page' }).click()
        await page.getByRole('link', { name: 'First page' }).waitFor({ state: 'detached' })
        expectSame(await loginsOn(page), first, 'the first page again')
      },
    },
    {
      name: 'in another order',
      as: 'server admin',
      run: async (page, { scripts }) => {
        await page.goto('/users?query=person-')
        await page.getByLabel('Order').selectOption('Login, Z to A')
        if (!scripts) await page.getByRole('button', { name: 'Search' }).click()
        await page.locator('#found tbody tr').first().getByText('person-60', { exact: true }).waitFor()
        const logins = await loginsOn(page)
        expectSame(logins, [...logins].sort().reverse(), 'the order')
      },
    },
    {
      name: 'only those who are disabled',
      as: 'server admin',
      run: async (page, { scripts, newcomer, world }) => {
        const { id, login } = await newcomer('gustav')
        await world.admin('POST', `/api/admin/users/${id}/disable`)
        await page.goto(`/users?query=${login}`)
        await page.getByLabel('Show').selectOption('Disabled')
        await search(page, scripts, /^1 user$/)
        expectSame(await loginsOn(page), [login], 'who is found')
      },
    },
    {
      name: 'a new user, after a mistake',
      as: 'server admin',
      run: async (page, { tag, browserOf }) => {
        await page.goto('/users')
        await page.getByRole('link', { name: 'New user' }).click()
        await page.getByLabel('Login').fill('person-01')
        await page.getByLabel('Name').fill('Henrike')
        await page.getByLabel('Password', { exact: true }).fill('a first long password')
        await page.getByRole('button', { name: 'Create the user' }).click()
        await expectFault(page)
        expectSame(await page.getByLabel('Name').inputValue(), 'Henrike', 'what was typed')
        expectSame(await page.getByLabel('Password', { exact: true }).inputValue(), '', 'the password')
        await page.getByLabel('Login').fill(`henrike-${tag}`)
        await page.getByLabel('Password', { exact: true }).fill('a first long password')
        await page.getByRole('button', { name: 'Create the user' }).click()
        await expectPath(page, /^\/users\/\d+$/)
        await expectText(page, 'Created.')
        const own = await browserOf('stranger')
        await own.goto('/login')
        await own.getByLabel('Login or e-mail').fill(`henrike-${tag}`)
        await own.getByLabel('Password', { exact: true }).fill('a first long password')
        await own.getByRole('button', { name: 'Sign in' }).click()
        await expectPath(own, '/profile/password')
      },
    },
    {
      name: 'a name that is a page of its own',
      as: 'server admin',
      run: async (page, { tag, world }) => {
        const user = { login: `ida-${tag}`, name: hostile, password: 'a first long password' }
        await world.admin('POST', '/api/admin/users', user)
        await page.goto(`/users?query=ida-${tag}`)
        await page.locator('#found').getByText(hostile).waitFor()
        await page.goto(`/users?query=${encodeURIComponent(hostile)}`)
        expectSame(await page.getByLabel('Search').inputValue(), hostile, 'what was searched')
        expectSame(await page.locator('img').count(), 0, 'images')
      },
    },
    {
      name: 'not for an org admin',
      as: 'org admin',
      run: async (page) => {
        expectSame(await statusAt(page, '/users'), 403, 'the status of /users')
        expectSame(await statusAt(page, '/users/1'), 403, 'the status of /users/1')
        expectSame(await page.getByRole('link', { name: 'Users', exact: true }).count(), 0, 'links to it')
      },
    },
    {
      name: 'not for a viewer',
      as: 'viewer',
      run: async (page) => {
        expectSame(await statusAt(page, '/users'), 403, 'the status of /users')
        expectSame(await page.getByRole('link', { name: 'Users', exact: true }).count(), 0, 'links to it')
      },
    },
  ],

  stills: [
    { name: 'users', as: 'server admin', path: '/users' },
    { name: 'users none', as: 'server admin', path: '/users?query=nobody-of-this-name' },
    { name: 'users new', as: 'server admin', path: '/users/new' },
    { name: 'users refused', as: 'viewer', path: '/users' },
  ],
}
