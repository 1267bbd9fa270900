import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../src/app.ts'
import { checkDocumented } from './documented.ts'
import { checkSafe } from './leaks.ts'

/** How a request signs in: `login:password`, a token, a session cookie, or not at all. */
export type Who = string | { token: string } | { cookie: string } | undefined

export type Sent = { body?: unknown; headers?: Record<string, string>; bindings?: object }
export type Answer = { status: number; body: unknown; text: string; headers: Headers }

function credential(who: Who): Record<string, string> {
  if (who === undefined) return {}
  if (typeof who === 'string')
    return { Authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(who)))}` }
  return 'token' in who ? { Authorization: `Bearer ${who.token}` } : { Cookie: `grafana_session=${who.cookie}` }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * One request to the Worker, finished to its last write after the response and held to the documentation. A string body
 * is sent as it is.
 */
export async function call(who: Who, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const headers = new Headers({ ...credential(who), ...sent.headers })
  const init: RequestInit = { method, headers }
  if (sent.body !== undefined) {
    if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
    init.body = typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body)
  }
  const ctx = createExecutionContext()
  const request = new Request(`http://rollcall.test${path}`, init)
  const response = await app.fetch(request, { ...env, ...sent.bindings }, ctx)
  await waitOnExecutionContext(ctx)
  const text = await response.text()
  const answer = { status: response.status, body: parse(text), text, headers: response.headers }
  checkDocumented(method, request.url, answer)
  checkSafe(method, request.url, answer)
  return answer
}

export const as = (who: Who, bindings: object = {}) => ({
  get: (path: string, headers: Record<string, string> = {}) => call(who, 'GET', path, { headers, bindings }),
  post: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(who, 'POST', path, { body, headers, bindings }),
  put: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(who, 'PUT', path, { body, headers, bindings }),
  patch: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(who, 'PATCH', path, { body, headers, bindings }),
  del: (path: string, headers: Record<string, string> = {}) => call(who, 'DELETE', path, { headers, bindings }),
})

/** The session cookie that an answer sets; empty where it clears it. */
export const cookieOf = (answer: Answer) =>
  /grafana_session=([^;]*)/.exec(answer.headers.get('Set-Cookie') ?? '')?.[1] ?? ''

export async function logIn(user: string, password: string, headers: Record<string, string> = {}) {
  return { cookie: cookieOf(await as(undefined).post('/login', { user, password }, headers)) }
}

/** The server admin that the configuration makes. */
export const root = 'admin:admin'

/** A new account of that name whose password is `pass`; its id. */
export async function person(login: string, more: object = {}): Promise<number> {
  const { body } = await as(root).post('/api/admin/users', { login, password: 'pass', ...more })
  return numberIn(body, 'id')
}

/** A number in an answer, which must be there. */
export function numberIn(body: unknown, key: string): number {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined
  if (typeof value !== 'number') throw new Error(`no number ${key} in ${JSON.stringify(body)}`)
  return value
}

export function textIn(body: unknown, key: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined
  if (typeof value !== 'string') throw new Error(`no text ${key} in ${JSON.stringify(body)}`)
  return value
}
