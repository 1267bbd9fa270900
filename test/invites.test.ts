import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { newToken, secretHash } from '../src/auth/secrets.ts'
import { as, cookieOf, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'
import { linkTo, mailing, mailsTo } from './support/mailbox.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const denied = {
  status: 403,
  body: { message: "You'll need additional permissions to perform this action. Permissions needed: org.users:add" },
}
const noInvite = message('Invite not found', 404)
const notUsable = (status: string) => message(`Invite cannot be used in status ${status}`, 412)
const accepted = (id: unknown = expect.any(Number)) => ({
  status: 200,
  body: { id, message: 'User created and logged in' },
})

const invite = (loginOrEmail: string, more: object = {}, who: Who = root, bindings: object = {}) =>
  as(who, bindings).post('/api/org/invites', { loginOrEmail, role: 'Viewer', ...more })
const codeIn = (url: string) => url.split('/').at(-1) ?? ''
const codeOf = async (loginOrEmail: string, more: object = {}, who: Who = root) =>
  codeIn(textIn((await invite(loginOrEmail, more, who)).body, 'url'))
const accept = (inviteCode: string, body: object) =>
  as(undefined).post('/api/user/invite/complete', { inviteCode, password: 'pass', ...body })
const shown = (code: string) => as(undefined).get(`/api/user/invite/${code}`)
const list = async (who: Who = root) => (await as(who).get('/api/org/invites')).body
const revoke = (code: string, who: Who = root) => as(who).patch(`/api/org/invites/${code}/revoke`)

const olive = 'olive:pass'
let two: number
beforeAll(async () => {
  await person('vic', { email: 'vic@example.org', name: 'Vic Tor' })
  await person('olive', { email: 'olive@example.org' })
  two = numberIn((await as(root).post('/api/orgs', { name: 'Second Org' })).body, 'orgId')
  await as(root).post(`/api/orgs/${two}/users`, { loginOrEmail: 'olive', role: 'Admin' })
  await as(olive).post(`/api/user/using/${two}`)
})

