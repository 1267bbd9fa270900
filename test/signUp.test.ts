import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { as, cookieOf, numberIn, person, root } from './support/client.ts'
import { countingD1 } from './support/counting.ts'
import { linkTo, mailing, mailsTo } from './support/mailbox.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const open = { ALLOW_SIGN_UP: 'true' }
const mailed = { ...open, ...mailing }
const created = { status: 200, text: '{"status":"SignUpCreated"}' }
const completed = {
  status: 200,
  text: '{"code":"redirect-to-landing-page","message":"User sign up completed successfully"}',
}
const invalidCode = message('Invalid email verification code', 404)

const begin = (email: unknown, bindings: object = open, headers: Record<string, string> = {}) =>
  as(undefined, bindings).post('/api/user/signup', { email }, headers)
const complete = (body: object, bindings: object = open, headers: Record<string, string> = {}) =>
  as(undefined, bindings).post('/api/user/signup/step2', body, headers)
const forget = () => env.DB.prepare('DELETE FROM login_attempts').run()

describe('before there is an administrator', () => {
  it('nobody signs up', async () => {
    expect(await complete({ email: 'early@example.org', password: 'pass' })).toMatchObject({ status: 503 })
    expect(await env.DB.prepare('SELECT count(*) AS n FROM users').first()).toEqual({ n: 0 })
  })
})

describe('sign-up', () => {
  beforeAll(async () => {
    await person('vic', { email: 'vic@example.org' })
  })

  it.each([
    ['as it comes', {}, { autoAssignOrg: true, verifyEmailEnabled: false }],
    ['with mail', mailing, { autoAssignOrg: true, verifyEmailEnabled: true }],
    ['without a common org', { AUTO_ASSIGN_ORG: 'false' }, { autoAssignOrg: false, verifyEmailEnabled: false }],
    ['as TOML writes a boolean', { AUTO_ASSIGN_ORG: false }, { autoAssignOrg: false, verifyEmailEnabled: false }],
  ])('says how it is configured: %s', async (_, bindings, body) => {
    expect(await as(undefined, bindings).get('/api/user/signup/options')).toMatchObject({ status: 200, body })
  })

  it.each([
    ['/api/user/signup', { email: 'new@example.org' }, message('User signup is disabled', 401)],
    ['/api/user/signup/step2', { email: 'new@example.org', password: 'pass' }, message('User signup is disabled', 401)],
    ['/api/user/signup/step2', {}, message('User signup is disabled', 401)],
    ['/api/user/signup', {}, badData],
    ['/api/user/signup', '{"email": ', badData],
    ['/api/user/signup/step2', '{"email": ', badData],
  ])('is off unless configured: POST %s %j', async (path, body, expected) => {
    expect(await as(undefined).post(path, body)).toMatchObject(expected)
  })

  it.each(['TRUE', 'yes', '1'])(
    'is not turned on by a value that is neither true nor false: %s',
    async (ALLOW_SIGN_UP) => {
      const answer = await api.request('/healthz', {}, { ...env, ALLOW_SIGN_UP })
      expect(answer.status).toBe(500)
    },
  )
})

