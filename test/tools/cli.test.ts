import { mkdirSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { as, commandLine } from './support/commandLine.ts'

const { project, address, run, answer, refusal } = commandLine()

const signIn = (login: string, password: string) =>
  fetch(`${address()}/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: login, password }),
  })
const status = async (login: string, password: string) =>
  (await fetch(`${address()}/api/user`, { headers: { Authorization: `Basic ${btoa(`${login}:${password}`)}` } })).status

const create = (login: string, ...more: string[]) =>
  answer(['user', 'create', login, ...more], { input: `${login}-secret\n` })

describe('people by the command line', () => {
  it('are made with a password from standard input, shown by any name, and deleted when meant', async () => {
    const made = await create('ann', '--email', 'ann@example.org', '--name', 'Ann Lee')
    const { id } = made as { id: number }
    expect(made).toEqual({ id, login: 'ann' })
    expect(await status('ann', 'ann-secret')).toBe(200)
    for (const who of ['ann', 'ann@example.org', String(id)]) {
      expect(await answer(['user', 'show', who])).toMatchObject({ id, login: 'ann', name: 'Ann Lee', orgId: 1 })
    }
    expect(await refusal(['user', 'delete', 'ann'])).toEqual([
      2,
      '',
      'That is for good: add --yes. To keep the account, user disable',
    ])
    expect(await answer(['user', 'delete', 'ann', '--yes'])).toEqual({ id, login: 'ann' })
    expect(await refusal(['user', 'show', 'ann'])).toEqual([
      1,
      '',
      'There is nobody with the login, e-mail or id "ann"',
    ])
  })

  it('are listed all, over as many pages as there are, in JSON or in lines', async () => {
    await answer(['seed', '--users', '2500', '--orgs', '1', '--teams', '0'])
    const listed = (await answer(['user', 'list'])) as { id: number; login: string }[]
    expect(listed.length).toBe(2501)
    expect(new Set(listed.map(({ id }) => id)).size).toBe(2501)
    const { stdout } = await run(['user', 'list', '--admins'])
    const [heading, admin, ...rest] = stdout.split('\n')
    expect(heading).toBe('ID\tLOGIN\tEMAIL\tNAME\tSTATE\tLAST SEEN')
    expect(admin).toMatch(/^1\tadmin\tadmin@localhost\t\tadmin\t\d{4}-/)
    expect(rest).toEqual([''])
    const disabled = (await answer(['user', 'list', '--disabled'])) as { isDisabled: boolean }[]
    expect([disabled.length, disabled.every((one) => one.isDisabled)]).toEqual([84, true])
    expect(await answer(['user', 'list', '--query', 'nobody-like-this'])).toEqual([])
  })

  it('are never mistaken for somebody whose id is their login', async () => {
    const { id } = (await create('bob')) as { id: number }
    await create(String(id), '--email', 'number@example.org')
    expect(await refusal(['user', 'disable', String(id)])).toEqual([
      1,
      '',
      `${id} is the id of one person and the login of another: say their e-mail`,
    ])
    expect(await answer(['user', 'disable', 'number@example.org'])).toMatchObject({ login: String(id) })
    expect(await status('bob', 'bob-secret')).toBe(200)
  })

  it('are disabled and enabled', async () => {
    const { id } = (await create('cleo')) as { id: number }
    expect(await answer(['user', 'disable', 'cleo'])).toEqual({ id, login: 'cleo', isDisabled: true })
    expect(await status('cleo', 'cleo-secret')).toBe(401)
    expect(await answer(['user', 'enable', 'cleo'])).toEqual({ id, login: 'cleo', isDisabled: false })
    expect(await status('cleo', 'cleo-secret')).toBe(200)
  })

  it('are signed out of one session, or of all', async () => {
    const { id } = (await create('dora')) as { id: number }
    for (let n = 0; n < 3; n++) expect((await signIn('dora', 'dora-secret')).status).toBe(200)
    const sessions = (await answer(['user', 'sessions', 'dora'])) as { id: number }[]
    expect(sessions.length).toBe(3)
    const session = sessions[1]?.id
    expect(await answer(['user', 'revoke', 'dora', '--session', String(session)])).toEqual({
      id,
      login: 'dora',
      ended: session,
    })
    const left = (await answer(['user', 'sessions', 'dora'])) as { id: number }[]
    expect(left.map((one) => one.id)).toEqual([sessions[0]?.id, sessions[2]?.id])
    expect(await answer(['user', 'revoke', 'dora'])).toEqual({ id, login: 'dora', ended: 'all' })
    expect(await answer(['user', 'sessions', 'dora'])).toEqual([])
  })
})

describe('tokens by the command line', () => {
  it('are of one’s own, with an end and with limits, and alone on standard output', async () => {
    const { code, stdout, stderr } = await run(['token', 'create', 'mine', '--permission', 'users:read=global.users:*'])
    expect([code, stderr.trim()]).toEqual([0, expect.stringMatching(/^Token \d+: keep it now, it is not shown again$/)])
    const env = { ROLLCALL_TOKEN: stdout.trim() }
    expect(await answer(['user', 'show', 'admin'], { env })).toMatchObject({ id: 1 })
    const [refused, , words] = await refusal(['user', 'disable', 'admin'], { env })
    expect(refused).toBe(1)
    expect(words).toMatch(/Permissions needed: users:disable \(status 403, request [0-9a-f-]{36}\)$/)
    await answer(['token', 'create', 'ending', '--lifetime', '90d'])
    const headers = { Authorization: `Basic ${btoa('admin:admin')}` }
    const response = await fetch(`${address()}/api/user/tokens`, { headers })
    const listed = (await response.json()) as { name: string; expiration: string }[]
    const ending = listed.find(({ name }) => name === 'ending')
    const days = (Date.parse(ending?.expiration ?? '') - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(90)
  })

  it('are of a service account', async () => {
    const made = await fetch(`${address()}/api/serviceaccounts`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('admin:admin')}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'robot', role: 'Viewer' }),
    })
    const { id } = (await made.json()) as { id: number }
    const token = await answer(['token', 'create', 'key', '--service-account', String(id)])
    expect(token).toEqual({ id: expect.any(Number), name: 'key', key: expect.stringMatching(/^glsa_/) })
  })
})

describe('a server admin by the command line', () => {
  it('is made beside the running Worker, and recorded', async () => {
    const env = { ROLLCALL_NEW_PASSWORD: 'a-long-password' }
    const made = await answer(['admin', 'create', 'Zoë', '--email', 'zoe@example.org'], { env })
    expect(made).toEqual({ id: expect.any(Number), login: 'Zoë', orgId: 1 })
    const { id } = made as { id: number }
    const own = await answer(['user', 'show', 'Zoë'], as('Zoë', 'a-long-password'))
    expect(own).toMatchObject({ id, isGrafanaAdmin: true, email: 'zoe@example.org' })
    const headers = { Authorization: `Basic ${btoa('admin:admin')}` }
    const audit = await (
      await fetch(`${address()}/api/admin/audit?target=users:id:${id}&action=users:create`, { headers })
    ).json()
    expect(audit).toMatchObject({ items: [{ actor: '', credential: 'cli', outcome: 200 }] })
    const [members] = [await (await fetch(`${address()}/api/users/${id}/orgs`, { headers })).json()]
    expect(members).toEqual([{ orgId: 1, name: 'Main Org.', role: 'Admin' }])
    expect(await refusal(['admin', 'create', 'ZOË'], { env })).toEqual([
      1,
      '',
      'Somebody has that login or e-mail: npm run rollcall -- admin reset <login> --make-admin',
    ])
  })

  it('is let in again with a new password, which ends what the old one opened', async () => {
    await create('eve')
    expect((await signIn('eve', 'eve-secret')).status).toBe(200)
    const token = (await run(['token', 'create', 'old'], as('eve', 'eve-secret'))).stdout.trim()
    await answer(['user', 'disable', 'eve'])
    const env = { ROLLCALL_NEW_PASSWORD: 'another-password' }
    expect(await answer(['admin', 'reset', 'eve'], { env })).toMatchObject({ login: 'eve', isGrafanaAdmin: false })
    expect(await status('eve', 'eve-secret')).toBe(401)
    expect(await status('eve', 'another-password')).toBe(200)
    expect((await fetch(`${address()}/api/user`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401)
    expect(await answer(['user', 'sessions', 'eve'])).toEqual([])
    expect(await answer(['user', 'show', 'eve'])).toMatchObject({ isDisabled: false, isGrafanaAdmin: false })
    await answer(['admin', 'reset', 'eve', '--make-admin', '--must-change-password'], { env })
    expect(await answer(['user', 'show', 'eve'])).toMatchObject({ isGrafanaAdmin: true })
    expect(await refusal(['admin', 'reset', 'nobody'], { env })).toEqual([
      1,
      '',
      expect.stringMatching(/^Nobody has the login or e-mail "nobody"\. Server admins: .*\beve\b/),
    ])
  })

  it('is the first, too, in a database where nobody is', async () => {
    const env = { ROLLCALL_NEW_PASSWORD: 'a-long-password' }
    const another = `${project}/another`
    const where = ['--persist-to', another]
    expect(await refusal(['admin', 'create', 'first', ...where], { env })).toEqual([
      1,
      '',
      `There is no ${another}: npm run deploy -- --local --persist-to ${another} makes a database there`,
    ])
    mkdirSync(another)
    expect(await refusal(['admin', 'create', 'first', ...where], { env })).toEqual([
      1,
      '',
      'The database has no tables: npm run dev, or npm run deploy -- --local, migrates it',
    ])
    rmSync(another, { recursive: true, force: true })
  })
})
