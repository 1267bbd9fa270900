import { unauthorized } from '../errors.ts'
import { fromBase64 } from './base64.ts'

/** What a request presents; each has one place, and a wrong one never falls through to the next. */
export type Credential =
  | { kind: 'none' }
  | { kind: 'password'; name: string; password: string }
  | { kind: 'token'; token: string }
  | { kind: 'session'; token: string }

const invalidHeader = () => unauthorized('Invalid Basic Auth Header', { traceID: '' })

function readBasic(encoded: string): Credential {
  let decoded: string
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fromBase64(encoded))
  } catch {
    throw invalidHeader()
  }
  const colon = decoded.indexOf(':')
  if (colon < 0) throw invalidHeader()
  const name = decoded.slice(0, colon)
  const password = decoded.slice(colon + 1)
  return name === 'api_key' ? { kind: 'token', token: password } : { kind: 'password', name, password }
}

/** The scheme is case-sensitive, an empty header counts as none, and a present one decides alone (Grafana 9.3.2). */
export function readCredential(authorization: string | undefined, sessionCookie: string | undefined): Credential {
  if (authorization?.startsWith('Bearer ')) return { kind: 'token', token: authorization.slice('Bearer '.length) }
  if (authorization?.startsWith('Basic ')) return readBasic(authorization.slice('Basic '.length))
  if (authorization) throw invalidHeader()
  return sessionCookie ? { kind: 'session', token: sessionCookie } : { kind: 'none' }
}
