import { readFileSync } from 'node:fs'
import { expect, expectPath, expectSame, expectText, fill, press, type Slice } from './journey.ts'

export const audit: Slice = {
  name: 'audit and overview',

  journeys: [
    {
      name: 'what was done to somebody',
      as: 'server admin',
      run: async (page, { newcomer }) => {
        const { id } = await newcomer('ingo')
        await page.goto('/audit')
        await fill(page, 'Target', `users:id:${id}`)
        await fill(page, 'Action', 'users:create')
        await press(page, 'Filter')
        await page.waitForURL(/action=users/)
        expectSame(await page.locator('.log tbody tr').count(), 1, 'entries')
        await page.locator('.log tbody').getByText('admin', { exact: true }).waitFor()
        await fill(page, 'Action', 'users:delete')
        await press(page, 'Filter')
        await expectText(page, 'Nothing that fits was recorded.')
      },
    },
    {
      name: 'the export has what the filters leave',
      as: 'server admin',
      run: async (page, { newcomer }) => {
        const { id } = await newcomer('jana')
        await page.goto(`/audit?target=users:id:${id}`)
        const shown = await page.locator('.log tbody tr').count()
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Export as NDJSON' }).click(),
        ])
        expect(/^audit-.*\.ndjson$/.test(download.suggestedFilename()), `the file is ${download.suggestedFilename()}`)
        const lines = readFileSync(await download.path(), 'utf8')
          .trimEnd()
          .split('\n')
        expectSame(lines.length, shown, 'lines')
        for (const line of lines) expectSame(JSON.parse(line).target, `users:id:${id}`, 'the target')
      },
    },
    {
      name: 'older entries',
      as: 'server admin',
      run: async (page) => {
        await page.goto('/audit')
        await page.getByRole('link', { name: 'Next page' }).click()
        await page.waitForURL(/cursor=/)
        await page.getByRole('link', { name: 'First page' }).click()
        await page.getByRole('link', { name: 'First page' }).waitFor({ state: 'detached' })
      },
    },
    {
      name: 'the figures lead to who is counted',
      as: 'server admin',
      run: async (page) => {
        await page.goto('/')
        await page.locator('.tiles').getByRole('link').first().click()
        await expectPath(page, '/users')
        await page.getByRole('link', { name: 'Overview' }).click()
        await page.getByText('The figures').first().click()
      },
    },
    {
      name: 'no overview for anybody else',
      as: 'org admin',
      run: async (page, { browserOf }) => {
        await page.goto('/')
        await expectPath(page, '/profile')
        const viewer = await browserOf('viewer')
        await viewer.goto('/')
        await expectPath(viewer, '/profile')
      },
    },
  ],

  stills: [
    { name: 'overview', as: 'server admin', path: '/' },
    { name: 'log', as: 'server admin', path: '/audit' },
    { name: 'none', as: 'server admin', path: '/audit?action=orgs:delete&target=orgs:id:999999' },
    { name: 'parts', as: 'server admin', path: '/audit/parts' },
  ],
}
