import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { released } from '../../scripts/releaseText.ts'
import { root } from '../../scripts/wrangler.ts'

const changelog = `# Changelog

## [Unreleased]

### Added

- Tokens.

## [0.1.0] - 2026-01-02

### Added

- Everything.
`
const today = new Date().toISOString().slice(0, 10)

let folder: string
const file = (name: string) => `${folder}/${name}`
const read = (name: string) => readFileSync(file(name), 'utf8')

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

function release(...args: string[]) {
  const command = [`${root}scripts/release.ts`, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' })
  return { status, said: (stdout + stderr).trim() }
}

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/rollcall-release-`)
  mkdirSync(file('public'))
  const project = { name: 'rollcall', version: '0.1.0' }
  const lock = { ...project, packages: { '': project, 'node_modules/other': { version: '0.1.0' } } }
  const reference = { openapi: '3.1.0', info: { title: 'Rollcall', version: '0.1.0' } }
  for (const [name, value] of Object.entries({
    'package.json': project,
    'package-lock.json': lock,
    'public/openapi.json': reference,
  }))
    writeFileSync(file(name), `${JSON.stringify(value, undefined, 2)}\n`)
  writeFileSync(file('CHANGELOG.md'), changelog)
  git('init', '--quiet')
  git('config', 'user.name', 'Ann')
  git('config', 'user.email', 'ann@example.org')
  git('add', '.')
  git('commit', '--quiet', '--message', 'Everything')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a release', () => {
  it('moves what was unreleased under its version, says it everywhere, commits and tags', () => {
    expect(release('0.2.0')).toEqual({
      status: 0,
      said: 'Committed and tagged v0.2.0. To publish it: git push --follow-tags',
    })
    expect(read('CHANGELOG.md')).toBe(
      changelog.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [0.2.0] - ${today}\n`),
    )
    expect(JSON.parse(read('package.json')).version).toBe('0.2.0')
    const lock = JSON.parse(read('package-lock.json'))
    expect([lock.version, lock.packages[''].version]).toEqual(['0.2.0', '0.2.0'])
    expect(lock.packages['node_modules/other'].version).toBe('0.1.0')
    expect(JSON.parse(read('public/openapi.json')).info.version).toBe('0.2.0')
    expect(git('log', '--format=%s', '-1')).toBe('Release 0.2.0')
    expect(git('describe', '--exact-match')).toBe('v0.2.0')
    expect(git('status', '--porcelain')).toBe('')
  })

  it('may be of the version that package.json has, once', () => {
    expect(release('0.1.0').status).toBe(0)
    expect(release('0.1.0')).toEqual({ status: 1, said: 'The tag v0.1.0 is there already.' })
  })

  it('is only told of with --dry-run', () => {
    expect(release('0.2.0', '--dry-run')).toEqual({
      status: 0,
      said: 'Would change package.json, package-lock.json, public/openapi.json, CHANGELOG.md, commit and tag v0.2.0.',
    })
    expect([git('status', '--porcelain'), git('tag')]).toEqual(['', ''])
  })

  it.each([
    [['0.0.9'], 1, '0.0.9 comes before 0.1.0, the current one.'],
    [['v0.2.0'], 1, '"v0.2.0" is no version.'],
    [[], 1, 'Which version?'],
    [['0.2.0', '--force'], 2, "Unknown option '--force'"],
  ])('is refused for %j', (args, status, said) => {
    const answer = release(...args)
    expect([answer.status, answer.said]).toEqual([status, expect.stringContaining(said)])
    expect(git('tag')).toBe('')
  })

  it('waits until everything is committed', () => {
    writeFileSync(file('new.txt'), 'new')
    expect(release('0.2.0')).toEqual({
      status: 1,
      said: 'There are changes that are not committed: commit or drop them first.',
    })
  })

  it('of nothing is none', () => {
    writeFileSync(file('CHANGELOG.md'), changelog.replace('- Tokens.\n', ''))
    git('commit', '--quiet', '--all', '--message', 'Nothing')
    expect(release('0.2.0')).toEqual({
      status: 1,
      said: 'CHANGELOG.md has nothing under "## [Unreleased]": what would be released?',
    })
    expect(git('status', '--porcelain')).toBe('')
  })
})

it('the first release has nothing below it', () => {
  expect(released('# Changelog\n\n## [Unreleased]\n\n- All.\n', '0.1.0', '2026-01-02')).toBe(
    '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-02\n\n- All.\n',
  )
})
