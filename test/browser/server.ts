import { spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createMailServer } from 'node:http'
import { createServer } from 'node:net'
import { ask, build, root, wranglerFile } from '../../scripts/wrangler.ts'
import { messageOf } from './checks.ts'

export type Mail = { to: string; subject: string; text: string }

/** The real Worker with its assets, and where its mail goes. */
export type Server = { base: string; assets: string; mails: Mail[]; stop: () => Promise<void> }

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, 'localhost', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Keeps what is posted to it. */
async function openMailbox() {
  const mails: Mail[] = []
  const server = createMailServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    mails.push(JSON.parse(body))
    response.end('{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  return { mails, server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/` }
}

/** Everybody signs in from one address here, more often than the wall round a location lets through. */
function writeConfig(folder: string): string {
  const toml = readFileSync(`${root}wrangler.toml`, 'utf8')
  const file = `${folder}/wrangler.toml`
  writeFileSync(file, toml.replace(/limit = \d+/, 'limit = 1000000'))
  return file
}

async function untilReady(base: string, { hasEnded }: Process): Promise<void> {
  const until = Date.now() + 120_000
  while (Date.now() < until && !hasEnded()) {
    const answer = await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
    if (answer?.ok) return
    if (answer) throw new Error(`The Worker answers ${answer.status}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('wrangler dev did not start')
}

type Process = { said: () => string; hasEnded: () => boolean; stop: () => Promise<void> }

function startWrangler(args: string[]): Process {
  // Else Miniflare fetches an example of `request.cf` from Cloudflare, and complains where there is no network.
  const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', NO_COLOR: '1' }
  const child = spawn(process.execPath, [wranglerFile, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    said: () => said,
    hasEnded: () => child.exitCode !== null,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function migrate(state: string): void {
  const { ok, output } = ask(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state], {
    env: { CI: '1' },
  })
  if (!ok) throw new Error(`The database could not be migrated:\n${output}`)
}

const pairs = (prefix: string, between: string, values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => `${prefix}${name}${between}${value}`)

/**
 * As `npm run dev` starts it, but built before, as it is deployed: whoever edits src/ meanwhile does not disturb. What is
 * stored, and a copy of the assets, is in `folder`.
 */
export async function startServer(folder: string): Promise<Server> {
  const worker = build(`${folder}/worker`)
  const [state, assets] = [`${folder}/state`, `${folder}/public`]
  cpSync(`${root}public`, assets, { recursive: true })
  migrate(state)
  const mailbox = await openMailbox()
  const port = await freePort()
  const base = `http://localhost:${port}`
  const secrets = `${folder}/secrets`
  writeFileSync(secrets, 'ADMIN_PASSWORD=admin\n')
  const options = {
    config: writeConfig(folder),
    assets,
    port: String(port),
    'persist-to': state,
    'inspector-port': '0',
    'env-file': secrets,
    'log-level': 'warn',
  }
  // How slow a hash is made is none of the browser's business, and there are many.
  const variables = {
    MAIL_WEBHOOK_URL: mailbox.url,
    MAIL_FROM: 'rollcall@example.org',
    ROOT_URL: base,
    PASSWORD_SCHEME: 'pbkdf2',
  }
  const wrangler = startWrangler([
    'dev',
    worker,
    '--no-bundle',
    ...pairs('--', '=', options),
    ...pairs('--var=', ':', variables),
  ])
  const stop = async () => {
    mailbox.server.close()
    await wrangler.stop()
  }
  try {
    await untilReady(base, wrangler)
  } catch (error) {
    await stop()
    throw new Error(`${messageOf(error)}\n${wrangler.said()}`)
  }
  return { base, assets, mails: mailbox.mails, stop }
}
