import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, person, root } from './support/client.ts'

const search = async (query: string) => (await as(root).get(`/api/users/search?${query}`)).body
const found = async (text: string) => {
  const body = await search(`query=${encodeURIComponent(text)}`)
  return JSON.parse(JSON.stringify(body), (_, value) => (value?.login ? value.login : value))
}
const page = (users: string[]) => ({ totalCount: users.length, users, page: 1, perPage: 1000 })

beforeAll(async () => {
  await person('User2', { email: 'zed@example.org', name: 'Jane Doe' })
  await person('pct%user', { email: 'pct_user@example.org' })
  await person('ünïcode', { email: 'u@example.org', name: '日本語 テスト' })
  await person('q"uote', { email: "o'brien@example.org" })
  await person('emoji🙂x', { email: 'e@example.org' })
})

describe('searching', () => {
  it('lists in the order of logins, byte by byte', async () => {
    const users = (await as(root).get('/api/users')).body
    expect(JSON.parse(JSON.stringify(users)).map(({ login }: { login: string }) => login)).toEqual([
      'User2',
      'admin',
      'emoji🙂x',
      'pct%user',
      'q"uote',
      'ünïcode',
    ])
  })

  it.each([
    ['jane doe', ['User2']],
    ['JANE', ['User2']],
    ['e D', ['User2']],
    [' D', ['User2']],
    ['zed@', ['User2']],
    ['USER2', ['User2']],
    ['%', ['pct%user']],
    ['t%u', ['pct%user']],
    ['_', ['pct%user']],
    ['t_u', ['pct%user']],
    ['ünï', ['ünïcode']],
    ['ÜNÏ', ['ünïcode']],
    ['ü', ['ünïcode']],
    ['日本語', ['ünïcode']],
    ['日', ['ünïcode']],
    ['q"u', ['q"uote']],
    ['"', ['q"uote']],
    ["o'b", ['q"uote']],
    ['🙂', ['emoji🙂x']],
    ['i🙂x', ['emoji🙂x']],
    ['admin OR User2', []],
    ['NOT admin', []],
    ['adm*', []],
    ['zzz', []],
    ['x'.repeat(5000), []],
    ['\u001f', []],
  ])('for %j finds what contains it', async (text, users) => {
    expect(await found(text)).toEqual(page(users))
  })

  it('takes an empty text and a NUL for none, a plus for a blank, and the first of two', async () => {
    expect(await search('query=')).toMatchObject({ totalCount: 6 })
    expect(await search('query=a%00b')).toMatchObject({ totalCount: 6 })
    expect(await search('query=Jane+Doe')).toMatchObject({ totalCount: 1 })
    expect(await search('query=zed&query=admin')).toMatchObject({ totalCount: 1, users: [{ login: 'User2' }] })
  })

  it.each([
    ['perpage=2', 1, 2, 2],
    ['perpage=2&page=3', 3, 2, 2],
    ['perpage=4&page=2', 2, 4, 2],
    ['page=9', 9, 1000, 0],
    ['perpage=0&page=0', 1, 1000, 6],
    ['perpage=-1&page=-1', 1, 1000, 6],
    ['perpage=1.5&page=abc', 1, 1000, 6],
    ['perpage=99999999999999999999', 1, 1000, 6],
    ['perpage=9223372036854775807', 1, 9007199254740991, 6],
    ['page=9223372036854775807', 9007199254740991, 1000, 0],
    ['perpage=9223372036854775807&page=9223372036854775807', 9007199254740991, 9007199254740991, 0],
  ])('?%s is never an error', async (query, number, perPage, length) => {
    const body = await search(query)
    expect(body).toMatchObject({ totalCount: 6, page: number, perPage })
    expect(body).toHaveProperty('users.length', length)
    const matching = await search(`${query}&query=example.org`)
    expect(matching).toMatchObject({ totalCount: 5, page: number, perPage })
  })

  it('finds exactly those who contain the text, whatever it is', async () => {
    const { results } = await env.DB.prepare('SELECT login, email, name FROM users').all<Record<string, string>>()
    const alphabet = fc.constantFrom(...'aeu2 %_"\'@.🙂üN日\\*')
    await fc.assert(
      fc.asyncProperty(fc.array(alphabet, { minLength: 1, maxLength: 5 }), async (letters) => {
        const text = letters.join('')
        const fold = (value: string | undefined) => (value ?? '').toLowerCase()
        const expected = results
          .filter((user) => [user.login, user.email, user.name].some((field) => fold(field).includes(fold(text))))
          .map(({ login }) => login)
        expect([...(await found(text)).users].sort()).toEqual(expected.sort())
      }),
      { numRuns: 200 },
    )
  })
})

describe('looking up', () => {
  it.each(['User2', 'zed@example.org', 'pct%user'])('%s finds one person', async (name) => {
    expect((await as(root).get(`/api/users/lookup?loginOrEmail=${encodeURIComponent(name)}`)).status).toBe(200)
  })
  it.each(['', 'user2', 'User2 ', '%', 'nobody'])('%j finds nobody', async (name) => {
    expect(await as(root).get(`/api/users/lookup?loginOrEmail=${encodeURIComponent(name)}`)).toMatchObject({
      status: 404,
      body: { message: 'user not found' },
    })
  })
  it('tells a plus from a blank', async () => {
    await person('plus', { email: 'a+b@example.org' })
    expect((await as(root).get('/api/users/lookup?loginOrEmail=a%2Bb@example.org')).status).toBe(200)
    expect((await as(root).get('/api/users/lookup?loginOrEmail=a+b@example.org')).status).toBe(404)
  })
})

describe('activeLast30Days', () => {
  it('keeps those who were seen lately, with and without a text', async () => {
    const day = 24 * 60 * 60
    const now = Math.floor(Date.now() / 1000)
    await env.DB.prepare('UPDATE users SET last_seen_at = NULL').run()
    for (const [login, days] of Object.entries({ admin: 0, User2: 29, 'pct%user': 31 })) {
      await env.DB.prepare('UPDATE users SET last_seen_at = ? WHERE login = ?')
        .bind(now - days * day, login)
        .run()
    }
    const active = (query: string) => search(`activeLast30Days=true${query}`)
    expect(await active('')).toMatchObject({ totalCount: 2, users: [{ login: 'User2' }, { login: 'admin' }] })
    expect(await active('&query=example.org')).toMatchObject({ totalCount: 1, users: [{ login: 'User2' }] })
    expect(await active('&query=U')).toMatchObject({ totalCount: 1 })
    expect(await search('activeLast30Days=false')).toMatchObject({ totalCount: 7 })
  })
})
