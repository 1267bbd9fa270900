import type { Page } from 'playwright-core'
import type { Mail } from './server.ts'
import type { Role, World } from './world.ts'

/** What a journey has besides the page that it starts on. */
export type Kit = {
  base: string
  world: World
  /** Whether scripts run on the page. */
  scripts: boolean
  /** Goes into the names of what it makes: the same journey is made twice. */
  tag: string
  /** Another browser, of the same kind: as a role, or with the cookie of a session. */
  browserOf: (who: Role | { cookie: string }) => Promise<Page>
  /** Somebody new, and the cookie of a session of theirs. */
  newcomer: (name: string) => Promise<{ id: number; login: string; cookie: string }>
  /** What was sent last to an address, waited for. */
  mailTo: (address: string) => Promise<Mail>
}

export type Journey = {
  name: string
  as: Role
  /** Where it is only about one of the two. */
  only?: 'with scripts' | 'without scripts'
  run: (page: Page, kit: Kit) => Promise<void>
}

/** A page to be looked at for its own sake: by axe in both themes, and on pictures. */
export type Still = {
  name: string
  as: Role
  path: string | ((world: World) => string)
  /** What is done there first. */
  prepare?: (page: Page) => Promise<void>
}

export type Slice = {
  name: string
  /** Made before anybody has an account, in this order. */
  first?: { mode: 'with scripts' | 'without scripts'; run: (page: Page) => Promise<void> }[]
  journeys: Journey[]
  stills: Still[]
}

export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`)
}

const content = (page: Page) => page.getByRole('main')

/** Buttons, links and fields as they are called; links those of the page, not of its menu. */
export const press = (page: Page, name: string | RegExp) =>
  content(page).getByRole('button', { name, exact: true }).click()

export const follow = (page: Page, name: string | RegExp) =>
  content(page).getByRole('link', { name, exact: true }).click()

export const fill = (page: Page, label: string, text: string) =>
  content(page).getByLabel(label, { exact: true }).fill(text)

export const choose = (page: Page, label: string, option: string) =>
  content(page).getByLabel(label, { exact: true }).selectOption(option)

/** That a session is no good any more: its browser is sent to sign in. */
export async function expectSignedOut(page: Page): Promise<void> {
  await page.goto('/profile')
  await expectPath(page, '/login')
}

/** That the page shows this, at once or soon. */
export const expectText = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

/** That a form came back, and says why in whatever words. */
export const expectFault = (page: Page) => page.locator('main').locator('.fault, [role=alert]').first().waitFor()

export const pathOf = (page: Page) => new URL(page.url()).pathname

/** That the browser gets to a page of this site. */
export async function expectPath(page: Page, path: string | RegExp): Promise<void> {
  const fits = (url: URL) => (typeof path === 'string' ? url.pathname === path : path.test(url.pathname))
  await page.waitForURL(fits).catch(() => {
    throw new Error(`at ${page.url()}, not at ${path}`)
  })
}

/** The status that a page is answered with. */
export async function statusAt(page: Page, path: string): Promise<number> {
  return (await page.goto(path))?.status() ?? 0
}
