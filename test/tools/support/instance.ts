import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { rollcallBindings } from '../../../bench/workerd.ts'
import { startWorker } from '../../../scripts/workerd.ts'
import { zeroIds } from '../../../scripts/wranglerToml.ts'

/** Who asks: headers that say so. Nobody, where there are none. */
export type Caller = Record<string, string>

export const basic = (login: string, password: string): Caller => ({
  Authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
})
export const bearer = (token: string): Caller => ({ Authorization: `Bearer ${token}` })

export type Answer = { status: number; body: unknown; cookie: string }

export type Instance = {
  get(who: Caller, path: string): Promise<Answer>
  /** Throws where the answer is no success: what a test stands on must stand. */
  send(who: Caller, method: string, path: string, body?: object): Promise<Answer>
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return { status: response.status, body: isJson && text ? JSON.parse(text) : text, cookie }
}

/** The built Worker on the database in a folder, as `npm run dev -- --persist-to <folder>` would have it. */
export async function startInstance(
  worker: string,
  folder: string,
  settings: Record<string, string>,
): Promise<Instance> {
  const { miniflare, address } = await startWorker({
    name: 'rollcall',
    main: 'worker.js',
    modules: { 'worker.js': readFileSync(worker, 'utf8') },
    env: {
      ...rollcallBindings({
        PASSWORD_SCHEME: 'pbkdf2',
        ROOT_URL: 'http://localhost',
        LOG_REQUESTS: 'off',
        ...settings,
      }),
      // wrangler.toml's, so that the commands find the database where the Worker keeps it.
      DB: { type: 'd1', id: zeroIds.database },
    },
    persist: `${folder}/v3`,
  })
  onTestFinished(() => miniflare.dispose())
  const ask = async (who: Caller, method: string, path: string, body?: object) =>
    read(
      await fetch(new URL(path, address), {
        method,
        redirect: 'manual',
        headers: { ...who, ...(body ? { 'Content-Type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    )
  return {
    get: (who, path) => ask(who, 'GET', path),
    send: async (who, method, path, body) => {
      const answer = await ask(who, method, path, body)
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer
    },
  }
}
