import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { isRecentNode } from '../../scripts/cli/node.ts'
import { checkOut } from './support/checkout.ts'
import { temporaryFolderForAll } from './support/folders.ts'

let project: string

beforeAll(() => {
  project = checkOut(`${temporaryFolderForAll()}/project`)
  const { status, stderr } = spawnSync(process.execPath, ['scripts/buildCli.ts'], { cwd: project, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
})

/** Makes the program that is started, and none that it starts, take itself for an older Node. */
const older = ['--import', "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})"]

const bin = (words: string[], options: string[] = []) =>
  spawnSync(process.execPath, [...options, 'dist/rollcall.js', ...words], { cwd: project, encoding: 'utf8' })

describe('the built commands', () => {
  it('run', () => {
    const { status, stdout } = bin(['--help'])
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'rollcall <command> [options]'])
    for (const name of ['user list', 'admin reset', 'doctor', 'import', 'export', 'seed']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} {2,}\\S`, 'm'))
    }
    expect(bin(['user', 'list', '--help']).stdout).toMatch(/^rollcall user list \[--query <text>\]/)
  })

  it('pass on how they ended', () => {
    expect(bin(['seed', '--users', 'many']).status).toBe(2)
    expect(bin(['user', 'list', '--url', 'http://example.org']).status).toBe(1)
  })

  it('are handed over by an older Node to the one that npm brought', () => {
    const { status, stdout } = bin(['doctor', '--help'], older)
    expect([status, stdout.slice(0, 15)]).toEqual([0, 'rollcall doctor'])
    expect(bin(['seed', '--users', 'many'], older).status).toBe(2)
  })

  it('are not handed over for ever', () => {
    const env = { ...process.env, ROLLCALL_HANDED_OVER: '1' }
    const { status, stderr } = spawnSync(process.execPath, [...older, 'dist/rollcall.js'], {
      cwd: project,
      encoding: 'utf8',
      env,
    })
    expect([status, stderr.trim()]).toEqual([
      1,
      `Node 22.13 or newer is needed, and this is ${process.version}: npm ci brings one`,
    ])
  })

  it('know which Node is too old', () => {
    const versions = ['20.20.2', '22.12.0', '22.13.0', '23.0.0', '24.21.0']
    expect(versions.map(isRecentNode)).toEqual([false, false, true, true, true])
  })
})
