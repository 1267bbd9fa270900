import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkOut } from './support/checkout.ts'
import { account } from './support/cloudflare/api.ts'
import { type Cloudflare, startCloudflare } from './support/cloudflare/server.ts'
import { temporaryFolderForAll } from './support/folders.ts'

const password = 'a password of the first administrator'

let folder: string
let cloudflare: Cloudflare
let project: string

beforeAll(async () => {
  folder = temporaryFolderForAll()
  cloudflare = await startCloudflare(folder)
  project = checkOut(`${folder}/project`)
})
afterAll(() => cloudflare.stop())

type Outcome = { code: number | null; said: string }

/** `npm run deploy`, in a group of processes of its own; `cut` ends the whole group when the API is asked for that. */
function deploy(args: string[], env: Record<string, string> = { ADMIN_PASSWORD: password }, cut?: string) {
  const child = spawn(process.execPath, ['scripts/deploy.ts', ...args], {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...cloudflare.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  cloudflare.watch((call) => {
    if (call === cut) process.kill(-Number(child.pid), 'SIGKILL')
  })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  return new Promise<Outcome>((resolve) => child.once('close', (code) => resolve({ code, said })))
}

const toml = () => readFileSync(`${project}/wrangler.toml`, 'utf8')
const made = () => cloudflare.calls.filter((call) => /^POST \/(d1\/database|storage\/kv\/namespaces)$/.test(call))

async function signIn(host: string): Promise<unknown> {
  const address = await cloudflare.account.hostedAt(host)
  const basic = Buffer.from(`admin:${password}`).toString('base64')
  const answer = await fetch(new URL('/api/user', address), { headers: { Authorization: `Basic ${basic}` } })
  return answer.json()
}

describe('a deployment', () => {
  it('stops for what it would have to ask for, having said what to do', async () => {
    const other = { id: 'b'.repeat(32), name: 'Another account' }
    cloudflare.account.accounts = [account, other]
    const { code, said } = await deploy([])
    cloudflare.account.accounts = [account]
    expect(code).toBe(1)
    expect(said).toContain('You have several accounts: export CLOUDFLARE_ACCOUNT_ID with the id of one.')
    expect(said).toContain(`  2  Another account (${other.id})`)
    expect(made()).toEqual([])
  })

  it.each([
    [['--domain', 'https://users.example.org'], 1, '"https://users.example.org" is no domain: without https://'],
    [['--env', 'Production'], 1, '"Production" can\'t name an environment'],
    [['--environment', 'production'], 2, "Unknown option '--environment'"],
  ])('is refused for %j', async (args, code, message) => {
    const outcome = await deploy(args)
    expect([outcome.code, outcome.said]).toEqual([code, expect.stringContaining(message)])
    expect(outcome.said).not.toMatch(/^\s+at /m)
  })

  it('that is cut at any step is completed by the next, and makes nothing twice', { timeout: 400_000 }, async () => {
    const cuts = [
      'POST /d1/database',
      'PUT /workers/scripts/rollcall/secrets',
      'POST /workers/scripts/rollcall/assets-upload-session',
      'PUT /workers/scripts/rollcall/schedules',
    ]
    for (const cut of cuts) expect(await deploy([], undefined, cut), cut).toMatchObject({ code: null })
    const { code, said } = await deploy([])
    expect(said).toContain('✓ Rollcall is at https://rollcall.ann.workers.dev\n  Sign in as admin, with the password')
    expect(said).not.toContain(password)
    expect(code).toBe(0)
    expect(cloudflare.account.databases.map(({ name }) => name)).toEqual(['rollcall'])
    expect(cloudflare.account.namespaces.map(({ title }) => title)).toEqual(['rollcall-sessions'])
    expect(await signIn('rollcall.ann.workers.dev')).toMatchObject({ login: 'admin', isGrafanaAdmin: true })
  })

  it('of an environment at a domain is one of its own', { timeout: 400_000 }, async () => {
    const before = toml()
    const { code, said } = await deploy(['--env', 'production', '--domain', 'users.example.org'])
    expect(said).toContain('✓ Rollcall is at https://users.example.org\n')
    expect(code).toBe(0)
    expect(cloudflare.account.databases.map(({ name }) => name)).toEqual(['rollcall', 'rollcall-production'])
    expect(cloudflare.account.namespaces.map(({ title }) => title)).toEqual([
      'rollcall-sessions',
      'rollcall-production-sessions',
    ])
    expect(await signIn('users.example.org')).toMatchObject({ id: 1, login: 'admin' })
    expect(toml().startsWith(before.trimEnd())).toBe(true)
    expect(toml()).toContain('ROOT_URL = "https://users.example.org"')
    expect(await deploy(['--env', 'production', '--dry-run'])).toMatchObject({ code: 0 })
  })

  it('needs no password once somebody is in the directory', { timeout: 400_000 }, async () => {
    cloudflare.account.scripts.get('rollcall-production')?.secrets.delete('ADMIN_PASSWORD')
    const { code, said } = await deploy(['--env', 'production'], {})
    expect(said).toContain('not needed: the directory has people')
    expect(code).toBe(0)
  })

  it("by Cloudflare's own builder leaves the password to its form", { timeout: 400_000 }, async () => {
    const count = made().length
    const { code, said } = await deploy(['--env', 'preview'], { WORKERS_CI: '1' })
    expect(said).toContain('not set: add the secret ADMIN_PASSWORD to the Worker in the dashboard')
    expect(said).toContain('✓ Rollcall is at https://rollcall-preview.ann.workers.dev')
    expect(code).toBe(0)
    expect(made()).toHaveLength(count + 2)
  })
})
