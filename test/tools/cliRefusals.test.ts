import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { as, commandLine, type Given } from './support/commandLine.ts'

const { project, run } = commandLine()

describe('doctor', () => {
  it('finds nothing wrong with what npm run dev has prepared', async () => {
    const { code, stdout } = await run(['doctor', '--json'])
    const { ok, warnings, errors, notChecked, checks } = JSON.parse(stdout)
    const found = checks.filter(({ status }: { status: string }) => status !== 'ok')
    expect({ code, warnings, errors, notChecked, found }).toEqual({
      code: 0,
      warnings: 0,
      errors: 0,
      notChecked: 0,
      found: [],
    })
    expect(ok).toBe(checks.length)
  })

  it('ends with 1 where something is wrong, with what and why and what to do', async () => {
    const settings = `${project}/planted`
    mkdirSync(settings)
    const toml = readFileSync(`${project}/wrangler.toml`, 'utf8').replace('[vars]', '[vars]\nAUDIT_DAYS = "0"')
    writeFileSync(`${settings}/wrangler.toml`, toml)
    const { code, stdout } = await run(['doctor', '--config', settings])
    expect(code).toBe(1)
    expect(stdout).toContain(`✗ values: AUDIT_DAYS must be a whole number above 0
    why  The Worker answers every request with 500 while it refuses one of its settings.
    do   Correct AUDIT_DAYS where it is set: [vars] in wrangler.toml, or .dev.vars`)
  })

  it('ends with 0 where something is only doubtful', async () => {
    const settings = `${project}/doubtful`
    mkdirSync(settings)
    const toml = readFileSync(`${project}/wrangler.toml`, 'utf8').replace(/crons = .*/, 'crons = []')
    writeFileSync(`${settings}/wrangler.toml`, toml.replace('"public"', '"../public"'))
    copyFileSync(`${project}/.dev.vars`, `${settings}/.dev.vars`)
    const { code, stdout } = await run(['doctor', '--config', settings])
    const marked = stdout.split('\n').filter((line) => /^[✗!]/.test(line))
    expect([code, marked]).toEqual([0, ['! crons: wrangler.toml has no [triggers] crons']])
  })
})

describe('what is refused', () => {
  const long = 'x'.repeat(3)
  it.each<[what: string, words: string[], given: Given, code: number, message: string]>([
    ['a command that there is none of', ['usre'], {}, 2, 'There is no "usre": '],
    ['half a command', ['user'], {}, 2, 'There is no "user": user list, user show, user create, '],
    ['an option that there is none of', ['user', 'list', '--al'], {}, 2, "Unknown option '--al'"],
    ['nobody to show', ['user', 'show'], {}, 2, 'Whom: a login, an e-mail or an id. It takes exactly one'],
    ['no password', ['user', 'create', 'x'], {}, 2, 'No password: '],
    ['a short password', ['user', 'create', 'x'], { input: long }, 1, 'Password is missing or too short (status 400, '],
    ['a short password of an admin', ['admin', 'create', 'x'], { input: long }, 1, 'The password is too short: '],
    ['a lifetime without a unit', ['token', 'create', 'x', '--lifetime', '90'], {}, 2, '--lifetime is a number and a '],
    ['both databases', ['seed', '--local', '--remote'], {}, 2, '--local and --remote exclude each other'],
    ['both states', ['user', 'list', '--enabled', '--disabled'], {}, 2, '--disabled and --enabled exclude each other'],
    ['an org by name', ['token', 'create', 'x', '--org', 'main'], {}, 2, '--org is the id of an organization'],
    ['no number', ['seed', '--users', 'many'], {}, 2, '--users must be a whole number, 0 or more'],
    ['an open way', ['user', 'list', '--url', 'http://example.org'], {}, 1, 'http://example.org is not encrypted: '],
    ['no address', ['user', 'list', '--url', 'example'], {}, 2, '--url must be an http or https address'],
    ['a password in the address', ['user', 'list', '--url', 'http://a:b@localhost'], {}, 2, 'No password in --url: '],
    ['nobody who asks', ['user', 'list', '--url', 'https://example.org'], {}, 2, 'Who asks? '],
    ['nothing there', ['user', 'list', '--url', 'http://localhost:9'], {}, 1, "http://localhost:9 can't be reached: "],
    ['a wrong password', ['user', 'list'], as('admin', 'wrong'), 1, 'invalid username or password (status 401, '],
  ])('%s', async (_, words, given, code, message) => {
    const outcome = await run(words, given)
    expect([outcome.code, outcome.stdout, outcome.stderr.slice(0, message.length)]).toEqual([code, '', message])
    expect(outcome.stderr).not.toContain('    at ')
  })
})
