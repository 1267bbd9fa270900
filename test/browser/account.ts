import { callerOf, signIn } from './api.ts'
import { signInAs } from './door.ts'
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
} from './journey.ts'
import { password } from './world.ts'

const chosen = 'a password of my own'

export const account: Slice = {
  name: 'account',

  journeys: [
    {
      name: 'the own name and theme',
      as: 'stranger',
      run: async (_, { newcomer, browserOf }) => {
        const page = await browserOf(await newcomer('karla'))
        await page.goto('/profile')
        await fill(page, 'Login', 'person-01')
        await fill(page, 'Name', 'Karla Kind')
        await press(page, 'Save the profile')
        await expectFault(page)
        expectSame(await page.getByLabel('Name', { exact: true }).inputValue(), 'Karla Kind', 'what was typed')
        await page.goto('/profile')
        await fill(page, 'Name', 'Karla Kind')
        await choose(page, 'Theme', 'Dark')
        await press(page, 'Save the profile')
        await expectText(page, 'Saved.')
        await page.getByRole('banner').getByText('Karla Kind').waitFor()
        await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' })
        await choose(page, 'Time zone', 'Asia/Tokyo')
        await press(page, 'Save the preferences')
        await expectText(page, 'Saved.')
        expectSame(await page.getByLabel('Time zone').inputValue(), 'Asia/Tokyo', 'the time zone')
      },
    },
    {
      name: 'a profile that was changed elsewhere meanwhile',
      as: 'stranger',
      run: async (_, { newcomer, browserOf }) => {
        const user = await newcomer('lukas')
        const [here, there] = [await browserOf(user), await browserOf(user)]
        await here.goto('/profile')
        await there.goto('/profile')
        await fill(there, 'Name', 'Lukas There')
        await press(there, 'Save the profile')
        await expectText(there, 'Saved.')
        await fill(here, 'Name', 'Lukas Here')
        await press(here, 'Save the profile')
        await expectText(here, 'changed elsewhere meanwhile')
        await expectText(here, 'Now it is: Lukas There')
        expectSame(await here.getByLabel('Name', { exact: true }).inputValue(), 'Lukas Here', 'what was typed')
        await press(here, 'Save the profile')
        await expectText(here, 'Saved.')
        await here.getByRole('banner').getByText('Lukas Here').waitFor()
      },
    },
    {
      name: 'another password, which ends the other sessions',
      as: 'stranger',
      run: async (_, { base, newcomer, browserOf }) => {
        const user = await newcomer('mona')
        const [page, other] = [
          await browserOf(user),
          await browserOf({ cookie: await signIn(base, user.login, password) }),
        ]
        const change = async (old: string, first: string, second: string) => {
          await fill(page, 'Your password until now', old)
          await fill(page, 'New password', first)
          await fill(page, 'New password, once more', second)
          await press(page, 'Change the password')
        }
        await page.goto('/profile/password')
        await change('not mine', chosen, chosen)
        await expectText(page, /old password/i)
        await change(password, chosen, 'something else')
        await expectText(page, 'It is not the same')
        await change(password, chosen, chosen)
        await expectText(page, 'Your password is changed')
        await expectSignedOut(other)
        await signIn(base, user.login, chosen)
      },
    },
    {
      name: 'nothing else before a password that was given is changed',
      as: 'stranger',
      run: async (page, { world, tag }) => {
        const login = `nils-${tag}`
        await world.admin('POST', '/api/admin/users', { login, password, mustChangePassword: true })
        await page.goto('/login')
        await signInAs(page, login, password)
        await expectPath(page, '/profile/password')
        await page.goto('/profile/tokens')
        await expectPath(page, '/profile/password')
        await fill(page, 'The password that you were given', password)
        await fill(page, 'New password', chosen)
        await fill(page, 'New password, once more', chosen)
        await press(page, 'Change the password')
        await expectPath(page, '/profile')
      },
    },
    {
      name: 'a device that is signed out from another',
      as: 'stranger',
      run: async (phone, { newcomer, browserOf }) => {
        const user = await newcomer('olaf')
        const desk = await browserOf(user)
        await phone.goto('/login')
        await signInAs(phone, user.login, password)
        await expectPath(phone, '/profile')
        await desk.goto('/profile/devices')
        expectSame(await desk.locator('tbody tr').count(), 2, 'devices')
        await desk
          .getByRole('table')
          .getByRole('link', { name: /^Sign out/ })
          .click()
        await press(desk, 'Sign out this device')
        await expectText(desk, 'Signed out there.')
        expectSame(await desk.locator('tbody tr').count(), 1, 'devices that are left')
        await expectSignedOut(phone)
      },
    },
    {
      name: 'everywhere else at once',
      as: 'stranger',
      run: async (_, { base, newcomer, browserOf }) => {
        const user = await newcomer('paula')
        const other = await browserOf({ cookie: await signIn(base, user.login, password) })
        const page = await browserOf(user)
        await page.goto('/profile/devices')
        await follow(page, 'Sign out everywhere else')
        await press(page, 'Sign out everywhere else')
        await expectText(page, 'Signed out everywhere else.')
        await expectSignedOut(other)
      },
    },
    {
      name: 'acting in another organization',
      as: 'stranger',
      run: async (_, { world, base, newcomer, browserOf }) => {
        const { login, cookie } = await newcomer('quirin')
        const [org] = world.orgs
        expect(org !== undefined, 'no org')
        await world.admin('POST', `/api/orgs/${org.id}/users`, { loginOrEmail: login, role: 'Admin' })
        const page = await browserOf({ cookie })
        await page.goto('/profile/orgs')
        expectSame(await page.getByRole('link', { name: 'Settings' }).count(), 0, 'links to the settings as a viewer')
        await press(page, `Act here: ${org.name}`)
        await expectText(page, 'You act in this organization now.')
        await page.getByRole('link', { name: 'Settings' }).click()
        await page.getByRole('heading', { name: org.name, level: 1 }).waitFor()
        expectSame((await callerOf(base, cookie)<{ orgId: number }>('GET', '/api/user')).orgId, org.id, 'the org')
      },
    },
    {
      name: 'a token, shown once and deleted',
      as: 'stranger',
      run: async (_, { base, newcomer, browserOf }) => {
        const { cookie, login } = await newcomer('rosa')
        const page = await browserOf({ cookie })
        await page.goto('/profile/tokens')
        await follow(page, 'New token')
        await fill(page, 'Name', 'laptop')
        await fill(page, 'Expires after so many days', '7')
        await press(page, 'Create the token')
        const key = (await page.locator('#secret').textContent()) ?? ''
        const asToken = () => fetch(`${base}/api/user`, { headers: { Authorization: `Bearer ${key}` } })
        expect((await (await asToken()).text()).includes(login), 'the token does not open the account')
        await follow(page, 'All your access tokens')
        await expectText(page, 'laptop')
        expect(!(await page.content()).includes(key), 'the token is shown again')
        await follow(page, 'Delete laptop')
        await press(page, 'Delete the token')
        await expectText(page, 'Deleted.')
        expectSame((await asToken()).status, 401, 'the status of the deleted token')
      },
    },
  ],

  stills: [
    { name: 'profile', as: 'viewer', path: '/profile' },
    { name: 'password', as: 'viewer', path: '/profile/password' },
    { name: 'devices', as: 'server admin', path: '/profile/devices' },
    { name: 'sign out elsewhere', as: 'server admin', path: '/profile/devices/others/sign-out' },
    { name: 'orgs', as: 'server admin', path: '/profile/orgs' },
    { name: 'teams', as: 'server admin', path: '/profile/teams' },
    { name: 'stars', as: 'viewer', path: '/profile/stars' },
    { name: 'tokens', as: 'viewer', path: '/profile/tokens' },
    { name: 'new token', as: 'viewer', path: '/profile/tokens/new' },
    { name: 'permissions', as: 'server admin', path: '/profile/permissions' },
  ],
}
