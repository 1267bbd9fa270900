import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { exportCommand } from '../../scripts/cli/export.ts'
import { openExport } from '../../scripts/directory/export.ts'
import { Failure, Misuse } from '../../scripts/failure.ts'
import { seedStatements } from '../../scripts/seedSql.ts'
import { root } from '../../scripts/wrangler.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'

const hash = `$grafana$cGVwcGVy$${'ab'.repeat(50)}`
const tokenHash = 'c'.repeat(64)

const people = [
  "INSERT INTO orgs (id, name, created_at, updated_at) VALUES (1, 'Main Org.', 1, 1)",
  `INSERT INTO users (id, uid, login, email, login_key, email_key, name, org_id, is_admin, password_hash, created_at, updated_at)
    VALUES (1, 'u1', 'Ann', 'ann@example.org', 'ann', 'ann@example.org', 'Ann', 1, 1, '${hash}', 1, 2)`,
  "INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (1, 1, 'Admin', 1)",
  `INSERT INTO tokens (id, kind, hash, name, user_id, created_by, created_at) VALUES (1, 'personal', '${tokenHash}', 'script', 1, 1, 1)`,
]

async function directory(statements = people) {
  const folder = temporaryFolder()
  const db = await emptyDatabase(folder)
  await db.apply(statements)
  const file = `${folder}/directory.jsonl`
  const run = (...args: string[]) => exportCommand.run([file, '--persist-to', folder, ...args])
  return { folder, db, file, run }
}

const linesIn = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** What a command says beside its answer. */
const remarks = () => vi.spyOn(console, 'error').mockImplementation(() => {})

