// One Bash for all blocks of a page, so that a variable, a folder or a file of cookies is still there in the next one.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { end, keep } from './groups.ts'

export type Printed = { status: number; stdout: string; stderr: string }

/**
 * As a reader's own Bash, but for three things: an answer of curl that is an error fails, npm ci has been run, and a question mark
 * in an address is one.
 */
const prelude = `
set -o pipefail -o noglob
curl() { command curl --silent --show-error --fail-with-body --max-time 60 "$@"; }
npm() { if [ "$1" = ci ]; then return 0; fi; command npm --silent "$@"; }
`

export class Shell {
  readonly #child: ChildProcess
  readonly #folder: string
  #ended: ((status: number) => void) | undefined
  #count = 0

  /** Works in `cwd`; `folder` is for what passes between the two. */
  constructor(cwd: string, folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder
    writeFileSync(`${folder}/prelude.sh`, prelude)
    this.#child = spawn('bash', ['--noprofile', '--norc'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    })
    keep(this.#child)
    this.#child.stdout?.on('data', (status: Buffer) => this.#ended?.(Number(status.toString())))
    this.#child.once('exit', () => this.#ended?.(-1))
    this.#child.stdin?.write(`. ${folder}/prelude.sh\n`)
  }

  async run(command: string, env: Record<string, string>, seconds: number): Promise<Printed> {
    const base = `${this.#folder}/${this.#count++}`
    writeFileSync(`${base}.sh`, command)
    const names = Object.keys(env)
    const set = Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    const unset = names.length > 0 ? `unset ${names.join(' ')}` : ':'
    const ended = new Promise<number>((resolve) => {
      this.#ended = resolve
      setTimeout(() => resolve(-2), seconds * 1000).unref()
    })
    const lines = [
      ...set,
      `. ${base}.sh < /dev/null > ${base}.out 2> ${base}.err`,
      'status=$?',
      unset,
      'echo $status',
      '',
    ]
    this.#child.stdin?.write(lines.join('\n'))
    const status = await ended
    // What hangs would hold up everything behind it.
    if (status === -2) this.stop()
    if (status < 0) throw new Error(`Bash did not come back after at most ${seconds} seconds from:\n${command}`)
    return { status, stdout: readFileSync(`${base}.out`, 'utf8'), stderr: readFileSync(`${base}.err`, 'utf8') }
  }

  stop() {
    end(this.#child, 'SIGKILL')
  }
}
