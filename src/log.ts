import type { Context } from 'hono'
import { cause } from './db/client.ts'

// What goes into the log: which request, what failed, where in the code. Never what it failed on: the errors of a database
// repeat the values of a statement, those of a parser the text, those of a fetch the address, and all of these hold secrets.

/** Cloudflare's name for a request; the country's airport may follow. */
const ray = /^[0-9a-f]{16}(-[A-Z]{3})?$/

/**
 * Names one request in its answer, in the log and in the audit log: after Cloudflare's own name for it where there is one.
 * What the client calls it (`X-Request-Id`) is not believed, and a ray that a client made up still gets its own.
 */
export function newRequestId(c: Context): string {
  const name = c.req.header('CF-Ray') ?? ''
  const random = crypto.randomUUID()
  return ray.test(name) ? `${name}-${random.slice(0, 8)}` : random
}

/** The parts of a message that are known to hold no value: codes, names of tables, and our own words about settings. */
const sayable =
  /^[A-Z0-9_]+ (?:must|answered) .{1,80}|\bD1_[A-Z_]+|\bSQLITE_[A-Z_]+|\b(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed|no such (?:table|column)|Network connection lost|storage caused object to be reset|overloaded|KV [A-Z]+ failed: \d{3}/g

/** An error by its kind, what is known of its message, and where it was thrown. */
function describe(error: unknown): string {
  const { name, message, stack = '' } = cause(error)
  const frames = stack.replace(message, '').match(/^ +at .+$/gm) ?? []
  return [[name, ...(message.match(sayable) ?? [])].join(': '), ...frames].join('\n')
}

/** One line of JSON that finds the request that it is about. */
export const logFailure = (requestId: string, what: string, error: unknown) =>
  console.error(JSON.stringify({ requestId, what, error: describe(error) }))
