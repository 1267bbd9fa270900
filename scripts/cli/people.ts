// One person as the API tells of them, found by what an operator has at hand.

import { Failure } from '../failure.ts'
import { type Api, Refused } from './api.ts'
import { shown } from './output.ts'

export type Person = {
  id: number
  login: string
  email: string
  name: string
  orgId?: number
  isGrafanaAdmin: boolean
  isDisabled: boolean
  isExternal: boolean
  createdAt: string
  updatedAt: string
}

async function orNobody<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined
    throw error
  }
}

const byName = (api: Api, name: string) =>
  orNobody(api.ask<{ id: number }>('GET', `/api/users/lookup?loginOrEmail=${encodeURIComponent(name)}`))
const byId = (api: Api, id: number) => orNobody(api.ask<Person>('GET', `/api/users/${id}`))

/** By login, e-mail or id. A number that is both somebody's id and another's login is nobody, rather than the wrong one. */
export async function findPerson(api: Api, who: string): Promise<Person> {
  const named = await byName(api, who)
  const numbered = /^\d{1,15}$/.test(who) ? await byId(api, Number(who)) : undefined
  if (named && numbered && named.id !== numbered.id) {
    throw new Failure(`${who} is the id of one person and the login of another: say their e-mail`)
  }
  const person = numbered ?? (named && (await byId(api, named.id)))
  if (!Number.isSafeInteger(person?.id) || !person)
    throw new Failure(`There is nobody with the login, e-mail or id "${shown(who)}"`)
  return person
}

/** How a person is named in what is said to people. */
export const personText = ({ id, login }: Pick<Person, 'id' | 'login'>) => `${shown(login)} (id ${shown(id)})`
