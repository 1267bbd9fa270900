// Names a version: `npm run release -- 0.2.0`. What was unreleased in CHANGELOG.md goes under the version and today's date, every
// file that says the version says the new one, and that is committed and tagged. Nothing is pushed.
//
//   npm run release -- 0.2.0 --dry-run     says what it would do

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parsed } from './cli/command.ts'
import { Failure, Misuse } from './failure.ts'
import { numbersOf, released, versioned } from './releaseText.ts'

const usage = 'npm run release -- <major>.<minor>.<patch> [--dry-run]'

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8' })
  if (status !== 0) throw new Failure(`git ${args[0]}: ${stderr.trim() || 'is git installed?'}`)
  return stdout.trim()
}

function read(file: string): string {
  if (!existsSync(file)) throw new Failure(`There is no ${file} here: run this where package.json is.`)
  return readFileSync(file, 'utf8')
}

/** Where the version is said, and how often: package-lock.json has it for the project and for its root package. */
const places = [
  { file: 'package.json', times: 1 },
  { file: 'package-lock.json', times: 2 },
  { file: 'public/openapi.json', times: 1 },
]

function check(version: string, current: string) {
  const [next, last] = [numbersOf(version), numbersOf(current)]
  if (!next) throw new Failure(`"${version}" is no version. ${usage}`)
  const at = next.findIndex((number, index) => number !== last?.[index])
  if (at >= 0 && Number(next[at]) < Number(last?.[at]))
    throw new Failure(`${version} comes before ${current}, the current one.`)
  if (git('tag', '--list', `v${version}`)) throw new Failure(`The tag v${version} is there already.`)
  if (git('status', '--porcelain'))
    throw new Failure('There are changes that are not committed: commit or drop them first.')
}

function changedFiles(version: string, current: string): Map<string, string> {
  const files = places
    .filter(({ file }) => existsSync(file))
    .map(({ file, times }): [string, string] => [file, versioned(read(file), current, version, times)])
  const today = new Date().toISOString().slice(0, 10)
  const changelog = released(read('CHANGELOG.md'), version, today)
  if (changelog === undefined)
    throw new Failure('CHANGELOG.md has nothing under "## [Unreleased]": what would be released?')
  return new Map([...files, ['CHANGELOG.md', changelog]])
}

function release(version: string, dryRun: boolean) {
  const current: string = JSON.parse(read('package.json')).version
  check(version, current)
  const files = changedFiles(version, current)
  if (dryRun) return console.log(`Would change ${[...files.keys()].join(', ')}, commit and tag v${version}.`)
  for (const [file, text] of files) writeFileSync(file, text)
  git('add', ...files.keys())
  git('commit', '--quiet', '--message', `Release ${version}`)
  git('tag', '--annotate', `v${version}`, '--message', `Rollcall ${version}`)
  console.log(`Committed and tagged v${version}. To publish it: git push --follow-tags`)
}

try {
  const { values, positionals } = parsed({ options: { 'dry-run': { type: 'boolean' } }, allowPositionals: true })
  const [version] = positionals
  if (version === undefined || positionals.length > 1) throw new Failure(`Which version? ${usage}`)
  release(version, values['dry-run'] === true)
} catch (error) {
  if (!(error instanceof Failure || error instanceof Misuse)) throw error
  console.error(error instanceof Misuse ? `${error.message}\n${usage}` : error.message)
  process.exitCode = error instanceof Misuse ? 2 : 1
}
