import { describe, expect, it, vi } from 'vitest'
import { readCredential } from '../src/auth/credentials.ts'
import { grafanaHash, hashPassword, pbkdf2Rounds, verifyPassword } from '../src/auth/passwords.ts'
import { newApiKey, newSessionToken, newToken, secretHash, tokenPrefix } from '../src/auth/secrets.ts'

describe('passwords', () => {
  it.each(['argon2id', 'pbkdf2'] as const)('are hashed by %s and verified whole', async (scheme) => {
    const rest = 'x'.repeat(900)
    const stored = await hashPassword(`pä ss\u0000🙂${rest}`, scheme)
    expect(stored).toMatch(
      scheme === 'argon2id' ? /^\$argon2id\$v=19\$m=7168,t=5,p=1\$/ : /^\$pbkdf2-sha256\$i=100000,l=32\$/,
    )
    expect(await verifyPassword(stored, `pä ss\u0000🙂${rest}`)).toBe(true)
    expect(await verifyPassword(stored, `pa\u0308 ss\u0000🙂${rest}`)).toBe(true)
    for (const wrong of ['', 'pä ss', `pä ss\u0000🙂${rest} `, `Pä ss\u0000🙂${rest}`]) {
      expect(await verifyPassword(stored, wrong)).toBe(false)
    }
  })

  it("verify against Grafana's own published vector", async () => {
    const hex = 'e59c568621e57756495a468f47c74e07c911b037084dd464bb2ed72410970dc849cabd71b48c394faf08a5405dae53741ce9'
    expect(await verifyPassword(grafanaHash(hex, 'pepper'), 'iamgod')).toBe(true)
    expect(await verifyPassword(grafanaHash(hex, 'pepper'), 'iamdog')).toBe(false)
  })

  it.each([
    '',
    '$',
    'plain',
    '$argon2id$v=19$m=9999999,t=5,p=1$AA$AA',
    // True hashes of "plain", at other costs.
    '$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/eQ64+jHJRBl+jV2hrM7+kc2VR/OoygZvSui98nipM',
    '$pbkdf2-sha256$i=1,l=32$MDEyMzQ1Njc4OWFiY2RlZg$SNEfayxF2RJNJNc+nygpbNqnUkUKs1Niao9H33Qtl54',
    '$grafana$AA$zz',
  ])('never match the stored %j', async (stored) => {
    for (const password of ['', 'plain', stored]) expect(await verifyPassword(stored, password)).toBe(false)
  })

  it.each(['argon2id', 'pbkdf2', 'grafana'] as const)(
    'are compared by the platform in constant time: %s',
    async (scheme) => {
      const stored = scheme === 'grafana' ? grafanaHash('ab'.repeat(50), 'salt') : await hashPassword('pass', scheme)
      const compared = vi.spyOn(crypto.subtle, 'timingSafeEqual')
      expect(await verifyPassword(stored, 'wrong')).toBe(false)
      expect(compared).toHaveBeenCalledOnce()
      expect(compared.mock.results).toEqual([{ type: 'return', value: false }])
      compared.mockRestore()
    },
  )

  it('stay within what production Workers allow', () => {
    expect(pbkdf2Rounds).toBeLessThanOrEqual(100_000)
  })
})

describe('tokens', () => {
  it("hold Grafana's checksum", () => {
    expect(tokenPrefix('glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a')).toBe('glsa')
    expect(tokenPrefix('glsa_yscW25imSKJIuav8zF37RZmnbiDvB05H_fcaaf58a')).toBeUndefined()
    expect(tokenPrefix('rcpat_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a')).toBeUndefined()
  })

  it.each(['glsa', 'rcpat'] as const)('are made with the prefix %s', (prefix) => {
    expect(tokenPrefix(newToken(prefix))).toBe(prefix)
    expect(newToken(prefix)).not.toBe(newToken(prefix))
  })

  it('are opaque for sessions, legible for API keys, and stored as SHA-256', () => {
    expect(newSessionToken()).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.parse(atob(newApiKey('edge', 7)))).toEqual({ k: expect.stringMatching(/^\w{32}$/), n: 'edge', id: 7 })
    expect(secretHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('credentials', () => {
  const basic = (text: string) => `Basic ${btoa(text)}`

  it.each([
    [undefined, undefined, { kind: 'none' }],
    ['', 'c', { kind: 'session', token: 'c' }],
    [undefined, 'c', { kind: 'session', token: 'c' }],
    ['Bearer t', 'c', { kind: 'token', token: 't' }],
    [basic('admin:a:b'), 'c', { kind: 'password', name: 'admin', password: 'a:b' }],
    [basic('admin:'), undefined, { kind: 'password', name: 'admin', password: '' }],
    [basic('api_key:t'), undefined, { kind: 'token', token: 't' }],
  ])('are read from %j and the cookie %j', (header, cookie, credential) => {
    expect(readCredential(header, cookie)).toEqual(credential)
  })

  it.each([
    'basic YTpi',
    'BASIC YTpi',
    'bearer t',
    'Token t',
    'foo',
    'Basic',
    'Basic !!!',
    basic('nocolon'),
    'Basic /zph',
  ])('refuse %j even beside a good cookie', (header) => {
    expect(() => readCredential(header, 'c')).toThrow('Invalid Basic Auth Header')
  })
})
