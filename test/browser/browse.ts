import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { watch } from './watch.ts'

const missing = (path: string) => `There is no browser at ${path}. Debian: apt-get install chromium.
Elsewhere: install Chromium or Chrome, and name it: CHROMIUM=<path> npm run test:browser`

/** Says nothing to anybody: no updates, no sync, no look-ups of its own. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

export async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium'
  if (!existsSync(executablePath)) throw new Error(missing(executablePath))
  // Whoever stops the run stops the server too (run.ts), and then the browser.
  const handled = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
  return chromium.launch({ executablePath, args: flags, ...handled })
}

/** A browser of somebody's own, as good as new; to close it says what was wrong with the pages that it showed. */
export type Tab = { page: Page; close: () => Promise<string[]> }
export type OpenTab = (scripts: boolean, cookie: string | undefined) => Promise<Tab>

async function newTab(browser: Browser, base: string, javaScriptEnabled: boolean) {
  const viewport = { width: 1280, height: 800 }
  const context = await browser.newContext({ baseURL: base, viewport, javaScriptEnabled })
  // What takes seconds on a busy machine is not wrong: a page that hangs is.
  context.setDefaultTimeout(30_000)
  return { context, problems: watch(context, base), page: await context.newPage() }
}

/** A new one is a window, which costs more than all that is done in it: one that was closed is used again, emptied. */
export function openTabs(browser: Browser, base: string): OpenTab {
  const idle = { true: [] as Awaited<ReturnType<typeof newTab>>[], false: [] as Awaited<ReturnType<typeof newTab>>[] }
  return async (scripts, cookie) => {
    const pool = idle[`${scripts}`]
    const tab = pool.pop() ?? (await newTab(browser, base, scripts))
    const [name = '', value = ''] = cookie?.split('=') ?? []
    if (name) await tab.context.addCookies([{ name, value, url: base }])
    const close = async () => {
      const problems = await tab.problems()
      await tab.page.goto('about:blank')
      await tab.context.clearCookies()
      pool.push(tab)
      return problems
    }
    return { page: tab.page, close }
  }
}
