import { may } from '../../auth/permissions.ts'
import { ask, Refused } from '../ask.ts'
import type { PageContext } from '../env.ts'

/** Somebody of the org; beyond the login only as much as the viewer may know. */
export type Candidate = { userId: number; login: string; email?: string; name?: string }

/** Among as many the one is found whose whole name it is; and as many are offered as somebody looks through. */
const most = 200
export const mostOffered = 25

/** Whoever lists the members sees who they are; whoever only chooses among them sees logins. */
const listFor = (c: PageContext) =>
  may(c.var.viewer, 'org.users:read', 'users:*') ? '/api/org/users' : '/api/org/users/lookup'

/**
 * Whom of the org a text means: one where it is a whole login or e-mail, else all who have it somewhere, to choose among.
 * Nobody is taken for another whose name only begins alike.
 */
export async function findPeople(c: PageContext, text: string): Promise<Candidate | Candidate[]> {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  const query = new URLSearchParams({ query: text.trim(), limit: String(most) })
  const answer = await ask<Candidate[]>(c, 'GET', `${listFor(c)}?${query}`)
  if (!answer.ok) throw new Refused(answer)
  const isMeant = ({ login, email = '' }: Candidate) => [login, email].some((name) => name.toLowerCase() === wanted)
  return answer.body.find(isMeant) ?? answer.body
}
