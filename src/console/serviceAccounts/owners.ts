import type { teamDetails } from '../../teams/views.ts'
import { ask, Refused } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { findPeople } from '../teams/people.ts'

// To whom a service account can be given.

/** As the API's paths call them. */
export const kinds = [
  ['users', 'A person'],
  ['teams', 'A team'],
] as const
export type Kind = (typeof kinds)[number][0]

export const kindIn = (text: string): Kind => (text === 'teams' ? 'teams' : 'users')

export type Owner = { kind: Kind; id: number; name: string }

/** As many as are looked through for the one whose whole name it is. */
const most = '200'

async function findTeams(c: PageContext, text: string): Promise<Owner | Owner[]> {
  const query = new URLSearchParams({ query: text, perpage: most })
  const answer = await ask<{ teams: ReturnType<typeof teamDetails>[] }>(c, 'GET', `/api/teams/search?${query}`)
  if (!answer.ok) throw new Refused(answer)
  const found = answer.body.teams.map(({ id, name }): Owner => ({ kind: 'teams', id, name }))
  return found.find(({ name }) => name === text) ?? found
}

const asOwner = ({ userId, login }: { userId: number; login: string }): Owner => ({
  kind: 'users',
  id: userId,
  name: login,
})

/** One where the text is a whole name, else all who have it somewhere, to choose among. */
export async function findOwners(c: PageContext, kind: Kind, text: string): Promise<Owner | Owner[]> {
  if (kind === 'teams') return text.trim() === '' ? [] : findTeams(c, text.trim())
  const found = await findPeople(c, text)
  return Array.isArray(found) ? found.map(asOwner) : asOwner(found)
}