describe('without mail', () => {
  it('makes an account in one step, a Viewer of the main org, signed in', async () => {
    expect(await begin('jane@example.org')).toMatchObject(created)
    const body = { email: 'jane@example.org', username: 'jane', name: 'Jane Doe', password: 'pass' }
    const answer = await complete(body)
    expect(answer).toMatchObject(completed)
    expect((await as({ cookie: cookieOf(answer) }).get('/api/user')).body).toMatchObject({
      login: 'jane',
      email: 'jane@example.org',
      name: 'Jane Doe',
      orgId: 1,
      isGrafanaAdmin: false,
    })
    expect((await as('jane:pass').get('/api/user/orgs')).body).toEqual([
      { orgId: 1, name: 'Main Org.', role: 'Viewer' },
    ])
  })

  it('gives everybody an org of their own where none is common, also where one has that name', async () => {
    await as(root).post('/api/orgs', { name: 'solo2@example.org' })
    const own = { ...open, AUTO_ASSIGN_ORG: 'false' }
    for (const name of ['solo', 'solo2']) {
      expect(await complete({ email: `${name}@example.org`, username: name, password: 'pass' }, own)).toMatchObject(
        completed,
      )
    }
    const { body } = await as('solo:pass').get('/api/user')
    expect((await as('solo:pass').get('/api/user/orgs')).body).toEqual([
      { orgId: numberIn(body, 'orgId'), name: 'solo@example.org', role: 'Admin' },
    ])
    expect((await as('solo2:pass').get('/api/user/orgs')).body).toMatchObject([
      { name: expect.stringMatching(/^solo2@example\.org \d+$/), role: 'Admin' },
    ])
  })

  it.each([
    ['vic@example.org', message('User with same email address already exists', 422)],
    ['VIC@EXAMPLE.ORG', message('User with same email address already exists', 422)],
    ['no-address', message('Invalid email address', 400)],
    ['a@b@c', message('Invalid email address', 400)],
    ['a@example.org, b@example.org', message('Invalid email address', 400)],
    ['a@example.org\r\nBcc: b@example.org', message('Invalid email address', 400)],
    [`${'a'.repeat(250)}@example.org`, message('Invalid email address', 400)],
    ['', badData],
    [5, badData],
  ])('does not begin for %j', async (email, expected) => {
    expect(await begin(email)).toMatchObject(expected)
  })

  const good = { email: 'new@example.org', username: 'new', name: 'New', password: 'pass' }
  const taken = message('User with same email address already exists', 401)

  it.each([
    ['nothing', { email: '', username: '', name: '', password: '' }, message('Invalid username', 400)],
    ['no e-mail', { email: '' }, message('Invalid email address', 400)],
    ['no password', { password: '' }, message('Password is missing or too short', 400)],
    ['a short password', { password: 'abc' }, message('Password is missing or too short', 400)],
    ['another password to confirm', { confirmPassword: 'word' }, message('Passwords do not match', 400)],
    ['a long username', { username: 'u'.repeat(191) }, message('Invalid username', 400)],
    ['a mark that turns text around in the username', { username: 'ad\u202emin' }, message('Invalid username', 400)],
    ['a NUL in the username', { username: 'a\0b' }, message('Invalid username', 400)],
    ['a line break in the name', { name: 'a\nb' }, message('Invalid name', 400)],
    [
      "another's e-mail as username",
      { username: 'ceo@example.org' },
      message('A username that is an email address must be your own', 400),
    ],
    ['a taken e-mail', { email: 'vic@example.org' }, taken],
    ['a taken username', { username: 'vic' }, taken],
    ['a taken username in capitals', { username: 'VIC' }, taken],
    ["somebody's e-mail as both", { email: 'vic@example.org', username: 'vic@example.org' }, taken],
    ['a number for a password', { password: 12345 }, badData],
  ])('makes no account with %s', async (_, body, expected) => {
    await forget()
    const people = () => env.DB.prepare('SELECT count(*) AS n FROM users').first('n')
    const before = await people()
    expect(await complete({ ...good, ...body })).toMatchObject(expected)
    expect(await people()).toBe(before)
  })

  it('gives no more than an account, whatever is sent', async () => {
    await as(root).get('/api/user')
    const body = { ...good, isGrafanaAdmin: true, isAdmin: true, role: 'Admin', orgId: 2, id: 1 }
    expect(await complete(body)).toMatchObject(completed)
    expect((await as('new:pass').get('/api/user')).body).toMatchObject({ isGrafanaAdmin: false, orgId: 1 })
    expect((await as('new:pass').get('/api/user/orgs')).body).toMatchObject([{ role: 'Viewer' }])
  })

  it('takes one account for one name, however many ask at once', async () => {
    await forget()
    const body = { email: 'rush@example.org', username: 'rush', password: 'pass' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401])
  })

  it('is for no more than twenty asking from one address in five minutes', async () => {
    const from = { 'CF-Connecting-IP': '192.0.2.1' }
    const ask = (at: number) => (at % 2 ? begin(`b${at}@example.org`, open, from) : complete({}, open, from))
    const answers = await Promise.all(Array.from({ length: 24 }, (_, at) => ask(at)))
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4)
    expect(await begin('c@example.org', open, { 'CF-Connecting-IP': '192.0.2.2' })).toMatchObject(created)
  })
})

