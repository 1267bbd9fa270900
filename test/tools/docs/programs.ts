// Examples in the languages of Grafana's clients. One whose language or package is not to be had is only read, and said so.

import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { root } from '../../../scripts/wrangler.ts'
import type { Block } from './blocks.ts'

/** What became of a block: run, or why not. */
export type Outcome = { ok: boolean; said: string; notRun?: string }

type Call = { command: string; args: string[]; cwd?: string; input?: string; env?: Record<string, string> }

const clients = `${root}test/clients/`

function perform({ command, args, cwd = root, input = '', env = {} }: Call): Promise<Outcome> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout: 240_000 })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  child.stdin.on('error', () => undefined).end(input)
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ ok: false, said: message }))
    child.once('close', (code) => resolve({ ok: code === 0, said: said.trim() }))
  })
}

const lastLine = ({ said }: Outcome) => said.split('\n').at(-1) ?? ''

/** The first time that something is needed, and its outcome ever after. */
function once(prepare: (folder: string) => Promise<Outcome>): (folder: string) => Promise<Outcome> {
  let outcome: Promise<Outcome> | undefined
  return (folder) => (outcome ??= prepare(folder))
}

const preparePython = once(async (folder) => {
  const environment = await perform({ command: 'python3', args: ['-m', 'venv', `${folder}/venv`] })
  if (!environment.ok) return environment
  const requirements = ['-m', 'pip', 'install', '--quiet', '-r', `${clients}requirements.txt`]
  return perform({ command: `${folder}/venv/bin/python`, args: requirements })
})

async function python({ text }: Block, folder: string): Promise<Outcome> {
  const prepared = await preparePython(folder)
  if (!prepared.ok) return { ok: true, said: '', notRun: `grafana-client can't be installed: ${lastLine(prepared)}` }
  return perform({ command: `${folder}/venv/bin/python`, args: ['-'], input: text })
}

const prepareGo = once(async (folder) => {
  mkdirSync(`${folder}/go`, { recursive: true })
  for (const file of ['go.mod', 'go.sum']) cpSync(`${clients}go/${file}`, `${folder}/go/${file}`)
  return perform({ command: 'go', args: ['mod', 'download'], cwd: `${folder}/go` })
})

async function go({ text }: Block, folder: string): Promise<Outcome> {
  const prepared = await prepareGo(folder)
  if (!prepared.ok) return { ok: true, said: '', notRun: `Grafana's Go client can't be fetched: ${lastLine(prepared)}` }
  writeFileSync(`${folder}/go/main.go`, text)
  return perform({ command: 'go', args: ['run', '.'], cwd: `${folder}/go` })
}

/** Applied, seen to need nothing more, and destroyed; without the provider, read by Terraform's own parser. */
async function terraform({ text, file, line }: Block, folder: string): Promise<Outcome> {
  const cwd = `${folder}/terraform-${file.replaceAll('/', '-')}-${line}`
  mkdirSync(cwd, { recursive: true })
  writeFileSync(`${cwd}/main.tf`, text)
  const call = (...args: string[]) => perform({ command: 'terraform', args, cwd, env: { TF_IN_AUTOMATION: '1' } })
  const initialized = await call('init', '-no-color', '-input=false')
  if (!initialized.ok) return readOnly(cwd, initialized)
  for (const args of [
    ['apply', '-auto-approve'],
    ['plan', '-detailed-exitcode'],
    ['destroy', '-auto-approve'],
  ]) {
    const outcome = await call(...args, '-no-color', '-input=false')
    if (!outcome.ok) return outcome
  }
  return { ok: true, said: '' }
}

async function readOnly(cwd: string, failure: Outcome): Promise<Outcome> {
  const isMissing = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status !== 0
  if (isMissing) return { ok: true, said: '', notRun: 'Terraform is not installed' }
  if (!/could not connect to|no available releases|Failed to query available provider/.test(failure.said))
    return failure
  const read = await perform({ command: 'terraform', args: ['fmt', '-check', '-diff'], cwd })
  return read.ok
    ? { ...read, notRun: 'only read by Terraform: its registry, which has the provider, is out of reach' }
    : { ok: false, said: `terraform fmt would change it:\n${read.said}` }
}

/** In the project's own settings: what is imported is there. */
async function typescript({ text }: Block, _folder: string, project: string): Promise<Outcome> {
  const file = `${project}/scripts/example.ts`
  if (existsSync(file)) throw new Error(`${file} is there already`)
  writeFileSync(file, text)
  const compiler = `${root}node_modules/typescript/bin/tsc`
  return perform({ command: process.execPath, args: [compiler, '--noEmit', '-p', 'scripts'], cwd: project })
}

export const programs: Record<string, (block: Block, folder: string, project: string) => Promise<Outcome>> = {
  python,
  go,
  hcl: terraform,
  ts: typescript,
}
