// Holds the built Worker to a size and a start-up time, which every cold start pays: `npm run bundle`. The console has a size of
// its own, so that neither it nor the API can grow at the other's expense.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import { startWorker } from './workerd.ts'
import { build } from './wrangler.ts'

/**
 * Of 1,024 bytes, gzipped, as wrangler counts them. The API had 100 before there were pages, which it had to learn ETags, the
 * overview and the places of devices for.
 */
const maxKilobytes = { api: 101, console: 60 }
const maxStartMs = 30
const starts = 15

/** Imports the Worker when asked: workerd stands still its own clock while a module runs, so the time is taken out here. */
const importer = `export default {
  async fetch(request) {
    await import(new URL(request.url).pathname.slice(1))
    return new Response('imported')
  },
}`

/** Milliseconds to load and run an empty module, and the Worker, in a fresh isolate. */
async function startTimes(code: string) {
  const modules = { 'importer.js': importer, 'first.js': '', 'empty.js': '', 'worker.js': code }
  const { miniflare, address } = await startWorker({ name: 'importer', main: 'importer.js', modules })
  const time = async (module: string) => {
    const started = performance.now()
    const answer = await fetch(new URL(module, address))
    if ((await answer.text()) !== 'imported') throw new Error(`${module} does not load: ${answer.status}`)
    return performance.now() - started
  }
  try {
    await time('first.js') // Opens the connection and warms the importer.
    const nothing = await time('empty.js')
    return { nothing, worker: await time('worker.js') }
  } finally {
    await miniflare.dispose()
  }
}

const kilobytesOf = (code: string) => gzipSync(code, { level: 9 }).length / 1024

const folder = mkdtempSync(`${tmpdir()}/rollcall-bundle-`)
try {
  const code = readFileSync(build(folder), 'utf8')
  const whole = kilobytesOf(code)
  const api = kilobytesOf(readFileSync(build(folder, 'scripts/apiOnly.ts'), 'utf8'))
  const times: Awaited<ReturnType<typeof startTimes>>[] = []
  for (let n = 0; n < starts; n++) times.push(await startTimes(code))
  // The best of each: on a busy machine the way to nothing may take longer than that to the Worker.
  const best = Math.min(...times.map(({ worker }) => worker)) - Math.min(...times.map(({ nothing }) => nothing))
  console.log(`whole     ${whole.toFixed(1)} KiB gzipped, ${Math.round(code.length / 1024)} KiB`)
  console.log(`API       ${api.toFixed(1)} KiB gzipped (at most ${maxKilobytes.api})`)
  console.log(`console   ${(whole - api).toFixed(1)} KiB gzipped (at most ${maxKilobytes.console})`)
  console.log(`start-up  ${best.toFixed(1)} ms, the best of ${starts} in workerd (at most ${maxStartMs})`)
  if (api > maxKilobytes.api || whole - api > maxKilobytes.console || best > maxStartMs) {
    console.error('\n✗ The Worker has grown too heavy: what was added last?')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
