import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { secretHash } from '../src/auth/secrets.ts'
import { as, numberIn, person, root } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

// Grafana's published vector of a service account's token, and an API key hashed in the same way with its name as the salt.
const token = 'glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a'
const tokenHex = '26cd2524985150529dc5f32109f544860512b999766e11bc8f3d5711bf0ba6e7020099f9f21538b5df94d577782f7431dd27'
const key = btoa(JSON.stringify({ k: 'A'.repeat(32), n: 'edge', id: 1 }))
const keyHex = '95873579f71144098e048dfd20ebb59aa935c8be5f2d861055f1087dbf1dd128f60a1caf08c4866b7b426145908887a2a226'

const invalid = { status: 401, body: { message: 'invalid API key', traceID: '' } }
const hashOf = (name: string) => env.DB.prepare('SELECT hash FROM tokens WHERE name = ?').bind(name).first('hash')

let account: number
beforeAll(async () => {
  await person('vic')
  account = numberIn((await as(root).post('/api/serviceaccounts', { name: 'robot', role: 'Admin' })).body, 'id')
})

const carry = (kind: 'api_key' | 'service_account', name: string, hex: string, expiresAt: number | null = null) =>
  env.DB.prepare(
    `INSERT INTO tokens (kind, hash, name, org_id, service_account_id, role, created_at, expires_at)
      VALUES (?1, ?2, ?3, 1, ?4, 'Editor', 1, ?5)`,
  )
    .bind(kind, `grafana:${hex}`, name, kind === 'api_key' ? null : account, expiresAt)
    .run()

describe('a token carried over from Grafana', () => {
  it('is unknown where nothing was carried over, for one row more', async () => {
    const { db, count } = countingD1()
    expect(await as({ token }, { DB: db }).get('/api/org')).toMatchObject(invalid)
    // The third trip is the audit log's.
    expect(count).toMatchObject({ trips: 3 })
  })

  it('works, and from then on by a hash of ours', async () => {
    await carry('service_account', 'carried', tokenHex)
    expect((await as({ token }).get('/api/org')).body).toMatchObject({ id: 1 })
    expect(await hashOf('carried')).toBe(secretHash(token))
    expect((await as({ token }).post('/api/teams', { name: 'by a carried token' })).status).toBe(200)
    expect((await as(`api_key:${token}`).get('/api/org')).status).toBe(200)
  })

  it('works at once for many that use it at once', async () => {
    await env.DB.prepare("UPDATE tokens SET hash = ? WHERE name = 'carried'").bind(`grafana:${tokenHex}`).run()
    const answers = await Promise.all(Array.from({ length: 8 }, () => as({ token }).get('/api/org')))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })

  it('works as an API key, in its org and by its role', async () => {
    await carry('api_key', 'edge', keyHex)
    expect((await as({ token: key }).get('/api/org')).body).toMatchObject({ id: 1 })
    expect((await as({ token: key }).get('/api/org/users')).status).toBe(403)
    expect(await hashOf('edge')).toBe(secretHash(key))
  })

  it('is refused with another secret, another name, or once it is expired or deleted', async () => {
    const forged = (k: string, n: string) => btoa(JSON.stringify({ k, n, id: 1 }))
    await env.DB.prepare("UPDATE tokens SET hash = ? WHERE name = 'edge'").bind(`grafana:${keyHex}`).run()
    for (const guess of [forged('B'.repeat(32), 'edge'), forged('A'.repeat(32), 'edges'), forged(keyHex, ''), tokenHex])
      expect(await as({ token: guess }).get('/api/org')).toMatchObject(invalid)
    expect(await hashOf('edge')).toBe(`grafana:${keyHex}`)
    await env.DB.prepare("UPDATE tokens SET expires_at = 5 WHERE name = 'edge'").run()
    expect(await as({ token: key }).get('/api/org')).toMatchObject({
      status: 401,
      body: { message: 'Expired API key' },
    })
    await env.DB.prepare("DELETE FROM tokens WHERE name = 'edge'").run()
    expect(await as({ token: key }).get('/api/org')).toMatchObject(invalid)
  })

  it('costs no hash where guesses come too fast', async () => {
    await carry('api_key', 'edge', keyHex)
    const walled = { GUESSES: { limit: async () => ({ success: false }) } }
    const headers = { 'CF-Connecting-IP': '192.0.2.7' }
    expect(await as({ token: key }, walled).get('/api/org', headers)).toMatchObject(invalid)
    expect((await as({ token: key }).get('/api/org', headers)).status).toBe(200)
  })
})
