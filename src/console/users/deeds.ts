import { may, roles } from '../../auth/permissions.ts'
import { type Answer, ask, type Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import type { Filled } from '../forms.ts'
import { findOrg, mayAdd, noRole } from './orgs.tsx'

// What is done to many users at once: row by row, by the API, as if somebody did it to each.

export type Person = { id: number; login: string }

type Work = (person: Person) => Promise<Answer<unknown>>

export type Deed = {
  name: 'add' | 'enable' | 'disable' | 'delete'
  /** On its button. */
  label: string
  /** Of the page that asks; then of the one that tells. */
  title: (count: string) => string
  done: string
  warning: string
  isDanger: boolean
  /** What it takes, as a denial names it. */
  permission: string
  mayBeDone: (c: PageContext) => boolean
  /** What is done to each, or why to nobody. */
  prepare: (c: PageContext, filled: Filled) => Promise<Work | Refusal>
}

const onServer = (permission: string) => ({
  permission,
  mayBeDone: (c: PageContext) => may(c.var.viewer, permission, 'global.users:*'),
})

const always =
  (work: (c: PageContext, person: Person) => ReturnType<Work>) => async (c: PageContext) => (person: Person) =>
    work(c, person)

/** By the login of now: the one in the form may have become somebody else's. */
async function addOne(c: PageContext, orgId: number, role: string, { id }: Person) {
  const user = await ask<Person>(c, 'GET', `/api/users/${id}`)
  return user.ok ? ask(c, 'POST', `/api/orgs/${orgId}/users`, { loginOrEmail: user.body.login, role }) : user
}

/** What is wrong with the org or the role is wrong for all of them. */
async function prepareAdding(c: PageContext, { text }: Filled): Promise<Work | Refusal> {
  if (!roles.some((role) => role === text('role'))) return { ok: false, status: 400, message: noRole }
  const org = await findOrg(c, text('org').trim())
  return 'ok' in org ? org : (person) => addOne(c, org.id, text('role'), person)
}

/** In the order of their buttons. The first is what the Enter key means, so it takes nothing away. */
export const deeds: readonly Deed[] = [
  {
    name: 'add',
    label: 'Add to an organization',
    title: (count) => `Add ${count} to an organization`,
    done: 'Added',
    warning: '',
    isDanger: false,
    permission: 'org.users:add',
    mayBeDone: mayAdd,
    prepare: prepareAdding,
  },
  {
    name: 'enable',
    label: 'Enable',
    title: (count) => `Enable ${count}?`,
    done: 'Enabled',
    warning: 'They can sign in again, with the passwords and the tokens that they had.',
    isDanger: false,
    ...onServer('users:enable'),
    prepare: always((c, { id }) => ask(c, 'POST', `/api/admin/users/${id}/enable`)),
  },
  {
    name: 'disable',
    label: 'Disable',
    title: (count) => `Disable ${count}?`,
    done: 'Disabled',
    warning: "They are signed out everywhere and can't sign in until they are enabled again. What they have stays.",
    isDanger: true,
    ...onServer('users:disable'),
    prepare: always((c, { id }) => ask(c, 'POST', `/api/admin/users/${id}/disable`)),
  },
  {
    name: 'delete',
    label: 'Delete',
    title: (count) => `Delete ${count}?`,
    done: 'Deleted',
    warning: 'They go for good, and with the accounts their memberships, roles, sessions and tokens.',
    isDanger: true,
    ...onServer('users:delete'),
    prepare: always((c, { id }) => ask(c, 'DELETE', `/api/admin/users/${id}`)),
  },
]

/** A few at a time: so many that nobody waits long, so few that D1 is left to others. */
const atOnce = 5

export async function inTurn<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < things.length; at += atOnce)
    results.push(...(await Promise.all(things.slice(at, at + atOnce).map(work))))
  return results
}
