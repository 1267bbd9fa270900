import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { as, call, person, root, textIn } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

/** What the values are now, and the tag that stands for them. */
async function seen(path: string, who = root) {
  const { status, body, headers } = await as(who).get(path)
  expect(status).toBe(200)
  const [login, email, name, theme] = ['login', 'email', 'name', 'theme'].map((key) => textIn(body, key))
  return { tag: headers.get('ETag') ?? '', values: { login, email, name, theme } }
}

const edit = (path: string, tag: string, body: object, who = root) => as(who).put(path, body, { 'If-Match': tag })

const updated = { status: 200, text: '{"message":"User updated"}' }
const stale = (current: object) => ({
  status: 412,
  text: JSON.stringify({ current, message: 'The user was changed meanwhile' }),
})

describe('the tag of a user', () => {
  it('is strong, opaque, and the same for the same values, whoever asks and by whatever path', async () => {
    const id = await person('tess', { name: 'Tess' })
    const { tag } = await seen(`/api/users/${id}`)
    expect(tag).toMatch(/^"[\w-]{24}"$/)
    expect((await seen('/api/user', 'tess:pass')).tag).toBe(tag)
    await as(root).put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true })
    expect((await seen(`/api/users/${id}?accesscontrol=true`)).tag).toBe(tag)
  })

  it.each(['login', 'email', 'name', 'theme'])('is another for another %s', async (key) => {
    const id = await person(`of-${key}`)
    const { tag, values } = await seen(`/api/users/${id}`)
    await as(root).put(`/api/users/${id}`, { ...values, [key]: `new-${key}` })
    expect((await seen(`/api/users/${id}`)).tag).not.toBe(tag)
  })

  it('tells apart values that only run together alike', async () => {
    const [one, other] = [await person('run', { name: 'ab' }), await person('runs', { name: 'a' })]
    await env.DB.prepare("UPDATE users SET theme = 'c', email = 'e' WHERE id = ?1").bind(one).run()
    await env.DB.prepare("UPDATE users SET theme = 'bc', email = 'f' WHERE id = ?1").bind(other).run()
    expect((await seen(`/api/users/${one}`)).tag).not.toBe((await seen(`/api/users/${other}`)).tag)
  })
})

