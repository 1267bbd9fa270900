import { Hono } from 'hono'
import { number, object, optional, string } from 'valibot'
import { describe, expect, it } from 'vitest'
import { allows } from '../src/auth/permissions.ts'
import type { AppEnv } from '../src/env.ts'
import { ApiError, accessDenied, renderError } from '../src/errors.ts'
import { decodeLeniently, parseInt64, readBody, readId } from '../src/input.ts'
import { readPage } from '../src/page.ts'

describe('allows', () => {
  it.each([
    ['users:read', 'global.users:*', 'users:read', 'global.users:id:7', true],
    ['users:read', 'global:users:*', 'users:read', 'global.users:*', true],
    ['users:read', 'users:*', 'users:read', 'global.users:id:7', true],
    ['users:read', 'global.users:id:7', 'users:read', 'users:id:7', true],
    ['users:read', 'global.users:id:7', 'users:read', 'users:id:71', false],
    ['users:read', 'global.users:id:7', 'users:read', 'global.users:*', false],
    ['users:write', 'global.users:*', 'users:read', 'global.users:id:7', false],
    ['teams:read', 'teams:id:*', 'teams:read', 'teams:id:4', true],
    ['teams:read', 'teams:*', 'teams:read', 'users:id:4', false],
    ['org.users:add', 'users:*', 'org.users:add', 'global.users:id:4', false],
  ])('%s on %s, asked for %s on %s', (action, scope, wanted, on, answer) => {
    expect(allows([[action, scope]], wanted, on)).toBe(answer)
  })

  it('denies whoever holds nothing', () => {
    expect(allows([], 'users:read', 'global.users:*')).toBe(false)
  })
})

describe('ids', () => {
  it.each([
    ['1', 1],
    ['+1', 1],
    ['01', 1],
    ['-1', -1],
    ['0', 0],
  ])('reads %s as Go does', (text, value) => {
    expect(readId(text)).toBe(value)
  })

  it.each(['', 'abc', '1.5', '1abc', ' ', '1/2', '0x1', '1e3', '9223372036854775808'])('refuses %j', (text) => {
    expect(parseInt64(text)).toBeUndefined()
    expect(() => readId(text, 'orgId')).toThrow('orgId is invalid')
  })
})

it.each([
  [{}, { page: 1, perPage: 1000, offset: 0 }],
  [
    { perpage: '0', page: '-3' },
    { page: 1, perPage: 1000, offset: 0 },
  ],
  [
    { perpage: '1.5', page: 'abc' },
    { page: 1, perPage: 1000, offset: 0 },
  ],
  [{ perpage: '99999999999999999999' }, { page: 1, perPage: 1000, offset: 0 }],
  [
    { perpage: '10', page: '3' },
    { page: 3, perPage: 10, offset: 20 },
  ],
])('pages %j', (query, page) => {
  expect(readPage(query)).toEqual(page)
})

describe('the lenient decoder', () => {
  it.each([
    ['{"LOGIN":"a"}', { login: 'a' }],
    ['{"login":"a","Login":"b"}', { login: 'b' }],
    ['{"login":null,"other":1}', {}],
    ['{"login":"a"} xyz', { login: 'a' }],
    ['{"login":"}\\"{"} {', { login: '}"{' }],
    ['{"__proto__":{"login":"a"}}', {}],
  ])('reads %s', (text, value) => {
    expect(decodeLeniently(text, ['login'])).toEqual(value)
  })

  it.each(['', '{"login": ', 'null', '"x"', '[]', '5', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`])(
    'refuses %j',
    (text) => {
      expect(decodeLeniently(text, ['login'])).toBeUndefined()
    },
  )
})

describe('a body over HTTP', () => {
  const app = new Hono<AppEnv>().post('/', async (c) =>
    c.json(await readBody(c, object({ login: string(), n: optional(number()) }))),
  )
  app.onError(renderError)
  const post = async (body: string, type = 'application/json') => {
    const answer = await app.request('/', { method: 'POST', body, headers: { 'Content-Type': type } })
    return { status: answer.status, body: await answer.json() }
  }
  const refused = { status: 400, body: { message: 'bad request data', traceID: '' } }

  it('is bound', async () => {
    expect(await post('{"Login":"a"}', 'application/json; charset=utf-8')).toEqual({
      status: 200,
      body: { login: 'a' },
    })
  })

  it.each([
    ['a wrong type', '{"login":5}', 'application/json'],
    ['a missing field', '{}', 'application/json'],
    ['another content type', '{"login":"a"}', 'text/plain'],
  ])('is refused for %s', async (_, body, type) => {
    expect(await post(body, type)).toEqual(refused)
  })

  it('is read up to 1 MiB and no further', async () => {
    const sized = (bytes: number) => JSON.stringify({ login: 'a'.repeat(bytes - '{"login":""}'.length) })
    expect((await post(sized(1024 * 1024))).status).toBe(200)
    expect(await post(sized(1024 * 1024 + 1))).toEqual({
      status: 413,
      body: { message: 'request body is larger than 1048576 bytes' },
    })
  })
})

it('names the missing permission in a denial', () => {
  const denial = accessDenied('users:read')
  expect(denial).toBeInstanceOf(ApiError)
  expect(denial.status).toBe(403)
  expect(denial.message).toBe(
    "You'll need additional permissions to perform this action. Permissions needed: users:read",
  )
  expect(denial.extra).toEqual({ accessErrorId: expect.stringMatching(/^ACE\d{10}$/), title: 'Access denied' })
})
