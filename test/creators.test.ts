import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, numberIn, person, root, textIn, type Who } from './support/client.ts'

// A token never does more than whoever made it, when it is made or later: what ends their access ends or lessens its own.

let olive = 0

const json = (body: unknown) => JSON.stringify(body)

async function apiKey(who: Who, name: string, role = 'Admin'): Promise<Who> {
  return { token: textIn((await as(who).post('/api/auth/keys', { name, role })).body, 'key') }
}

async function account(who: Who, name: string, role = 'Admin') {
  return numberIn((await as(who).post('/api/serviceaccounts', { name, role })).body, 'id')
}

async function accountToken(who: Who, id: number, name = 't'): Promise<Who> {
  return { token: textIn((await as(who).post(`/api/serviceaccounts/${id}/tokens`, { name })).body, 'key') }
}

const setRole = (role: string) => as(root).patch(`/api/org/users/${olive}`, { role })

/** Whether it manages teams, sees the org, is denied that too or is no credential any more. */
async function reach(who: Who) {
  const { status } = await as(who).get('/api/auth/keys')
  if (status !== 403) return status === 200 ? 'admin' : status
  return (await as(who).get('/api/org')).status === 200 ? 'viewer' : 'nothing'
}

beforeAll(async () => {
  await as(root).post('/api/orgs', { name: 'Two' })
})

async function freshOlive() {
  if (olive) await as(root).del(`/api/admin/users/${olive}`)
  olive = await person('olive')
  await setRole('Admin')
}

const makers: [string, () => Promise<Who>][] = [
  ['an API key', () => apiKey('olive:pass', `k${olive}`)],
  ['a token of a service account', async () => accountToken('olive:pass', await account('olive:pass', `a${olive}`))],
  [
    'an API key made by a token of a service account',
    async () => apiKey(await accountToken('olive:pass', await account('olive:pass', `b${olive}`)), `kb${olive}`),
  ],
]

describe.each(makers)('%s', (_, make) => {
  it('does what its maker may do now', async () => {
    await freshOlive()
    const token = await make()
    expect(await reach(token)).toBe('admin')
    await setRole('Viewer')
    expect(await reach(token)).toBe('viewer')
    await setRole('None')
    expect(await reach(token)).toBe('nothing')
    await setRole('Admin')
    expect(await reach(token)).toBe('admin')
  })

  it('does nothing for whoever has left the org, and is void once they are disabled or deleted', async () => {
    await freshOlive()
    await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
    const token = await make()
    await as(root).del(`/api/orgs/1/users/${olive}`)
    expect(await reach(token)).toBe('nothing')
    await as(root).post('/api/org/users', { loginOrEmail: 'olive', role: 'Admin' })
    expect(await reach(token)).toBe('admin')
    await as(root).post(`/api/admin/users/${olive}/disable`)
    expect(await reach(token)).toBe(401)
    await as(root).post(`/api/admin/users/${olive}/enable`)
    expect(await reach(token)).toBe('admin')
    await as(root).del(`/api/admin/users/${olive}`)
    expect(await as(token).get('/api/org')).toMatchObject({
      status: 401,
      text: json({ message: 'invalid API key', traceID: '' }).concat('\n'),
    })
  })
})

describe('a service account that is given more', () => {
  it('does it by tokens of those alone who may do it too', async () => {
    await freshOlive()
    const id = await account('olive:pass', 'more')
    const before = await accountToken('olive:pass', id, 'before')
    const permissions = [{ action: 'users:read', scope: 'global.users:*' }]
    expect((await as(root).put(`/api/serviceaccounts/${id}/grants`, { permissions })).status).toBe(200)
    expect((await as(before).get('/api/users')).status).toBe(403)
    expect((await as(await accountToken(root, id, 'after')).get('/api/users')).status).toBe(200)
    expect(await as('olive:pass').post(`/api/serviceaccounts/${id}/tokens`, { name: 'again' })).toMatchObject({
      status: 403,
      body: { message: 'A token cannot be made for a service account that may do more than its creator' },
    })
  })

  it('counts on the whole server only as far as its maker does', async () => {
    await freshOlive()
    const id = await account('olive:pass', 'whole')
    const token = await accountToken('olive:pass', id)
    const permissions = [{ action: 'orgs:read', scope: '' }]
    expect((await as(root).put(`/api/serviceaccounts/${id}/grants`, { permissions })).status).toBe(200)
    // Olive reads her own org, the account all of them; together that is her own.
    expect((await as(token).get('/api/org')).status).toBe(200)
    expect((await as(token).get('/api/orgs')).status).toBe(403)
    expect((await as(token).get('/api/orgs/2')).status).toBe(403)
  })
})

describe('a service account whose token has made others', () => {
  it('takes with it what it may do, its being enabled and itself', async () => {
    await freshOlive()
    const id = await account(root, 'maker')
    const key = await apiKey(await accountToken(root, id), 'made')
    expect(await reach(key)).toBe('admin')
    await as(root).patch(`/api/serviceaccounts/${id}`, { role: 'Viewer' })
    expect(await reach(key)).toBe('viewer')
    await as(root).patch(`/api/serviceaccounts/${id}`, { role: 'Admin' })
    await as(root).patch(`/api/serviceaccounts/${id}`, { isDisabled: true })
    expect(await reach(key)).toBe(401)
    await as(root).patch(`/api/serviceaccounts/${id}`, { isDisabled: false })
    expect(await reach(key)).toBe('admin')
    await as(root).del(`/api/serviceaccounts/${id}`)
    expect(await reach(key)).toBe(401)
  })
})

it('nobody makes a token for a service account that holds a role beyond theirs, and such a role adds nothing to older ones', async () => {
  await freshOlive()
  const id = await account('olive:pass', 'roled')
  const before = await accountToken('olive:pass', id, 'before')
  await env.DB.prepare(
    `INSERT INTO role_assignments (role_uid, org_id, service_account_id, created_at) SELECT uid, 1, ?1, 0 FROM (SELECT 'fixed_buZastUG3reWyQpPemcWjGqPAd0' AS uid)`,
  )
    .bind(id)
    .run()
  expect((await as(before).get('/api/users')).status).toBe(403)
  expect((await as('olive:pass').post(`/api/serviceaccounts/${id}/tokens`, { name: 'again' })).status).toBe(403)
  expect((await as(await accountToken(root, id, 'after')).get('/api/users')).status).toBe(200)
})