describe('a change with If-Match', () => {
  it('of what was seen is made, and then no more', async () => {
    const id = await person('uma', { name: 'Uma' })
    const path = `/api/users/${id}`
    const { tag } = await seen(path)
    expect(await edit(path, tag, { login: 'uma', name: 'First', theme: 'dark' })).toMatchObject(updated)
    const now = await seen(path)
    expect(now.values).toEqual({ login: 'uma', email: 'uma', name: 'First', theme: 'dark' })
    const refused = await edit(path, tag, { login: 'uma2', email: 'uma@example.org', name: 'Second' })
    expect(refused).toMatchObject(stale(now.values))
    expect(refused.headers.get('ETag')).toBe(now.tag)
    expect(await seen(path)).toEqual(now)
    expect(await edit(path, refused.headers.get('ETag') ?? '', { login: 'uma', name: 'Third' })).toMatchObject(updated)
  })

  it('of the own account likewise', async () => {
    await person('vera')
    const who = 'vera:pass'
    const { tag } = await seen('/api/user', who)
    expect(await edit('/api/user', tag, { login: 'vera', name: 'Mine' }, who)).toMatchObject(updated)
    const current = { login: 'vera', email: 'vera', name: 'Mine', theme: '' }
    expect(await edit('/api/user', tag, { login: 'vera', name: 'Other' }, who)).toMatchObject(stale(current))
    expect((await seen('/api/user', who)).values).toEqual(current)
  })

  it('that races another with the same tag is the one that wins, or is refused', async () => {
    const id = await person('wim')
    for (const path of [`/api/users/${id}`, '/api/user']) {
      const who = path === '/api/user' ? 'wim:pass' : root
      const { tag } = await seen(path, who)
      const names = ['One', 'Two', 'Three', 'Four'].map((name) => `${name} ${path}`)
      const answers = await Promise.all(names.map((name) => edit(path, tag, { login: 'wim', name }, who)))
      const won = names.filter((_, n) => answers[n]?.status === 200)
      expect(won).toHaveLength(1)
      const { values } = await seen(path, who)
      expect(values).toMatchObject({ name: won[0] })
      for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(stale(values))
    }
  })

  it('is refused where the change came between the look and the write', async () => {
    const id = await person('xara')
    const path = `/api/users/${id}`
    const { tag } = await seen(path)
    const between = env.DB.prepare("UPDATE users SET name = 'Between' WHERE id = ?1").bind(id)
    const late = new Proxy(env.DB, {
      get: (target, key) =>
        key === 'batch'
          ? (statements: D1PreparedStatement[]) => between.run().then(() => target.batch(statements))
          : Reflect.get(target, key).bind(target),
    })
    const answer = await as(root, { DB: late }).put(path, { login: 'xara', name: 'Mine' }, { 'If-Match': tag })
    const current = { login: 'xara', email: 'xara', name: 'Between', theme: '' }
    expect(answer).toMatchObject(stale(current))
    expect((await seen(path)).values).toEqual(current)
  })

  it.each([
    ['*', () => '*', 200],
    ['spaces around *', () => ' * ', 200],
    ['the tag', (tag: string) => tag, 200],
    ['the tag, as weak as a proxy that compresses makes it', (tag: string) => `W/${tag}`, 200],
    ['the tag among others', (tag: string) => `"one", W/"two" ,${tag}`, 200],
    ['an unknown tag', () => '"unknown"', 412],
    ['only unknown tags', () => '"one", "two"', 412],
    ['the tag without its quotes', (tag: string) => tag.slice(1, -1), 412],
    ['the tag in another case', (tag: string) => tag.toUpperCase(), 412],
    ['* among tags', () => '"one", *', 412],
    ['nothing', () => '', 412],
  ])('of %s', async (what, ifMatch, status) => {
    const id = await person(`of ${what}`)
    const path = `/api/users/${id}`
    const before = await seen(path)
    const answer = await edit(path, ifMatch(before.tag), { login: `of ${what}`, name: 'New' })
    expect(answer).toMatchObject(status === 200 ? updated : stale(before.values))
    expect((await seen(path)).values).toMatchObject({ name: status === 200 ? 'New' : '' })
  })

  it('of somebody who is not there is a 404, and other refusals stay what they are', async () => {
    const id = await person('yves')
    for (const ifMatch of ['*', '"unknown"'])
      expect(await edit('/api/users/9999', ifMatch, { login: 'yves' })).toMatchObject({
        status: 404,
        body: { message: 'user not found' },
      })
    const { tag } = await seen(`/api/users/${id}`)
    expect(await edit(`/api/users/${id}`, tag, { login: 'admin' })).toMatchObject({ status: 409 })
    expect(await edit(`/api/users/${id}`, '"unknown"', {})).toMatchObject({ status: 400 })
    expect(await edit(`/api/users/${id}`, tag, { login: 'yves' }, 'yves:pass')).toMatchObject({ status: 403 })
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, auth_id, created_at) VALUES (?1, 'ldap', 'y', 0)")
      .bind(id)
      .run()
    expect(await edit(`/api/users/${id}`, tag, { login: 'yves' })).toMatchObject({
      status: 403,
      body: { message: 'User info cannot be updated for external Users' },
    })
  })

  it('shows the values to nobody who may change them and not see them', async () => {
    const id = await person('zoe')
    await person('blind')
    const token = async (who: string, permissions: object[]) =>
      textIn((await as(who).post('/api/user/tokens', { name: 'blind', permissions })).body, 'key')
    const blind = async (who: string, scope: string) => ({
      token: await token(who, [{ action: 'users:write', scope }]),
    })
    const refused = { status: 412, text: '{"message":"The user was changed meanwhile"}' }
    const body = { login: 'zoe' }
    for (const [who, path] of [
      [await blind(root, 'global.users:*'), `/api/users/${id}`],
      [await blind('zoe:pass', `global.users:id:${id}`), '/api/user'],
    ] as const) {
      const answer = await call(who, 'PUT', path, { body, headers: { 'If-Match': '"unknown"' } })
      expect(answer).toMatchObject(refused)
      expect(answer.headers.get('ETag')).toBeNull()
    }
  })

  it('costs one trip more, of the own account none', async () => {
    const id = await person('cost')
    const d1 = countingD1()
    const trips = async (path: string, ifMatch: Record<string, string>, who = root) => {
      await as(who).get('/api/user')
      d1.reset()
      expect((await as(who, { DB: d1.db }).put(path, { login: 'cost' }, ifMatch)).status).toBe(200)
      return d1.count.trips
    }
    const path = `/api/users/${id}`
    const { tag } = await seen(path)
    expect([await trips(path, {}), await trips(path, { 'If-Match': '*' })]).toEqual([2, 2])
    expect(await trips(path, { 'If-Match': tag })).toBe(3)
    expect(await trips('/api/user', { 'If-Match': tag }, 'cost:pass')).toBe(2)
  })
})
