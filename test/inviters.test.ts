import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { secretHash } from '../src/auth/secrets.ts'
import { as, numberIn, person, root, textIn, type Who } from './support/client.ts'

const noInvite = { status: 404, body: { message: 'Invite not found' } }
const over = { status: 412, body: { message: 'Invite cannot be used in status Revoked' } }
const full = { status: 403, body: { message: 'org Quota reached' } }
const accepted = { status: 200, body: { id: expect.any(Number), message: 'User created and logged in' } }
const limited = { QUOTA_ENABLED: 'true' }

const sql = (text: string, ...values: unknown[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .run()

let last = 0
/** Names that nobody has. */
const fresh = (what: string) => `${what}${++last}`

async function invite(who: Who, role = 'Viewer', headers: Record<string, string> = {}) {
  const email = `${fresh('guest')}@example.org`
  const { status, body } = await as(who).post('/api/org/invites', { loginOrEmail: email, role }, headers)
  expect(status).toBe(200)
  return textIn(body, 'url').split('/').at(-1) ?? ''
}

const accept = (inviteCode: string, bindings: object = {}) =>
  as(undefined, bindings).post('/api/user/invite/complete', { inviteCode, password: 'pass-word' })
const shown = (code: string) => as(undefined).get(`/api/user/invite/${code}`)

async function expectGood(code: string) {
  expect((await shown(code)).status).toBe(200)
  expect(await accept(code)).toMatchObject(accepted)
}

async function expectOver(code: string) {
  const count = () => env.DB.prepare('SELECT count(*) AS n FROM users').first('n')
  const before = await count()
  expect(await shown(code)).toMatchObject(noInvite)
  expect(await accept(code)).toMatchObject(over)
  expect(await count()).toBe(before)
}

type Inviter = { id: number; who: string; orgId: number; there: Record<string, string> }

/** Somebody with a role in an org of their own, which has another admin. */
async function inviter(role = 'Admin'): Promise<Inviter> {
  const login = fresh('inviter')
  const id = await person(login)
  const orgId = numberIn((await as(root).post('/api/orgs', { name: `Org of ${login}` })).body, 'orgId')
  await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: login, role })
  return { id, who: `${login}:pass`, orgId, there: { 'X-Grafana-Org-Id': String(orgId) } }
}

async function serviceAccount(who: Who, there: Record<string, string>, role = 'Admin') {
  const made = await as(who).post('/api/serviceaccounts', { name: fresh('robot'), role }, there)
  const id = numberIn(made.body, 'id')
  const { body } = await as(who).post(`/api/serviceaccounts/${id}/tokens`, { name: 't' }, there)
  return { id, token: textIn(body, 'key') }
}

const apiKey = async (who: Who, there: Record<string, string>, more: object = {}) => {
  const made = await as(who).post('/api/auth/keys', { name: fresh('key'), role: 'Admin', ...more }, there)
  return { token: textIn(made.body, 'key') }
}

const disable = ({ id }: Inviter) => as(root).post(`/api/admin/users/${id}/disable`)

