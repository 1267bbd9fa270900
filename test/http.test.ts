import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { version } from '../package.json'
import { as, call, root } from './support/client.ts'

const get = (path: string, bindings: object = {}) => as(undefined, bindings).get(path)

describe('what every answer has in common', () => {
  it('says that it is healthy to anyone', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'Ok' })
    const health = await get('/api/health')
    expect(health.status).toBe(200)
    expect(JSON.parse(health.text)).toEqual({ commit: `rollcall-${version}`, database: 'ok', version: '9.3.2' })
    // Without its database the Worker is alive, and not ready.
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const lost = {
      prepare() {
        throw new Error('D1_ERROR: Network connection lost.')
      },
    }
    expect(await get('/healthz', { DB: lost })).toMatchObject({ status: 200, text: 'Ok' })
    expect((await get('/api/health', { DB: lost })).status).toBe(503)
    log.mockRestore()
  })

  it.each(['/healthz/'])('answers 404 on %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: { message: 'Not found' } })
  })

  it.each(['/api', '/api/', '/api/nope', '/api/users/1/nope'])('tells a stranger nothing about %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}\n' })
  })

  it.each([
    ['GET', '/', null],
    ['GET', '/profile?a=b', 'redirect_to=%2Fprofile%3Fa%3Db; Path=/; HttpOnly; SameSite=Lax'],
    ['GET', '/API/user', 'redirect_to=%2FAPI%2Fuser; Path=/; HttpOnly; SameSite=Lax'],
    ['POST', '/logout', 'redirect_to=%2Flogout; Path=/; HttpOnly; SameSite=Lax'],
  ])('sends a stranger from %s %s to sign in', async (method, path, cookie) => {
    const answer = await call(undefined, method, path)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('Location')).toBe('/login')
    expect(answer.headers.get('Set-Cookie')).toBe(cookie)
  })

  it.each(['/api/health/', '/healthz/', '/api//user', '/api/User', '/api/nope'])(
    'says to whoever is signed in that there is no %s',
    async (path) => {
      expect(await as(root).get(path)).toMatchObject({ status: 404, text: '{"message":"Not found"}\n' })
    },
  )

  it.each(['/nope', '/API/user', '//api/user'])(
    'shows whoever is signed in a page that there is no page %s',
    async (path) => {
      const { status, text, headers } = await as(root).get(path)
      expect({ status, type: headers.get('Content-Type') }).toEqual({ status: 404, type: 'text/html; charset=UTF-8' })
      expect(text).toContain('<h1>Not found</h1>')
    },
  )

  it('sends the headers that Grafana sends', async () => {
    const { headers } = await get('/api/nope')
    expect(headers.get('Cache-Control')).toBe('no-cache, no-store')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('X-Frame-Options')).toBe('deny')
  })

  it('hides what went wrong inside', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const failing = new Proxy(env.DB, {
      get() {
        throw new Error('secret detail')
      },
    })
    const answer = await get('/api/health', { DB: failing })
    expect(answer).toMatchObject({ status: 500, text: '{"message":"Internal server error"}' })
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(String(log.mock.calls[0]?.[0])).toContain(answer.headers.get('X-Request-Id'))
    log.mockRestore()
  })

  it('says that the database is not to be had, logs no value of a statement, and believes none', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const down = new Proxy(env.DB, {
      get(target, key) {
        const fail = async () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))
        if (key === 'batch') return fail
        if (key !== 'prepare') return Reflect.get(target, key).bind(target)
        return (text: string) => {
          if (/^select|^with/i.test(text)) return target.prepare(text)
          return { bind: () => ({ run: fail, all: fail, raw: fail, first: fail }) }
        }
      },
    })
    for (const name of ['rule: everything is fine', 'UNIQUE constraint failed', 'D1_ERROR: rule: fine']) {
      const answer = await as(root, { DB: down }).put('/api/user', { login: 'admin', name })
      expect(answer).toMatchObject({ status: 503, body: { message: 'The database is not available: try again' } })
      expect(answer.headers.get('Retry-After')).toBe('5')
    }
    // The failure, and that it could not be recorded.
    expect(log.mock.calls).toHaveLength(6)
    expect(JSON.stringify(log.mock.calls)).not.toContain('fine')
    log.mockRestore()
  })
})
