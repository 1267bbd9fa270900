// Runs the examples of the documentation: `npm run test:docs`, or `npm run test:docs -- docs/permissions.md` for some pages. Each
// page has a Rollcall of its own, and where it speaks of an account at Cloudflare a double of that.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { root } from '../../../scripts/wrangler.ts'
import { blocksOf } from './blocks.ts'
import { brokenLinks } from './links.ts'
import { Page, type Result } from './page.ts'

const atOnce = 2

const named = process.argv.slice(2)
const all = [
  'README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]
const files = named.length > 0 ? named : all

const folder = mkdtempSync(`${tmpdir()}/rollcall-docs-`)
const shared = `${folder}/shared`
mkdirSync(shared)

async function resultOf(file: string): Promise<Result> {
  const blocks = blocksOf(file, readFileSync(`${root}${file}`, 'utf8'))
  if (blocks.length === 0) return { done: 0, failures: [], notRun: [] }
  const own = `${folder}/${file.replaceAll('/', '-')}`
  mkdirSync(own)
  return new Page(own, shared).run(blocks)
}

async function check(file: string): Promise<Result> {
  const result = await resultOf(file)
  result.failures.push(...brokenLinks(root, file).map((target) => `${file}: ${target} leads nowhere`))
  const { done, failures, notRun } = result
  console.log(
    `${failures.length > 0 ? 'FAILED' : 'passed'}  ${file}: ${done} run, ${notRun.length} not, ${failures.length} failed`,
  )
  for (const failure of failures) console.log(`  ${failure}`)
  return result
}

/** A few at a time: most of it is waiting. */
async function checkAll(): Promise<Result[]> {
  const waiting = [...files]
  const results: Result[] = []
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) results.push(await check(file))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

try {
  const results = await checkAll()
  const notRun = results.flatMap((result) => result.notRun)
  if (notRun.length > 0) console.log(`\nNot run, ${notRun.length}:`)
  for (const { where, why } of notRun) console.log(`  ${where}  ${why}`)
  const done = results.reduce((sum, result) => sum + result.done, 0)
  const failures = results.reduce((sum, result) => sum + result.failures.length, 0)
  console.log(`\n${done} examples and commands run, ${notRun.length} not, ${failures} failed`)
  process.exitCode = failures > 0 || done === 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}
