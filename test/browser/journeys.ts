import type { Page } from 'playwright-core'
import { signIn } from './api.ts'
import type { OpenTab, Tab } from './browse.ts'
import { type Check, messageOf, runAll, type Tally } from './checks.ts'
import type { Journey, Kit, Slice } from './journey.ts'
import type { Mail, Server } from './server.ts'
import { createUser, password, type Role, type World } from './world.ts'

const modes = ['with scripts', 'without scripts'] as const
type Mode = (typeof modes)[number]

export type Stage = { openTab: OpenTab; server: Server; world: World; shots: string }

async function mailTo(mails: Mail[], address: string): Promise<Mail> {
  for (let tries = 0; tries < 100; tries++) {
    const mail = mails.findLast(({ to }) => to === address)
    if (mail) return mail
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no mail to ${address}`)
}

/** Those of one journey. */
function openBrowsers(openTab: OpenTab, mode: Mode) {
  const tabs: Tab[] = []
  return {
    async open(cookie: string | undefined): Promise<Page> {
      const tab = await openTab(mode === 'with scripts', cookie)
      tabs.push(tab)
      return tab.page
    },
    /** Where they got to; a picture of each is kept. */
    async photograph(file: string): Promise<string[]> {
      const pages = tabs.map(({ page }) => page).filter((page) => page.url() !== 'about:blank')
      for (const [index, page] of pages.entries())
        await page.screenshot({ path: `${file}-${index + 1}.png`, fullPage: true }).catch(() => undefined)
      return pages.map((page) => `at ${page.url()}`)
    },
    async close(): Promise<string[]> {
      const problems: string[] = []
      for (const tab of tabs) problems.push(...(await tab.close()))
      return problems
    },
  }
}

function kitOf({ server, world }: Stage, mode: Mode, open: (cookie: string | undefined) => Promise<Page>): Kit {
  const tag = mode === 'with scripts' ? 'js' : 'plain'
  return {
    base: server.base,
    world,
    scripts: mode === 'with scripts',
    tag,
    browserOf: (who: Role | { cookie: string }) => open(typeof who === 'string' ? world.cookies[who] : who.cookie),
    newcomer: async (name) => {
      const login = `${name}-${tag}`
      const id = await createUser(world.admin, login)
      return { id, login, cookie: await signIn(server.base, login, password) }
    },
    mailTo: (address) => mailTo(server.mails, address),
  }
}

/** A journey in one of the two modes; where it ends badly there is a picture of it. */
function checkOf(stage: Stage, slice: string, journey: Journey, mode: Mode): Check {
  const name = `${slice}: ${journey.name} (${journey.as}, ${mode})`
  const run = async () => {
    const { open, photograph, close } = openBrowsers(stage.openTab, mode)
    const page = await open(stage.world.cookies[journey.as])
    const faults: string[] = []
    try {
      await journey.run(page, kitOf(stage, mode, open))
    } catch (error) {
      faults.push(messageOf(error), ...(await photograph(`${stage.shots}/failed-${name.replace(/\W+/g, '-')}`)))
    }
    return [...faults, ...(await close())]
  }
  return { name, run }
}

const journeysIn = (slices: Slice[], mode: Mode) =>
  slices.flatMap(({ name, journeys }) =>
    journeys.filter(({ only }) => only === undefined || only === mode).map((journey) => ({ name, journey })),
  )

/** Every journey, with scripts and without. */
export const makeJourneys = (stage: Stage, slices: Slice[]): Promise<Tally> =>
  runAll(
    modes.flatMap((mode) => journeysIn(slices, mode).map(({ name, journey }) => checkOf(stage, name, journey, mode))),
    2,
  )

/** What whoever comes first to an empty directory meets. */
export const makeFirst = (openTab: OpenTab, slices: Slice[]): Promise<Tally> =>
  runAll(
    slices.flatMap(({ name, first = [] }) =>
      first.map(({ mode, run }) => ({
        name: `${name}: an empty directory (${mode})`,
        run: async () => {
          const { open, close } = openBrowsers(openTab, mode)
          await run(await open(undefined))
          return close()
        },
      })),
    ),
    1,
  )
