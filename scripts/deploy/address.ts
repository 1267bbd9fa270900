// Where the Worker is once it is deployed, and whether it answers there.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Failure } from '../failure.ts'
import { run } from '../wrangler.ts'
import { say, shown } from './wrangler.ts'

/** A new name or certificate takes a while to be known everywhere. */
const patienceMs = 180_000
const pauseMs = 2000

/** The addresses that Wrangler names after deploying: `https://…`, or `example.org (custom domain)`. */
function targetsIn(report: string): string[] {
  const entries = report
    .split('\n')
    .filter(Boolean)
    .map((line): { type: string; targets?: string[] } => JSON.parse(line))
  return entries.find(({ type }) => type === 'deploy')?.targets ?? []
}

const addressIn = (targets: string[]): string | undefined =>
  targets.find((target) => target.startsWith('https://')) ??
  targets.filter((target) => target.includes('custom domain')).map((target) => `https://${target.split(' ')[0]}`)[0]

/** Deploys, with Wrangler's own words on the terminal; the answer is where the Worker is, if it has an address. */
export function deployed(args: string[]): string | undefined {
  const folder = mkdtempSync(`${tmpdir()}/rollcall-deploy-`)
  const report = `${folder}/report.ndjson`
  try {
    process.env.WRANGLER_OUTPUT_FILE_PATH = report
    say(shown(args))
    if (!run(args)) throw new Failure('wrangler did not deploy the Worker')
    return addressIn(targetsIn(readFileSync(report, 'utf8')))
  } finally {
    delete process.env.WRANGLER_OUTPUT_FILE_PATH
    rmSync(folder, { recursive: true, force: true })
  }
}

async function answers(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    return response.ok ? '' : `it answers ${response.status}`
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    return `it can't be reached${cause instanceof Error ? `: ${cause.message}` : ''}`
  }
}

/** Waits until the Worker answers, and its database through it. */
export async function waitFor(address: string): Promise<void> {
  const url = `${address}/api/health`
  say(`\nWaiting for ${url}`)
  const end = Date.now() + patienceMs
  let problem = await answers(url)
  while (problem && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    problem = await answers(url)
  }
  if (problem)
    throw new Failure(`Deployed, but after ${patienceMs / 60_000} minutes ${problem}. The certificate of a new domain can take longer;
else npx wrangler tail shows what goes wrong. Look again: curl ${url}`)
}
