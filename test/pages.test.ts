import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { openConsole } from '../src/console/app.tsx'
import { as, call, logIn, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const routes = openConsole(api).routes.filter(({ method }) => method !== 'ALL')
const pathsOf = (method: string) => [
  ...new Set(routes.filter((route) => route.method === method).map(({ path }) => path.replaceAll(/\{[^}]*\}/g, ''))),
]

const isForEverybody = (path: string) => /^\/(login|signup|invite|user\/password)/.test(path)
const pages = pathsOf('GET').filter((path) => !isForEverybody(path))
const forms = pathsOf('POST')

/** What is no page of its own. */
const otherwise: Record<string, number> = { '/users/bulk': 303 }

/** What the parameters of paths stand for; filled in once it is there. */
const values: Record<string, string> = { kind: 'users', target: 'org_user' }
let admin: Who

/** The same name is another thing's number under another noun. */
function filled(path: string): string {
  const [, noun = ''] = path.split('/')
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const isDevice = path.startsWith('/profile/devices')
    const isToken = path.startsWith('/profile/tokens')
    const key = isDevice ? 'device' : isToken ? 'token' : name === 'id' ? noun : name
    return values[key] ?? `no-${key}`
  })
}

beforeAll(async () => {
  const userId = await person('vic')
  admin = await logIn('admin', 'admin')
  const other = await logIn('admin', 'admin')
  const orgId = numberIn((await as(root).post('/api/orgs', { name: 'Two' })).body, 'orgId')
  await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: 'vic', role: 'Viewer' })
  const teamId = numberIn((await as(root).post('/api/teams', { name: 'Team' })).body, 'teamId')
  await as(root).post(`/api/teams/${teamId}/members`, { userId })
  const account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'bot', role: 'Viewer' })).body, 'id')
  const tokenId = numberIn((await as(root).post(`/api/serviceaccounts/${account}/tokens`, { name: 't' })).body, 'id')
  const keyId = numberIn((await as(root).post('/api/auth/keys', { name: 'key', role: 'Viewer' })).body, 'id')
  const token = numberIn((await as(other).post('/api/user/tokens', { name: 'mine' })).body, 'id')
  const permissions = [{ action: 'users:read', scope: 'global.users:*' }]
  const role = { uid: 'helpdesk', name: 'Help desk', global: true, version: 1, permissions }
  await as(root).post('/api/access-control/roles', role)
  const given = { roleUid: 'helpdesk' }
  for (const owner of [`users/${userId}`, `teams/${teamId}`, `serviceaccounts/${account}`])
    await as(root).post(`/api/access-control/${owner}/roles`, given)
  await as(root).post(`/api/access-control/serviceaccounts/${account}/users/${userId}`, { permission: 'Edit' })
  const dashboard = await as(root).post('/api/dashboards/db', { dashboard: { title: 'Board' } })
  await as(root).post(`/api/user/stars/dashboard/uid/${textIn(dashboard.body, 'uid')}`)
  await as(root).post('/api/org/invites', { loginOrEmail: 'jane@example.org', role: 'Viewer' })
  const devices = await as(admin).get('/api/user/auth-tokens')
  const device = Array.isArray(devices.body) ? devices.body.find((row) => !row.isActive) : undefined
  Object.assign(values, {
    users: userId,
    userId,
    ownerId: userId,
    orgId,
    teamId,
    tokenId,
    token,
    device: numberIn(device, 'id'),
    serviceaccounts: account,
    apikeys: keyId,
    roleUid: 'helpdesk',
    uid: 'helpdesk',
    roleUID: 'helpdesk',
    code: 1,
  })
})

describe('every page', () => {
  const d1 = countingD1()

  it.each(pages)('costs D1 three trips at most, writes nothing and is small: %s', async (path) => {
    await as(admin).get('/profile')
    d1.reset()
    const { status, text, headers } = await as(admin, { DB: d1.db }).get(filled(path))
    expect({ status, rowsWritten: d1.count.rowsWritten }).toEqual({ status: otherwise[path] ?? 200, rowsWritten: 0 })
    expect(d1.count.trips).toBeLessThanOrEqual(3)
    if (!headers.get('Content-Type')?.startsWith('text/html')) return
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(60 * 1024)
    expect(text.match(/<h1[ >]/g)).toHaveLength(1)
    expect(text).toMatch(/<title>[^<]+ · Rollcall<\/title>/)
    expect(text).not.toMatch(
      /<script(?! src="\/)|<style| style=| on[a-z]+="|https?:\/\/(?!rollcall\.test)[a-z]+\.[a-z]+\/[^ <]*\.(js|css)/,
    )
  })

  it.each(pages)('is for whoever is signed in: %s', async (path) => {
    const { status, headers } = await as(undefined).get(filled(path))
    expect({ status, to: headers.get('Location') }).toEqual({ status: 302, to: '/login' })
  })

  /** Nothing that D1 says gets there, and nothing is a bug. */
  it.each(pages)('takes any number, and any text in its place: %s', async (path) => {
    if (!path.includes(':')) return
    for (const value of ['0', '999999', '99999999999999999999', 'x', '%2e%2e%2f', '%27%3B--', '%F0%9F%98%80']) {
      const { status, text } = await as(admin).get(path.replaceAll(/:(\w+)/g, value))
      expect([value, status >= 200 && status < 500]).toEqual([value, true])
      expect(text).not.toMatch(/SQLITE|D1_ERROR/)
    }
  })
})

describe('every form', () => {
  const send = (who: Who, path: string, headers: Record<string, string>) =>
    call(who, 'POST', filled(path), {
      body: 'a=b',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    })

  it.each(forms)('of another site is refused: %s', async (path) => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      expect((await send(admin, path, headers)).status).toBe(403)
    }
  })

  it.each(forms.filter((path) => !isForEverybody(path)))('of nobody leads to the sign-in page: %s', async (path) => {
    const { status, headers } = await send(undefined, path, { Origin: 'http://rollcall.test' })
    expect({ status, to: headers.get('Location') }).toEqual({ status: 302, to: '/login' })
  })

  it.each(forms)('that holds something else is no bug: %s', async (path) => {
    const vic = await logIn('vic', 'pass')
    const { status } = await send(vic, path, { Origin: 'http://rollcall.test' })
    expect(status).toBeLessThan(500)
  })
})
