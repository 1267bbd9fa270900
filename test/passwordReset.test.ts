import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { as, logIn, person, root, textIn } from './support/client.ts'
import { countingD1 } from './support/counting.ts'
import { linkTo, mailing, mailsTo } from './support/mailbox.ts'

const badData = { status: 400, body: { message: 'bad request data', traceID: '' } }
const message = (text: string, status = 200) => ({ status, body: { message: text } })
const sent = message('Email sent')
const changed = message('User password changed')
const invalid = message('Invalid or expired reset password code', 400)
const stranger = as(undefined, mailing)

const ask = (userOrEmail: string, bindings: object = mailing, headers: Record<string, string> = {}) =>
  as(undefined, bindings).post('/api/user/password/send-reset-email', { userOrEmail }, headers)
const codeFor = async (login: string) => {
  await env.DB.prepare('UPDATE password_resets SET expires_at = expires_at - 61').run()
  expect(await ask(login)).toMatchObject(sent)
  return (await linkTo(`${login}@example.org`)).searchParams.get('code') ?? ''
}
const reset = (code: string, newPassword = 'fresh', confirmPassword = newPassword) =>
  stranger.post('/api/user/password/reset', { code, newPassword, confirmPassword })

beforeAll(async () => {
  for (const login of ['vic', 'olive', 'quiet', 'away', 'raced', 'late', 'moved', 'frozen'])
    await person(login, { email: `${login}@example.org` })
})

describe('the mail', () => {
  it('goes to the address of the account, whatever was typed, and names the configured address', async () => {
    const elsewhere = { ...mailing, ROOT_URL: 'https://users.example.org/rollcall/', MAIL_WEBHOOK_TOKEN: 'postman' }
    const forged = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Origin: 'https://evil.example' }
    expect(await ask('VIC@example.org', elsewhere, forged)).toMatchObject(sent)
    const [mail, ...more] = await mailsTo('vic@example.org')
    expect(more).toEqual([])
    expect(mail).toMatchObject({
      from: 'rollcall@example.org',
      subject: 'Choose a new password',
      authorization: 'Bearer postman',
      type: 'application/json',
    })
    expect(mail?.text).toMatch(
      /^https:\/\/users\.example\.org\/rollcall\/user\/password\/reset\?code=\d+-[0-9a-f]{64}$/m,
    )
    expect(mail?.text).not.toContain('evil')
  })

  it('is one a minute for one account', async () => {
    for (let at = 0; at < 3; at++) expect(await ask('quiet')).toMatchObject(sent)
    expect(await mailsTo('quiet@example.org')).toHaveLength(1)
    await env.DB.prepare('UPDATE password_resets SET expires_at = expires_at - 61').run()
    await ask('quiet')
    expect(await mailsTo('quiet@example.org')).toHaveLength(2)
  })

  it('is said to be sent for names that nobody has, and for accounts that have none', async () => {
    const id = await person('elsewhere', { email: 'elsewhere@example.org' })
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (?, 'oauth_github', 0)")
      .bind(id)
      .run()
    const disabled = await person('disabled', { email: 'disabled@example.org' })
    await env.DB.prepare('UPDATE users SET is_disabled = 1 WHERE id = ?').bind(disabled).run()
    await person('no-address')
    const answers = [
      await ask('olive'),
      ...(await Promise.all(['nobody', 'elsewhere', 'disabled', 'no-address'].map((name) => ask(name)))),
    ]
    for (const { status, text, headers } of answers) {
      expect({ status, text }).toEqual({ status: 200, text: '{"message":"Email sent"}' })
      headers.delete('X-Request-Id')
      expect([...headers]).toEqual([...(answers[0]?.headers ?? [])])
    }
    for (const name of ['elsewhere', 'disabled']) expect(await mailsTo(`${name}@example.org`)).toEqual([])
  })

  it('is answered before anything is looked up, so that time tells nothing', async () => {
    for (const userOrEmail of ['nobody', 'away']) {
      const d1 = countingD1()
      const ctx = createExecutionContext()
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ userOrEmail }),
      }
      const request = new Request('http://rollcall.test/api/user/password/send-reset-email', init)
      const { status } = await api.fetch(request, { ...env, ...mailing, DB: d1.db }, ctx)
      expect({ status, trips: d1.count.trips }).toEqual({ status: 200, trips: 1 })
      await waitOnExecutionContext(ctx)
      // The third writes the audit log, with the code where there is one.
      expect(d1.count.trips).toBe(3)
    }
  })

  it('that cannot be sent is refused to everybody alike', async () => {
    const refusal = {
      status: 412,
      text: '{"message":"SMTP not configured, check your grafana.ini config file\'s [smtp] section","traceID":""}',
    }
    expect(await ask('vic', {})).toMatchObject(refusal)
    expect(await ask('nobody', {})).toMatchObject(refusal)
  })

  it.each([
    ['an answer that is an error', `${env.TEST_MAILBOX}500`],
    ['a redirect, which is not followed', `${env.TEST_MAILBOX}302`],
    ['nobody there', 'http://127.0.0.1:1/'],
  ])('may fail with %s, and the answer is the same', async (_, MAIL_WEBHOOK_URL) => {
    await env.DB.prepare('DELETE FROM password_resets').run()
    expect(await ask('vic', { ...mailing, MAIL_WEBHOOK_URL })).toMatchObject(sent)
    expect(await ask('nobody', { ...mailing, MAIL_WEBHOOK_URL })).toMatchObject(sent)
  })

  it('is asked for no more than twenty times in five minutes from one address, for any name', async () => {
    const from = { 'CF-Connecting-IP': '192.0.2.7' }
    const answers = await Promise.all(Array.from({ length: 25 }, (_, at) => ask(`n${at}`, mailing, from)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    expect(await ask('vic', mailing, from)).toMatchObject(message('Too many requests: wait five minutes', 429))
    expect(await ask('vic', mailing, { 'CF-Connecting-IP': '192.0.2.8' })).toMatchObject(sent)
    await env.DB.prepare('UPDATE login_attempts SET at = at - 301').run()
    expect(await ask('vic', mailing, from)).toMatchObject(sent)
  })

  it.each([
    ['no name', {}],
    ['an empty name', { userOrEmail: '' }],
    ['half a body', '{"userOrEmail": '],
  ])('is not sent for %s', async (_, body) => {
    expect(await stranger.post('/api/user/password/send-reset-email', body)).toMatchObject(badData)
  })
})

