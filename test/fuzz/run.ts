// Whatever schemathesis makes up from the document, sent to the real Worker by an admin and by a viewer: no answer may be
// a failure, or one that the document does not have. `npm run test:fuzz`, or `npm run test:fuzz -- 7` for another seed.
// Skipped, with a line that says so, where Python or its packages are not to be had.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { start } from '../../bench/workerd.ts'
import { build, root } from '../../scripts/wrangler.ts'

const here = `${root}test/fuzz/`
const folder = mkdtempSync(`${tmpdir()}/rollcall-fuzz-`)
const bin = `${folder}/venv/bin`

/** An Admin is one of the server too. */
const roles = ['Admin', 'Viewer'] as const
const seed = Number(process.argv[2] ?? 1)
const fewest = 2000
const timeoutMs = 10 * 60_000

/** Why the packages are not to be had; undefined = they are. */
function missing(): string | undefined {
  const needs = [
    ['python3', '-m', 'venv', `${folder}/venv`],
    [`${bin}/python`, '-m', 'pip', 'install', '--quiet', '-r', `${here}requirements.txt`],
  ]
  for (const [command = '', ...args] of needs) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 240_000 })
    if (status !== 0) return error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1)
  }
  return undefined
}

/** Somewhere for the mail to go, which nobody reads. */
async function postbox() {
  const server = createServer((request, response) => request.resume().on('end', () => response.end()))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { server, url: `http://127.0.0.1:${port}` }
}

/** Not spawnSync: mail is received meanwhile. */
async function schemathesis(env: Record<string, string>, url: string) {
  const args = ['--config-file', `${here}schemathesis.toml`, '--no-color', 'run', `${root}public/openapi.json`]
  const child = spawn(`${bin}/schemathesis`, [...args, '--url', url, '--seed', String(seed)], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1', ...env },
    timeout: timeoutMs,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const status = await new Promise<number | null>((ended) => child.on('close', ended))
  return { status, output }
}

/** What is off by default is on; nothing is limited, since a run makes much. */
const variables = {
  ALLOW_SIGN_UP: 'true',
  QUOTA_ENABLED: 'true',
  QUOTA_ORG_USER: '-1',
  QUOTA_ORG_DASHBOARD: '-1',
  QUOTA_USER_ORG: '-1',
  MAIL_FROM: 'rollcall@example.org',
}

function tallyIn(file: string): { cases: number } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { cases: 0 } // It ended before its first case.
  }
}

/** Each on a Worker of its own, so that none finds what another left. */
async function check(role: string, worker: string, mail: string): Promise<boolean> {
  const { miniflare, address } = await start('rollcall', worker, { ...variables, MAIL_WEBHOOK_URL: mail })
  const file = `${folder}/${role}.json`
  const env = { ROLLCALL_URL: address.origin, ROLLCALL_ROLE: role, ROLLCALL_SEED: String(seed), ROLLCALL_TALLY: file }
  const { status, output } = await schemathesis(env, address.origin)
  await miniflare.dispose()
  const tally = tallyIn(file)
  const ok = status === 0 && tally.cases >= fewest
  console.log(
    `${ok ? 'passed ' : 'FAILED '}  ${role}, seed ${seed}: ${JSON.stringify(tally)}${ok ? '' : `\n${output}`}`,
  )
  return ok
}

try {
  const reason = missing()
  if (reason !== undefined) console.log(`skipped  schemathesis: ${reason}`)
  else {
    const worker = build(folder)
    const { server, url } = await postbox()
    const outcomes = await Promise.all(roles.map((role) => check(role, worker, url)))
    server.close()
    process.exitCode = outcomes.every(Boolean) ? 0 : 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
