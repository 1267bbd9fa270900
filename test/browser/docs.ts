import type { Page } from 'playwright-core'
import { callerOf } from './api.ts'
import { expect, expectPath, expectSame, type Slice } from './journey.ts'

const own = '#operations-Users-getOwnProfile'

/** Opens `GET /api/user` and sends it; what was answered. */
async function tryOwn(page: Page): Promise<string> {
  await page.locator(`${own} .try-out__btn`).click()
  await page.locator(`${own} .execute`).click()
  await page.locator(`${own} .live-responses-table`).waitFor()
  return (await page.locator(`${own} .live-responses-table`).textContent()) ?? ''
}

export const docs: Slice = {
  name: 'docs',

  journeys: [
    {
      name: 'every operation is shown',
      as: 'stranger',
      only: 'with scripts',
      run: async (page, { base }) => {
        await page.goto('/docs')
        await expectPath(page, '/docs/')
        await page.locator('.opblock-tag').first().waitFor()
        const { tags }: { tags: unknown[] } = await (await page.request.get(`${base}/openapi.json`)).json()
        expectSame(await page.locator('.opblock-tag').count(), tags.length, 'tags')
        await page.locator('.opblock-tag', { hasText: 'Teams' }).first().click()
        await page.locator('.opblock').first().waitFor()
        await page.getByRole('link', { name: 'Rollcall' }).click()
        await expectPath(page, '/login')
      },
    },
    {
      name: 'a request with the session that one has',
      as: 'viewer',
      only: 'with scripts',
      run: async (page) => {
        await page.goto('/docs/#/Users/getOwnProfile')
        const answer = await tryOwn(page)
        expect(answer.includes('200') && answer.includes('victor-viewer'), `the answer is ${answer}`)
      },
    },
    {
      name: 'a request with a token, which is not kept',
      as: 'stranger',
      only: 'with scripts',
      run: async (page, { newcomer, base }) => {
        const { login, cookie } = await newcomer('jonas')
        const { key } = await callerOf(base, cookie)<{ key: string }>('POST', '/api/user/tokens', { name: 'docs' })
        await page.goto('/docs/#/Users/getOwnProfile')
        await page.locator('.auth-wrapper .authorize').click()
        await page.getByText('the browser sends it by itself').waitFor()
        await page.locator('#auth-bearer-value').fill(key)
        await page.locator('#auth-bearer-value').press('Enter')
        await page.locator('.close-modal').click()
        const answer = await tryOwn(page)
        expect(answer.includes('200') && answer.includes(login), `the answer is ${answer}`)
        const kept = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie')
        expectSame(kept, '{}', 'what the browser keeps')
      },
    },
    {
      name: 'the way to the document where no scripts run',
      as: 'stranger',
      only: 'without scripts',
      run: async (page) => {
        await page.goto('/docs/')
        await page.getByRole('main').getByRole('link', { name: 'openapi.json' }).waitFor()
      },
    },
  ],

  stills: [
    {
      name: 'docs',
      as: 'viewer',
      path: '/docs/',
      prepare: (page) => page.locator('.opblock-tag').first().waitFor(),
    },
    {
      name: 'docs operations',
      as: 'viewer',
      path: '/docs/#/Users/updateOwnProfile',
      prepare: async (page) => {
        await page.locator('#operations-Users-updateOwnProfile .try-out__btn').click()
        for (const tag of ['Teams', 'Roles', 'Health']) await page.locator(`.opblock-tag[data-tag="${tag}"]`).click()
        await page.locator(own).locator('.opblock-summary-control').click()
        await tryOwn(page)
      },
    },
    {
      name: 'docs authorize',
      as: 'viewer',
      path: '/docs/',
      prepare: async (page) => {
        await page.locator('.auth-wrapper .authorize').click()
        await page.locator('.modal-ux').waitFor()
      },
    },
  ],
}
