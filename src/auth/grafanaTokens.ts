import { bound } from '../db/client.ts'
import type { RequestContext } from '../env.ts'
import { grafanaDigest } from './passwords.ts'
import { grafanaSecret, secretHash } from './secrets.ts'
import { isWithinWall } from './signIn.ts'

/** How an import stores what Grafana knew of a token: the hex of its PBKDF2, which only the token itself leads to. */
const carried = (hex: string) => `grafana:${hex}`

/** The range of these alone: in an instance without any left, a wrong token costs one row more and no hash. */
const anyCarried = "SELECT 1 FROM tokens WHERE hash > 'grafana:' AND hash < 'grafana;' LIMIT 1"

const adopt = 'UPDATE tokens SET hash = ?1 WHERE hash = ?2'

/**
 * Whether the token, unknown by its hash of ours, may be known by now: one carried over from Grafana gets that hash at its
 * first use, after which it costs what any other does. Ten thousand rounds are no gift to strangers: within the same wall
 * as guesses at passwords.
 */
export async function adoptToken(c: RequestContext, token: string): Promise<boolean> {
  const { db } = c.var
  const known = grafanaSecret(token)
  if (!known || !(await bound(db, anyCarried).first()) || !(await isWithinWall(c))) return false
  const hex = await grafanaDigest(known.secret, known.salt)
  await bound(db, adopt, secretHash(token), carried(hex)).run()
  return true
}
