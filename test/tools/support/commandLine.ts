import { afterAll, beforeAll } from 'vitest'
import { type Instance, startInstance } from '../docs/instance.ts'
import { checkOut } from './checkout.ts'
import { temporaryFolderForAll } from './folders.ts'
import { type Outcome, rollcall } from './rollcall.ts'

export type Given = { input?: string; env?: Record<string, string> }

/** Who runs a command. */
export const as = (login: string, password: string) => ({ env: { ROLLCALL_USER: login, ROLLCALL_PASSWORD: password } })

/** A Rollcall for all tests of a file, as `npm run dev` starts it, and the commands that ask it. */
export function commandLine() {
  const project = checkOut(`${temporaryFolderForAll()}/project`)
  let instance: Instance
  beforeAll(async () => {
    instance = await startInstance(project)
  })
  afterAll(() => instance.stop())
  const address = () => `http://localhost:${instance.port}`

  const run = (words: string[], { input = '', env = {} }: Given = {}): Promise<Outcome> =>
    rollcall(project, words, { input, env: { ROLLCALL_URL: address(), ...env } })

  const answer = async (words: string[], given?: Given): Promise<unknown> => {
    const { code, stdout, stderr } = await run([...words, '--json'], given)
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  }

  const refusal = async (words: string[], given?: Given) => {
    const { code, stdout, stderr } = await run(words, given)
    return [code, stdout, stderr.trim()]
  }
  return { project, address, run, answer, refusal }
}
