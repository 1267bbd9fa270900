import { firstAdmin } from '../config.ts'
import type { RequestContext } from '../env.ts'
import { logFailure } from '../log.ts'
import { clientAddress } from './address.ts'
import { releaseGuess, reserveGuess, tallyGuess } from './attempts.ts'
import type { Person } from './identity.ts'
import { isRight, type Presented, presented, remembered, rememberRight } from './outcomes.ts'
import { hashPassword, isCurrent, verifyPassword } from './passwords.ts'
import { type Acting, type Claim, createFirstAdmin, currentHash, findClaim, replaceHash } from './queries.ts'

/** The first server admin, made on the first sign-in to an empty directory; safe when many come at once. */
async function createAdmin(c: RequestContext): Promise<void> {
  const { db, config, now } = c.var
  const { login, email, password } = firstAdmin(config)
  const passwordHash = await hashPassword(password, config.passwordScheme)
  await createFirstAdmin(db, { login, email, passwordHash, uid: crypto.randomUUID(), now })
}

async function claim(c: RequestContext, name: string, acting: Acting): Promise<Claim> {
  const { db, config, now } = c.var
  const attempt = { name, acting, address: clientAddress(c), now, maxAttempts: config.loginMaxAttempts }
  const found = await findClaim(db, attempt)
  if (found.populated) return found
  await createAdmin(c)
  return findClaim(db, attempt)
}

/** The guesses that this isolate is looking at: the same one many times at once is one guess, and counted once. */
const underWay = new Map<string, 'asked' | 'admitted'>()

/** A guess waits this long, in milliseconds and turns, for another request to have the same one counted. */
const turn = 5
const maxTurns = 100

type Admission = { admitted: boolean; reservation: number | undefined }

/** Cloudflare's own limit for each location: an outer wall round what is counted in D1. Only Cloudflare knows an address. */
export async function isWithinWall(c: RequestContext): Promise<boolean> {
  const key = clientAddress(c)
  if (key === '') return true
  try {
    return (await c.env.GUESSES.limit({ key })).success
  } catch (error) {
    logFailure(c.var.requestId, 'rate limit', error)
    return true
  }
}

/** Counts the guess as a failure, unless another request is having the same one counted. */
async function admit(c: RequestContext, account: string, { mac }: Presented): Promise<Admission> {
  const { db, config, now } = c.var
  for (let turns = 0; underWay.get(mac) === 'asked' && turns < maxTurns; turns++) await scheduler.wait(turn)
  if (underWay.get(mac) === 'admitted') return { admitted: true, reservation: undefined }
  underWay.set(mac, 'asked')
  if (!(await isWithinWall(c))) return { admitted: false, reservation: undefined }
  const reservation = await reserveGuess(db, account, clientAddress(c), now, config.loginMaxAttempts)
  if (reservation !== undefined) underWay.set(mac, 'admitted')
  return { admitted: reservation !== undefined, reservation }
}

/** After the answer, so that nobody waits for it: a right guess is none that failed, and a wrong one is counted for good. */
function settleLater(c: RequestContext, account: string, reservation: number, right: boolean): void {
  const { db, now, requestId } = c.var
  const settled: Promise<unknown> = right
    ? releaseGuess(db, reservation, { account, address: clientAddress(c), now })
    : tallyGuess(db, now)
  c.executionCtx.waitUntil(settled.catch((error: unknown) => logFailure(requestId, 'outcome of a guess', error)))
}

/**
 * Whether a presented password is right, within the limit on failures. A remembered success costs nothing. Everything
 * else is counted first and released if right, so that guesses made at once can't outrun their own counting.
 */
async function passes(c: RequestContext, account: string, guess: Presented): Promise<boolean> {
  if (remembered(guess)) return true
  const { admitted, reservation } = await admit(c, account, guess).catch((error: unknown) => {
    underWay.delete(guess.mac)
    throw error
  })
  try {
    const right = remembered(guess) ?? (admitted && (await isRight(guess, c.var.config.passwordScheme)))
    if (reservation !== undefined) settleLater(c, account, reservation, right)
    return right
  } finally {
    if (reservation !== undefined || !admitted) underWay.delete(guess.mac)
  }
}

/**
 * A hash of an older scheme (Grafana's, or the one configured before) is replaced once the password is known. Whoever
 * loses a race to replace it goes on with the hash that won, if the password is right against that one too.
 */
async function rehash(
  c: RequestContext,
  person: Person,
  stored: string,
  password: string,
): Promise<Person | undefined> {
  const { db, config } = c.var
  if (isCurrent(stored, config.passwordScheme)) return person
  const hash = await hashPassword(password, config.passwordScheme)
  const { meta } = await replaceHash(db, person.user.id, stored, hash)
  const passwordHash = meta.changes === 0 ? await currentHash(db, person.user.id) : hash
  if (passwordHash === null || (passwordHash !== hash && !(await verifyPassword(passwordHash, password))))
    return undefined
  rememberRight(passwordHash, password)
  return { ...person, passwordHash }
}

/**
 * The person behind a name and password, or nobody: one answer for a wrong password, an unknown name, a disabled
 * account and too many failures. While the limit holds nothing more is hashed or recorded, as in Grafana.
 */
export async function signIn(
  c: RequestContext,
  name: string,
  password: string,
  acting: Acting = { orgId: undefined, teams: 'none' },
): Promise<Person | 'locked' | undefined> {
  const { person, account, isLocked } = await claim(c, name, acting)
  c.var.deed.claimed = person?.user
  if (isLocked) return 'locked'
  const stored = person && !person.user.isDisabled ? person.passwordHash : null
  const right = await passes(c, account, presented(stored, account, password))
  return person && stored !== null && right ? rehash(c, person, stored, password) : undefined
}

/** Whether the caller knows its own password; a wrong one counts against the limit like any failed sign-in. */
export const knowsPassword = (c: RequestContext, me: Person, password: string) =>
  passes(c, `id:${me.user.id}`, presented(me.passwordHash, `id:${me.user.id}`, password))
