import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Load, Loaded } from './loader.ts'

let loader: ChildProcess | undefined

export const stopLoading = () => loader?.kill()

/** Throws where an answer is no success: a fast refusal must not pass for a fast answer. */
export async function load(job: Load): Promise<Loaded> {
  loader ??= fork(fileURLToPath(new URL('./loader.ts', import.meta.url)))
  const over = new AbortController()
  const ended = once(loader, 'exit', over).then((): never => {
    throw new Error('the process that loads has ended')
  })
  loader.send(job)
  const loaded: Loaded = (await Promise.race([once(loader, 'message', over), ended]))[0]
  ended.catch(() => {}) // It is no longer waited for.
  over.abort()
  const { refusals, latencies } = loaded
  if (refusals[0]) throw new Error(`${job.method} ${job.url}: ${refusals.length} of ${latencies.length} ${refusals[0]}`)
  return loaded
}

export type Ask = { path: string; method?: string; headers?: Record<string, string>; body?: string }
export type Answer = { status: number; text: string; cookies: string; cost: string | null }

/** One request, outside of what is measured; throws where it is no success. */
export async function send(address: URL | string, { path, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const answer = await fetch(new URL(path, address), { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  return { status: answer.status, text, cookies: cookies.join('; '), cost: answer.headers.get('X-Cost') }
}