describe('an invitation', () => {
  it('is made with a link that is shown once, and listed without it', async () => {
    const { status, text, body } = await invite('jane@example.org', { name: 'Jane', role: 'editor' })
    const url = textIn(body, 'url')
    expect(url).toMatch(/^http:\/\/rollcall\.test\/invite\/[0-9a-f]{64}$/)
    expect({ status, text }).toEqual({
      status: 200,
      text: `{"message":"Created invite for jane@example.org","url":"${url}"}`,
    })
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(await list()).toEqual([
      {
        id: 1,
        orgId: 1,
        name: 'Jane',
        email: 'jane@example.org',
        role: 'Editor',
        invitedByLogin: 'admin',
        invitedByEmail: 'admin@localhost',
        invitedByName: '',
        code: '1',
        status: 'InvitePending',
        url: '',
        emailSent: false,
        emailSentOn: time,
        createdOn: time,
      },
    ])
    expect(await shown(codeIn(url))).toMatchObject({
      status: 200,
      text: '{"email":"jane@example.org","name":"Jane","username":"jane@example.org","invitedBy":"admin"}',
    })
    expect(JSON.stringify((await env.DB.prepare('SELECT * FROM invites').all()).results)).not.toContain(codeIn(url))
    expect(await shown('1')).toMatchObject(noInvite)
  })

  it('leads to the address that is configured', async () => {
    const { body } = await invite('rooted@example.org', {}, root, { ROOT_URL: 'https://users.example.org/' })
    expect(textIn(body, 'url')).toMatch(/^https:\/\/users\.example\.org\/invite\/[0-9a-f]{64}$/)
  })

  it.each([
    ['nothing', {}, badData],
    ['no role', { loginOrEmail: 'a@example.org' }, badData],
    ['a role that is none', { loginOrEmail: 'a@example.org', role: 'King' }, badData],
    ['nobody', { loginOrEmail: '', role: 'Viewer' }, badData],
    ['half a body', '{"loginOrEmail": ', badData],
    ['a word for whether to mail', { loginOrEmail: 'a@example.org', role: 'Viewer', sendEmail: 'yes' }, badData],
    ['a member', { loginOrEmail: 'vic', role: 'Admin' }, message('User vic is already added to organization', 412)],
    [
      "a member's e-mail in capitals",
      { loginOrEmail: 'VIC@example.org', role: 'Admin' },
      message('User VIC@example.org is already added to organization', 412),
    ],
  ])('is not made for %s', async (_, body, expected) => {
    const before = await list()
    expect(await as(root).post('/api/org/invites', body)).toMatchObject(expected)
    expect(await list()).toEqual(before)
    expect((await as('vic:pass').get('/api/user/orgs')).body).toMatchObject([{ role: 'Viewer' }])
  })

  it('gives no more than its maker has', async () => {
    const key = { token: textIn((await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' })).body, 'key') }
    expect((await invite('byKey@example.org', { role: 'Admin' }, key)).status).toBe(200)
    const [last] = (await env.DB.prepare("SELECT * FROM invites WHERE email = 'byKey@example.org'").all()).results
    expect(last).toMatchObject({ invited_by: 1, invited_by_account: null, role: 'Admin' })
    const account = await env.DB.prepare(
      `INSERT INTO service_accounts (uid, org_id, name, login, role, permissions, created_at, updated_at)
       VALUES ('sa', 1, 'sa', 'sa', 'Viewer', '[["org.users:add","users:*"]]', 0, 0) RETURNING id`,
    ).first('id')
    const token = newToken('glsa')
    await env.DB.prepare(
      "INSERT INTO tokens (kind, hash, name, service_account_id, created_at) VALUES ('service_account', ?, 't', ?, 0)",
    )
      .bind(secretHash(token), account)
      .run()
    expect((await invite('low@example.org', { role: 'Viewer' }, { token })).status).toBe(200)
    expect(await invite('high@example.org', { role: 'Editor' }, { token })).toMatchObject(
      message("Cannot assign a role higher than user's role", 403),
    )
  })

  it('into no org is refused', async () => {
    expect(
      await as(root).post(
        '/api/org/invites',
        { loginOrEmail: 'x@example.org', role: 'Viewer' },
        { 'X-Grafana-Org-Id': '999' },
      ),
    ).toMatchObject(message('Organization not found', 404))
  })

  it('for somebody who has an account adds them at once', async () => {
    const id = await person('lonely', { email: 'lonely@example.org' })
    await env.DB.batch([
      env.DB.prepare('DELETE FROM org_members WHERE user_id = ?').bind(id),
      env.DB.prepare('UPDATE users SET org_id = 0 WHERE id = ?').bind(id),
    ])
    const add = () => invite('lonely', { role: 'Editor' }, olive)
    expect(await add()).toMatchObject({
      status: 200,
      text: `{"message":"Existing Grafana user lonely added to org Second Org","userId":${id}}`,
    })
    expect((await as('lonely:pass').get('/api/user')).body).toMatchObject({ orgId: two })
    expect((await as('lonely:pass').get('/api/user/orgs')).body).toMatchObject([{ orgId: two, role: 'Editor' }])
    expect(await add()).toMatchObject(message('User lonely is already added to organization', 412))
    expect(await list(olive)).toEqual([])
  })

  it('for somebody with a name greets them by it, and leaves their org as it is', async () => {
    expect(await invite('vic@example.org', {}, olive)).toMatchObject(
      message('Existing Grafana user Vic Tor added to org Second Org'),
    )
    expect((await as('vic:pass').get('/api/user')).body).toMatchObject({ orgId: 1 })
  })
})

describe('accepting', () => {
  it('makes the account in the org with the role, signed in', async () => {
    const code = await codeOf('ann@example.org', { role: 'Editor' }, olive)
    const answer = await accept(code, {
      username: 'ann',
      name: 'Ann',
      email: 'Ann@Example.org',
      confirmPassword: 'pass',
    })
    expect(answer).toMatchObject(accepted())
    expect((await as({ cookie: cookieOf(answer) }).get('/api/user')).body).toMatchObject({
      id: numberIn(answer.body, 'id'),
      login: 'ann',
      name: 'Ann',
      orgId: two,
      isGrafanaAdmin: false,
    })
    expect((await as('ann:pass').get('/api/user/orgs')).body).toEqual([
      { orgId: two, name: 'Second Org', role: 'Editor' },
    ])
    expect(await list(olive)).toEqual([])
    expect(await shown(code)).toMatchObject(noInvite)
    expect(await accept(code, { username: 'ann2' })).toMatchObject(notUsable('Completed'))
  })

  it('signs in over a cookie that is no session any more', async () => {
    const body = { inviteCode: await codeOf('stale@example.org'), password: 'pass' }
    const answer = await as({ cookie: 'stale' }).post('/api/user/invite/complete', body)
    const last = answer.headers.getSetCookie().at(-1) ?? ''
    const cookie = /^grafana_session=([0-9a-f]{64});/.exec(last)?.[1] ?? ''
    expect((await as({ cookie }).get('/api/user')).body).toMatchObject({ login: 'stale@example.org' })
  })

  it('needs only a password: the rest is what the invitation says', async () => {
    expect(await accept(await codeOf('bare@example.org'), {})).toMatchObject(accepted())
    expect((await as('bare@example.org:pass').get('/api/user')).body).toMatchObject({
      login: 'bare@example.org',
      email: 'bare@example.org',
      orgId: 1,
    })
  })

  it.each([
    ['another e-mail', { email: 'other@example.org' }, message('Invite is for another user', 400)],
    ["somebody's e-mail", { email: 'vic@example.org', username: 'vic' }, message('Invite is for another user', 400)],
    [
      "another's e-mail as username",
      { username: 'ceo@example.org' },
      message('A username that is an email address must be your own', 400),
    ],
    ['another password to confirm', { confirmPassword: 'nope' }, message('Passwords do not match', 400)],
    ['an empty password to confirm', { confirmPassword: '' }, message('Passwords do not match', 400)],
    ['a short password', { password: 'abc' }, message('Password is missing or too short', 400)],
    ['no password', { password: '' }, message('Password is missing or too short', 400)],
    [
      'a taken username',
      { username: 'vic' },
      message("User with email 'bound@example.org' or username 'vic' already exists", 412),
    ],
    ['no code', { inviteCode: '' }, badData],
    ['an unknown code', { inviteCode: 'x' }, noInvite],
    ['a number for a password', { password: 5 }, badData],
  ])('is refused with %s, and the invitation stays open', async (_, body, expected) => {
    const code = await codeOf('bound@example.org')
    const count = () => env.DB.prepare('SELECT count(*) AS n FROM users').first('n')
    const before = await count()
    expect(await accept(code, body)).toMatchObject(expected)
    expect(await count()).toBe(before)
    expect((await shown(code)).status).toBe(200)
  })

  it('is for the login where one was invited', async () => {
    const code = await codeOf('justlogin')
    expect(await accept(code, { username: 'other', email: 'just@example.org' })).toMatchObject(
      message('Invite is for another user', 400),
    )
    expect(await accept(code, {})).toMatchObject(message('Invalid email address', 400))
    expect(await accept(code, { email: 'just@example.org' })).toMatchObject(accepted())
    expect((await as('justlogin:pass').get('/api/user')).body).toMatchObject({ email: 'just@example.org' })
  })

  it('happens once, however many accept at once', async () => {
    const code = await codeOf('rush@example.org')
    const answers = await Promise.all(Array.from({ length: 5 }, (_, at) => accept(code, { username: `rush${at}` })))
    // Refused by the invitation itself, not because the e-mail has become somebody's.
    const [won, ...lost] = answers.toSorted((a, b) => a.status - b.status)
    expect(won?.status).toBe(200)
    for (const answer of lost) expect(answer).toMatchObject(notUsable('Completed'))
  })

  it('gives no more than the invitation', async () => {
    const code = await codeOf('greedy@example.org')
    const more = { role: 'Admin', orgId: two, isGrafanaAdmin: true, id: 1 }
    expect(await accept(code, { username: 'greedy', ...more })).toMatchObject(accepted())
    expect((await as('greedy:pass').get('/api/user')).body).toMatchObject({ isGrafanaAdmin: false })
    expect((await as('greedy:pass').get('/api/user/orgs')).body).toMatchObject([{ orgId: 1, role: 'Viewer' }])
  })

  it('is over when the invitation has expired, is revoked, or its org is gone', async () => {
    const late = await codeOf('late@example.org')
    await env.DB.prepare("UPDATE invites SET expires_at = unixepoch() WHERE email = 'late@example.org'").run()
    expect(await shown(late)).toMatchObject(noInvite)
    expect(await accept(late, {})).toMatchObject(notUsable('Expired'))
    const code = await codeOf('out@example.org')
    expect(await revoke(code)).toMatchObject(message('Invite revoked'))
    expect(await shown(code)).toMatchObject(noInvite)
    expect(await accept(code, {})).toMatchObject(notUsable('Revoked'))
    const doomed = numberIn((await as(root).post('/api/orgs', { name: 'Doomed' })).body, 'orgId')
    const { body } = await as(root).post(
      '/api/org/invites',
      { loginOrEmail: 'gone@example.org', role: 'Viewer' },
      { 'X-Grafana-Org-Id': String(doomed) },
    )
    await env.DB.prepare('DELETE FROM orgs WHERE id = ?').bind(doomed).run()
    expect(await accept(codeIn(textIn(body, 'url')), {})).toMatchObject(noInvite)
  })

  it('is over in the days that are configured', async () => {
    await invite('soon@example.org', {}, root, { INVITE_DAYS: 2 })
    const days = await env.DB.prepare(
      "SELECT (expires_at - created_at) / 86400.0 AS n FROM invites WHERE email = 'soon@example.org'",
    ).first('n')
    expect(days).toBe(2)
  })
})

describe('revoking', () => {
  it('takes the code of the list, again and again', async () => {
    const code = await codeOf('bye@example.org')
    const rows = await list()
    const listed = Array.isArray(rows) ? textIn(rows.at(-1), 'code') : ''
    for (let at = 0; at < 2; at++) expect(await revoke(listed)).toMatchObject(message('Invite revoked'))
    expect(await shown(code)).toMatchObject(noInvite)
    expect(JSON.stringify(await list())).not.toContain('bye@example.org')
  })

  it("leaves another org's invitations alone, and shows none of them", async () => {
    const code = await codeOf('theirs@example.org')
    const id = String(await env.DB.prepare("SELECT id FROM invites WHERE email = 'theirs@example.org'").first('id'))
    expect(await revoke(id, olive)).toMatchObject(noInvite)
    expect(await revoke(code, olive)).toMatchObject(noInvite)
    expect(
      await as(olive).patch(`/api/org/invites/${id}/revoke`, undefined, { 'X-Grafana-Org-Id': '1' }),
    ).toMatchObject(denied)
    expect((await shown(code)).status).toBe(200)
    expect(await list(olive)).toEqual([])
  })

  it.each(['nocode', '0', '-1', '99999', '1e0', '%31.0', '9'.repeat(40)])('knows no %s', async (code) => {
    expect(await revoke(code)).toMatchObject(noInvite)
  })

  it('has no other method, as in Grafana', async () => {
    expect(await as(root).del('/api/org/invites/1/revoke')).toMatchObject({
      status: 404,
      text: '{"message":"Not found"}\n',
    })
  })

  it('leaves a used invitation used', async () => {
    const code = await codeOf('used@example.org')
    await accept(code, {})
    expect(await revoke(code)).toMatchObject(noInvite)
    expect(await accept(code, {})).toMatchObject(notUsable('Completed'))
  })
})

describe('a mail', () => {
  it('goes to so many strangers from one address, and then to none for a while', async () => {
    const flood = await Promise.all(
      Array.from({ length: 25 }, (_, at) =>
        as(root, mailing).post(
          '/api/org/invites',
          { loginOrEmail: `flood${at}@example.org`, role: 'Viewer', sendEmail: true },
          { 'CF-Connecting-IP': '198.51.100.77' },
        ),
      ),
    )
    expect(flood.filter(({ status }) => status === 429)).toHaveLength(5)
  })

  it('takes the link to the person, and the answer does not', async () => {
    expect(await invite('mia@example.org', { sendEmail: true }, root, mailing)).toMatchObject({
      status: 200,
      text: '{"message":"Sent invite to mia@example.org"}',
    })
    const [mail] = await mailsTo('mia@example.org')
    expect(mail).toMatchObject({
      from: 'rollcall@example.org',
      subject: 'admin has invited you to join Main Org.',
      authorization: '',
    })
    const code = codeIn((await linkTo('mia@example.org')).pathname)
    expect(await accept(code, { username: 'mia' })).toMatchObject(accepted())
  })

  it('is not sent unless asked for, nor to what is no address', async () => {
    for (const [who, sendEmail] of [
      ['nomail@example.org', false],
      ['nomail', true],
    ] as const) {
      expect((await invite(who, { sendEmail }, root, mailing)).body).toEqual({
        message: `Created invite for ${who}`,
        url: expect.any(String),
      })
      expect(await mailsTo(who)).toEqual([])
    }
  })

  it('tells somebody who was added', async () => {
    await person('told', { email: 'told@example.org' })
    expect((await invite('told', { sendEmail: true }, olive, mailing)).status).toBe(200)
    expect(await mailsTo('told@example.org')).toMatchObject([{ subject: 'olive has added you to Second Org' }])
  })

  it.each([
    ['is disabled', (id: number) => as(root).post(`/api/admin/users/${id}/disable`)],
    ['is deleted', (id: number) => as(root).del(`/api/admin/users/${id}`)],
  ])('ends when whoever sent it %s, for good', async (what, end) => {
    const login = `inviter who ${what}`
    const id = await person(login)
    await as(root).patch(`/api/orgs/1/users/${id}`, { role: 'Admin' })
    const code = await codeOf(`back door ${what}`, { role: 'Admin' }, `${login}:pass`)
    expect((await shown(code)).status).toBe(200)
    expect((await end(id)).status).toBe(200)
    expect(await shown(code)).toMatchObject(noInvite)
    expect(await accept(code, { username: `back door ${what}` })).toMatchObject(notUsable('Revoked'))
    await as(root).post(`/api/admin/users/${id}/enable`)
    expect(await shown(code)).toMatchObject(noInvite)
  })

  it('that cannot be sent is refused, and leaves nothing behind', async () => {
    const before = await list()
    expect(await invite('nosmtp@example.org', { sendEmail: true })).toMatchObject({
      status: 412,
      text: '{"message":"SMTP not configured, check your grafana.ini config file\'s [smtp] section","traceID":""}',
    })
    const broken = { ...mailing, MAIL_WEBHOOK_URL: `${env.TEST_MAILBOX}500` }
    expect(await invite('nosmtp@example.org', { sendEmail: true }, root, broken)).toMatchObject(
      message('Failed to send email', 502),
    )
    expect(await list()).toEqual(before)
  })

  it('has a subject of one line, whatever the org is called', async () => {
    await as(root).post('/api/orgs', { name: 'Evil\r\nBcc: all@example.org' })
    const { body } = await as(root).get('/api/user/orgs')
    const org = JSON.stringify(body).match(/"orgId":(\d+),"name":"Evil/)?.[1] ?? ''
    await as(root, mailing).post(
      '/api/org/invites',
      { loginOrEmail: 'line@example.org', role: 'Viewer', sendEmail: true },
      { 'X-Grafana-Org-Id': org },
    )
    expect((await mailsTo('line@example.org'))[0]?.subject).toBe(
      'admin has invited you to join Evil Bcc: all@example.org',
    )
  })

  it("goes through Cloudflare's own binding where there is one", async () => {
    const bound = { EMAIL: env.TEST_EMAIL, MAIL_FROM: 'rollcall@example.org' }
    expect((await as(undefined, bound).get('/api/user/signup/options')).body).toMatchObject({
      verifyEmailEnabled: true,
    })
    expect(await invite('bound2@example.org', { sendEmail: true }, root, bound)).toMatchObject(
      message('Sent invite to bound2@example.org'),
    )
  })

  it('through the binding needs a sender', async () => {
    expect((await invite('nofrom@example.org', { sendEmail: true }, root, { EMAIL: env.TEST_EMAIL })).status).toBe(500)
  })

  it.each(['ftp://example.org', 'example.org/hook', 'javascript:0'])(
    'goes to no address like %s',
    async (MAIL_WEBHOOK_URL) => {
      expect((await invite('x@example.org', {}, root, { MAIL_WEBHOOK_URL })).status).toBe(500)
    },
  )
})

describe('a request costs no more than its budget:', () => {
  const d1 = countingD1()
  const cost = async (ask: (bindings: object) => Promise<{ status: number }>) => {
    await as(root).get('/api/user')
    d1.reset()
    const { status } = await ask({ ...mailing, DB: d1.db })
    expect(status).toBe(200)
    return d1.count
  }

  it('to list, two trips and three rows for each, to invite by mail, three, to revoke, two', async () => {
    await env.DB.prepare('DELETE FROM invites').run()
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
       INSERT INTO invites (org_id, email, role, status, code_hash, invited_by, created_at, expires_at)
       SELECT CASE WHEN i % 100 THEN ${two} ELSE 1 END, 'e' || i, 'Viewer', 'InvitePending', 'h' || i, 1, unixepoch(), unixepoch() + 999 FROM n`,
    ).run()
    const listed = await cost((bindings) => as(root, bindings).get('/api/org/invites'))
    expect(listed).toMatchObject({ trips: 2, rowsWritten: 0 })
    expect(listed.rowsRead).toBeLessThanOrEqual(150)
    const invited = await cost((bindings) => invite('i@example.org', { sendEmail: true }, root, bindings))
    expect(invited.trips).toBe(3)
    // Seven of each statement that may write the audit log, which looks up its next id.
    expect(invited.rowsRead).toBeLessThanOrEqual(100)
    const id = await env.DB.prepare('SELECT max(id) FROM invites WHERE org_id = 1').first('max(id)')
    expect((await cost((bindings) => as(root, bindings).patch(`/api/org/invites/${id}/revoke`))).trips).toBe(2)
  })

  it('to look, one trip, and to accept, two', async () => {
    const code = await codeOf('cheap@example.org')
    expect((await cost((bindings) => as(undefined, bindings).get(`/api/user/invite/${code}`))).trips).toBe(1)
    const body = { inviteCode: code, password: 'pass' }
    expect((await cost((bindings) => as(undefined, bindings).post('/api/user/invite/complete', body))).trips).toBe(2)
  })

  it('a list too long is refused', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
       INSERT INTO invites (org_id, email, role, status, code_hash, created_at, expires_at)
       SELECT 1, 'f' || i, 'Viewer', 'InvitePending', 'f' || i, 0, unixepoch() + 999 FROM n`,
    ).run()
    expect((await as(root).get('/api/org/invites')).status).toBe(400)
  })
})