describe("a person's invitation", () => {
  it('is good while they are an admin of the org', async () => {
    const { who, there } = await inviter()
    await expectGood(await invite(who, 'Admin', there))
  })

  const ways: [string, (of: Inviter) => Promise<{ status: number }>][] = [
    ['demoted', ({ id, orgId }) => as(root).patch(`/api/orgs/${orgId}/users/${id}`, { role: 'Editor' })],
    ['removed from the org', ({ id, orgId }) => as(root).del(`/api/orgs/${orgId}/users/${id}`)],
    ['disabled', disable],
    ['deleted', ({ id }) => as(root).del(`/api/admin/users/${id}`)],
  ]
  it.each(ways)('is over once they are %s', async (_, end) => {
    const sender = await inviter()
    const codes = [await invite(sender.who, 'Admin', sender.there), await invite(sender.who, 'Viewer', sender.there)]
    expect((await end(sender)).status).toBe(200)
    for (const code of codes) await expectOver(code)
  })

  it('is over where they were disabled before there was a rule, or while it was being made', async () => {
    const sender = await inviter()
    const code = await invite(sender.who, 'Viewer', sender.there)
    await disable(sender)
    await sql("UPDATE invites SET status = 'InvitePending' WHERE code_hash = ?", secretHash(code))
    await expectOver(code)
  })

  it('is over once a server admin, who is in no org, is none any more', async () => {
    const sender = await inviter()
    const elsewhere = await inviter()
    const setAdmin = (isGrafanaAdmin: boolean) =>
      as(root).put(`/api/admin/users/${sender.id}/permissions`, { isGrafanaAdmin })
    await setAdmin(true)
    await expectGood(await invite(sender.who, 'Admin', elsewhere.there))
    const code = await invite(sender.who, 'Admin', elsewhere.there)
    await setAdmin(false)
    await expectOver(code)
  })

  const roles: [string, object][] = [
    ['a fixed role', { roleUid: 'fixed_VERj5nayasjgf_Yh0sWqqCkxWlw' }],
    ['a role of the server', { roleUid: 'hosts', global: true }],
  ]
  it.each(roles)('by %s is good while they hold it, for no more than their own role', async (_, role) => {
    await as(root).post('/api/access-control/roles', {
      uid: 'hosts',
      name: 'Hosts',
      global: true,
      version: 1,
      permissions: [{ action: 'org.users:add', scope: 'users:*' }],
    })
    const { id, who, orgId, there } = await inviter('Editor')
    const path = `/api/access-control/users/${id}/roles`
    expect((await as(root).post(path, role, there)).status).toBe(200)
    await expectGood(await invite(who, 'Editor', there))
    const [high, low] = [await invite(who, 'Editor', there), await invite(who, 'Viewer', there)]
    await as(root).patch(`/api/orgs/${orgId}/users/${id}`, { role: 'Viewer' })
    await expectOver(high)
    expect((await shown(low)).status).toBe(200)
    const query = 'global' in role ? '?global=true' : ''
    const uid = 'global' in role ? 'hosts' : 'fixed_VERj5nayasjgf_Yh0sWqqCkxWlw'
    expect((await as(root).del(`${path}/${uid}${query}`, there)).status).toBe(200)
    await expectOver(low)
  })

  it('by a role of their team is good while they are on it', async () => {
    const { id, who, there } = await inviter('Viewer')
    const team = numberIn((await as(root).post('/api/teams', { name: 'Hosts' }, there)).body, 'teamId')
    await as(root).post(`/api/teams/${team}/members`, { userId: id }, there)
    const role = { roleUid: 'fixed_VERj5nayasjgf_Yh0sWqqCkxWlw' }
    expect((await as(root).post(`/api/access-control/teams/${team}/roles`, role, there)).status).toBe(200)
    await expectGood(await invite(who, 'Viewer', there))
    const code = await invite(who, 'Viewer', there)
    expect((await as(root).del(`/api/teams/${team}/members/${id}`, there)).status).toBe(200)
    await expectOver(code)
  })
})

describe("a machine's invitation", () => {
  it('by an API key is good while its maker is an admin of the org', async () => {
    const { id, who, orgId, there } = await inviter()
    const key = await apiKey(who, there)
    await expectGood(await invite(key, 'Admin'))
    const code = await invite(key, 'Admin')
    await as(root).patch(`/api/orgs/${orgId}/users/${id}`, { role: 'Viewer' })
    await expectOver(code)
  })

  it('by an API key is over once its maker is disabled', async () => {
    const sender = await inviter()
    const code = await invite(await apiKey(sender.who, sender.there))
    await disable(sender)
    await expectOver(code)
    await as(root).post(`/api/admin/users/${sender.id}/enable`)
    await expectOver(code)
  })

  it('by an API key expires no later than the key', async () => {
    const { who, there } = await inviter()
    const code = await invite(await apiKey(who, there, { secondsToLive: 60 }))
    const { results } = await env.DB.prepare('SELECT expires_at - created_at AS n FROM invites WHERE code_hash = ?')
      .bind(secretHash(code))
      .all()
    expect(Number(results[0]?.n)).toBeLessThanOrEqual(60)
    expect(Number(results[0]?.n)).toBeGreaterThan(50)
  })

  it('by a key of which nobody knows the maker is refused', async () => {
    const { who, there } = await inviter()
    const key = await apiKey(who, there)
    await sql('UPDATE tokens SET created_by = NULL WHERE hash = ?', secretHash(key.token))
    expect(await as(key).post('/api/org/invites', { loginOrEmail: 'who@example.org', role: 'Viewer' })).toMatchObject({
      status: 403,
      body: { message: 'Whoever answers for this credential is not known or may not invite any more' },
    })
  })

  it('by a service account is good while that is there and may', async () => {
    const { who, there } = await inviter()
    const robot = await serviceAccount(who, there)
    await expectGood(await invite(robot, 'Admin'))
  })

  const ways: [string, (id: number, there: Record<string, string>) => Promise<{ status: number }>][] = [
    ['is disabled', (id, there) => as(root).patch(`/api/serviceaccounts/${id}`, { isDisabled: true }, there)],
    ['is demoted', (id, there) => as(root).patch(`/api/serviceaccounts/${id}`, { role: 'Viewer' }, there)],
    ['is deleted', (id, there) => as(root).del(`/api/serviceaccounts/${id}`, there)],
  ]
  it.each(ways)('by a service account is over once that %s', async (_, end) => {
    const { who, there } = await inviter()
    const robot = await serviceAccount(who, there)
    const code = await invite(robot, 'Editor')
    expect((await end(robot.id, there)).status).toBe(200)
    await expectOver(code)
  })

  it('by a service account is over for good once that was disabled', async () => {
    const { who, there } = await inviter()
    const robot = await serviceAccount(who, there)
    const code = await invite(robot)
    await as(root).patch(`/api/serviceaccounts/${robot.id}`, { isDisabled: true }, there)
    await as(root).patch(`/api/serviceaccounts/${robot.id}`, { isDisabled: false }, there)
    await expectOver(code)
  })

  it('by a service account is over once the maker of its token is disabled', async () => {
    const sender = await inviter()
    const code = await invite(await serviceAccount(sender.who, sender.there))
    await disable(sender)
    await expectOver(code)
  })

  it('of which nobody is known is over', async () => {
    const { who, there } = await inviter()
    const code = await invite(who, 'Viewer', there)
    await sql('UPDATE invites SET invited_by = NULL WHERE code_hash = ?', secretHash(code))
    await expectOver(code)
  })
})

