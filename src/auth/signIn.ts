import { firstAdmin } from '../config.ts'
import type { RequestContext } from '../env.ts'
import { clientAddress } from './address.ts'
import type { Person } from './identity.ts'
import { isRight, rememberRight } from './outcomes.ts'
import { hashPassword, isCurrent } from './passwords.ts'
import { type Claim, countFailures, createFirstAdmin, findClaim, recordFailure, replaceHash } from './queries.ts'

/** The first server admin, made on the first sign-in to an empty directory; safe when many come at once. */
async function createAdmin(c: RequestContext): Promise<void> {
  const { db, config, now } = c.var
  const { login, email, password } = firstAdmin(config)
  const passwordHash = await hashPassword(password, config.passwordScheme)
  await createFirstAdmin(db, { login, email, passwordHash, uid: crypto.randomUUID(), now })
}

async function claim(c: RequestContext, name: string, orgId: number | undefined): Promise<Claim> {
  const { db, config, now } = c.var
  const attempt = { name, orgId, address: clientAddress(c), now, maxAttempts: config.loginMaxAttempts }
  const found = await findClaim(db, attempt)
  if (found.populated) return found
  await createAdmin(c)
  return findClaim(db, attempt)
}

/** A hash of an older scheme (Grafana's, or the one configured before) is replaced once the password is known. */
async function rehash(c: RequestContext, person: Person, stored: string, password: string): Promise<Person> {
  const { db, config } = c.var
  if (isCurrent(stored, config.passwordScheme)) return person
  const hash = await hashPassword(password, config.passwordScheme)
  const { meta } = await replaceHash(db, person.user.id, stored, hash)
  if (meta.changes === 0) return person
  rememberRight(hash, password)
  return { ...person, passwordHash: hash }
}

/**
 * The person behind a name and password, or nobody: one answer for a wrong password, an unknown name, a disabled
 * account and too many failures. The limit comes before any hashing; while it holds nothing more is recorded, as in
 * Grafana.
 */
export async function signIn(
  c: RequestContext,
  name: string,
  password: string,
  orgId?: number,
): Promise<Person | undefined> {
  const { db, config, now } = c.var
  const { person, account, failures } = await claim(c, name, orgId)
  if (failures >= config.loginMaxAttempts) return undefined
  const stored = person?.passwordHash ?? null
  const right = await isRight(stored, account, password, config.passwordScheme)
  if (!person || stored === null || !right || person.user.isDisabled) {
    await recordFailure(db, account, clientAddress(c), now)
    return undefined
  }
  return rehash(c, person, stored, password)
}

/** Whether the caller knows its own password; a wrong one counts against the limit like any failed sign-in. */
export async function knowsPassword(c: RequestContext, me: Person, password: string): Promise<boolean> {
  const { db, config, now } = c.var
  const account = `id:${me.user.id}`
  const address = clientAddress(c)
  if ((await countFailures(db, account, address, now, config.loginMaxAttempts)) >= config.loginMaxAttempts) return false
  const right = await isRight(me.passwordHash, account, password, config.passwordScheme)
  if (!right) await recordFailure(db, account, address, now)
  return right
}
