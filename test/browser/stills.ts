import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/wrangler.ts'
import { type Check, messageOf, runAll, type Tally } from './checks.ts'
import type { Slice, Still } from './journey.ts'
import type { Stage } from './journeys.ts'

const axe = readFileSync(`${root}node_modules/axe-core/axe.min.js`, 'utf8')

type Violation = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }

/** What axe finds serious or critical. */
async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found: Violation[] = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ target, failureSummary }) => `axe ${id}: ${target.join(' ')}\n${failureSummary}`),
    )
}

const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

/** The last width of each is the one that axe looks at: where there is a menu at the side, and where lists are cards. */
const looks = [
  { colorScheme: 'light', widths: [320, 1280] },
  { colorScheme: 'dark', widths: [1280, 320] },
] as const

/** In both themes, wide and narrow. */
async function inspect(page: Page, file: string): Promise<string[]> {
  const faults: string[] = []
  for (const { colorScheme, widths } of looks) {
    await page.emulateMedia({ colorScheme })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      await page.screenshot({ path: `${file}-${colorScheme}-${width}.png`, fullPage: true, animations: 'disabled' })
      if (await page.evaluate(isTooWide)) faults.push(`${colorScheme}: wider than ${width} px`)
    }
    faults.push(...(await violationsOn(page)).map((fault) => `${colorScheme}: ${fault}`))
  }
  if ((await page.locator('h1').count()) !== 1) faults.push('not one h1 as shown')
  return faults
}

function checkOf({ openTab, world, shots }: Stage, slice: string, still: Still): Check {
  const name = `${slice}: the page "${still.name}" (${still.as})`
  const run = async () => {
    const { page, close } = await openTab(true, world.cookies[still.as])
    const faults: string[] = []
    try {
      await page.goto(typeof still.path === 'string' ? still.path : still.path(world))
      await still.prepare?.(page)
      faults.push(...(await inspect(page, `${shots}/${`${slice} ${still.name}`.replace(/\W+/g, '-')}`)))
    } catch (error) {
      faults.push(messageOf(error))
    }
    return [...faults, ...(await close())]
  }
  return { name, run }
}

/** All pages as they stand. */
export const checkStills = (stage: Stage, slices: Slice[]): Promise<Tally> =>
  runAll(
    slices.flatMap(({ name, stills }) => stills.map((still) => checkOf(stage, name, still))),
    2,
  )
