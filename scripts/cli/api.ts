// The API of a running Rollcall, as the commands that work over HTTP ask it.

import { Failure, Misuse } from '../failure.ts'
import { localAdmin } from '../localAdmin.ts'
import { shown } from './output.ts'
import { askPassword } from './secretInput.ts'

export const apiOptions = {
  url: { type: 'string' },
  insecure: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** For the help of every command that takes `apiOptions`. */
export const apiUsage = `
  --url <address>   which Rollcall; else ROLLCALL_URL, else http://localhost:8787
  --insecure        over plain http to another machine too: whoever is on the way reads the password
  --json            one JSON document on standard output

Who asks: ROLLCALL_TOKEN, or ROLLCALL_USER and ROLLCALL_PASSWORD (asked for at a terminal where it isn't set).
For localhost without either: the first administrator, by the password in .dev.vars.`

type ApiValues = { url?: string | undefined; insecure?: boolean | undefined }

export const isThisMachine = ({ hostname }: URL) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** Where to ask, without a slash at its end. */
export function addressOf({ url, insecure }: ApiValues): URL {
  const text = url ?? (process.env.ROLLCALL_URL || 'http://localhost:8787')
  const address = URL.parse(text)
  if (!address || !/^https?:$/.test(address.protocol)) throw new Misuse('--url must be an http or https address')
  if (address.username || address.password) {
    throw new Misuse('No password in --url: set ROLLCALL_USER and ROLLCALL_PASSWORD, or ROLLCALL_TOKEN')
  }
  if (address.protocol === 'http:' && !isThisMachine(address) && !insecure) {
    throw new Failure(`${address.origin} is not encrypted: use https, or --insecure if the way there is safe`)
  }
  return address
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Of no other letters is a token made; a header can't hold all of them, and the complaint about that would repeat it. */
function bearer(token: string): string {
  if (!/^[!-~]+$/.test(token)) throw new Misuse('ROLLCALL_TOKEN holds what no token has, like a space or a line break')
  return `Bearer ${token}`
}

async function authorization(address: URL): Promise<string> {
  const { ROLLCALL_TOKEN: token, ROLLCALL_USER: user, ROLLCALL_PASSWORD: given } = process.env
  if (token) return bearer(token.trim())
  if (user) {
    const password = given || (await askPassword(user))
    if (!password) throw new Misuse('ROLLCALL_USER is set and ROLLCALL_PASSWORD is not')
    return basic(user, password)
  }
  const { login, password } = isThisMachine(address) ? localAdmin() : { login: '', password: '' }
  if (login && password) return basic(login, password)
  throw new Misuse('Who asks? Set ROLLCALL_TOKEN, or ROLLCALL_USER and ROLLCALL_PASSWORD')
}

/** The API said no, in its own words, or somebody in its place in theirs. */
export class Refused extends Failure {
  readonly status: number
  constructor(status: number, message: string, requestId: string | null) {
    super(shown(`${message} (status ${status}${requestId ? `, request ${requestId}` : ''})`))
    this.status = status
  }
}

/** What went wrong on the way; `fetch` says only that something did. */
export function reasonOf(error: unknown): string {
  const { message, name, cause } = error instanceof Error ? error : new Error(String(error))
  if (name === 'TimeoutError') return 'no answer in time'
  const code = cause instanceof Error ? (Reflect.get(cause, 'code') ?? cause.message) : message
  return code === 'ECONNREFUSED' ? 'nothing listens there' : String(code)
}

/** Milliseconds. */
const patience = 60_000
/** Bytes: a page of a thousand people has less than one of these. */
const maxBody = 64 * 1024 * 1024

/** Below the address and never beside it, as `//elsewhere` would be. */
export const targetAt = (address: URL, path: string) =>
  new URL(address.origin + address.pathname.replace(/\/$/, '') + path)

/** An address that sends elsewhere gets nothing more: the credentials are for this one. */
export async function send(address: URL, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(targetAt(address, path), { ...init, redirect: 'manual', signal: AbortSignal.timeout(patience) })
  } catch (error) {
    const advice = isThisMachine(address) ? 'Start it with npm run dev, or say --url' : 'Is --url right?'
    throw new Failure(`${address.origin} can't be reached: ${reasonOf(error)}. ${advice}`)
  }
}

/** As much as fits in memory whoever answers. */
async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    if (size > maxBody)
      throw new Failure(`More than ${maxBody / 1024 / 1024} MiB came: is this the address of a Rollcall?`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** Undefined = no JSON. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await textOf(response).catch((error: unknown) => {
    throw error instanceof Failure ? error : new Failure(`The answer broke off: ${reasonOf(error)}`)
  })
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const messageIn = (body: unknown) =>
  typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : undefined

const elsewhere = ({ status, headers }: Response) =>
  status >= 300 && status < 400 ? `It sends to ${headers.get('Location')}: use that address` : undefined

export type Api = {
  /** The body of the answer. Throws `Refused` where it isn't one of success. */
  ask<T>(method: string, path: string, body?: object): Promise<T>
}

/** `orgId`: in which org to act; else the caller's active one. */
export async function openApi(values: ApiValues, orgId?: string): Promise<Api> {
  const address = addressOf(values)
  const headers = {
    Authorization: await authorization(address),
    ...(orgId ? { 'X-Grafana-Org-Id': orgId } : {}),
  }
  return {
    ask: async <T>(method: string, path: string, body?: object) => {
      const content = body
        ? { body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json' } }
        : { headers }
      const response = await send(address, path, { method, ...content })
      const answer = await bodyOf(response)
      if (response.ok && answer !== undefined) return answer as T
      const words = messageIn(answer) ?? elsewhere(response) ?? 'No JSON came: is this the address of a Rollcall?'
      throw new Refused(response.status, words, response.headers.get('X-Request-Id'))
    },
  }
}
