import type { Page } from 'playwright-core'
import { expect, expectPath, expectSame, expectText, pathOf, type Slice, statusAt } from './journey.ts'
import { password } from './world.ts'

/** Fills in the form of /login and sends it. */
export async function signInAs(page: Page, login: string, secret: string): Promise<void> {
  await page.getByLabel('Login or e-mail').fill(login)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Whoever comes first is told how to come in. */
async function greeted(page: Page): Promise<void> {
  await page.goto('/')
  await expectPath(page, '/login')
  await expectText(page, 'Nobody has an account here yet.')
}

const elsewhere = [
  'https://elsewhere.example/',
  '//elsewhere.example/',
  '/\\elsewhere.example/',
  '/%0d%0a//elsewhere.example',
]

export const door: Slice = {
  name: 'door',

  first: [
    { mode: 'without scripts', run: greeted },
    {
      mode: 'with scripts',
      run: async (page) => {
        await greeted(page)
        await signInAs(page, 'admin', 'admin')
        await expectPath(page, '/')
        await page.getByRole('link', { name: 'Sign out' }).waitFor()
      },
    },
  ],

  journeys: [
    {
      name: 'a wrong password, the right one, and out again',
      as: 'stranger',
      run: async (page, { newcomer }) => {
        const { login } = await newcomer('doris')
        await page.goto('/login')
        expectSame(await page.getByText('Nobody has an account').count(), 0, 'the hint for an empty directory')
        await signInAs(page, login, 'not her password')
        await expectText(page, /invalid username or password/i)
        expectSame(await page.getByLabel('Login or e-mail').inputValue(), login, 'the login that was typed')
        expectSame(await page.getByLabel('Password', { exact: true }).inputValue(), '', 'the password that was typed')
        await signInAs(page, login, password)
        await page.getByRole('banner').getByText('Doris').waitFor()
        await page.goto('/login')
        expect(pathOf(page) !== '/login', 'whoever is signed in is asked to sign in')
        await page.getByRole('link', { name: 'Sign out' }).click()
        await expectPath(page, '/login')
        await page.goto('/profile')
        await expectPath(page, '/login')
      },
    },
    {
      name: 'back to the page that was asked for',
      as: 'stranger',
      run: async (page) => {
        await page.goto('/users?query=person-07')
        await expectPath(page, '/login')
        await signInAs(page, 'admin', 'admin')
        await expectPath(page, '/users')
        expectSame(new URL(page.url()).search, '?query=person-07', 'the query')
        await expectText(page, 'person-07@example.org')
      },
    },
    {
      name: 'never to another site',
      as: 'stranger',
      run: async (page, { base, newcomer }) => {
        const { login } = await newcomer('eric')
        for (const path of elsewhere) {
          const context = page.context()
          await context.clearCookies()
          await context.addCookies([{ name: 'redirect_to', value: encodeURIComponent(path), url: base }])
          await page.goto('/login')
          await signInAs(page, login, password)
          await page.getByRole('link', { name: 'Sign out' }).waitFor()
          expectSame(new URL(page.url()).origin, base, `the site after ${path}`)
        }
      },
    },
    {
      name: 'a forgotten password',
      as: 'stranger',
      run: async (page, { newcomer, mailTo }) => {
        const { login } = await newcomer('frida')
        await page.goto('/login')
        await page.getByRole('link', { name: 'Forgot your password?' }).click()
        await page.getByLabel('Login or e-mail').fill(login)
        await page.getByRole('button', { name: 'Send the link' }).click()
        await expectPath(page, '/login')
        await expectText(page, 'a link is on its way')
        const [link = ''] = /http\S+/.exec((await mailTo(`${login}@example.org`)).text) ?? []
        await page.goto(link)
        const choose = async (first: string, second: string) => {
          await page.getByLabel('New password', { exact: true }).fill(first)
          await page.getByLabel('New password, once more').fill(second)
          await page.getByRole('button', { name: 'Change the password' }).click()
        }
        await choose('another long password', 'another one')
        await expectText(page, /match/i)
        await choose('another long password', 'another long password')
        await expectPath(page, '/login')
        await signInAs(page, login, 'another long password')
        await page.getByRole('link', { name: 'Sign out' }).waitFor()
      },
    },
    {
      name: 'no account by oneself where that is off',
      as: 'stranger',
      run: async (page) => {
        expectSame(await statusAt(page, '/signup'), 403, 'the status of /signup')
        await page.getByRole('link', { name: 'Back to sign in' }).click()
        await expectPath(page, '/login')
        expectSame(await page.getByRole('link', { name: 'Create an account' }).count(), 0, 'links to sign up')
      },
    },
    {
      name: 'pages that are not there',
      as: 'viewer',
      run: async (page, { browserOf }) => {
        expectSame(await statusAt(page, '/no/such/page'), 404, 'the status for a viewer')
        await page.getByRole('link', { name: 'Back to the start' }).click()
        await page.getByRole('link', { name: 'Sign out' }).waitFor()
        const stranger = await browserOf('stranger')
        await stranger.goto('/no/such/page')
        await expectPath(stranger, '/login')
      },
    },
  ],

  stills: [
    { name: 'sign in', as: 'stranger', path: '/login' },
    { name: 'forgot password', as: 'stranger', path: '/user/password/send-reset-email' },
    { name: 'choose a password', as: 'stranger', path: '/user/password/reset?code=0' },
    { name: 'sign up', as: 'stranger', path: '/signup' },
    { name: 'no such page', as: 'viewer', path: '/no/such/page' },
    {
      name: 'sign in refused',
      as: 'stranger',
      path: '/login',
      prepare: async (page) => {
        await signInAs(page, 'nobody-at-all', 'x')
        await page.getByRole('alert').waitFor()
      },
    },
  ],
}
