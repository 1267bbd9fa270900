// The console in a real browser, on the real Worker: `npm run test:browser`, or `npm run test:browser -- door users` for some
// slices. Each journey is made with scripts and without; every page that is opened on the way is looked at (watch.ts). Pictures
// of all pages are in test/browser/shots afterwards.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Browser } from 'playwright-core'
import { root } from '../../scripts/wrangler.ts'
import { account } from './account.ts'
import { audit } from './audit.ts'
import { launch, openTabs } from './browse.ts'
import { checkBudgets } from './budgets.ts'
import { messageOf, over, type Tally } from './checks.ts'
import { docs } from './docs.ts'
import { door } from './door.ts'
import type { Slice } from './journey.ts'
import { makeFirst, makeJourneys } from './journeys.ts'
import { orgs } from './orgs.ts'
import { reach } from './reach.ts'
import { roles } from './roles.ts'
import { type Server, startServer } from './server.ts'
import { serviceAccounts } from './serviceAccounts.ts'
import { checkStills } from './stills.ts'
import { teams } from './teams.ts'
import { user } from './user.ts'
import { users } from './users.ts'
import { createWorld } from './world.ts'

/** Those whose rows others count come first. */
const slices: Slice[] = [door, users, user, account, orgs, teams, serviceAccounts, roles, audit, reach, docs]
const wanted = process.argv.slice(2)
const chosen = slices.filter(({ name }) => wanted.length === 0 || wanted.includes(name.split(' ')[0] ?? ''))

/** Says how long a part took. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now()
  const result = await work()
  console.log(`${what}: ${Math.round((Date.now() - started) / 1000)} s`)
  return result
}

async function check(browser: Browser, shots: string, server: Server): Promise<Tally[]> {
  const openTab = openTabs(browser, server.base)
  const first = await makeFirst(openTab, chosen)
  const world = await timed('people', () => createWorld(server.base))
  const stage = { openTab, server, shots, world }
  const journeys = await timed('journeys', () => makeJourneys(stage, chosen))
  const stills = await timed('pages', () => checkStills(stage, chosen))
  return [
    { made: first.made + journeys.made, failed: first.failed + journeys.failed },
    stills,
    await checkBudgets(stage),
  ]
}

async function run(folder: string): Promise<boolean> {
  const shots = `${root}test/browser/shots`
  rmSync(shots, { recursive: true, force: true })
  mkdirSync(shots, { recursive: true })
  const started = Date.now()
  const browser = await launch()
  // Rather than that every journey fails without it.
  browser.once('disconnected', () => over.abort(new Error('The browser ended')))
  const server = await timed('server', () => startServer(folder)).catch(async (error) => {
    await browser.close()
    throw error
  })
  try {
    const tallies = await check(browser, shots, server)
    const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
    const [journeys, pages, budgets] = tallies.map(({ made }) => made)
    const seconds = Math.round((Date.now() - started) / 1000)
    console.log(
      `${failed === 0 ? 'passed' : 'FAILED'}  ${journeys} journeys, ${pages} pages in two themes and widths, ${budgets} budgets: ${failed} failed, in ${seconds} s`,
    )
    return failed === 0
  } finally {
    await browser.close()
    await server.stop()
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => over.abort(new Error(`Stopped by ${signal}`)))

const folder = mkdtempSync(`${tmpdir()}/rollcall-browser-`)
try {
  if (chosen.length === 0) throw new Error(`The slices are ${slices.map(({ name }) => name.split(' ')[0]).join(', ')}`)
  process.exitCode = (await run(folder)) ? 0 : 1
} catch (error) {
  console.error(`✗ ${messageOf(error)}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
