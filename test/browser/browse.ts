import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

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
  return chromium.launch({ executablePath, args: flags })
}

/** A browser of somebody's own, who has the session of `cookie`. */
export async function openContext(
  browser: Browser,
  base: string,
  cookie: string | undefined,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1280, height: 800 }, ...options })
  // What takes seconds on a busy machine is not wrong: a page that hangs is.
  context.setDefaultTimeout(30_000)
  if (cookie) {
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url: base }])
  }
  return context
}
