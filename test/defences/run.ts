// Takes away each defence of docs/threat-model.md in turn, in a copy of the project, and runs the test that is said to
// hold it: the test, which passes otherwise, must fail. `npm run test:defences`, or `npm run test:defences -- C5 D` for some classes.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename } from 'node:path'
import { root } from '../../scripts/wrangler.ts'
import type { Defence } from './defence.ts'
import { defences } from './index.ts'

const copy = mkdtempSync(`${tmpdir()}/rollcall-defences-`)
const notCopied = new Set(['node_modules', '.git', '.wrangler', '.vitest', 'dist'])

type Report = { testResults: { assertionResults: { status: string }[] }[] }

/** Titles have `%s` and the like where a test fills in its case. */
const pattern = (title: string) =>
  title
    .split(/%[a-z]/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')

type Counts = { passed: number; failed: number }

/** How the tests of that title went; none at all where the file could not be run. */
function outcomes(test: string, title: string): Counts {
  const report = `${copy}/report.json`
  rmSync(report, { force: true })
  const vitest = `${copy}/node_modules/vitest/vitest.mjs`
  // A slow machine must not pass for a missing defence.
  const args = ['run', `test/${test}`, '-t', pattern(title), '--testTimeout=120000', '--reporter=json']
  spawnSync(process.execPath, [vitest, ...args, `--outputFile=${report}`], { cwd: copy, timeout: 300_000 })
  const { testResults }: Report = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] }
  const statuses = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status))
  const count = (wanted: string) => statuses.filter((status) => status === wanted).length
  return { passed: count('passed'), failed: count('failed') }
}

const controls = new Map<string, Counts>()

/** With every defence in place, once for each title. */
function control({ test, title }: Defence): Counts {
  const key = `${test}: ${title}`
  const counts = controls.get(key) ?? outcomes(test, title)
  controls.set(key, counts)
  return counts
}

/** Why the test proves nothing; empty where it noticed that the defence was away. */
function takenAway(defence: Defence): string {
  const before = control(defence)
  if (before.passed === 0 || before.failed > 0) return `as it is: ${JSON.stringify(before)}`
  const file = `${copy}/${defence.file}`
  const text = readFileSync(file, 'utf8')
  if (text.split(defence.without).length !== 2) return `not once in ${defence.file}: ${defence.without}`
  writeFileSync(
    file,
    text.replace(defence.without, () => defence.put),
  )
  const counts = outcomes(defence.test, defence.title)
  writeFileSync(file, text)
  return counts.failed > 0 ? '' : `without it: ${JSON.stringify(counts)}`
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