describe('with mail', () => {
  const codeFor = async (email: string, bindings: object = mailed) => {
    await forget()
    expect(await begin(email, bindings)).toMatchObject(created)
    return (await linkTo(email)).searchParams.get('code') ?? ''
  }
  const account = (name: string, code: string) => ({
    email: `${name}@example.org`,
    username: name,
    password: 'pass',
    code,
  })

  it('needs the code that went to the address, once', async () => {
    const code = await codeFor('mail@example.org', { ...mailed, ROOT_URL: 'https://users.example.org' })
    const link = await linkTo('mail@example.org')
    expect(`${link.origin}${link.pathname}`).toBe('https://users.example.org/signup/')
    expect(link.searchParams.get('email')).toBe('mail@example.org')
    expect(code).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify((await env.DB.prepare('SELECT * FROM invites').all()).results)).not.toContain(code)
    for (const wrong of ['', 'x', '0'.repeat(64)])
      expect(await complete(account('mail', wrong), mailed)).toMatchObject(invalidCode)
    expect(await complete(account('other', code), mailed)).toMatchObject(invalidCode)
    expect(await complete({ ...account('mail', code), password: 'abc' }, mailed)).toMatchObject({ status: 400 })
    expect(await complete(account('mail', code), mailed)).toMatchObject(completed)
    expect(await complete({ ...account('mail', code), username: 'again' }, mailed)).toMatchObject(invalidCode)
    expect((await as('mail:pass').get('/api/user/orgs')).body).toMatchObject([{ orgId: 1, role: 'Viewer' }])
  })

  it('makes one account of one code, however many use it at once', async () => {
    const code = await codeFor('burst@example.org')
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, at) => complete({ ...account('burst', code), username: `burst${at}` }, mailed)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await env.DB.prepare("SELECT count(*) AS n FROM users WHERE login LIKE 'burst%'").first('n')).toBe(1)
  })

  it('the code is good for a day', async () => {
    const code = await codeFor('old@example.org')
    await env.DB.prepare("UPDATE invites SET expires_at = unixepoch() WHERE email = 'old@example.org'").run()
    expect(await complete(account('old', code), mailed)).toMatchObject(invalidCode)
  })

  it('the code is no invitation', async () => {
    const inviteCode = await codeFor('sly@example.org')
    expect((await as(undefined).get(`/api/user/invite/${inviteCode}`)).status).toBe(404)
    expect(await as(undefined).post('/api/user/invite/complete', { ...account('sly', ''), inviteCode })).toMatchObject(
      message('Invite not found', 404),
    )
  })

  it('mails an address once a minute', async () => {
    await forget()
    for (let at = 0; at < 3; at++) expect(await begin('patient@example.org', mailed)).toMatchObject(created)
    expect(await mailsTo('patient@example.org')).toHaveLength(1)
  })

  it('mails nobody who has an account', async () => {
    expect(await begin('Vic@example.org', mailed)).toMatchObject(
      message('User with same email address already exists', 422),
    )
    expect(await mailsTo('Vic@example.org')).toEqual([])
  })

  it('leaves nothing behind where the mail fails', async () => {
    await forget()
    const broken = { ...mailed, MAIL_WEBHOOK_URL: `${env.TEST_MAILBOX}500` }
    expect(await begin('lost@example.org', broken)).toMatchObject(message('Failed to send email', 502))
    expect(await env.DB.prepare("SELECT count(*) AS n FROM invites WHERE email = 'lost@example.org'").first('n')).toBe(
      0,
    )
  })

  it('forgets codes that are past their time, a few with each new one', async () => {
    await env.DB.prepare("UPDATE invites SET expires_at = 1 WHERE status = 'SignUpStarted'").run()
    await codeFor('fresh@example.org')
    expect(await env.DB.prepare('SELECT count(*) AS n FROM invites WHERE expires_at = 1').first('n')).toBe(0)
  })

  it('costs no more than its budget: three trips for either step', async () => {
    const d1 = countingD1()
    const counted = { ...mailed, DB: d1.db }
    const code = await codeFor('cheap@example.org', counted)
    expect(d1.count.trips).toBeLessThanOrEqual(3)
    d1.reset()
    expect(await complete(account('cheap', code), counted)).toMatchObject(completed)
    expect(d1.count.trips).toBeLessThanOrEqual(3)
  })
})