describe('a sender who goes between the permission and the invitation', () => {
  it('has invited nobody', async () => {
    const sender = await inviter()
    const gone = new Proxy(env.DB, {
      get(target, key) {
        const value = Reflect.get(target, key)
        if (key !== 'batch') return typeof value === 'function' ? value.bind(target) : value
        return async (statements: D1PreparedStatement[]) => {
          await sql('UPDATE users SET is_disabled = 1 WHERE id = ?', sender.id)
          return target.batch(statements)
        }
      },
    })
    const body = { loginOrEmail: 'late@example.org', role: 'Viewer' }
    expect(await as(sender.who, { DB: gone }).post('/api/org/invites', body, sender.there)).toMatchObject({
      status: 403,
      body: { message: 'Whoever answers for this credential is not known or may not invite any more' },
    })
    expect(await env.DB.prepare("SELECT 1 FROM invites WHERE email = 'late@example.org'").first()).toBeNull()
  })
})

describe('the quota of an org', () => {
  const few = async (orgId: number, limit: number) =>
    expect((await as(root, limited).put(`/api/orgs/${orgId}/quotas/org_user`, { limit })).status).toBe(200)

  it('counts for somebody who has an account', async () => {
    const { who, orgId, there } = await inviter()
    await person('extra', { email: 'extra@example.org' })
    await few(orgId, 2)
    const add = (bindings: object) =>
      as(who, bindings).post('/api/org/invites', { loginOrEmail: 'extra', role: 'Viewer' }, there)
    expect(await add(limited)).toMatchObject(full)
    expect((await as(root).get('/api/users/lookup?loginOrEmail=extra')).status).toBe(200)
    expect((await as('extra:pass').get('/api/user/orgs')).body).toMatchObject([{ orgId: 1 }])
    await few(orgId, 3)
    expect((await add(limited)).status).toBe(200)
    expect(await add(limited)).toMatchObject({ status: 412 })
  })

  it('counts when an invitation is accepted, which stays good', async () => {
    const { who, orgId, there } = await inviter()
    const code = await invite(who, 'Viewer', there)
    await few(orgId, 2)
    expect(await accept(code, limited)).toMatchObject(full)
    expect((await shown(code)).status).toBe(200)
    await few(orgId, 3)
    const answers = await Promise.all([accept(code, limited), accept(await invite(who, 'Viewer', there), limited)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
  })

  it('is none where quotas are off', async () => {
    const { who, orgId, there } = await inviter()
    await few(orgId, 0)
    await expectGood(await invite(who, 'Viewer', there))
  })
})

describe("one's own login", () => {
  const change = (who: string, body: object) => as(who).put('/api/user', body)
  const refused = { status: 400, body: { message: 'A username that is an email address must be your own' } }

  it("is not somebody else's e-mail address", async () => {
    await person('squatter', { email: 'squatter@example.org' })
    expect(await change('squatter:pass', { login: 'ceo@example.org' })).toMatchObject(refused)
    const both = { login: 'ceo@example.org', email: 'other@example.org' }
    expect(await change('squatter:pass', both)).toMatchObject(refused)
    expect((await as(root).get('/api/users/lookup?loginOrEmail=ceo%40example.org')).status).toBe(404)
  })

  it('may be their own address, present or new, in any case, or what it is already', async () => {
    const id = await person('mover', { email: 'mover@example.org' })
    const allowed = [
      { login: 'Mover@example.org' },
      { email: 'new@example.org' },
      { login: 'moved@example.org', email: 'moved@example.org' },
    ]
    let who = 'mover:pass'
    for (const body of allowed) {
      expect((await change(who, body)).status).toBe(200)
      who = `${body.login ?? body.email}:pass`
    }
    expect((await as(root).put(`/api/users/${id}`, { login: 'given@example.org' })).status).toBe(200)
    expect((await change('given@example.org:pass', { login: 'given@example.org', name: 'G' })).status).toBe(200)
  })
})
