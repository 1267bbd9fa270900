import { as, numberIn, person, root, type Who } from '../support/client.ts'
import { all, credential, give, type Maker, made, role, session } from './seed.ts'

/** `userId` and so on are what is the caller's own; a machine is no person, and a stranger has nothing. */
export type Caller = {
  label: string
  who: Who
  userId?: number | undefined
  sessionId?: number | undefined
  tokenId?: number | undefined
  keyId?: number | undefined
  accountId?: number | undefined
  accountTokenId?: number | undefined
}

/** Everybody whose role in org 1 is their name, and some more; olga and otto are in org 2 alone. */
const people = [
  'none',
  'viewer',
  'editor',
  'orgadmin',
  'teamadmin',
  'serveradmin',
  'rolewriter',
  'disabled',
  'mia',
  'zoe',
]
const strangers = ['otto', 'olga']

export type Ids = Record<string, number>

/** Roles in org 1 by name; otto administers org 2, as root does. */
export async function populate(): Promise<Ids> {
  const ids: Ids = { root: 1 }
  for (const login of people) ids[login] = await person(login, { email: `${login}@x.org` })
  await made({ who: root }, '/api/orgs', { name: 'Two' })
  for (const login of strangers) ids[login] = await person(login, { email: `${login}@x.org`, orgId: 2 })
  const roles = { none: 'None', editor: 'Editor', orgadmin: 'Admin', serveradmin: 'None', disabled: 'Admin' }
  for (const [login, role] of Object.entries(roles)) await as(root).patch(`/api/org/users/${ids[login]}`, { role })
  await as(root).patch(`/api/orgs/2/users/${ids.otto}`, { role: 'Admin' })
  for (const login of ['serveradmin', 'disabled'])
    await as(root).put(`/api/admin/users/${ids[login]}/permissions`, { isGrafanaAdmin: true })
  return ids
}

/** What is the callers' own: a team that all are on and one of them administers, and a service account that all were given. */
export async function share(admin: Maker, ids: Ids) {
  const ours = people.filter((login) => login !== 'mia')
  const teamId = numberIn(await made(admin, '/api/teams', { name: 'Ours' }), 'teamId')
  await as(admin.who).put(`/api/teams/${teamId}/members`, {
    members: ours.filter((login) => login !== 'teamadmin').map((login) => `${login}@x.org`),
    admins: ['teamadmin@x.org'],
  })
  const accountId = numberIn(await made(admin, '/api/serviceaccounts', { name: 'Ours', role: 'None' }), 'id')
  const permissions = ours.map((login) => ({ userId: ids[login], permission: 'Edit' }))
  await made(admin, `/api/access-control/serviceaccounts/${accountId}`, { permissions })
  const { id } = await credential(admin, `/api/serviceaccounts/${accountId}/tokens`, { name: 'Ours' })
  return { teamId, accountId, accountTokenId: id }
}

/** One caller: signed in, with another session and a token of its own beside. */
async function caller(label: string, userId: number): Promise<Caller> {
  const { who } = await session(userId)
  const { id } = await credential({ who }, '/api/user/tokens', { name: `${label}'s` })
  return { label, who, userId, sessionId: (await session(userId)).id, tokenId: id }
}

/** It may do nothing but what one role of org 1 says. */
async function robot(admin: Maker): Promise<Caller> {
  const accountId = numberIn(await made(admin, '/api/serviceaccounts', { name: 'Robot', role: 'None' }), 'id')
  const { who, id } = await credential(admin, `/api/serviceaccounts/${accountId}/tokens`, { name: 'its' })
  await role('readers', 1, [
    ['users:read', 'global.users:*'],
    ['org.users:read', 'users:*'],
  ])
  await give('readers', 1, { accountId })
  // Nobody knows who made it: it isn't held back by anybody.
  await all('UPDATE tokens SET created_by = NULL, created_by_account = NULL WHERE id = ?', id)
  return { label: 'robot', who, accountId, accountTokenId: id }
}

async function key(admin: Maker, role: string): Promise<Caller> {
  const { who, id } = await credential(admin, '/api/auth/keys', { name: `of ${role}`, role })
  return { label: `key ${role.toLowerCase()}`, who, keyId: id }
}

/** All of somebody disabled whose rights were the highest, and what it signed in with before. */
async function disabled(userId: number): Promise<Caller[]> {
  const one = await caller('off', userId)
  const { who } = await credential(one, '/api/user/tokens', { name: 'still there' })
  await all('UPDATE users SET is_disabled = 1 WHERE id = ?', userId)
  return [one, { ...one, label: 'off token', who }, { ...one, label: 'off basic', who: 'disabled:pass' }]
}

async function expired(one: Caller): Promise<Caller> {
  const { who, id } = await credential(one, '/api/user/tokens', { name: 'was', secondsToLive: 100 })
  await all('UPDATE tokens SET expires_at = 1000 WHERE id = ?', id)
  return { ...one, label: 'expired', who }
}

export async function callersOf(ids: Ids, admin: Maker): Promise<Caller[]> {
  const own: Caller[] = []
  for (const label of people.slice(0, 7)) own.push(await caller(label, ids[label] ?? 0))
  const orgAdmin = own.find(({ label }) => label === 'orgadmin') ?? { label: '', who: undefined }
  const machines = [
    await key(admin, 'Viewer'),
    await key(admin, 'Editor'),
    await key(admin, 'Admin'),
    await robot(admin),
  ]
  return [
    { label: 'anon', who: undefined },
    ...own,
    ...machines,
    ...(await disabled(ids.disabled ?? 0)),
    await expired(orgAdmin),
  ]
}
