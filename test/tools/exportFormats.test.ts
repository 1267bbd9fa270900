import { pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, it, vi } from 'vitest'
import { exportCommand } from '../../scripts/cli/export.ts'
import { toKratos } from '../../scripts/directory/formats/kratos.ts'
import { toLogto } from '../../scripts/directory/formats/logto.ts'
import type { Person } from '../../scripts/directory/formats/people.ts'
import { literal } from '../../scripts/directory/write.ts'
import { grafanaHash, hashPassword } from '../../src/auth/passwords.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'

const password = 'correct horse'
const grafana = (salt: string) => grafanaHash(pbkdf2Sync(password, salt, 10_000, 50, 'sha256').toString('hex'), salt)

const schemes = [
  ['argon2id', () => hashPassword(password, 'argon2id')],
  ['pbkdf2', () => hashPassword(password, 'pbkdf2')],
  ['Grafana', async () => grafana('F3FAxVm33R')],
  ['Grafana, with a salt that would mean something to Logto', async () => grafana('@')],
] as const

const person = (more: Partial<Person>): Person => ({
  ...{ id: 7, uid: 'u7', login: 'ann', email: 'ann@example.org', loginKey: 'ann', emailKey: 'ann@example.org' },
  ...{ name: 'Ann', createdAt: 1, updatedAt: 1 },
  ...more,
})

/** As Go's base64.RawStdEncoding.Strict() reads it: no padding, and nothing in the bits that are left over. */
function rawStrict(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== text) throw new Error('illegal base64 data')
  return bytes
}

/** Whether Kratos would let the password in, from what was written for it alone (ory/kratos, hash/hash_comparator.go). */
function kratosAccepts(stored: string, typed: string): boolean {
  const parts = stored.split('$')
  if (/^\$argon2id\$/.test(stored)) {
    expect(parts).toHaveLength(6)
    const [, , version, costs, salt, hash] = parts
    expect(version).toBe('v=19')
    const [, m, t, p] = /^m=(\d+),t=(\d+),p=(\d+)$/.exec(costs ?? '') ?? []
    const expected = rawStrict(hash ?? '')
    const options = { m: Number(m), t: Number(t), p: Number(p), dkLen: expected.length }
    return expected.equals(argon2id(typed, rawStrict(salt ?? ''), options))
  }
  expect(stored).toMatch(/^\$pbkdf2-sha[0-9]{1,3}\$i=[0-9]+,l=[0-9]+\$[^$]+\$[^$]+$/)
  const [, scheme, costs, salt, hash] = parts
  const expected = rawStrict(hash ?? '')
  const [, rounds, length] = /^i=(\d+),l=(\d+)$/.exec(costs ?? '') ?? []
  expect(Number(length)).toBe(expected.length)
  const digest = scheme?.replace('pbkdf2-', '') ?? ''
  return expected.equals(pbkdf2Sync(typed, rawStrict(salt ?? ''), Number(rounds), expected.length, digest))
}

/** The same for Logto, whose salt is text, or bytes behind `hex:`. */
function logtoAccepts(algorithm: unknown, digest: string, typed: string): boolean {
  expect(digest.length).toBeLessThanOrEqual(256)
  if (algorithm === 'Argon2id') return kratosAccepts(digest, typed)
  expect(algorithm).toBe('Legacy')
  const [scheme, args, hex]: [string, string[], string] = JSON.parse(digest)
  expect(scheme).toBe('pbkdf2')
  expect(args.filter((one) => one === '@')).toHaveLength(1)
  const [salt = '', rounds, length, hash = ''] = args.map((one) => (one === '@' ? typed : one))
  const bytes = salt.startsWith('hex:') ? Buffer.from(salt.slice(4), 'hex') : salt
  return pbkdf2Sync(typed, bytes, Number(rounds), Number(length), hash).toString('hex') === hex
}

