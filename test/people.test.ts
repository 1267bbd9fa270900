import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, logIn, numberIn, person, root, textIn } from './support/client.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const idInvalid = { status: 400, body: { message: 'id is invalid', traceID: '' } }
const noUser = { status: 404, body: { message: 'user not found' } }
const wrong = { status: 401, body: { message: 'invalid username or password', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const user = async (id: number) => (await as(root).get(`/api/users/${id}`)).body

describe('a new user', () => {
  const create = (body: unknown) => as(root).post('/api/admin/users', body)

  it('is a Viewer of the main org and may sign in', async () => {
    const { status, body, text } = await create({
      name: 'Ann',
      email: 'ann@example.org',
      login: 'ann',
      password: 'pass',
    })
    expect({ status, text }).toEqual({ status: 200, text: `{"id":${numberIn(body, 'id')},"message":"User created"}` })
    expect((await as('ann:pass').get('/api/user/orgs')).body).toEqual([{ orgId: 1, name: 'Main Org.', role: 'Viewer' }])
    expect((await as('ann@example.org:pass').get('/api/user')).body).toMatchObject({
      login: 'ann',
      name: 'Ann',
      orgId: 1,
      isGrafanaAdmin: false,
    })
  })

  it('can be given an org, in any spelling of the key', async () => {
    const orgId = numberIn((await as(root).post('/api/orgs', { name: 'Given' })).body, 'orgId')
    const { body } = await create({ login: 'given', password: 'pass', OrgId: orgId })
    expect(await user(numberIn(body, 'id'))).toMatchObject({ login: 'given', email: 'given', orgId })
    expect((await as('given:pass').get('/api/user/orgs')).body).toEqual([{ orgId, name: 'Given', role: 'Viewer' }])
  })

  it.each([
    ['only an e-mail', { email: ' only@example.org ' }, { login: 'only@example.org', email: 'only@example.org' }],
    ['only a login', { login: ' lonely ' }, { login: 'lonely', email: 'lonely' }],
    [
      'what clients send along',
      { login: 'extra', id: 99, isGrafanaAdmin: true, isDisabled: true, authLabels: null, createdAt: 'x', uid: 'u' },
      { login: 'extra', isGrafanaAdmin: false, isDisabled: false },
    ],
    ['half a character, which becomes one', { login: 'half\ud800' }, { login: 'half\ufffd' }],
    ['300 characters', { login: 'l'.repeat(300) }, { login: 'l'.repeat(300) }],
  ])('can have %s', async (_, names, expected) => {
    const { status, body } = await create({ ...names, password: 'pass' })
    expect(status).toBe(200)
    expect(numberIn(body, 'id')).not.toBe(99)
    expect(await user(numberIn(body, 'id'))).toMatchObject(expected)
  })

  it.each([
    ['a taken login', { login: 'ann' }, "User with email '' or username 'ann' already exists"],
    ['a taken login in another case', { login: 'ANN' }, "User with email '' or username 'ANN' already exists"],
    [
      'a taken e-mail',
      { login: 'x1', email: 'Ann@Example.org' },
      "User with email 'Ann@Example.org' or username 'x1' already exists",
    ],
    [
      "another's e-mail as login",
      { login: 'ann@example.org' },
      "User with email '' or username 'ann@example.org' already exists",
    ],
    [
      "another's login as e-mail",
      { login: 'x2', email: 'ann' },
      "User with email 'ann' or username 'x2' already exists",
    ],
  ])('cannot have %s', async (_, names, text) => {
    expect(await create({ ...names, password: 'pass' })).toMatchObject({
      status: 412,
      body: { message: text, traceID: '' },
    })
  })

  it.each([
    ['no name', { password: 'pass' }, message('Validation error, need specify either username or email', 400)],
    [
      'a blank name',
      { login: '  ', password: 'pass' },
      message('Validation error, need specify either username or email', 400),
    ],
    [
      'a name that hides what it is',
      { login: 'nimda\u202e', password: 'pass' },
      message('login and email cannot hold control characters', 400),
    ],
    [
      'a NUL in its name',
      { login: 'a\u0000b', password: 'pass' },
      message('login and email cannot hold control characters', 400),
    ],
    [
      'a name too long',
      { login: 'l'.repeat(1001), password: 'pass' },
      message('login is longer than 1000 characters', 400),
    ],
    ['a short password', { login: 'short', password: 'abc' }, message('Password is missing or too short', 400)],
    [
      'an unknown org',
      { login: 'lost', password: 'pass', OrgId: 99 },
      { status: 400, body: { message: 'organization not found', traceID: '' } },
    ],
    [
      'a negative org',
      { login: 'lost', password: 'pass', OrgId: -1 },
      { status: 400, body: { message: 'organization not found', traceID: '' } },
    ],
    ['no password', { login: 'nopass' }, badData],
    ['a login that is a number', { login: 5, password: 'pass' }, badData],
    ['half a body', '{"login": ', badData],
    ['no body', undefined, badData],
    ['a body too deep', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, badData],
    [
      'a body too large',
      `{"login":"${'a'.repeat(1024 * 1024)}"}`,
      message('request body is larger than 1048576 bytes', 413),
    ],
  ])('is refused with %s, and nothing changes', async (_, body, expected) => {
    const count = () => env.DB.prepare('SELECT count(*) AS n FROM users').first()
    const before = await count()
    expect(await create(body)).toMatchObject(expected)
    expect(await count()).toEqual(before)
  })

  it('is one of twenty that come at once under one name, in any case and column', async () => {
    const names = Array.from({ length: 20 }, (_, at) =>
      at % 2 ? { login: at % 3 ? 'Twin@x.org' : 'TWIN@X.ORG' } : { login: `t${at}`, email: 'twin@x.org' },
    )
    const answers = await Promise.all(names.map((body) => create({ ...body, password: 'pass' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)])
  })
})

describe('an update', () => {
  let id: number
  beforeAll(async () => {
    id = await person('upd', { email: 'upd@example.org', name: 'Upd' })
  })

  it('changes what was sent and leaves the rest', async () => {
    expect(
      await as(root).put(`/api/users/${id}`, { login: 'upd', theme: 'light', isGrafanaAdmin: true, orgId: 9, id: 1 }),
    ).toMatchObject(message('User updated'))
    expect(await user(id)).toMatchObject({
      id,
      login: 'upd',
      email: 'upd@example.org',
      name: 'Upd',
      theme: 'light',
      orgId: 1,
      isGrafanaAdmin: false,
    })
    expect(await as('upd:pass').put('/api/user', { Login: ' upd ', NAME: 'New', email: '' })).toMatchObject(
      message('User updated'),
    )
    expect(await user(id)).toMatchObject({ login: 'upd', email: 'upd@example.org', name: 'New', theme: 'light' })
  })

  it('may change only the case of a name, which search then finds', async () => {
    expect((await as(root).put(`/api/users/${id}`, { login: 'UPD', email: 'upd@example.org' })).status).toBe(200)
    expect((await as(root).get('/api/users/search?query=upd')).body).toMatchObject({
      totalCount: 1,
      users: [{ login: 'UPD' }],
    })
    expect((await as(root).put(`/api/users/${id}`, { login: 'upd', email: 'upd@example.org' })).status).toBe(200)
  })

  it('with only an e-mail renames the login too', async () => {
    const other = await person('renamed')
    expect((await as(root).put(`/api/users/${other}`, { email: 're@example.org' })).status).toBe(200)
    expect(await user(other)).toMatchObject({ login: 're@example.org', email: 're@example.org' })
    expect((await as('re@example.org:pass').get('/api/user')).status).toBe(200)
    expect(await as('renamed:pass').get('/api/user')).toMatchObject(wrong)
  })

  it.each([
    [
      'no name',
      '/api/users/1',
      { name: 'x' },
      message('Validation error, need to specify either username or email', 400),
    ],
    ['half a body', '/api/users/1', '{"login": ', badData],
    [
      'a taken name',
      '/api/users/1',
      { login: 'ANN' },
      message("User with email '' or username 'ANN' already exists", 409),
    ],
    ['an unknown id', '/api/users/9999', { login: 'ghost' }, noUser],
    ['id 0', '/api/users/0', { login: 'ghost' }, noUser],
    ['no id', '/api/users/abc', { login: 'ghost' }, idInvalid],
    ['no id, and half a body', '/api/users/abc', '{"login": ', badData],
  ])('is refused with %s', async (_, path, body, expected) => {
    expect(await as(root).put(path, body)).toMatchObject(expected)
  })

  it("is another system's for an external user", async () => {
    const external = await person('ext')
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (?, 'oauth_github', 0)")
      .bind(external)
      .run()
    const refused = message('User info cannot be updated for external Users', 403)
    expect(await as(root).put(`/api/users/${external}`, { login: 'ext2' })).toMatchObject(refused)
    expect(await as('ext:pass').put('/api/user', { login: 'ext2' })).toMatchObject(refused)
    expect(await user(external)).toMatchObject({ login: 'ext', isExternal: true, authLabels: ['GitHub'] })
    expect((await as(root).get('/api/users/lookup?loginOrEmail=ext')).body).toMatchObject({
      isExternal: false,
      authLabels: null,
    })
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (?, 'ldap', 0)")
      .bind(external)
      .run()
    expect(await as('ext:pass').put('/api/user/password', { oldPassword: 'pass', newPassword: 'pass2' })).toMatchObject(
      message('Not allowed to reset password for LDAP or Auth Proxy user', 400),
    )
  })
})

describe('a password', () => {
  beforeAll(() => person('same'))

  it('is changed by its owner, which ends every session but the calling one', async () => {
    await person('pw')
    const other = await logIn('pw', 'pass')
    const mine = await logIn('pw', 'pass')
    const answer = await as(mine).put('/api/user/password', {
      oldPassword: 'pass',
      newPassword: 'fresh',
      confirmNew: 'x',
    })
    expect(answer).toMatchObject(message('User password changed'))
    const reissued = /grafana_session=([0-9a-f]{64});/.exec(answer.headers.get('Set-Cookie') ?? '')?.[1] ?? ''
    expect((await as({ cookie: reissued }).get('/api/user')).status).toBe(200)
    for (const who of [other, mine]) expect((await as(who).get('/api/user')).status).toBe(401)
    expect(await as('pw:pass').get('/api/user')).toMatchObject(wrong)
    expect((await as('pw:fresh').get('/api/user')).status).toBe(200)
    expect(await as(undefined).post('/login', { user: 'pw', password: 'pass' })).toMatchObject({ status: 401 })
    expect((await as({ cookie: reissued }).get('/api/user/auth-tokens')).body).toMatchObject([{ isActive: true }])
  })

  it('is set by an admin, which ends every session and personal token', async () => {
    const id = await person('set')
    const session = await logIn('set', 'pass')
    const token = { token: textIn((await as(session).post('/api/user/tokens', { name: 't' })).body, 'key') }
    expect((await as(token).get('/api/user')).status).toBe(200)
    expect(await as(root).put(`/api/admin/users/${id}/password`, { password: 'four' })).toMatchObject(
      message('User password updated'),
    )
    for (const who of [session, token]) expect((await as(who).get('/api/user')).status).toBe(401)
    expect(await as('set:pass').get('/api/user')).toMatchObject(wrong)
    expect((await as('set:four').get('/api/user')).status).toBe(200)
  })

  it.each([
    ['the old one is wrong', { oldPassword: 'zzz', newPassword: 'abc' }, message('Invalid old password', 401)],
    ['the old one is missing', { newPassword: 'abcdef' }, message('Invalid old password', 401)],
    ['four bytes', { oldPassword: 'pass', newPassword: 'abcd' }, message('New password is too short', 400)],
    ['half a body', '{', badData],
    ['no body', undefined, badData],
  ])('stays as it is when its change has or is %s', async (_, body, expected) => {
    expect(await as('same:pass').put('/api/user/password', body)).toMatchObject(expected)
    expect((await as('same:pass').get('/api/user')).status).toBe(200)
  })

  it('counts bytes', async () => {
    await person('bytes')
    expect((await as('bytes:pass').put('/api/user/password', { oldPassword: 'pass', newPassword: 'äöü' })).status).toBe(
      200,
    )
    expect((await as('bytes:äöü').get('/api/user')).status).toBe(200)
  })

  it('has the length that is configured', async () => {
    const strict = as(root, { PASSWORD_MIN_LENGTH: '12' })
    expect(await strict.post('/api/admin/users', { login: 'min', password: 'elevenchars' })).toMatchObject(
      message('Password is missing or too short', 400),
    )
    expect((await strict.post('/api/admin/users', { login: 'min', password: 'twelve chars' })).status).toBe(200)
  })

  it.each([
    ['/api/admin/users/1/password', { password: 'abc' }, message('New password too short', 400)],
    ['/api/admin/users/1/password', { password: '' }, badData],
    ['/api/admin/users/9999/password', { password: 'abcd' }, noUser],
    ['/api/admin/users/abc/password', { password: 'abcd' }, idInvalid],
  ])('is not set by PUT %s %j', async (path, body, expected) => {
    expect(await as(root).put(path, body)).toMatchObject(expected)
    expect((await as(root).get('/api/user')).status).toBe(200)
  })

  it('is changed once when two changes race', async () => {
    await person('race')
    const answers = await Promise.all(
      ['first', 'other'].map((newPassword) =>
        as('race:pass').put('/api/user/password', { oldPassword: 'pass', newPassword }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })
})

describe('guessing', () => {
  const from = (ip: string) => ({ 'CF-Connecting-IP': ip })
  const login = (user: string, password: string, ip: string) =>
    as(undefined).post('/login', { user, password }, from(ip))

  it('is stopped after five failures for the account, from that address, in any spelling and by any way in', async () => {
    const id = await person('lockme', { email: 'lockme@example.org' })
    await login('lockme', 'a', '192.0.2.1')
    await login('LockMe', 'pass', '192.0.2.1')
    await login('lockme@example.org', 'c', '192.0.2.1')
    await as('lockme:d').get('/api/user', from('192.0.2.1'))
    expect((await as('lockme:pass').get('/api/user', from('192.0.2.1'))).status).toBe(200)
    await as('lockme:pass').put('/api/user/password', { oldPassword: 'e', newPassword: 'fffff' }, from('192.0.2.1'))
    expect(await as('lockme:pass').get('/api/user', from('192.0.2.1'))).toMatchObject(wrong)
    expect((await login('lockme@example.org', 'pass', '192.0.2.1')).status).toBe(429)
    expect((await as('lockme:pass').get('/api/user', from('192.0.2.2'))).status).toBe(200)
    const count = () =>
      env.DB.prepare('SELECT count(*) AS n FROM login_attempts WHERE account = ?').bind(`id:${id}`).first()
    expect(await count()).toEqual({ n: 5 })
    await env.DB.prepare('UPDATE login_attempts SET at = at - 295').run()
    expect(await as('lockme:pass').get('/api/user', from('192.0.2.1'))).toMatchObject(wrong)
    await env.DB.prepare('UPDATE login_attempts SET at = at - 10').run()
    expect((await as('lockme:pass').get('/api/user', from('192.0.2.1'))).status).toBe(200)
  })

  it('is stopped for a /64, and a forged header changes nothing', async () => {
    await person('six')
    for (let at = 1; at <= 5; at++) await login('six', `no${at}`, `2001:db8:0:7::${at}`)
    expect((await login('six', 'pass', '2001:db8:0:7::99')).status).toBe(429)
    const forged = { ...from('2001:db8:0:7::99'), 'X-Forwarded-For': '9.9.9.9', 'X-Real-IP': '9.9.9.9' }
    expect((await as(undefined).post('/login', { user: 'six', password: 'pass' }, forged)).status).toBe(429)
    expect((await login('six', 'pass', '2001:db8:0:8::1')).status).toBe(200)
  })

  it('is stopped for names that nobody has too, and leaves no rows that no longer count', async () => {
    for (let at = 1; at <= 7; at++) await login('nobody', `n${at}`, '192.0.2.9')
    const rows = () => env.DB.prepare("SELECT count(*) AS n FROM login_attempts WHERE account = 'name:nobody'").first()
    expect(await rows()).toEqual({ n: 5 })
    await env.DB.prepare('UPDATE login_attempts SET at = at - 400').run()
    for (let at = 1; at <= 5; at++) await login('somebody', `n${at}`, '192.0.2.9')
    expect(await rows()).toEqual({ n: 0 })
  })

  it('is not outrun by guesses made all at once', async () => {
    await person('rush')
    const guesses = [...Array.from({ length: 40 }, (_, at) => `wrong${at}`), 'pass', 'pass']
    const answers = await Promise.all(guesses.map((guess) => login('rush', guess, '192.0.2.44')))
    const tried = await env.DB.prepare("SELECT count(*) AS n FROM login_attempts WHERE address = '192.0.2.44'").first(
      'n',
    )
    expect(tried).toBe(5)
    expect(answers.slice(-2).map(({ status }) => status)).toEqual([401, 401])
  })

  it('does not refuse the same right password many times at once', async () => {
    await person('busy')
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => as('busy:pass').get('/api/user', from('192.0.2.45'))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM login_attempts WHERE address = '192.0.2.45'").first('n'),
    ).toBe(0)
  })

  it('is stopped for an address that tries many names', async () => {
    await person('sprayed')
    const strict = as(undefined, { LOGIN_MAX_ATTEMPTS: '1' })
    const spray = (user: string, ip: string) => strict.post('/login', { user, password: 'pass' }, from(ip))
    for (let at = 0; at < 20; at++) await spray(`spray${at}`, '192.0.2.46')
    expect((await spray('sprayed', '192.0.2.46')).status).toBe(401)
    expect((await spray('sprayed', '192.0.2.47')).status).toBe(200)
  })

  it('by a name of any length costs a short row', async () => {
    await login('x'.repeat(1000), 'pass', '192.0.2.48')
    await as(`${'y'.repeat(5000)}:pass`).get('/api/user', from('192.0.2.48'))
    const { results } = await env.DB.prepare(
      "SELECT length(account) AS n FROM login_attempts WHERE address = '192.0.2.48'",
    ).all()
    expect(results).toEqual([{ n: 1005 }, { n: 76 }])
  })

  it('has the limit that is configured', async () => {
    await person('once')
    const strict = as(undefined, { LOGIN_MAX_ATTEMPTS: '1' })
    await strict.post('/login', { user: 'once', password: 'no' })
    expect((await strict.post('/login', { user: 'once', password: 'pass' })).status).toBe(429)
  })
})

describe('the server admin', () => {
  it('is made and unmade, and counts at once', async () => {
    const id = await person('promoted')
    const permissions = (body: unknown) => as(root).put(`/api/admin/users/${id}/permissions`, body)
    expect((await as('promoted:pass').get('/api/users')).status).toBe(403)
    expect(await permissions({ isGrafanaAdmin: true })).toMatchObject(message('User permissions updated'))
    expect((await as('promoted:pass').get('/api/users')).status).toBe(200)
    expect(await permissions({})).toMatchObject(message('User permissions updated'))
    expect((await as('promoted:pass').get('/api/users')).status).toBe(403)
    expect(await permissions('{')).toMatchObject(badData)
    expect(await as(root).put('/api/admin/users/9999/permissions', {})).toMatchObject(noUser)
    expect(await as(root).put('/api/admin/users/abc/permissions', {})).toMatchObject(idInvalid)
  })

  it('is never the last to go, however many go at once', async () => {
    const last = message('cannot remove last grafana admin', 400)
    expect(await as(root).put('/api/admin/users/1/permissions', { isGrafanaAdmin: false })).toMatchObject(last)
    expect(await as(root).del('/api/admin/users/1')).toMatchObject(last)
    const second = await person('deputy')
    await as(root).put(`/api/admin/users/${second}/permissions`, { isGrafanaAdmin: true })
    await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        as(at % 2 ? root : 'deputy:pass').put(`/api/admin/users/${at % 2 ? second : 1}/permissions`, {}),
      ),
    )
    const admins = await env.DB.prepare('SELECT id FROM users WHERE is_admin = 1').raw()
    expect(admins).toHaveLength(1)
    await env.DB.prepare('UPDATE users SET is_admin = 1 WHERE id = 1').run()
  })
})

describe('a deleted user', () => {
  it('is gone with everything of theirs', async () => {
    const id = await person('gone')
    const session = await logIn('gone', 'pass')
    const token = { token: textIn((await as(session).post('/api/user/tokens', { name: 't' })).body, 'key') }
    await as(root).post('/api/dashboards/db', { dashboard: { uid: 'starred', title: 'Starred' } })
    await as(session).post('/api/user/stars/dashboard/uid/starred')
    const { body } = await as(root).post('/api/teams', { name: 'Goners' })
    await as(root).post(`/api/teams/${numberIn(body, 'teamId')}/members`, { userId: id })
    const tables = ['sessions', 'tokens', 'stars', 'team_members', 'org_members', 'sign_in_names']
    const rows = async () => {
      const counts = tables.map((table) =>
        env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE user_id = ?`).bind(id).first('n'),
      )
      return Promise.all(counts)
    }
    expect(await rows()).toEqual(tables.map(() => 1))
    expect((await as(token).get('/api/user')).status).toBe(200)
    expect(await as(root).del(`/api/admin/users/${id}`)).toMatchObject(message('User deleted'))
    for (const who of [session, token, 'gone:pass']) expect((await as(who).get('/api/user')).status).toBe(401)
    expect(await rows()).toEqual(tables.map(() => 0))
    expect((await env.SESSIONS.list({ prefix: `session:${id}:` })).keys).toEqual([])
    expect(await as(root).del(`/api/admin/users/${id}`)).toMatchObject(noUser)
    expect(await as(root).del('/api/admin/users/0')).toMatchObject(noUser)
    expect(await as(root).del('/api/admin/users/abc')).toMatchObject(idInvalid)
    expect(await person('gone')).not.toBe(id)
  })
})
