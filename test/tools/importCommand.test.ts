import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ask, root } from '../../scripts/wrangler.ts'
import { filledGrafana } from './grafana/filled.ts'
import { people } from './grafana/people.ts'
import { temporaryFolder } from './support/database.ts'

/** The command as it is typed, without a terminal. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}scripts/rollcall.ts`, 'import', ...args], {
    encoding: 'utf8',
    cwd: root,
  })
  return { status, stdout, stderr }
}

it('goes from a dry run to an import to nothing left to do, and says each', () => {
  const folder = temporaryFolder()
  const file = filledGrafana(folder, '9')
  const where = ['--persist-to', folder]
  expect(run(file, ...where, '--yes')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(
      `npm run deploy -- --local --persist-to ${folder} migrates it. Nothing was written`,
    ),
  })
  expect(ask(['d1', 'migrations', 'apply', 'DB', '--local', ...where], { env: { CI: '1' } }).ok).toBe(true)
  expect(run(file, ...where)).toMatchObject({ status: 1, stderr: expect.stringContaining('--yes is required') })
  const dry = run(file, ...where, '--dry-run', '--json', '--report', `${folder}/report.json`)
  const report = JSON.parse(dry.stdout)
  expect(report).toMatchObject({ outcome: 'dry run', counts: { user: people.length, token: 3 }, alreadyThere: {} })
  expect(JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'))).toEqual(report)
  for (const { hash, salt } of people) expect(dry.stdout.includes(hash) || dry.stdout.includes(salt)).toBe(false)
  const written = run(file, ...where, '--yes')
  expect(written).toMatchObject({ status: 0, stderr: expect.stringContaining('part 1 of 1 is written') })
  expect(written.stdout).toContain(`        ${people.length}  users\n`)
  expect(run(file, ...where, '--yes')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('This was imported before'),
  })
  const log = ask([
    'd1',
    'execute',
    'DB',
    '--local',
    ...where,
    '--json',
    '--command',
    'SELECT actor, action, target, outcome FROM audit_log',
  ])
  expect(JSON.parse(log.stdout)[0].results).toEqual([
    { actor: '', action: 'directory:import', outcome: 200, target: expect.stringContaining(`user:${people.length}`) },
  ])
})

it('says what it was given where that is nothing to import', () => {
  const folder = temporaryFolder()
  writeFileSync(`${folder}/text`, 'hello')
  expect(run(`${folder}/text`)).toMatchObject({
    status: 1,
    stderr: `${folder}/text is neither a database of Grafana's (SQLite) nor an export of Rollcall's (JSON Lines)\n`,
  })
  expect(run(`${folder}/none`)).toMatchObject({ status: 1, stderr: `There is no ${folder}/none\n` })
  expect(run(filledGrafana(folder, '9'), '--existing', 'both')).toMatchObject({
    status: 2,
    stderr: '--existing takes keep or replace\n',
  })
  expect(run()).toMatchObject({ status: 2 })
})
