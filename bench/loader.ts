// The process that loads: apart from the one that Miniflare runs in. It sends one load after the other to autocannon.

import { createRequire } from 'node:module'
import { filled } from './jobs.ts'

export type Load = {
  url: string
  method: string
  headers: Record<string, string>
  body: string
  connections: number
  amount: number
  /** What is filled into the URL and the body, a value a request. */
  values: string[]
}

/** `seconds` is from the first request to the last answer. */
export type Loaded = { seconds: number; latencies: number[]; refusals: string[] }

type Request = { method: string; path: string; body: string; headers: Record<string, string> }
type Tracker = {
  on(event: 'response', does: (client: unknown, status: number, bytes: number, milliseconds: number) => void): void
}
type Options = Record<string, unknown> & { requests: (Request & { setupRequest?: () => Request })[] }
type Autocannon = (options: Options, done: (error: Error | null, result: { errors: number }) => void) => Tracker

const autocannon: Autocannon = createRequire(import.meta.url)('autocannon')

function requestOf({ url, method, headers, body, values }: Load) {
  const { origin, host } = new URL(url)
  const path = url.slice(origin.length)
  const made = (value: string) => ({
    method,
    headers: { Host: host, ...headers },
    path: filled(path, value),
    body: filled(body, value),
  })
  if (values.length === 0) return { ...made(''), path, body }
  let next = 0
  const setupRequest = () => made(values[next++ % values.length] ?? '')
  return { ...made(''), setupRequest }
}

function load(job: Load): Promise<Loaded> {
  const { connections, amount, url } = job
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    const refusals: string[] = []
    const started = performance.now()
    let ended = started
    const options = { url: new URL(url).origin, connections, amount, timeout: 120, sampleInt: 50 }
    const tracker = autocannon({ ...options, requests: [requestOf(job)] }, (error, { errors }) => {
      if (error) return reject(error)
      if (errors > 0) refusals.push(`${errors} connections failed`)
      resolve({ seconds: (ended - started) / 1000, latencies, refusals })
    })
    tracker.on('response', (_, status, _bytes, milliseconds) => {
      ended = performance.now()
      latencies.push(milliseconds)
      if (status < 200 || status > 299) refusals.push(`answered ${status}`)
    })
  })
}

process.on('message', async (job: Load) => {
  try {
    process.send?.(await load(job))
  } catch (error) {
    process.send?.({ seconds: 0, latencies: [], refusals: [String(error)] })
  }
})
