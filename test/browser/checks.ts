import { stripVTControlCharacters } from 'node:util'

/** Something that is tried, and what went wrong with it. */
export type Check = { name: string; run: () => Promise<string[]> }

export type Tally = { made: number; failed: number }

/** Without colours, and without all that a browser said when it went. */
export function messageOf(error: unknown): string {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error))
  return text.split('\nBrowser logs:')[0] ?? text
}

/** Nothing more is tried then. */
export const over = new AbortController()

function report(name: string, faults: string[]): void {
  console.log(`FAILED  ${name}`)
  for (const fault of faults) console.log(`  ${fault.replaceAll('\n', '\n  ')}`)
}

/** So many at a time, in their order; what failed is said at once. */
export async function runAll(checks: Check[], atOnce: number): Promise<Tally> {
  let failed = 0
  const queue = checks.values()
  const work = async () => {
    for (const { name, run } of queue) {
      over.signal.throwIfAborted()
      const faults = await run().catch((error: unknown) => [messageOf(error)])
      if (faults.length === 0) continue
      failed += 1
      report(name, faults)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { made: checks.length, failed }
}
