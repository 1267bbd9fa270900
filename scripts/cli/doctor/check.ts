// What a check of `rollcall doctor` is, and what comes of one.

import type { Site } from './site.ts'

export type Problem = {
  /** `error`: something doesn't work, or isn't safe. `warning`: it works, and is likely not meant. */
  weight: 'error' | 'warning'
  what: string
  /** What to do, best of all a command to paste. */
  advice: string
}

export type Check = {
  name: string
  /** Why it matters. */
  why: string
  /** Whether it is about a site like this at all; about any, where it isn't said. */
  isNeeded?(site: Site): boolean
  /** Throws `NotMade` where it can't be told. */
  run(site: Site): Problem[] | Promise<Problem[]>
}

/** A check that could not be made, and why: nothing is known then, and least of all that it is fine. */
export class NotMade extends Error {}

export const error = (what: string, advice: string): Problem => ({ weight: 'error', what, advice })
export const warning = (what: string, advice: string): Problem => ({ weight: 'warning', what, advice })

/** A problem or none. */
export const when = (isSo: unknown, problem: () => Problem): Problem[] => (isSo ? [problem()] : [])

export type Result = {
  name: string
  status: 'ok' | 'warning' | 'error' | 'not checked'
  why: string
  problems: Problem[]
  /** Why it was not checked. */
  reason?: string
}

function statusOf(problems: Problem[]): Result['status'] {
  if (problems.length === 0) return 'ok'
  return problems.some(({ weight }) => weight === 'error') ? 'error' : 'warning'
}

async function resultOf({ name, why, run }: Check, site: Site): Promise<Result> {
  try {
    const problems = await run(site)
    return { name, status: statusOf(problems), why, problems }
  } catch (error) {
    if (!(error instanceof NotMade)) throw error
    return { name, status: 'not checked', why, problems: [], reason: error.message }
  }
}

/** In their order, one after the other. */
export async function resultsOf(checks: readonly Check[], site: Site): Promise<Result[]> {
  const results: Result[] = []
  for (const check of checks) if (check.isNeeded?.(site) ?? true) results.push(await resultOf(check, site))
  return results
}