describe('a code', () => {
  it('changes the password once, and ends every session', async () => {
    const session = await logIn('vic', 'pass')
    const code = await codeFor('vic')
    const stored = await env.DB.prepare('SELECT code_hash FROM password_resets').all()
    expect(JSON.stringify(stored.results)).not.toContain(code.split('-')[1])
    expect(await reset(code)).toMatchObject(changed)
    expect((await as(session).get('/api/user')).status).toBe(401)
    expect((await as('vic:fresh').get('/api/user')).status).toBe(200)
    expect((await as('vic:pass').get('/api/user')).status).toBe(401)
    expect(await reset(code, 'other')).toMatchObject(invalid)
    expect((await env.SESSIONS.list({ prefix: 'session:2:' })).keys).toEqual([])
  })

  it.each([
    [
      "the address that it went to is no longer the account's",
      (id: number, login: string) =>
        as(root).put(`/api/users/${id}`, { login, email: `${login}@elsewhere.example.org` }),
    ],
    [
      'the account was disabled meanwhile',
      async (id: number) => {
        await as(root).post(`/api/admin/users/${id}/disable`)
        return as(root).post(`/api/admin/users/${id}/enable`)
      },
    ],
  ])('is void where %s', async (what, happens) => {
    const login = `lost-${what.length}`
    const id = await person(login, { email: `${login}@example.org` })
    const code = await codeFor(login)
    expect((await happens(id, login)).status).toBe(200)
    expect(await reset(code)).toMatchObject(invalid)
    expect((await as(`${login}:pass`).get('/api/user')).status).toBe(200)
  })

  it('opens an account that a stranger had locked by guessing', async () => {
    const id = await person('locked', { email: 'locked@example.org' })
    await env.DB.prepare('INSERT INTO account_failures (account, n, at) VALUES (?, 100, 0)').bind(`id:${id}`).run()
    expect((await as('locked:pass').get('/api/user')).status).toBe(401)
    expect(await reset(await codeFor('locked'))).toMatchObject(changed)
    expect((await as('locked:fresh').get('/api/user')).status).toBe(200)
  })

  it('is looked at before the passwords, and survives a refusal', async () => {
    const code = await codeFor('olive')
    expect(await reset('x', 'fresh', 'other')).toMatchObject(invalid)
    expect(await reset(code, 'fresh', 'other')).toMatchObject(message('Passwords do not match', 400))
    expect(await stranger.post('/api/user/password/reset', { code, newPassword: 'fresh' })).toMatchObject(
      message('Passwords do not match', 400),
    )
    expect(await reset(code, 'four')).toMatchObject(message('New password is too short', 400))
    expect(await reset(code)).toMatchObject(changed)
  })

  it('is good for two hours', async () => {
    const code = await codeFor('late')
    await env.DB.prepare('UPDATE password_resets SET expires_at = unixepoch()').run()
    expect(await reset(code)).toMatchObject(invalid)
  })

  it('ends when the next one is made', async () => {
    const first = await codeFor('moved')
    const second = await codeFor('moved')
    expect(await reset(first)).toMatchObject(invalid)
    expect(await reset(second)).toMatchObject(changed)
  })

  it.each([
    ['by its owner', () => as('away:pass').put('/api/user/password', { oldPassword: 'pass', newPassword: 'passt' })],
    [
      'by an admin',
      async () => {
        const { body } = await as(root).get('/api/users/lookup?loginOrEmail=away')
        return as(root).put(`/api/admin/users/${/"id":(\d+)/.exec(JSON.stringify(body))?.[1]}/password`, {
          password: 'again',
        })
      },
    ],
  ])('ends when the password is changed %s', async (_, change) => {
    const code = await codeFor('away')
    expect((await change()).status).toBe(200)
    expect(await reset(code)).toMatchObject(invalid)
  })

  it('is worth nothing for an account disabled meanwhile', async () => {
    const code = await codeFor('frozen')
    await env.DB.prepare("UPDATE users SET is_disabled = 1 WHERE login = 'frozen'").run()
    expect(await reset(code)).toMatchObject(invalid)
  })

  it('is worth nothing for another account', async () => {
    const code = await codeFor('vic')
    const [, secret] = code.split('-')
    for (const id of [1, 3, 99999]) expect(await reset(`${id}-${secret}`)).toMatchObject(invalid)
  })

  it('used by two at once changes the password once', async () => {
    const code = await codeFor('raced')
    const answers = await Promise.all(['first', 'other'].map((password) => reset(code, password)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  it.each([
    ['nothing', ''],
    ['a letter', 'x'],
    ['a person alone', '1-'],
    ['zeros', `1-${'0'.repeat(64)}`],
    ['of nobody', `0-${'0'.repeat(64)}`],
    ['of a number below zero', `-1-${'0'.repeat(64)}`],
    ['of a number past all', `9999999999999999-${'0'.repeat(64)}`],
    ['long', '1'.repeat(999)],
  ])('is none: %s', async (_, code) => {
    expect(await reset(code)).toMatchObject(invalid)
  })
})

describe('a request costs no more than its budget:', () => {
  it('a reset, two trips', async () => {
    const d1 = countingD1()
    const code = await codeFor('olive')
    const body = { code, newPassword: 'cheap', confirmPassword: 'cheap' }
    d1.reset()
    expect(await as(undefined, { DB: d1.db }).post('/api/user/password/reset', body)).toMatchObject(changed)
    expect(d1.count.trips).toBeLessThanOrEqual(2)
    expect(textIn((await as('olive:cheap').get('/api/user')).body, 'login')).toBe('olive')
  })
})
