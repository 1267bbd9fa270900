import { appendFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openExport } from '../../scripts/directory/export.ts'
import { openJsonl } from '../../scripts/directory/jsonl.ts'
import { kindNames } from '../../scripts/directory/records.ts'
import { referencesOf, uniquesOf } from '../../scripts/directory/references.ts'
import { sequenceStatements } from '../../scripts/directory/sequences.ts'
import { writeRecords } from '../../scripts/directory/write.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'

type Line = { kind: string; row?: Record<string, unknown>; counts?: Record<string, number> }

const header = { format: 'rollcall', version: 1, exportedAt: '2026-11-26T00:00:00.000Z', sequences: { user: 9 } }
const org = (more = {}): Line => ({
  kind: 'org',
  row: { id: 1, name: 'Main Org.', createdAt: 1, updatedAt: 1, ...more },
})
const user = (id: number, more = {}): Line => {
  const login = `p${id}`
  const row = {
    id,
    uid: `u${id}`,
    login,
    email: `${login}@x`,
    loginKey: login,
    emailKey: `${login}@x`,
    createdAt: 1,
    updatedAt: 1,
  }
  return { kind: 'user', row: { ...row, ...more } }
}
const member = (userId: number, more = {}): Line => ({
  kind: 'orgMember',
  row: { orgId: 1, userId, role: 'Viewer', createdAt: 1, ...more },
})
const team = (more = {}): Line => ({
  kind: 'team',
  row: { id: 1, uid: 't1', orgId: 1, name: 'Team', createdAt: 1, updatedAt: 1, ...more },
})
const token = (more = {}): Line => ({
  kind: 'token',
  row: { id: 1, kind: 'personal', hash: 'a'.repeat(64), name: 'script', userId: 1, createdAt: 1, ...more },
})

function written(lines: (Line | string)[], first: object | string = header): string {
  const file = `${temporaryFolder()}/export.jsonl`
  const text = [first, ...lines].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  writeFileSync(file, `${text.join('\n')}\n`)
  return file
}

const end = (...lines: Line[]): Line => {
  const counts: Record<string, number> = {}
  for (const { kind } of lines) counts[kind] = (counts[kind] ?? 0) + 1
  return { kind: 'end', counts }
}

const whole = (...lines: Line[]) => written([...lines, end(...lines)])

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64').replace(/=+$/, '')
const argon2id = `$argon2id$v=19$m=7168,t=5,p=1$${base64(16)}$${base64(32)}`

