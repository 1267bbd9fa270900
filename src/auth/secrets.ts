import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from './base64.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Only the hash of a token is ever stored, so a leaked database opens nothing. Tokens are random: no salt, one round. */
export const secretHash = (token: string) => bytesToHex(sha256(utf8ToBytes(token)))

/** An opaque session token: 256 random bits in lower-case hex. */
export const newSessionToken = () => bytesToHex(crypto.getRandomValues(new Uint8Array(32)))

/** Letters and digits, each equally likely: bytes that would favour the first ones are thrown away. */
function randomAlphanumeric(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** Grafana's checksum for service-account tokens: CRC-32 of `<prefix>_<secret>`, four little-endian bytes in hex. */
function checksum(text: string): string {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, crc32(utf8ToBytes(text)), true)
  return bytesToHex(bytes)
}

/** `glsa` for a service account, as Grafana; `rcpat` for a personal access token, our own. */
export type TokenPrefix = 'glsa' | 'rcpat'

/** `<prefix>_<32 letters and digits>_<checksum>`: 190 bits, and a typo is known without asking the database. */
export function newToken(prefix: TokenPrefix): string {
  const body = `${prefix}_${randomAlphanumeric(32)}`
  return `${body}_${checksum(body)}`
}

/** The prefix of a well-formed token whose checksum holds. */
export function tokenPrefix(token: string): TokenPrefix | undefined {
  const match = /^((glsa|rcpat)_[A-Za-z0-9]{32})_([0-9a-f]{8})$/.exec(token)
  if (!match?.[1] || checksum(match[1]) !== match[3]) return undefined
  return match[2] === 'glsa' ? 'glsa' : 'rcpat'
}

/** Grafana's legacy API key: base64 of its secret, its name and its org. */
export const newApiKey = (name: string, orgId: number) =>
  toBase64(utf8ToBytes(JSON.stringify({ k: randomAlphanumeric(32), n: name, id: orgId })))

function readApiKey(token: string): SaltedSecret | undefined {
  try {
    const { k, n, id } = JSON.parse(new TextDecoder().decode(fromBase64(token)))
    return typeof k === 'string' && typeof n === 'string' && typeof id === 'number' ? { secret: k, salt: n } : undefined
  } catch {
    return undefined
  }
}

/** What Grafana hashes of a token, and with what: an API key's secret with its name, another one's with its checksum. */
export type SaltedSecret = { secret: string; salt: string }

/** Of a well-formed token, for finding what an import carried over; undefined for what Grafana never made. */
export function grafanaSecret(token: string): SaltedSecret | undefined {
  if (tokenPrefix(token) === undefined) return readApiKey(token)
  const [prefix, secret, salt] = token.split('_')
  return prefix === 'glsa' && secret && salt ? { secret, salt } : undefined
}

/** Whether a Bearer token can exist at all: one of ours with a right checksum, or an API key's three parts. */
export const isWellFormed = (token: string) => tokenPrefix(token) !== undefined || readApiKey(token) !== undefined

/**
 * How a session's cookie is found. 64 hex digits are our own; 32 are a session carried over from Grafana, which stores
 * SHA-256 over the cookie and its `secret_key`: good only while that key is configured.
 */
export function sessionHash(cookie: string, grafanaSecretKey: string | undefined): { hash: string; legacy: boolean } {
  const legacy = /^[0-9a-f]{32}$/.test(cookie) && grafanaSecretKey !== undefined
  return { hash: secretHash(legacy ? cookie + grafanaSecretKey : cookie), legacy }
}
