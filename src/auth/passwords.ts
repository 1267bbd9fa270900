import { argon2id } from '@noble/hashes/argon2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from './base64.ts'

/** How a new hash is made. `pbkdf2` is the documented cheaper alternative: 17 ms of CPU instead of 190. */
export type PasswordScheme = 'argon2id' | 'pbkdf2'

/** An OWASP-equivalent setting with the smallest memory (KiB): an isolate has 128 MB. */
const argon2 = { m: 7168, t: 5, p: 1 }
/** Production Workers refuse more rounds in one call of WebCrypto; the local runtime does not, so a test holds this. */
export const pbkdf2Rounds = 100_000
const grafana = { rounds: 10_000, bytes: 50 }
const keyBytes = 32

const encoder = new TextEncoder()
/** NFC, so that a password typed on another keyboard is the same password (NIST SP 800-63B-4). */
const passwordBytes = (password: string) => Uint8Array.from(encoder.encode(password.normalize('NFC')))

/** In constant time, by the platform; lengths are no secret here. */
const equalBytes = (a: Uint8Array, b: Uint8Array) => a.length === b.length && crypto.subtle.timingSafeEqual(a, b)

/** A stored hash that an import mangled must match nothing, rather than throw. */
const isBase64 = (text: string | undefined): text is string =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3})?$/.test(text ?? ' ') && text !== ''

/** PHC strings carry base64 without padding. */
const unpadded = (bytes: Uint8Array) => toBase64(bytes).replace(/=+$/, '')

async function pbkdf2(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  bytes: number,
) {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, key, bytes * 8))
}

/** A PHC string. About 190 ms of CPU for argon2id, in one synchronous call. */
export async function hashPassword(password: string, scheme: PasswordScheme): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  if (scheme === 'pbkdf2') {
    const hash = await pbkdf2(passwordBytes(password), salt, pbkdf2Rounds, keyBytes)
    return `${prefixes.pbkdf2}${unpadded(salt)}$${unpadded(hash)}`
  }
  const hash = argon2id(passwordBytes(password), salt, { ...argon2, dkLen: keyBytes })
  return `${prefixes.argon2id}${unpadded(salt)}$${unpadded(hash)}`
}

/** Grafana's own hash as stored here: its hex and its salt, which is text, behind a PHC-like name. */
export const grafanaHash = (hex: string, salt: string) => `$grafana$${unpadded(encoder.encode(salt))}$${hex}`

const prefixes: Record<PasswordScheme, string> = {
  argon2id: `$argon2id$v=19$m=${argon2.m},t=${argon2.t},p=${argon2.p}$`,
  pbkdf2: `$pbkdf2-sha256$i=${pbkdf2Rounds},l=${keyBytes}$`,
}

/** Whether a hash is what `hashPassword` would make today; any other is replaced at the next success. */
export const isCurrent = (stored: string, scheme: PasswordScheme) => stored.startsWith(prefixes[scheme])

/**
 * Whether the password is the one hashed. Only the costs that this code itself writes are accepted, so a crafted import
 * can't ask for unbounded work; compared in constant time. Grafana's format hashes the password exactly as typed.
 */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const [, scheme, ...parts] = stored.split('$')
  if (scheme === 'grafana') return verifyGrafana(parts, password)
  const [salt, hash] = parts.slice(-2)
  if (!isBase64(salt) || !isBase64(hash)) return false
  if (stored.startsWith(prefixes.argon2id)) {
    const actual = argon2id(passwordBytes(password), fromBase64(salt), { ...argon2, dkLen: keyBytes })
    return equalBytes(actual, fromBase64(hash))
  }
  if (!stored.startsWith(prefixes.pbkdf2)) return false
  return equalBytes(await pbkdf2(passwordBytes(password), fromBase64(salt), pbkdf2Rounds, keyBytes), fromBase64(hash))
}

const grafanaBytes = (secret: string, salt: Uint8Array<ArrayBuffer>) =>
  pbkdf2(Uint8Array.from(encoder.encode(secret)), salt, grafana.rounds, grafana.bytes)

/** Grafana's hash of a token's secret, which it makes as it makes those of passwords: 50 bytes in hex. About 5 ms of CPU. */
export const grafanaDigest = async (secret: string, salt: string): Promise<string> =>
  bytesToHex(await grafanaBytes(secret, Uint8Array.from(encoder.encode(salt))))

async function verifyGrafana([salt, hex]: string[], password: string): Promise<boolean> {
  if (!isBase64(salt) || !hex || !/^[0-9a-f]{100}$/.test(hex)) return false
  const actual = await grafanaBytes(password, fromBase64(salt))
  return equalBytes(actual, hexToBytes(hex))
}
