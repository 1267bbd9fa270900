import { expect, expectFault, expectPath, expectSame, expectText, fill, follow, press, type Slice } from './journey.ts'

export const serviceAccounts: Slice = {
  name: 'service accounts',

  journeys: [
    {
      name: 'an account, and a token whose secret is shown once',
      as: 'org admin',
      run: async (page, { tag, base }) => {
        await page.goto('/serviceaccounts')
        await follow(page, 'New service account')
        await fill(page, 'Name', 'deployer')
        await press(page, 'Create the account')
        await expectFault(page)
        await fill(page, 'Name', `robot ${tag}`)
        await press(page, 'Create the account')
        await expectPath(page, /^\/serviceaccounts\/\d+$/)
        await follow(page, 'Tokens')
        await follow(page, 'New token')
        await fill(page, 'Name', 'nightly')
        await fill(page, 'Expires after so many days', '30')
        await press(page, 'Create the token')
        const key = (await page.locator('#secret').textContent()) ?? ''
        const asToken = async () =>
          (await fetch(`${base}/api/org`, { headers: { Authorization: `Bearer ${key}` } })).status
        expectSame(await asToken(), 200, 'the status for the token')
        await follow(page, `To the tokens of robot ${tag}`)
        await expectText(page, 'nightly')
        expect(!(await page.content()).includes(key), 'the secret is shown again')
        await follow(page, 'Account')
        await follow(page, 'Disable')
        await press(page, 'Disable the account')
        await expectText(page, 'The service account is disabled')
        expectSame(await asToken(), 401, 'the status while it is disabled')
        await press(page, 'Enable')
        await expectText(page, 'The service account is enabled')
        await follow(page, 'Tokens')
        await follow(page, 'Delete nightly')
        await press(page, 'Delete the token')
        await expectText(page, 'Deleted.')
        expectSame(await asToken(), 401, 'the status of the deleted token')
        await follow(page, 'Account')
        await follow(page, 'Delete')
        await press(page, 'Delete the account')
        await expectPath(page, '/serviceaccounts')
        await expectText(page, 'Deleted.')
      },
    },
    {
      name: 'a key of the organization',
      as: 'org admin',
      run: async (page, { tag }) => {
        await page.goto('/serviceaccounts')
        await follow(page, 'API keys')
        await expectPath(page, '/apikeys')
        await follow(page, 'New API key')
        await fill(page, 'Name', `old way ${tag}`)
        await press(page, 'Create the key')
        await page.locator('#secret').waitFor()
        await page.goto('/apikeys')
        await follow(page, `Delete old way ${tag}`)
        await press(page, 'Delete the key')
        await expectText(page, 'Deleted.')
      },
    },
  ],

  stills: [
    { name: 'list', as: 'org admin', path: '/serviceaccounts' },
    { name: 'new', as: 'org admin', path: '/serviceaccounts/new' },
    { name: 'detail', as: 'org admin', path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}` },
    { name: 'tokens', as: 'org admin', path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/tokens` },
    {
      name: 'new token',
      as: 'org admin',
      path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/tokens/new`,
    },
    { name: 'access', as: 'org admin', path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/access` },
    { name: 'roles', as: 'org admin', path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/roles` },
    { name: 'grants', as: 'server admin', path: ({ serviceAccount }) => `/serviceaccounts/${serviceAccount}/grants` },
    { name: 'API keys', as: 'org admin', path: '/apikeys' },
  ],
}
