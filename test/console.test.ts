import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, cookieOf, logIn, numberIn, person, root, type Sent, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const form = 'application/x-www-form-urlencoded'

/** A form as a browser sends it; a redirect is not followed. */
const submit = (who: Who, path: string, fields: Record<string, string>, { headers, ...sent }: Sent = {}) =>
  call(who, 'POST', path, {
    ...sent,
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': form, Origin: 'http://rollcall.test', 'Sec-Fetch-Site': 'same-origin', ...headers },
  })

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

let admin: Who
let viewer: Who

beforeAll(async () => {
  await person('vic')
  admin = await logIn('admin', 'admin')
  viewer = await logIn('vic', 'pass')
})

const findPerson = async (login: string) => (await as(root).get(`/api/users/lookup?loginOrEmail=${login}`)).status

describe('signing in by a form', () => {
  it('opens a session and leads to the start', async () => {
    const answer = await submit(undefined, '/login/form', { user: 'vic', password: 'pass' })
    expect({ status: answer.status, to: answer.headers.get('Location') }).toEqual({ status: 303, to: '/' })
    expect((await as({ cookie: cookieOf(answer) }).get('/api/user')).status).toBe(200)
  })

  it.each([
    ['/users?query=a', '/users?query=a'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/%0d%0aSet-Cookie:a=b', '/%0d%0aSet-Cookie:a=b'],
  ])('leads back to %s only where that is of this site: %s', async (asked, to) => {
    const headers = { Cookie: `redirect_to=${encodeURIComponent(asked)}` }
    const answer = await submit(undefined, '/login/form', { user: 'vic', password: 'pass' }, { headers })
    expect({ status: answer.status, to: answer.headers.get('Location') }).toEqual({ status: 303, to })
    expect(answer.headers.get('Set-Cookie')).toContain('redirect_to=; Path=/; Max-Age=0')
  })

  it('says why it fails, keeps the login and never the password', async () => {
    const { status, text } = await submit(undefined, '/login/form', { user: 'vic', password: 'hunter2' })
    expect(status).toBe(401)
    expect(text).toContain('role="alert">Invalid username or password<')
    expect(text).toContain('value="vic"')
    expect(text).not.toContain('hunter2')
  })

  it('of another site opens nothing', async () => {
    const fields = { user: 'vic', password: 'pass' }
    for (const headers of [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null' },
    ]) {
      const { status, headers: answered } = await submit(undefined, '/login/form', fields, { headers })
      expect({ status, cookie: answered.get('Set-Cookie') }).toEqual({ status: 403, cookie: null })
    }
  })

  it('sends whoever is signed in on', async () => {
    const { status, headers } = await as(viewer).get('/login')
    expect({ status, to: headers.get('Location') }).toEqual({ status: 302, to: '/' })
  })

  it('tells a newcomer whom to sign in as while nobody has an account, and nobody afterwards', async () => {
    const hint = 'Nobody has an account here yet'
    expect((await as(undefined).get('/login')).text).not.toContain(hint)
    const empty = { DB: env.TEST_DB }
    await env.TEST_DB.prepare('CREATE TABLE IF NOT EXISTS users (id INTEGER)').run()
    expect((await as(undefined, empty).get('/login')).text).toContain(hint)
  })
})

describe('a page', () => {
  it.each(['/users', '/users/new', '/profile', '/orgs/1'])(
    'for nobody leads to the sign-in page, and back: %s',
    async (path) => {
      const { status, headers } = await as(undefined).get(path)
      expect({ status, to: headers.get('Location'), back: headers.get('Set-Cookie') }).toEqual({
        status: 302,
        to: '/login',
        back: `redirect_to=${encodeURIComponent(path)}; Path=/; HttpOnly; SameSite=Lax`,
      })
    },
  )

  it('with a cookie that opens nothing clears it', async () => {
    const { status, headers } = await as({ cookie: 'stale' }).get('/users')
    expect(status).toBe(302)
    expect(headers.getSetCookie()).toContain('grafana_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax')
  })

  it('whose session was revoked is refused at once', async () => {
    const other = await logIn('vic', 'pass')
    expect((await as(other).get('/profile')).status).toBe(200)
    await as(viewer).post('/api/user/revoke-other-auth-tokens')
    expect((await as(other).get('/profile')).status).toBe(302)
  })

  it('that the viewer may not see says what it takes', async () => {
    const { status, text } = await as(viewer).get('/users')
    expect(status).toBe(403)
    expect(text).toContain('Permissions needed: users:read')
  })

  it('that there is none of is a page', async () => {
    const { status, text, headers } = await as(admin).get('/nowhere')
    expect({ status, type: headers.get('Content-Type') }).toEqual({ status: 404, type: 'text/html; charset=UTF-8' })
    expect(text).toContain('<h1>Not found</h1>')
  })

  it('takes nothing from elsewhere and runs nothing of its own, whatever comes of it', async () => {
    const broken = { DB: env.TEST_DB }
    const answers = await Promise.all([
      as(undefined).get('/login'),
      as(admin).get('/users'),
      as(viewer).get('/users'),
      as(admin).get('/nowhere'),
      as(admin, broken).get('/users'),
      as(undefined).get('/users'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 404, 500, 302])
    for (const { headers } of answers) expect(headers.get('Content-Security-Policy')).toBe(policy)
    for (const { headers } of answers) expect(headers.get('Referrer-Policy')).toBe('same-origin')
    for (const { text } of answers) expect(text).not.toMatch(/<script>|<style| style=| on[a-z]+=|https?:\/\//)
  })

  it('shows nothing of what went wrong inside', async () => {
    const { status, text, headers } = await as(admin, { DB: env.TEST_DB }).get('/users')
    expect(status).toBe(500)
    expect(text).toContain(headers.get('X-Request-Id') ?? 'none')
    expect(text).not.toMatch(/SQLITE|D1_|no such/)
  })

  it('escapes what it shows', async () => {
    const name = '<script>alert(1)</script>"\'&'
    await person('evil', { name, email: 'evil@example.org' })
    const { text } = await as(admin).get('/users?query=evil')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')
    expect(text).not.toContain('<script>alert')
    const searched = await as(admin).get('/users?query=%22%3E%3Cscript%3Ealert(1)%3C/script%3E')
    expect(searched.text).not.toContain('<script>alert')
  })

  it('tells what was done in words of its own', async () => {
    expect((await as(admin).get('/users?notice=created')).text).toContain('role="status">Created.<')
    for (const notice of ['Your+account+is+hacked', '__proto__', 'constructor']) {
      expect((await as(admin).get(`/users?notice=${notice}`)).text).not.toContain('role="status"')
    }
  })

  it('is for a person: a program is sent to sign in', async () => {
    const { body } = await as(root).post('/api/auth/keys', { name: 'key', role: 'Admin' })
    const key = typeof body === 'object' && body !== null ? String(Reflect.get(body, 'key')) : ''
    expect((await as({ token: key }).get('/users')).status).toBe(302)
  })
})

describe('a form', () => {
  const fields = { login: 'formed', password: 'formed-pass' }

  it('does what the API does, once, with one row in the audit log', async () => {
    const made = await submit(admin, '/users/new', fields)
    expect({ status: made.status, to: made.headers.get('Location') }).toEqual({
      status: 303,
      to: expect.stringMatching(/^\/users\/\d+\?notice=created$/),
    })
    const again = await submit(admin, '/users/new', fields)
    expect(again.status).toBe(412)
    expect(again.text).toContain('id="login-fault" class="fault">That login or e-mail belongs to somebody already<')
    const { body } = await as(root).get('/api/admin/audit?action=users:create&limit=2')
    expect(body).toMatchObject({
      items: [
        { actor: 'user:1', credential: 'session', outcome: 412 },
        { actor: 'user:1', credential: 'session', outcome: 200 },
      ],
    })
  })

  it.each([
    [{ Origin: 'https://evil.example' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Content-Type': 'application/json' }, 400],
    [{ 'Content-Type': 'text/plain' }, 400],
    [{ 'Content-Type': 'multipart/form-data; boundary=x' }, 400],
  ])('that is none of ours changes nothing: %j', async (headers, expected) => {
    const { status } = await submit(admin, '/users/new', { login: 'forged', password: 'forged-pass' }, { headers })
    expect(status).toBe(expected)
    expect(await findPerson('forged')).toBe(404)
  })

  it('of somebody who may not is refused by the API', async () => {
    const { status, text } = await submit(viewer, '/users/new', { login: 'raised', password: 'raised-pass' })
    expect(status).toBe(403)
    expect(text).toContain('Permissions needed: users:create')
    expect(await findPerson('raised')).toBe(404)
  })

  it('that is too large is refused', async () => {
    const { status } = await submit(admin, '/users/new', { login: 'x'.repeat(1024 * 1024) })
    expect(status).toBe(413)
  })

  it('of nobody leads to the sign-in page, and does nothing', async () => {
    const { status, headers } = await submit(undefined, '/users/new', { login: 'nobody', password: 'nobody-pass' })
    expect({ status, to: headers.get('Location'), back: headers.get('Set-Cookie') }).toEqual({
      status: 302,
      to: '/login',
      back: null,
    })
    expect(await findPerson('nobody')).toBe(404)
  })
})

describe('who must change the password', () => {
  it('sees nothing else until then', async () => {
    await person('due', { mustChangePassword: true })
    const due = await logIn('due', 'pass')
    for (const path of ['/', '/profile', '/profile/tokens', '/users']) {
      const { status, headers } = await as(due).get(path)
      expect({ path, status, to: headers.get('Location') }).toEqual({ path, status: 303, to: '/profile/password' })
    }
    expect((await as(due).get('/profile/password')).status).toBe(200)
  })
})

describe('a page acts where it says', () => {
  it('under /orgs/:id with the role in that org', async () => {
    const { body } = await as(root).post('/api/orgs', { name: 'Second' })
    const orgId = numberIn(body, 'orgId')
    await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: 'vic', role: 'Admin' })
    expect((await as(viewer).get(`/orgs/${orgId}/users`)).status).toBe(200)
    expect((await as(viewer).get('/orgs/1/users')).status).toBe(403)
  })
})

describe('a page costs D1 no more than three trips:', () => {
  const d1 = countingD1()

  it.each(['/users', '/users?query=vic', '/users?sort=email-desc&show=isDisabled%3Dfalse', '/users/new'])(
    '%s',
    async (path) => {
      await as(admin).get('/profile')
      d1.reset()
      const { status } = await as(admin, { DB: d1.db }).get(path)
      expect({ status, rowsWritten: d1.count.rowsWritten }).toEqual({ status: 200, rowsWritten: 0 })
      expect(d1.count.trips).toBeLessThanOrEqual(3)
    },
  )
})

describe('a page never does more than the API, and no longer:', () => {
  it("a team's admin passes on no more there than by the API", async () => {
    const teamId = numberIn((await as(root).post('/api/teams', { name: 'Reach' })).body, 'teamId')
    const userId = await person('ted')
    await as(root).post(`/api/teams/${teamId}/members`, { userId })
    await as(root).put(`/api/teams/${teamId}/members/${userId}`, { permission: 4 })
    const make = (uid: string, permissions: [string, string][]) =>
      as(root).post('/api/access-control/roles', {
        uid,
        name: uid,
        version: 1,
        permissions: permissions.map(([action, scope]) => ({ action, scope })),
      })
    await make('giver', [
      ['teams.roles:add', 'permissions:type:delegate'],
      ['teams.roles:remove', 'permissions:type:delegate'],
      ['teams.roles:read', 'teams:*'],
      ['roles:read', 'roles:*'],
    ])
    await make('teamwrite', [['teams:write', `teams:id:${teamId}`]])
    await as(root).post(`/api/access-control/users/${userId}/roles`, { roleUid: 'giver' })
    const ted = await logIn('ted', 'pass')
    const roles = `/api/access-control/teams/${teamId}/roles`
    expect((await as(ted).post(roles, { roleUid: 'teamwrite' })).status).toBe(403)
    expect((await submit(ted, `/teams/${teamId}/roles/new`, { role: 'teamwrite' })).status).toBe(403)
    expect((await as(root).get(roles)).text).toBe('[]')
  })

  it('a bulk deed ends where the right to it does', async () => {
    const boss = await person('boss')
    await as(root).put(`/api/admin/users/${boss}/permissions`, { isGrafanaAdmin: true })
    const cookie = await logIn('boss', 'pass')
    const others: number[] = []
    for (let n = 0; n < 9; n++) others.push(await person(`spared${n}`))
    const fields = new URLSearchParams({ deed: 'delete', confirmed: 'yes' })
    for (const id of [boss, ...others]) fields.append('id', String(id))
    await call(cookie, 'POST', '/users/bulk', { body: fields.toString(), headers: { 'Content-Type': form } })
    expect((await as(root).get(`/api/users/${boss}`)).status).toBe(404)
    expect((await as(root).get(`/api/users/${others[8]}`)).status).toBe(200)
  })

  it.each(['/org', '/org/users', '/teams', '/users/2/roles'])(
    'shows no other org than that in which its forms act: %s',
    async (path) => {
      const { status, headers } = await as(admin).get(`${path}?targetOrgId=2&page=1`)
      expect({ status, to: headers.get('Location') }).toEqual({ status: 303, to: `${path}?page=1` })
    },
  )

  it('a listed origin may use the API, and send no form', async () => {
    const bindings = { CORS_ORIGINS: 'https://app.example.org' }
    const headers = { Origin: 'https://app.example.org' }
    const sent = await submit(undefined, '/login/form', { user: 'vic', password: 'pass' }, { headers, bindings })
    expect(sent.status).toBe(403)
  })

  it('a wrong password is a guess there too', async () => {
    const rows: unknown[] = []
    for (const path of ['/profile', '/login', '/nowhere']) {
      await as('vic:wrong').get(path)
      const { body } = await as(root).get('/api/admin/audit?action=authenticate&limit=1')
      expect(body).toMatchObject({ items: [{ target: expect.stringMatching(/^users:id:/), outcome: 401 }] })
      rows.push(JSON.stringify(body))
    }
    expect(new Set(rows).size).toBe(3)
  })
})

describe('a form that nobody was to send', () => {
  const create = async (path: string, body: object, key: string) =>
    numberIn((await as(root).post(path, body)).body, key)

  it('makes nobody less than they were', async () => {
    const teamId = await create('/api/teams', { name: 'Kept' }, 'teamId')
    const userId = await person('kept')
    await as(root).post(`/api/teams/${teamId}/members`, { userId })
    await as(root).put(`/api/teams/${teamId}/members/${userId}`, { permission: 4 })
    for (const permission of ['', '3', 'admin']) {
      const { status } = await submit(admin, `/teams/${teamId}/members`, { member: String(userId), permission })
      expect([permission, status]).toEqual([permission, 400])
    }
    const { body } = await as(root).get(`/api/teams/${teamId}/members`)
    expect(body).toContainEqual(expect.objectContaining({ userId, permission: 4 }))
  })

  it.each(['a\r\nX: y', 'a\0', '"', 'W/"x'])('changes a user only by a tag that is one: %j', async (tag) => {
    const userId = await person(`tag-${[...tag].map((char) => char.charCodeAt(0)).join('-')}`)
    const { status } = await submit(admin, `/users/${userId}`, { login: `renamed${userId}`, email: 'x', tag })
    expect(status).toBeLessThan(500)
  })

  it.each(['.', '..', 'a/../b', '%2e'])('is filled in from no role that is none: %s', async (from) => {
    expect((await as(admin).get(`/roles/new?from=${encodeURIComponent(from)}`)).status).toBe(404)
  })

  it.each(['/roles/new', '/roles/hard-reset'])('is not shown to whoever may not send it: %s', async (path) => {
    expect((await as(viewer).get(path)).status).toBe(403)
  })
})
