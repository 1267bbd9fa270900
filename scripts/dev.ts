// The Worker on this machine: a local D1 with its migrations, a local KV, an account to sign in with. Needs no network.
//
//   npm run dev -- --port 8899 --persist-to <folder>     (or PORT=8899 npm run dev)

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import { localAdmin } from './localAdmin.ts'
import { ask, root, wranglerFile } from './wrangler.ts'

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: process.env.PORT || '8787' }, 'persist-to': { type: 'string' } },
})
const port = Number(options.port)
const address = `http://localhost:${port}`
const storage = options['persist-to'] ? ['--persist-to', options['persist-to']] : []

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}

/** Another server's answer must not pass for ours. */
const isFree = () =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, 'localhost', () => server.close(() => resolve(true)))
  })

function prepare() {
  const secrets = `${root}.dev.vars`
  const example = readFileSync(`${root}.dev.vars.example`, 'utf8')
  const filled = example.replace(/^ADMIN_PASSWORD=$/m, 'ADMIN_PASSWORD=admin')
  if (!existsSync(secrets)) writeFileSync(secrets, filled, { flag: 'wx' })
  const { ok, output } = ask(['d1', 'migrations', 'apply', 'DB', '--local', ...storage], { env: { CI: '1' } })
  if (!ok) stop(`The local database could not be migrated:\n${output}`)
}

async function isReady(): Promise<boolean> {
  const answer = await fetch(`${address}/healthz`).catch(() => undefined)
  return answer?.ok === true
}

function greet() {
  const { login, password } = localAdmin()
  console.log(`
  Rollcall is ready at ${address}
  Sign in as           ${login} / ${password}
  Try                  curl -u ${login}:${password} ${address}/api/user
  Ctrl-C stops it.
`)
}

if (!Number.isInteger(port) || port < 1 || port > 65535) stop(`${options.port} is no port.`)
if (!(await isFree())) stop(`Port ${port} is taken. Another one: npm run dev -- --port ${port === 8899 ? 8898 : 8899}`)
prepare()

const server = spawn(process.execPath, [wranglerFile, 'dev', '--port', String(port), ...storage], {
  cwd: root,
  stdio: 'inherit',
  // Else Miniflare fetches an example of `request.cf` from Cloudflare, and complains where there is no network.
  env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
})
server.once('exit', (code) => process.exit(code ?? 0))
// A terminal sends Ctrl-C to wrangler too, and waiting for wrangler is what lets it stop workerd; any other sender doesn't.
process.on('SIGINT', () => setTimeout(() => server.kill('SIGTERM'), 1000))
process.on('SIGTERM', () => server.kill('SIGTERM'))

while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 200))
greet()
