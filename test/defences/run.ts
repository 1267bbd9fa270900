// Takes away each defence of docs/threat-model.md in turn, in a copy of the project, and runs the test that is said to
// hold it: the test must fail. `npm run test:defences`, or `npm run test:defences -- C5 D` for some classes.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename } from 'node:path'
import { root } from '../../scripts/wrangler.ts'
import type { Defence } from './defence.ts'
import { defences } from './index.ts'

const copy = mkdtempSync(`${tmpdir()}/rollcall-defences-`)
const notCopied = new Set(['node_modules', '.git', '.wrangler', '.vitest', 'dist'])

type Report = { testResults: { assertionResults: { status: string; fullName: string }[] }[] }

/** Titles have `%s` and the like where a test fills in its case. */
const pattern = (title: string) =>
  title
    .split(/%[a-z]/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')

/** The tests of that title, by how they went; undefined = the file could not be run at all. */
function outcomes({ test, title }: Defence): Record<string, number> | undefined {
  const report = `${copy}/report.json`
  rmSync(report, { force: true })
  const vitest = `${copy}/node_modules/vitest/vitest.mjs`
  const args = ['run', `test/${test}`, '-t', pattern(title), '--reporter=json', `--outputFile=${report}`]
  spawnSync(process.execPath, [vitest, ...args], { cwd: copy, timeout: 300_000 })
  try {
    const { testResults }: Report = JSON.parse(readFileSync(report, 'utf8'))
    const results = testResults.flatMap(({ assertionResults }) => assertionResults)
    const ran = results.filter(({ fullName }) => new RegExp(pattern(title)).test(fullName))
    return ran.length === 0 ? undefined : countBy(ran)
  } catch {
    return undefined
  }
}

function countBy(results: { status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** What became of the tests while the defence was away. */
function takenAway(defence: Defence): string {
  const file = `${copy}/${defence.file}`
  const text = readFileSync(file, 'utf8')
  if (text.split(defence.without).length !== 2) return `not once in ${defence.file}: ${defence.without}`
  writeFileSync(
    file,
    text.replace(defence.without, () => defence.put),
  )
  const counts = outcomes(defence)
  writeFileSync(file, text)
  if (!counts) return 'no test ran'
  return counts.failed ? '' : `nothing noticed: ${JSON.stringify(counts)}`
}

const wanted = process.argv.slice(2)
const chosen = defences.filter(({ of }) => wanted.length === 0 || wanted.some((each) => of === each || of[0] === each))
let survived = 0
try {
  cpSync(root, copy, { recursive: true, filter: (from) => !notCopied.has(basename(from)) })
  symlinkSync(`${root}node_modules`, `${copy}/node_modules`)
  for (const defence of chosen) {
    const problem = takenAway(defence)
    if (problem) survived += 1
    console.log(
      `${problem ? 'SURVIVED' : 'noticed '}  ${defence.of}  ${defence.test}: ${defence.title}${problem && `\n  ${problem}`}`,
    )
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.log(`${chosen.length - survived} of ${chosen.length} noticed`)
process.exitCode = survived === 0 && chosen.length > 0 ? 0 : 1