describe('for Kratos', () => {
  it.each(schemes)('a password hashed by %s signs in, and no other', async (_, make) => {
    const { body, missing } = toKratos(person({ passwordHash: await make() }))
    const { credentials } = JSON.parse(JSON.stringify(body))
    const { hashed_password: stored } = credentials.password.config
    expect(kratosAccepts(stored, password)).toBe(true)
    expect(kratosAccepts(stored, 'correct house')).toBe(false)
    expect(missing).toEqual([])
  })

  it('carries who somebody is, and whether they may sign in', () => {
    expect(toKratos(person({ isDisabled: true, passwordHash: null }))).toEqual({
      body: {
        schema_id: 'rollcall',
        state: 'inactive',
        traits: { username: 'ann', email: 'ann@example.org', name: 'Ann' },
        metadata_admin: { rollcall: { id: 7, uid: 'u7' } },
      },
      missing: [],
    })
    expect(toKratos(person({}))).toMatchObject({ body: { state: 'active' } })
  })

  it('says what it can’t carry', () => {
    const odd = person({ email: 'no mail', passwordHash: '$2b$10$x', mustChangePassword: true })
    const { body, missing } = toKratos(odd)
    expect(body).toMatchObject({ traits: { username: 'ann', name: 'Ann' } })
    expect(JSON.stringify(body)).not.toMatch(/email|credentials/)
    expect(missing).toEqual([
      'the e-mail is not carried: Kratos takes it for none',
      'the password is not carried: its hash is none that Rollcall writes',
      'need not choose a new password there, as they had to here',
    ])
  })
})

describe('for Logto', () => {
  it.each(schemes)('a password hashed by %s signs in, and no other', async (_, make) => {
    const { body = {}, missing } = toLogto(person({ passwordHash: await make() }))
    const accepts = (typed: string) => logtoAccepts(body.passwordAlgorithm, String(body.passwordDigest), typed)
    expect(accepts(password)).toBe(true)
    expect(accepts('correct house')).toBe(false)
    expect(missing).toEqual([])
  })

  it('carries who somebody is', () => {
    expect(toLogto(person({}))).toEqual({
      body: {
        username: 'ann',
        primaryEmail: 'ann@example.org',
        name: 'Ann',
        customData: { rollcall: { id: 7, uid: 'u7' } },
      },
      missing: [],
    })
  })

  it.each([
    [
      'a login with dots',
      { login: 'ann.lee' },
      ['signs in there by e-mail only: Logto takes letters, digits and _ in a username'],
    ],
    ['no e-mail', { email: 'admin@localhost' }, ['the e-mail is not carried: Logto takes it for none']],
    ['neither', { login: 'a.b', email: 'x' }, ['left out: Logto takes neither the login nor the e-mail']],
    [
      'a disabled account',
      { isDisabled: true },
      ['left out: the account is disabled, and Logto makes every account active'],
    ],
    ['a long name', { name: 'x'.repeat(200) }, ['the name is cut to 128 characters']],
  ])('says what it can’t carry: %s', (_, more, missing) => {
    const carried = toLogto(person(more))
    expect(carried.missing).toEqual(missing)
    expect(carried.body === undefined).toBe(missing[0]?.startsWith('left out') === true)
  })
})

describe('the command', () => {
  it('writes a line for each person who is carried, and says by their ids who is not', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const folder = temporaryFolder()
    const db = await emptyDatabase(folder)
    const users = [
      [1, 'ann', await hashPassword(password, 'pbkdf2'), 0],
      [2, 'bob.lee', null, 0],
      [3, 'cam.lee', null, 0],
      [4, 'dan', null, 1],
    ].map(
      ([id, login, hash, disabled]) =>
        `(${[id, `u${id}`, login, `${login}@example.org`, login, `${login}@example.org`, hash, disabled, 1, 1].map(literal).join(', ')})`,
    )
    await db.apply([
      `INSERT INTO users (id, uid, login, email, login_key, email_key, password_hash, is_disabled, created_at, updated_at) VALUES ${users.join(', ')}`,
    ])
    const lines = async (format: string, ...more: string[]) => {
      await exportCommand.run([`${folder}/${format}`, '--format', format, '--persist-to', folder, '--force', ...more])
      const text = readFileSync(`${folder}/${format}`, 'utf8').trimEnd()
      return text.split('\n').map((line) => JSON.parse(line))
    }
    expect(await lines('logto', '--hashes')).toMatchObject([
      { username: 'ann', passwordAlgorithm: 'Legacy' },
      { primaryEmail: 'bob.lee@example.org' },
      { primaryEmail: 'cam.lee@example.org' },
    ])
    expect(said.mock.calls.flat()).toEqual([
      'Exported: user 3',
      '2 users: signs in there by e-mail only: Logto takes letters, digits and _ in a username: 2, 3',
      '1 user: left out: the account is disabled, and Logto makes every account active: 4',
    ])
    const people = await lines('kratos')
    expect(people.map(({ state }) => state)).toEqual(['active', 'active', 'active', 'inactive'])
    expect(JSON.stringify(people)).not.toContain('credentials')
    said.mockRestore()
  })
})