describe('a file of records', () => {
  it('is read as often as asked', () => {
    const lines = [org(), user(1, { passwordHash: argon2id, name: 'Ann\u2028\u0000😀' }), member(1), team(), token()]
    const source = openJsonl(whole(...lines))
    expect(source).toMatchObject({ findings: [], counts: { org: 1, user: 1, orgMember: 1, team: 1, token: 1 } })
    expect([...source.records()]).toEqual(lines)
    expect([...source.records()]).toEqual(lines)
    expect(source.fingerprint).toMatch(/^[0-9a-f]{64}$/)
  })

  it('can be as empty as a directory', () => {
    expect(openJsonl(whole())).toMatchObject({ findings: [], counts: {} })
  })

  it('must be the one that was checked', () => {
    const file = whole(org())
    const source = openJsonl(file)
    appendFileSync(file, '\n')
    expect(() => [...source.records()]).toThrow(`${file} was changed while it was read.`)
  })

  it.each([
    ['another file', 'hello', [], 'not an export of Rollcall', 'line 1'],
    ['an empty line first', '', [], 'not an export of Rollcall', 'line 1'],
    ['another version', { ...header, version: 2 }, [], 'a version of the format that is not known here', 'line 1'],
    ['sequences that are none', { ...header, sequences: { user: "1'" } }, [], 'a first line of another form', 'line 1'],
    ['no end', header, [org()], 'the last line is missing', 'the file'],
    ['a cut last line', header, [org(), '{"kind":"e'], 'not a line of JSON', 'line 3'],
    ['another end', header, [org(), end()], 'not as many rows of org as its last line says', 'the file'],
    ['something after the end', header, [org(), end(org()), org()], 'something after the last line', 'line 4'],
    ['an array', header, ['[1]', end()], 'not a line of JSON', 'line 2'],
    [
      'an unknown kind',
      header,
      [{ kind: 'folder', row: {} }, end()],
      'a kind of record that is not known here',
      'line 2',
    ],
    [
      'a kind of Object',
      header,
      [{ kind: 'toString', row: {} }, end()],
      'a kind of record that is not known here',
      'line 2',
    ],
    ['no row', header, ['{"kind":"user"}', end()], 'a record without a row', 'line 2'],
    ['another order', header, [user(1), org(), end(user(1), org())], 'org after what refers to it', 'line 3'],
  ])('is no export with %s', (_, first, lines, what, row) => {
    const { findings } = openJsonl(written(lines, first))
    expect(findings[0]).toMatchObject({ weight: 'stop', what, row })
  })

  it.each([
    ['an unknown property', user(1, { hash: 'secret-hash' }), 'has a property that no user has'],
    ['a number for a text', user(1, { login: 7 }), 'login is not text'],
    ['half a character', user(1, { login: '\ud800' }), 'login is not text'],
    ['a text for a number', user(1, { createdAt: '1' }), 'createdAt is not a whole number'],
    ['a fraction', user(1, { createdAt: 1.5 }), 'createdAt is not a whole number'],
    ['a number for true', user(1, { isAdmin: 1 }), 'isAdmin is not true or false'],
    ['nothing for a name', user(1, { login: null }), 'login is missing'],
    ['nothing for its key', user(1, { id: undefined }), 'id is missing'],
    ['an id below 1', user(0), 'id is less than 1, or beyond 2^52'],
    ['an id after which few are left', user(2 ** 52 + 1), 'id is less than 1, or beyond 2^52'],
    ['a login beyond the API', user(1, { login: 'x'.repeat(1001) }), 'login or email is longer than 1000 characters'],
    ['a key of another name', user(1, { loginKey: 'root' }), 'loginKey or emailKey is not that of the login or email'],
    ['no names', user(1, { login: '', email: '', loginKey: '', emailKey: '' }), 'login and email are empty'],
    ['a text too long', user(1, { name: 'é'.repeat(1_000_001) }), 'is larger than 2000000 bytes'],
    ['a role that is none', member(1, { role: 'Root' }), 'role is none of None, Viewer, Editor, Admin'],
    ['a token of nobody', token({ userId: null }), 'does not say whose it is'],
    ['a kind of token that is none', token({ kind: 'root' }), 'kind is none of api_key, service_account, personal'],
  ])('stops at a row with %s', (_, line, what) => {
    const { findings } = openJsonl(whole(line))
    expect(findings.map(({ weight, what }) => ({ weight, what }))).toEqual([{ weight: 'stop', what }])
    expect(JSON.stringify(findings)).not.toContain('secret-hash')
  })

  it.each([
    [
      'id',
      [user(1), user(1, { uid: 'v', login: 'q', email: 'q', loginKey: 'q', emailKey: 'q' })],
      'two rows of user with the same id',
    ],
    ['uid', [user(1), user(2, { uid: 'u1' })], 'two rows of user with the same uid'],
    [
      'sign-in name',
      [user(1), user(2, { email: 'P1', emailKey: 'p1' })],
      "a login or e-mail that is somebody else's login or e-mail",
    ],
    ['pair of ids', [org(), user(1), member(1), member(1)], 'two rows of orgMember with the same orgId and userId'],
    [
      'name in an organization',
      [org(), team(), team({ id: 2, uid: 't2' })],
      'two rows of team with the same orgId and name',
    ],
    ['hash', [user(1), token(), token({ id: 2, name: 'b' })], 'two rows of token with the same hash'],
    [
      'name and person of a token',
      [user(1), token(), token({ id: 2, hash: 'b'.repeat(64) })],
      'two rows of token with the same userId and name',
    ],
    [
      'owner',
      [org(), ...[1, 2].map((id) => ({ kind: 'preferences', row: { id, orgId: 1, updatedAt: 1 } }))],
      'two rows of preferences of the same owner',
    ],
  ])('stops at two with the same %s', (_, lines, what) => {
    expect(openJsonl(whole(...lines)).findings).toMatchObject([{ weight: 'stop', what }])
  })

  it('lets two keys of different kinds have one name', () => {
    const key = { kind: 'api_key', orgId: 1, userId: null, role: 'Viewer' }
    const account = { id: 1, uid: 's', orgId: 1, name: 'r', login: 'sa-r', role: 'Viewer', createdAt: 1, updatedAt: 1 }
    const own = { kind: 'service_account', orgId: 1, userId: null, serviceAccountId: 1, id: 2, hash: 'b'.repeat(64) }
    expect(openJsonl(whole(org(), { kind: 'serviceAccount', row: account }, token(key), token(own))).findings).toEqual(
      [],
    )
  })

  it('leaves out what refers to nothing, and what refers to that', () => {
    const lost = team({ orgId: 7 })
    const onIt = { kind: 'teamMember', row: { teamId: 1, orgId: 7, userId: 1, createdAt: 1 } }
    const source = openJsonl(whole(org(), user(1), member(1), member(8), lost, onIt))
    expect(source.findings).toEqual([
      { weight: 'left out', what: 'orgMember whose user (userId) is not there', row: 'line 5: orgMember' },
      { weight: 'left out', what: 'team whose org (orgId) is not there', row: 'line 6: team 1 (Team)' },
      { weight: 'left out', what: 'teamMember whose team (teamId and orgId) is not there', row: 'line 7: teamMember' },
      {
        weight: 'left out',
        what: 'teamMember whose orgMember (orgId and userId) is not there',
        row: 'line 7: teamMember',
      },
    ])
    expect([...source.records()]).toEqual([org(), user(1), member(1)])
    expect(source.counts).toEqual({ org: 1, user: 1, orgMember: 1 })
  })

  it.each([
    ['a scheme that is none', '$2b$10$abcdefghijklmnopqrstuv'],
    ['a cost without bounds', `$pbkdf2-sha256$i=1000000000,l=32$${base64(16)}$${base64(32)}`],
    ['much memory', `$argon2id$v=19$m=4194304,t=5,p=1$${base64(16)}$${base64(32)}`],
    ['another length', `$pbkdf2-sha256$i=100000,l=32$${base64(16)}$${base64(64)}`],
    ['a part too many', `$argon2id$v=19$m=7168,t=5,p=1$x$${base64(16)}$${base64(32)}`],
    ['half a Grafana hash', `$grafana$cGVwcGVy$${'ab'.repeat(32)}`],
  ])('takes a person without a hash of %s', (_, passwordHash) => {
    const source = openJsonl(whole(user(1, { passwordHash })))
    expect(source.findings).toEqual([
      {
        weight: 'note',
        what: 'a password hash that Rollcall would not accept',
        row: 'line 2: user 1 (p1)',
        advice: 'They come without a password: a reset gives them one.',
      },
    ])
    expect([...source.records()]).toEqual([user(1, { passwordHash: null })])
  })

  it.each([
    argon2id,
    `$pbkdf2-sha256$i=100000,l=32$${base64(16)}$${base64(32)}`,
    `$grafana$cGVwcGVy$${'ab'.repeat(50)}`,
  ])('takes %s', (passwordHash) => {
    expect(openJsonl(whole(user(1, { passwordHash }))).findings).toEqual([])
  })

  it('leaves out a token whose hash is none, and says nothing of it', () => {
    const { findings, counts } = openJsonl(whole(user(1), token({ hash: 'rcpat_in_the_clear' })))
    expect(findings).toMatchObject([{ weight: 'left out', what: 'token whose hash is of no known form' }])
    expect(JSON.stringify(findings)).not.toContain('rcpat_')
    expect(counts).toEqual({ user: 1 })
    expect(openJsonl(whole(user(1), token({ hash: `grafana:${'ab'.repeat(50)}` }))).findings).toEqual([])
  })

  it('forgets an active organization that is not there, since its number may become the number of another', () => {
    const source = openJsonl(whole(org(), user(1, { orgId: 7 })))
    expect(source.findings).toMatchObject([{ weight: 'note', what: 'an active organization that is not there' }])
    expect([...source.records()].at(-1)).toEqual(user(1, { orgId: 0 }))
  })

  it('ends where nobody would read on', () => {
    const { findings } = openJsonl(written(Array.from({ length: 1500 }, () => 'nothing')))
    expect(findings).toHaveLength(1001)
    expect(findings.at(-1)).toMatchObject({
      weight: 'stop',
      what: 'more than 1000 findings',
      row: 'line 1002 and after',
    })
  })

  it('is not taken where it is no text, or one line without end', () => {
    const file = whole(org())
    appendFileSync(file, Buffer.from([0xff, 0x0a]))
    expect(openJsonl(file).findings).toMatchObject([{ what: 'something after the last line' }])
    const endless = written([`"${'x'.repeat(20_000_000)}"`])
    expect(openJsonl(endless).findings[0]).toMatchObject({ weight: 'stop', what: 'not a line of JSON', row: 'line 2' })
  })
})

describe('what tables demand of one another', () => {
  it('is known of every kind', () => {
    expect(kindNames.filter((kind) => referencesOf(kind).length === 0)).toEqual(['org', 'user', 'role', 'audit'])
    expect(uniquesOf('token').map(({ properties }) => properties.join())).toEqual([
      ...['id', 'hash', 'orgId,name', 'userId,name', 'serviceAccountId,name'],
    ])
    expect(uniquesOf('user').map(({ properties }) => properties.join())).toEqual(['id', 'uid'])
  })
})

describe('ids that were given once', () => {
  it('are not given again, whether or not a row is there', async () => {
    const db = await emptyDatabase()
    const source = openJsonl(whole(user(1)))
    await writeRecords(db, source.records, { source: source.fingerprint, now: 1 })
    await db.apply(sequenceStatements({ ...source.sequences, team: 4, user: 9 }))
    await db.apply(sequenceStatements({ user: 3 }))
    const { header } = await openExport(db, { hashes: false, audit: false }, new Date())
    expect(header.sequences).toEqual({ user: 9, team: 4, dashboard: 0 })
  })
})
