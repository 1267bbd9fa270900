import type { RequestContext } from '../env.ts'
import { badRequest } from '../errors.ts'
import { logFailure } from '../log.ts'

// What a new password has to be, wherever one is chosen (NIST SP 800-63B-4, 3.1.1.2): long enough, on no list of common
// ones and, where that is asked for, in no known breach. Nothing about which characters it is made of, and no upper bound
// but that of any text.

/** Bytes, not characters: "äöü" is long enough for Grafana. */
const bytes = (password: string) => new TextEncoder().encode(password).length

/** The list holds passwords of eight and more, so it is of no use to whoever allows shorter ones. */
const listedFrom = 8

/** Read once an isolate from the static assets, where it costs the bundle nothing. */
let common: Set<string> | undefined

async function readCommon(c: RequestContext): Promise<Set<string> | undefined> {
  const response = await c.env.ASSETS.fetch('https://assets/common-passwords.txt')
  if (response.ok) return new Set((await response.text()).split('\n'))
  logFailure(c.var.requestId, 'common passwords: not checked', new Error(`status ${response.status}`))
  return undefined
}

async function isCommon(c: RequestContext, password: string): Promise<boolean> {
  if (c.var.config.passwordMinLength < listedFrom) return false
  common ??= await readCommon(c)
  return common?.has(password.toLowerCase()) ?? false
}

const hex = (buffer: ArrayBuffer) =>
  [...new Uint8Array(buffer)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()

/** Milliseconds; a check that doesn't answer stops nobody. */
const patience = 2_000

/**
 * Whether a service that speaks the Pwned Passwords range protocol knows the password: it is told five digits of a hash
 * and answers all that begin so. Down or slow, it stops nobody.
 */
async function isBreached(c: RequestContext, password: string): Promise<boolean> {
  const { breachedPasswordsUrl } = c.var.config
  if (breachedPasswordsUrl === undefined) return false
  const hash = hex(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(password)))
  try {
    const response = await fetch(breachedPasswordsUrl + hash.slice(0, 5), {
      headers: { 'Add-Padding': 'true' },
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    // Padding is made of hashes that were seen 0 times.
    return (await response.text())
      .split('\n')
      .some((line) => line.startsWith(`${hash.slice(5)}:`) && !/:0\s*$/.test(line))
  } catch (error) {
    logFailure(c.var.requestId, 'breached passwords: not checked', error)
    return false
  }
}

/** Why a password can't be chosen: too short, or one that is guessed first. */
async function flawOf(c: RequestContext, password: string, tooShort: string, least = 0): Promise<string | undefined> {
  if (bytes(password) < Math.max(c.var.config.passwordMinLength, least)) return tooShort
  if (await isCommon(c, password)) return 'The password is one of the most common ones: choose another'
  if (await isBreached(c, password)) return 'The password is known from a breach elsewhere: choose another'
  return undefined
}

/** Refuses a password that can't be chosen; one too short in the words of the route, which are Grafana's. */
export async function refuseWeak(c: RequestContext, password: string, tooShort: string, least = 0): Promise<void> {
  const flaw = await flawOf(c, password, tooShort, least)
  if (flaw !== undefined) throw badRequest(flaw)
}

/** Grafana's own oddity, kept: who chooses its own password needs at least five bytes, who is given one four. */
export const leastOwn = 5
