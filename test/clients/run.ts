// Real clients of Grafana manage people on the real Worker: `npm run test:clients`. One whose language or packages are
// not to be had is skipped, and says so; one that fails makes the run fail.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { start } from '../../bench/workerd.ts'
import { build, root } from '../../scripts/wrangler.ts'

const here = `${root}test/clients/`
const folder = mkdtempSync(`${tmpdir()}/rollcall-clients-`)

type Step = { command: string; args: string[]; cwd?: string }
type Client = { name: string; needs: Step[]; run: (url: string) => Step }

const python = `${folder}/venv/bin/python`

const clients: Client[] = [
  {
    name: 'curl',
    needs: [{ command: 'curl', args: ['--version'] }],
    run: (url) => ({ command: 'bash', args: [`${here}people.sh`, url] }),
  },
  {
    name: 'Python grafana-client',
    needs: [
      { command: 'python3', args: ['-m', 'venv', `${folder}/venv`] },
      { command: python, args: ['-m', 'pip', 'install', '--quiet', '-r', `${here}requirements.txt`] },
    ],
    run: (url) => ({ command: python, args: [`${here}people.py`, url] }),
  },
  {
    name: "Grafana's generated Go client",
    needs: [
      { command: 'go', args: ['version'] },
      { command: 'go', args: ['build', '-o', `${folder}/people`, '.'], cwd: `${here}go` },
    ],
    run: (url) => ({ command: `${folder}/people`, args: [url] }),
  },
]

function perform({ command, args, cwd = root }: Step) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 240_000 })
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() }
}

/** Each on a Worker of its own, so that none finds what another left. */
async function check({ name, needs, run }: Client, worker: string): Promise<boolean> {
  const missing = needs.map(perform).find(({ ok }) => !ok)
  if (missing) {
    console.log(`skipped  ${name}: ${missing.output.split('\n').at(-1)}`)
    return true
  }
  const { miniflare, address } = await start('rollcall', worker)
  const { ok, output } = perform(run(address.origin))
  await miniflare.dispose()
  console.log(`${ok ? 'passed ' : 'FAILED '}  ${name}${ok ? '' : `\n${output}`}`)
  return ok
}

try {
  const worker = build(folder)
  let ok = true
  for (const client of clients) ok = (await check(client, worker)) && ok
  process.exitCode = ok ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
