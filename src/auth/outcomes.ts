import { blake2b } from '@noble/hashes/blake2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { hashPassword, isCurrent, type PasswordScheme, verifyPassword } from './passwords.ts'

// Basic sends the password with every request, and a hash costs a thousand times what a request does. So an isolate
// remembers how each presented password turned out: nothing but MACs under a key that never leaves it (BLAKE2b,
// which argon2 brings along). The stored hash is part of what is signed, so a changed password is forgotten at once.

const maxOutcomes = 2_000
const outcomes = new Map<string, boolean>()
let key: Uint8Array | undefined

function macOf(stored: string | null, name: string, password: string): string {
  key ??= crypto.getRandomValues(new Uint8Array(32))
  const message = JSON.stringify([stored ?? '', stored === null ? name : '', password])
  return bytesToHex(blake2b(utf8ToBytes(message), { key, dkLen: 32 }))
}

function remember(mac: string, right: boolean) {
  outcomes.delete(mac)
  outcomes.set(mac, right)
  const oldest = outcomes.keys().next()
  if (outcomes.size > maxOutcomes && !oldest.done) outcomes.delete(oldest.value)
}

/** A presented password as it is remembered. `stored` null = there is none, or nobody has the name. */
export const presented = (stored: string | null, name: string, password: string) => ({
  mac: macOf(stored, name, password),
  stored,
  password,
})
export type Presented = ReturnType<typeof presented>

/** How it turned out before, if it did in this isolate. */
export const remembered = ({ mac }: Presented): boolean | undefined => outcomes.get(mac)

/** After a rehash: the same password against its new hash. */
export const rememberRight = (stored: string, password: string) => remember(macOf(stored, '', password), true)

/**
 * Whether the password is the stored one. A failure costs exactly one hash of the current scheme, whatever it failed on,
 * so that time tells nothing.
 */
export async function isRight({ mac, stored, password }: Presented, scheme: PasswordScheme): Promise<boolean> {
  const right = stored !== null && (await verifyPassword(stored, password))
  if (!right && (stored === null || !isCurrent(stored, scheme))) await hashPassword(password, scheme)
  remember(mac, right)
  return right
}
