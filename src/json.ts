import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { RequestContext } from './env.ts'

const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON as Go's encoder writes it: safe to embed in HTML. */
export const toJson = (body: unknown) =>
  JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, (char) => escapes[char] ?? char)

/** Every JSON answer goes through here, so that it has Grafana's escaping and its bare content type. */
export const send = (c: RequestContext, body: unknown, status: ContentfulStatusCode = 200) =>
  c.body(toJson(body), status, { 'Content-Type': 'application/json' })

/** Grafana builds messages from maps, whose keys come out in alphabetical order. */
export const inOrder = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))

/** What Grafana's writes answer; `beside` are the keys next to the message. */
export const done = (c: RequestContext, message: string, beside: Record<string, unknown> = {}) =>
  send(c, inOrder({ message, ...beside }))
