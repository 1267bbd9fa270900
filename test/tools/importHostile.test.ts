import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { addCrowd } from './grafana/crowd.ts'
import { type GrafanaDatabase, grafanaDatabase, type Row } from './grafana/database.ts'
import { filledGrafana } from './grafana/filled.ts'
import { temporaryFolder } from './support/database.ts'
import { found, openAt } from './support/import.ts'

const folder = () => temporaryFolder()

describe('a file that is no whole database of Grafana', () => {
  it('is refused where it is another one, by what it lacks', () => {
    const file = `${folder()}/other.db`
    const db = new DatabaseSync(file)
    db.exec('CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT)')
    db.close()
    expect(() => openAt(file)).toThrow(/no database of Grafana 8 to 12.*It lacks org, user\.login, user\.email/)
  })

  it('is refused where a newer version calls something otherwise', () => {
    const file = filledGrafana(folder(), '12', ({ db }) =>
      db.exec('ALTER TABLE user RENAME COLUMN login TO user_login'),
    )
    expect(() => openAt(file)).toThrow(/one that is not known yet\. It lacks user\.login$/)
  })

  it('is refused where it was cut short', () => {
    const file = filledGrafana(folder(), '9', (grafana) => addCrowd(grafana, 500))
    truncateSync(file, 60_000)
    expect(() => openAt(file)).toThrow(/is damaged|could not be opened/)
  })

  it('is refused where something was written over it', () => {
    const file = filledGrafana(folder(), '9', (grafana) => addCrowd(grafana, 500))
    const bytes = readFileSync(file)
    bytes.fill(0xff, 8192, 24_576)
    writeFileSync(file, bytes)
    expect(() => openAt(file)).toThrow(/is damaged/)
  })

  it('is read with the WAL beside it', () => {
    const file = filledGrafana(folder(), '9')
    const writer = new DatabaseSync(file)
    writer.exec("PRAGMA journal_mode = WAL; UPDATE user SET login = 'from the wal' WHERE id = 3")
    const [, ...users] = [...openAt(file).records()].filter(({ kind }) => kind === 'user')
    expect(users.some(({ row }) => 'login' in row && row.login === 'from the wal')).toBe(true)
    writer.close()
  })
})

const stops = (change: (grafana: GrafanaDatabase) => void, options = {}) =>
  found(openAt(filledGrafana(folder(), '9', change, options)), 'stop')

const leftOut = (change: (grafana: GrafanaDatabase) => void, options = {}) =>
  found(openAt(filledGrafana(folder(), '9', change, options)), 'left out').filter(
    (line) => !line.includes('datasources'),
  )

const notes = (change: (grafana: GrafanaDatabase) => void) =>
  found(openAt(filledGrafana(folder(), '9', change)), 'note')

describe('a person who could harm', () => {
  it.each<[string, Row, string]>([
    [
      'a fraction for an id of an org',
      { org_id: 1.5 },
      "a value that can't be read: user 90: org_id is a fraction where a whole number should be",
    ],
    [
      'a number beyond 2^53',
      { help_flags1: 2n ** 60n },
      "a value that can't be read: user 90: help_flags1 is a number beyond 2^53",
    ],
    [
      'a blob for a login',
      { login: new Uint8Array([1, 2]) },
      "a value that can't be read: user 90: login is a blob where text should be",
    ],
    ['NUL in a login', { login: 'ann\0bob' }, "a value that can't be read: user 90: login holds NUL"],
    [
      'text for a flag',
      { is_admin: 'maybe' },
      "a value that can't be read: user 90: is_admin is text where true or false should be",
    ],
    [
      'a time that is none',
      { created: '2026-02-30 12:00:00' },
      "a value that can't be read: user 90: created is no time",
    ],
    ['a negative id', { id: -4 }, "a value that can't be read: user -4: id is not above 0"],
    [
      'a login of 1001 characters',
      { login: 'x'.repeat(1001) },
      `a login, e-mail or name of more than 1000 characters: user 90 (${'x'.repeat(60)}…)`,
    ],
  ])('stops the import: %s', (_, row, line) => {
    expect(stops(({ add }) => add('user', { id: 90, login: 'p90', email: 'p90@example.org', ...row }))).toEqual([line])
  })

  it('stops it with half of a surrogate pair too, and is left out where that is said', () => {
    const half = ({ add, db }: GrafanaDatabase) => {
      add('user', { id: 90, login: 'p90', email: 'p90@example.org' })
      db.exec("UPDATE user SET login = CAST(x'61eda080' AS TEXT) WHERE id = 90")
    }
    expect(stops(half)).toEqual(["a value that can't be read: user 90: login is no valid UTF-8"])
    expect(found(openAt(filledGrafana(folder(), '9', half), { resolve: ['90=skip'] }), 'stop')).toEqual([])
  })

  it.each([
    ['$argon2id$v=19$m=4194304,t=1000000000,p=1$c2FsdA$aGFzaA'],
    ['$pbkdf2-sha256$i=1000000000,l=50$c2FsdA$aGFzaA'],
    ['$grafana$c2FsdA$00'],
    ['00'],
    [`${'0'.repeat(99)}g`],
  ])('has no password where the hash is %s', (password) => {
    const file = filledGrafana(folder(), '9', ({ db }) =>
      db.prepare('UPDATE user SET password = ? WHERE id = 3').run(password),
    )
    const source = openAt(file)
    expect(found(source, 'note')).toContain(
      "a password hash that isn't Grafana's (carried without a password: it must be reset): user 3 (émile.patel1)",
    )
    expect(JSON.stringify(source.findings)).not.toContain(password)
    const rows = [...source.records()].flatMap(({ row }) =>
      'passwordHash' in row && row.id === 3 ? [row.passwordHash] : [],
    )
    expect(rows).toEqual([null])
  })

  it('signs in from elsewhere only, where there is no password', () => {
    const file = filledGrafana(folder(), '9', ({ db }) => db.exec("UPDATE user SET password = '' WHERE id = 3"))
    expect(found(openAt(file), 'note').filter((line) => line.includes('émile'))).toEqual([])
  })
})

