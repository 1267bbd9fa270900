import { expect } from 'vitest'
import { as, numberIn, root } from '../support/client.ts'

/** Somebody of the recorded instances; `avatar` is the picture's name as it was recorded. */
export type Recorded = { id: number; login: string; email: string; name: string; avatar: string }

const recorded = (id: number, login: string, email: string, name: string, avatar: string): Recorded => ({
  id,
  login,
  email,
  name,
  avatar: `/avatar/${avatar}`,
})

export const admin = recorded(1, 'admin', 'admin@localhost', '', '46d229b033af06a191ff2267bca9ae56')
export const user1 = recorded(2, 'user1', 'user1@example.org', 'User One', 'c922747a93b40d1ea88262bf1aebee62')
export const user2 = recorded(3, 'User2', 'User2@Example.ORG', 'User Two', '10fc7f102be8de7657fb4d80898bbfe3')
export const viewer = recorded(4, 'viewer', 'viewer@example.org', 'Vi Ewer', 'bef05b915132d33f043a0f75819b30fe')
export const second = recorded(5, 'second', 'second@example.org', '', '9a386306350d15a73e168551939e6ec4')
export const editor = recorded(6, 'editor', 'editor@example.org', 'Ed Itor', '35336164c5c2d10e8de84e3c6ecf6259')
/** Characters that a search might take for wildcards. */
export const percent = recorded(
  7,
  'pct%user',
  'pct_user@example.org',
  '100% real_name',
  '255e8bfce321d9b121988b5083fcfcc2',
)
/** Characters that JSON in a page must escape, and letters outside ASCII. */
export const unicode = recorded(8, 'ünïcode', 'ü@example.org', '日本 <b>"q"&\u2028', '3554fd0b7fed4a320898f92f94fb0de2')

const inOrder = [user1, user2, viewer, second, editor, percent, unicode]

export const password = 'pass1234'
export const by = ({ login }: Recorded) => `${login}:${password}`

/** Who has just been here; everybody else never was. */
const cameBy = [admin, viewer, second]

/** Makes everybody up to that person, who thereby get the ids that the rows rely on. All are Viewers of org 1. */
export async function registerUpTo(last: Recorded): Promise<void> {
  for (const person of inOrder.slice(0, inOrder.indexOf(last) + 1)) {
    const { login, email, name } = person
    const { body } = await as(root).post('/api/admin/users', { login, email, name, password })
    expect(numberIn(body, 'id'), login).toBe(person.id)
    if (cameBy.includes(person)) await as(by(person)).get('/api/user')
  }
}

type Shown = { theme?: string; orgId?: number; isAdmin?: boolean; authLabels?: string[] }

/** A person as `/api/user` and `/api/users/:id` show it. */
export const profile = (person: Recorded, shown: Shown = {}) => ({
  id: person.id,
  email: person.email,
  name: person.name,
  login: person.login,
  theme: shown.theme ?? '',
  orgId: shown.orgId ?? 1,
  isGrafanaAdmin: shown.isAdmin ?? person.id === admin.id,
  isDisabled: false,
  isExternal: shown.authLabels !== undefined,
  authLabels: shown.authLabels ?? [],
  updatedAt: 'TIME',
  createdAt: 'TIME',
  avatarUrl: person.avatar,
})

/** As the lookup shows it, which leaves out what it could say. */
export const found = (person: Recorded, shown: Shown = {}) => ({
  ...profile(person, shown),
  isExternal: false,
  authLabels: null,
  avatarUrl: '',
})

/** As a list shows it. */
export const hit = (person: Recorded, authLabels: string[] = []) => ({
  id: person.id,
  name: person.name,
  login: person.login,
  email: person.email,
  avatarUrl: person.avatar,
  isAdmin: person.id === admin.id,
  isDisabled: false,
  lastSeenAt: 'TIME',
  lastSeenAtAge: cameBy.includes(person) ? '< 1m' : '10y',
  authLabels,
})

export const hits = (...people: Recorded[]) => people.map((person) => hit(person))

/** As an org lists it. */
export const member = (person: Recorded, role: string, orgId = 1) => ({
  orgId,
  userId: person.id,
  email: person.email,
  name: person.name,
  avatarUrl: person.avatar,
  login: person.login,
  role,
  lastSeenAt: 'TIME',
  lastSeenAtAge: cameBy.includes(person) ? '< 1m' : '10y',
  isDisabled: false,
})
