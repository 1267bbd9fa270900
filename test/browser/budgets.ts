import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/wrangler.ts'
import { type Check, runAll, type Tally } from './checks.ts'
import type { Stage } from './journeys.ts'
import { maxPageBytes, seen } from './watch.ts'

const maxAssetBytes = 20_000
/** How much later than a static page, from the same server, /users may be seen. */
const maxPaintRatio = 2
const rounds = 15

type Budget = { value: string; ok: boolean }

function pageSize(): Budget {
  const [path = '', bytes = 0] = [...seen].sort(([, a], [, b]) => b - a)[0] ?? []
  const value = `${bytes} bytes at most, on ${path} of ${seen.size} (at most ${maxPageBytes})`
  return { value, ok: bytes <= maxPageBytes }
}

function assetSize(): Budget {
  const folder = `${root}public/console/`
  const files = readdirSync(folder).filter((name) => /\.(css|js)$/.test(name))
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(folder + name)).length, 0)
  return {
    value: `${bytes} bytes of CSS and JS, gzipped (at most ${maxAssetBytes})`,
    ok: bytes <= maxAssetBytes,
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** A paint is told once the frame is out, which may be after everything is loaded. */
const firstPaint = `new Promise((resolve) => {
  new PerformanceObserver((list, observer) => {
    const entry = list.getEntriesByName('first-contentful-paint')[0]
    if (entry) { observer.disconnect(); resolve(entry.startTime) }
  }).observe({ type: 'paint', buffered: true })
})`

async function paintOf(page: Page, path: string): Promise<number> {
  await page.goto(path)
  return page.evaluate(firstPaint)
}

/** Until the server has noticed the new file. */
async function untilServed(page: Page, path: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await page.request.get(path).catch(() => undefined)
    if (answer?.ok() && new URL(answer.url()).pathname === path) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${path} is not served`)
}

/** /users against the same page as a file: what asking the Worker and its database adds to what is seen first. */
async function paint({ openTab, server, world }: Stage): Promise<Budget> {
  const { page, close } = await openTab(true, world.cookies['server admin'])
  try {
    writeFileSync(`${server.assets}/static.html`, await (await page.request.get('/users')).text())
    await untilServed(page, '/static')
    const times = { page: [] as number[], file: [] as number[] }
    for (let round = -3; round < rounds; round++) {
      const file = await paintOf(page, '/static')
      const own = await paintOf(page, '/users')
      if (round < 0) continue // The caches are cold.
      times.file.push(file)
      times.page.push(own)
    }
    const [own, file] = [median(times.page), median(times.file)]
    const ratio = own / file
    const value = `/users after ${own.toFixed(0)} ms, as a file ${file.toFixed(0)} ms: ${ratio.toFixed(2)} times (at most ${maxPaintRatio}), medians of ${rounds}`
    return { value, ok: ratio <= maxPaintRatio }
  } finally {
    await close()
  }
}

/** What was measured is said even where it is within. */
const checkOf = (name: string, measure: () => Budget | Promise<Budget>): Check => ({
  name: `budget: ${name}`,
  run: async () => {
    const { value, ok } = await measure()
    if (!ok) return [value]
    console.log(`${name}: ${value}`)
    return []
  },
})

export const checkBudgets = (stage: Stage): Promise<Tally> =>
  runAll([checkOf('HTML', pageSize), checkOf('assets', assetSize), checkOf('paint', () => paint(stage))], 1)