describe('a dump without keys', () => {
  it.each([
    ['user', { id: 3, login: 'x', email: 'x@example.org' }, 'an id twice: user 3 (x)'],
    ['org', { id: 2, name: 'x' }, 'an id twice: org 2 (x)'],
    ['org', { id: 9, name: 'Main Org.' }, 'a name of two organizations: org 9 (Main Org.)'],
    ['team', { id: 1, name: 'x' }, 'an id twice: team 1 (x) of org 1'],
    ['team', { id: 9, name: 'Edge' }, 'a name of two teams of an organization: team 9 (Edge) of org 1'],
  ])('that has %s twice is refused', (table, row, line) => {
    expect(stops(({ add }) => add(table, row), { hasKeys: false })).toEqual([line])
  })

  it.each([
    ['org_user', { id: 900, user_id: 3 }, 'a membership twice: org_user 900: org 1, user 3'],
    ['team_member', { id: 900, team_id: 1, user_id: 2 }, 'on a team twice: team_member 900: team 1, user 2'],
    ['star', { id: 900, user_id: 2, dashboard_id: 1 }, 'a star twice: star 900: user 2, dashboard 1'],
    ['preferences', { id: 900, user_id: 2 }, 'preferences twice: preferences 900: org 1, user 2, team 0'],
    ['api_key', { id: 900, name: 'key Admin 1', key: 'b'.repeat(100) }, 'a key twice: api_key 900 (key Admin 1)'],
  ])('that has a row of %s twice is read without the second', (table, row, line) => {
    expect(leftOut(({ add }) => add(table, row), { hasKeys: false })).toEqual([line])
  })
})

describe('a row of nobody', () => {
  it.each<[string, Row, string]>([
    ['org_user', { id: 900, user_id: 404 }, 'a membership of nobody: org_user 900: org 1, user 404'],
    [
      'org_user',
      { id: 900, org_id: 404, user_id: 3 },
      'a membership in no organization: org_user 900: org 404, user 3',
    ],
    [
      'org_user',
      { id: 900, org_id: 2, user_id: 7, role: 'Owner' },
      'a membership with a role that is none: org_user 900: org 2, user 7',
    ],
    ['team', { id: 9, org_id: 404, name: 'x' }, 'a team of no organization: team 9 (x) of org 404'],
    ['team_member', { id: 900, team_id: 404, user_id: 3 }, 'a member of no team: team_member 900: team 404, user 3'],
    [
      'team_member',
      { id: 900, team_id: 2, user_id: 6 },
      "on a team without being in the team's organization: team_member 900: team 2, user 6",
    ],
    ['star', { id: 900, user_id: 404, dashboard_id: 1 }, 'a star of nobody: star 900: user 404, dashboard 1'],
    ['star', { id: 900, user_id: 3, dashboard_id: 404 }, 'a star of no dashboard: star 900: user 3, dashboard 404'],
    [
      'preferences',
      { id: 900, org_id: 2, user_id: 6 },
      'preferences of nobody in the organization: preferences 900: org 2, user 6, team 0',
    ],
    [
      'preferences',
      { id: 900, org_id: 2, team_id: 1 },
      'preferences of no team of the organization: preferences 900: org 2, user 0, team 1',
    ],
    [
      'api_key',
      { id: 900, org_id: 404, name: 'x', key: 'c'.repeat(100) },
      'an API key of no organization: api_key 900 (x)',
    ],
    [
      'api_key',
      { id: 900, name: 'x', key: 'c'.repeat(100), service_account_id: 404 },
      'a token of no service account: api_key 900 (x)',
    ],
    ['api_key', { id: 900, name: 'x', key: 'plain' }, "a key whose hash isn't Grafana's: api_key 900 (x)"],
    [
      'api_key',
      { id: 900, name: 'x', key: 'c'.repeat(100), role: 'Owner' },
      'an API key with a role that is none: api_key 900 (x)',
    ],
    ['user_auth', { id: 900, user_id: 404 }, "another system's account of nobody: user_auth 900: user 404"],
    ['dashboard', { id: 900, uid: 'x', title: 'x', org_id: 404 }, 'a dashboard of no organization: dashboard 900 (x)'],
    ['dashboard', { id: 900, uid: 'x', title: 'x', data: '{' }, 'a dashboard that is no JSON: dashboard 900 (x)'],
    [
      'dashboard',
      { id: 900, uid: 'x', title: 'x', data: `"${'x'.repeat(1_000_000)}"` },
      'a dashboard of more than 1 MB: dashboard 900 (x)',
    ],
    [
      'quota',
      { id: 900, org_id: 1, target: 'data_source', limit: 3 },
      'a limit of what has none here, or of nobody: quota 900: data_source of org 1',
    ],
  ])('of %s is left out', (table, row, line) => {
    expect(leftOut(({ add }) => add(table, row))).toEqual([line])
  })
})

