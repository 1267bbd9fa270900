import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Run by this very Node and without a shell: the same on every system, and nothing needs quoting. */
export const wranglerFile = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url))

type Options = { env?: Record<string, string>; input?: string }

/** Wrangler's answer, without its questions. */
export function ask(args: string[], { env = {}, input }: Options = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [wranglerFile, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  })
  return { ok: status === 0, stdout, output: stdout + stderr }
}

/** Wrangler at work in the reader's own terminal, questions and all. */
export const run = (args: string[]) =>
  spawnSync(process.execPath, [wranglerFile, ...args], { cwd: root, stdio: 'inherit' }).status === 0

/** The Worker as it would be deployed; the path of its one module. */
export function build(outdir: string, entry?: string): string {
  const { ok, output } = ask(['deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', outdir])
  if (!ok) throw new Error(`wrangler could not build the Worker:\n${output}`)
  return `${outdir}/${/([^/]+)\.ts$/.exec(entry ?? 'index.ts')?.[1]}.js`
}
