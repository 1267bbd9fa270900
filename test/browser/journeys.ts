import type { Browser, BrowserContext } from 'playwright-core'
import { signIn } from './api.ts'
import { openContext } from './browse.ts'
import { type Check, messageOf, runAll, type Tally } from './checks.ts'
import type { Journey, Kit, Slice } from './journey.ts'
import type { Mail, Server } from './server.ts'
import { type Watch, watch } from './watch.ts'
import { createUser, password, type Role, type World } from './world.ts'

const modes = ['with scripts', 'without scripts'] as const
type Mode = (typeof modes)[number]

export type Stage = { browser: Browser; server: Server; world: World; shots: string }

async function mailTo(mails: Mail[], address: string): Promise<Mail> {
  for (let tries = 0; tries < 100; tries++) {
    const mail = mails.findLast(({ to }) => to === address)
    if (mail) return mail
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no mail to ${address}`)
}

/** Opens browsers, and keeps an eye on all of them. */
function openBrowsers(browser: Browser, base: string, mode: Mode) {
  const opened: { context: BrowserContext; watch: Watch }[] = []
  return {
    async open(cookie: string | undefined) {
      const context = await openContext(browser, base, cookie, { javaScriptEnabled: mode === 'with scripts' })
      opened.push({ context, watch: watch(context, base) })
      return context.newPage()
    },
    /** Where they got to; a picture of each is kept. */
    async photograph(file: string): Promise<string[]> {
      const pages = opened.flatMap(({ context }) => context.pages()).filter((page) => page.url() !== 'about:blank')
      for (const [index, page] of pages.entries())
        await page.screenshot({ path: `${file}-${index + 1}.png`, fullPage: true }).catch(() => undefined)
      return pages.map((page) => `at ${page.url()}`)
    },
    /** What was seen in any of them, once all is said. */
    async close(): Promise<string[]> {
      for (const { context, watch } of opened) {
        await watch.settle()
        await context.close()
      }
      return opened.flatMap(({ watch }) => watch.problems)
    },
  }
}

function kitOf(
  { server, world }: Stage,
  mode: Mode,
  open: (cookie: string | undefined) => ReturnType<Kit['browserOf']>,
): Kit {
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
    const { open, photograph, close } = openBrowsers(stage.browser, stage.server.base, mode)
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
export const makeFirst = (browser: Browser, base: string, slices: Slice[]): Promise<Tally> =>
  runAll(
    slices.flatMap(({ name, first = [] }) =>
      first.map(({ mode, run }) => ({
        name: `${name}: an empty directory (${mode})`,
        run: async () => {
          const { open, close } = openBrowsers(browser, base, mode)
          await run(await open(undefined))
          return close()
        },
      })),
    ),
    1,
  )
