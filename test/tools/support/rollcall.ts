import { spawn } from 'node:child_process'

export type Outcome = { code: number | null; stdout: string; stderr: string }

type Options = { env?: Record<string, string>; input?: string; program?: string; node?: string }

/** `rollcall <words>` in a checkout, as somebody without any settings of their own in the environment runs it. */
export function rollcall(project: string, words: string[], options: Options = {}): Promise<Outcome> {
  const { env = {}, input = '', program = 'scripts/rollcall.ts', node = process.execPath } = options
  const child = spawn(node, [program, ...words], {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  })
  child.stdin.end(input)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (said.stdout += chunk))
  child.stderr.on('data', (chunk) => (said.stderr += chunk))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}