describe('what should be known of', () => {
  it('is said of each row', () => {
    const said = notes(({ add, db }) => {
      add('user', { id: 90, login: 'nobody\u200b', email: '', org_id: 7 })
      add('org', { id: 9, name: 'Empty' })
      add('org_user', { org_id: 2, user_id: 90 })
      db.exec('UPDATE api_key SET expires = 1795000000 WHERE id = 2; UPDATE api_key SET is_revoked = 1 WHERE id = 3')
      db.exec('DELETE FROM org_user WHERE user_id = 7')
    })
    expect(said.filter((line) => !line.includes('title') && !line.includes('theme'))).toEqual([
      'in no organization: user 7 (VicLind5)',
      'no login or no e-mail (the other is used for both): user 90 (nobody\u200b)',
      "a name with characters that can't be seen: user 90 (nobody\u200b)",
      'acts in an organization without being in it (will act in the first of theirs): user 90 (nobody\u200b): org 7',
      'an organization without an Admin: org 9',
      'a key that has expired (is carried): api_key 2 (key Editor 1)',
      'a key that was revoked (is carried): api_key 3 (key Admin 1)',
    ])
  })
})

describe('a folder of tables', () => {
  const csv = (value: unknown) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`)
  const escaped = (value: unknown) =>
    value === null
      ? 'NULL'
      : String(value).replace(/[\\\t\n]/g, (sign) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n' })[sign] ?? '')

  function written(extension: 'csv' | 'tsv'): string {
    const grafana = grafanaDatabase(':memory:', '9')
    const name = 'Rosa, "the"\n\\ tab\t'
    grafana.add('org', { id: 1, name })
    grafana.add('user', { id: 1, login: 'rosa', email: 'rosa@example.org', name, is_admin: 1 })
    grafana.add('org_user', { user_id: 1, role: 'Admin' })
    const target = folder()
    for (const { name: table } of grafana.db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .all()) {
      const columns = grafana.db
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map((column) => String(column.name))
      const rows = grafana.db.prepare(`SELECT * FROM "${table}"`).all()
      const [separator, value] = extension === 'csv' ? [',', csv] : ['\t', escaped]
      // As PostgreSQL writes what is true or false there.
      const shown = (column: string, raw: unknown) =>
        value(extension === 'csv' && column === 'is_admin' ? { 0: 'f', 1: 't' }[String(raw)] : raw)
      const lines = rows.map((row) => columns.map((column) => shown(column, row[column])).join(separator))
      // MySQL's client writes nothing of an empty table.
      const isBlank = extension === 'tsv' && lines.length === 0
      writeFileSync(
        `${target}/${table}.${extension}`,
        isBlank ? '' : `${[columns.join(separator), ...lines].join('\n')}\n`,
      )
    }
    return target
  }

  it.each(['csv', 'tsv'] as const)('is read as the database it was (.%s)', (extension) => {
    const source = openAt(written(extension))
    expect(source.findings).toEqual([])
    expect(source.counts).toEqual({ org: 1, user: 1, orgMember: 1 })
    const [org, user] = [...source.records()]
    expect(org?.row).toMatchObject({ id: 1, name: 'Rosa, "the"\n\\ tab\t', createdAt: 1_795_522_520 })
    expect(user?.row).toMatchObject({ id: 1, login: 'rosa', isAdmin: true, lastSeenAt: null, passwordHash: null })
  })

  it('is refused where a table was cut short', () => {
    const target = written('csv')
    writeFileSync(`${target}/user.csv`, readFileSync(`${target}/user.csv`, 'utf8').slice(0, -40))
    expect(() => openAt(target)).toThrow(/user: row 2 doesn't have the \d+ columns of the first/)
  })
})