describe('an export', () => {
  it('is a header, a record a line, and an end with their numbers', async () => {
    const said = remarks()
    const { file, run } = await directory()
    expect(await run('--hashes')).toBe(0)
    const [header, ...lines] = linesIn(file)
    expect(header).toEqual({
      format: 'rollcall',
      version: 1,
      exportedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      schema: expect.stringMatching(/^\d{4}_\w+$/),
      hashes: true,
      audit: false,
      sequences: { org: 1, user: 1, token: 1, dashboard: 0 },
    })
    expect(lines.filter(({ kind }) => kind === 'user' || kind === 'orgMember')).toEqual([
      {
        kind: 'user',
        row: {
          ...{ id: 1, uid: 'u1', login: 'Ann', email: 'ann@example.org', loginKey: 'ann', emailKey: 'ann@example.org' },
          ...{ name: 'Ann', theme: '', orgId: 1, isAdmin: true, isDisabled: false, helpFlags: 0 },
          ...{ mustChangePassword: false, passwordHash: hash, lastSeenAt: null, createdAt: 1, updatedAt: 2 },
        },
      },
      {
        kind: 'orgMember',
        row: { orgId: 1, userId: 1, role: 'Admin', createdAt: 1, email: 'ann@example.org', login: 'Ann' },
      },
    ])
    expect(lines.at(-1)).toMatchObject({ kind: 'end', counts: { org: 1, user: 1, orgMember: 1, token: 1, team: 0 } })
    expect(said.mock.calls.flat()).toEqual([expect.stringMatching(/^Exported: org 1, user 1,/)])
    expect(said.mock.calls.flat().join()).not.toContain(hash)
    said.mockRestore()
  })

  it('has no hash of anything unless asked, and says so', async () => {
    const said = remarks()
    const { file, run } = await directory()
    await run()
    const text = readFileSync(file, 'utf8')
    expect(text).not.toContain('abababab')
    expect(text).not.toContain(tokenHash)
    expect(text).not.toMatch(/passwordHash|"kind":"(token|session|invite)"/)
    expect(said.mock.calls.flat()).toEqual([
      expect.stringMatching(/^Exported: /),
      'People come without their passwords, and without tokens, sessions and invitations: --hashes exports these too.',
    ])
    said.mockRestore()
  })

  it('reads every row once, by pages, whatever the key', async () => {
    const size = { users: 3000, orgs: 7, teams: 3, firstUser: 2, firstOrg: 2, firstTeam: 1, now: 1_700_000_000 }
    const { db } = await directory([...people, ...seedStatements(size)])
    const { lines, counts } = await openExport(db, { hashes: false, audit: false }, new Date())
    const records: { kind: string; row: Record<string, number> }[] = []
    for await (const text of lines())
      records.push(
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      )
    const ids = (kind: string, ...properties: string[]) =>
      records.filter((one) => one.kind === kind).map(({ row }) => properties.map((property) => row[property]))
    expect(ids('user', 'id')).toEqual(Array.from({ length: 3001 }, (_, n) => [n + 1]))
    const members = await db.rows('SELECT org_id, user_id FROM org_members ORDER BY 1, 2')
    expect(ids('orgMember', 'orgId', 'userId')).toEqual(members.map((row) => Object.values(Object(row))))
    expect(counts).toMatchObject({ user: 3001, orgMember: 3001, org: 8, team: 3 })
  })

  it('says nothing of what came after it began, so that nothing refers to what is not in it', async () => {
    const { db } = await directory()
    const { lines } = await openExport(db, { hashes: true, audit: true }, new Date())
    await db.apply([
      "INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at) VALUES (2, 'u2', 'b', 'b', 'b', 'b', 1, 1)",
      "INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (1, 2, 'Viewer', 1)",
      "INSERT INTO teams (id, uid, org_id, name, created_at, updated_at) VALUES (1, 't1', 1, 'New', 1, 1)",
      'INSERT INTO team_members (team_id, org_id, user_id, created_at) VALUES (1, 1, 1, 1)',
    ])
    let text = ''
    for await (const line of lines()) text += line
    expect(text.trimEnd().split('\n').at(-1)).toContain('"user":1,"userAuth":0,"orgMember":1,"team":0,"teamMember":0')
  })

  it('is a file of its owner alone, that is whole or not there', async () => {
    const said = remarks()
    const { folder, file, run, db } = await directory()
    await run()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await expect(run()).rejects.toThrow(`${file} is there already: another name, or --force to write over it.`)
    writeFileSync(file, 'before')
    expect(await run('--force')).toBe(0)
    expect(linesIn(file).at(-1)).toMatchObject({ kind: 'end' })
    writeFileSync(file, 'before')
    await db.apply(['DROP TABLE audit_log'])
    await expect(run('--force', '--audit')).rejects.toThrow(/^The database is not migrated: /)
    expect(readFileSync(file, 'utf8')).toBe('before')
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    await expect(exportCommand.run([`${folder}/no/where`, '--persist-to', folder])).rejects.toThrow(Failure)
    said.mockRestore()
  })

  it('leaves nothing when it is cut short', async () => {
    const size = { users: 30_000, orgs: 1, teams: 0, firstUser: 2, firstOrg: 2, firstTeam: 1, now: 1_700_000_000 }
    const { folder, file } = await directory([...people, ...seedStatements(size)])
    const command = spawn(process.execPath, [`${root}scripts/rollcall.ts`, 'export', file, '--persist-to', folder])
    const ended = once(command, 'exit')
    const unfinished = `${file}.${command.pid}.part`
    await vi.waitUntil(() => existsSync(unfinished) && statSync(unfinished).size > 0, { timeout: 60_000, interval: 20 })
    command.kill('SIGINT')
    expect((await ended)[0]).toBe(130)
    expect(readdirSync(folder).filter((name) => name.startsWith('directory'))).toEqual([])
  })

  it.each([
    [['--format', 'csv'], '--format is one of jsonl, kratos, logto.'],
    [['--format', 'kratos', '--audit'], '--audit goes with the format jsonl only.'],
    [['another'], 'One file at most; a name with spaces needs quotes.'],
    [['--remote'], '--persist-to is for a local database'],
    [['--hash'], expect.stringContaining("Unknown option '--hash'")],
  ])('is not understood with %j', async (args, message) => {
    const wrong = exportCommand.run(['file', '--persist-to', '/nowhere', ...args])
    await expect(wrong).rejects.toThrow(Misuse)
    await expect(wrong).rejects.toMatchObject({ message })
    expect(existsSync('file')).toBe(false)
  })

  it('of a database that nobody made says how to make one', async () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/v3`)
    await expect(exportCommand.run([`${folder}/x`, '--persist-to', folder])).rejects.toThrow(
      'The database is not migrated: `npm run deploy -- --local`, or `npm run dev`, does that.',
    )
  })
})
