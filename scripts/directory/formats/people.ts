// What every format of another system has to do with: a person, and a password's hash in its parts.

import { fromBase64 } from '../../../src/auth/base64.ts'
import type { Row } from '../records.ts'

export type Person = Row<'user'> & { id: number }

/** What becomes of a person elsewhere. */
export type Carried = {
  /** What the other system's API takes; undefined = the account can't be carried at all. */
  body?: Record<string, unknown>
  /** What of the person is not carried, and what to do about it. */
  missing: string[]
}

export type Hash =
  | { scheme: 'argon2id'; phc: string }
  | { scheme: 'pbkdf2'; iterations: number; salt: Uint8Array; hash: Uint8Array }

const argon2id = /^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/
const pbkdf2 = /^\$pbkdf2-sha256\$i=(\d+),l=\d+\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const grafana = /^\$grafana\$([A-Za-z0-9+/]+)\$([0-9a-f]{100})$/
const grafanaRounds = 10_000

/** A stored hash taken apart; undefined where it is none of those that sign anybody in (src/auth/passwords.ts). */
export function readHash(stored: string): Hash | undefined {
  if (argon2id.test(stored)) return { scheme: 'argon2id', phc: stored }
  const [, iterations, salt, hash] = pbkdf2.exec(stored) ?? []
  if (salt && hash)
    return { scheme: 'pbkdf2', iterations: Number(iterations), salt: fromBase64(salt), hash: fromBase64(hash) }
  const [, text, hex] = grafana.exec(stored) ?? []
  if (!text || !hex) return undefined
  return { scheme: 'pbkdf2', iterations: grafanaRounds, salt: fromBase64(text), hash: Buffer.from(hex, 'hex') }
}

/** Base64 without padding, whose unused bits are zero: some readers insist on either. */
export const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

export const unknownHash = 'the password is not carried: its hash is none that Rollcall writes'
