import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checks } from '../../scripts/cli/doctor.ts'
import { type Database, openDatabase } from '../../scripts/directory/database.ts'
import { literal } from '../../scripts/directory/write.ts'
import { seedStatements } from '../../scripts/seedSql.ts'
import { ask } from '../../scripts/wrangler.ts'
import { hashPassword } from '../../src/auth/passwords.ts'
import { temporaryFolderForAll } from './support/folders.ts'
import { type Plant, read, said } from './support/planted.ts'

let folder: string
let db: Database

const now = Math.floor(Date.now() / 1000)

/** Migrated as `npm run dev` does, with an administrator and a hundred people. */
beforeAll(async () => {
  folder = temporaryFolderForAll()
  const migrate = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', folder]
  const { ok, output } = ask(migrate, { env: { CI: '1' } })
  if (!ok) throw new Error(output)
  db = await openDatabase({ persistTo: folder })
  await db.apply([
    `INSERT INTO orgs (name, created_at, updated_at) VALUES ('Main Org.', ${now}, ${now})`,
    `INSERT INTO users (uid, login, email, login_key, email_key, org_id, is_admin, password_hash, created_at, updated_at)
    VALUES ('a', 'admin', 'admin@localhost', 'admin', 'admin@localhost', 1, 1, ${literal(await hashPassword('admin', 'pbkdf2'))}, ${now}, ${now})`,
    `INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (1, 1, 'Admin', ${now})`,
    ...seedStatements({ users: 100, orgs: 5, teams: 5, firstUser: 2, firstOrg: 2, firstTeam: 1, now }),
  ])
})
afterAll(() => db.close())

/** Through the database that is open here, since to open it again takes a second. */
const found = (check: string, plant: Plant = {}) =>
  said(check, {
    ...plant,
    asked: { persistTo: folder, ...plant.asked },
    site: { rows: (sql) => db.rows(sql), ...plant.site },
  })

/** What an advice says to send to the database. */
const pasted = (advice: string) => /--command "(.*)"/s.exec(advice)?.[1]?.split('; ') ?? []

/** Past what D1 itself refuses: in the file. */
function inFile(...statements: string[]) {
  const objects = `${folder}/v3/d1/miniflare-D1DatabaseObject`
  const file = readdirSync(objects).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  const sqlite = new DatabaseSync(`${objects}/${file}`, { enableForeignKeyConstraints: false })
  for (const sql of statements) sqlite.exec(sql)
  sqlite.close()
}

const here = `npx wrangler d1 execute DB --local --persist-to \\S+ --command`

describe('planted in the database', () => {
  it('nothing, and nothing is found', async () => {
    const health = { commit: `rollcall-${JSON.parse(read('package.json')).version}`, database: 'ok', version: '9.3.2' }
    const site = { fetch: async () => Response.json(health) }
    for (const { name, isNeeded } of checks)
      if (!isNeeded) expect([name, ...(await found(name, { site }))]).toEqual([name])
  })

  /** Each is put right again by what the advice says to paste. */
  it.each<[check: string, plant: string[], what: RegExp]>([
    ['counters', ["UPDATE counters SET n = 7 WHERE kind = 'users'"], /^error: The count of users is wrong$/],
    ['counters', ["UPDATE counters SET n = 7 WHERE kind = 'orgs'"], /^error: The count of orgs is wrong$/],
    [
      'counters',
      ["DELETE FROM counters WHERE kind = 'org_members' AND owner_id IN (2, 3)"],
      /^error: The count of org_members is wrong for 2 of orgs$/,
    ],
    [
      'counters',
      ["UPDATE counters SET n = n + 1 WHERE kind = 'team_members' AND owner_id = 1"],
      /^error: The count of team_members is wrong for 1 of teams$/,
    ],
    [
      'search index',
      ['DELETE FROM user_search WHERE rowid IN (2, 3)', "INSERT INTO user_search (rowid, words) VALUES (999, 'x')"],
      /^error: 3 rows of the search index are missing or of nobody$/,
    ],
    [
      'sign-in names',
      ['DELETE FROM sign_in_names WHERE user_id = 2'],
      /^error: 1 people are not found by their login or e-mail, or by another name as well$/,
    ],
    [
      'sign-in names',
      ["INSERT INTO sign_in_names (name_key, user_id) VALUES ('not-theirs', 2)"],
      /^error: 1 people are not found by their login or e-mail, or by another name as well$/,
    ],
    [
      'login buckets',
      ['UPDATE login_buckets SET n = n + 3'],
      /^error: 1 stretches of the list of people are counted wrongly$/,
    ],
    [
      'imports',
      [`INSERT INTO imports VALUES ('abc', 3, 9, ${now}, NULL)`],
      /^warning: An import stopped after 3 of 9 parts$/,
    ],
  ])('%s', async (check, plant, what) => {
    await db.apply(plant)
    const problems = await found(check)
    expect(problems).toEqual([expect.stringMatching(new RegExp(` => .*${here} ".*"$`, 's'))])
    expect(problems[0]?.split(' => ')[0]).toMatch(what)
    await db.apply(pasted(problems[0] ?? ''))
    expect(await found(check)).toEqual([])
  })

  it.each<[check: string, plant: string, undo: string, problem: RegExp]>([
    [
      'foreign keys',
      'INSERT INTO stars (user_id, dashboard, created_at) VALUES (12345, 1, 1)',
      'DELETE FROM stars WHERE user_id = 12345',
      /^error: 1 rows of stars refer to rows of users that aren't there => .* "DELETE FROM stars WHERE rowid IN \(\d+\)"$/,
    ],
    [
      'soundness',
      "PRAGMA ignore_check_constraints = ON; UPDATE org_members SET role = 'Boss' WHERE user_id = 50",
      "UPDATE org_members SET role = 'Viewer' WHERE user_id = 50",
      /^error: SQLite finds the database damaged: CHECK constraint failed in org_members => npx wrangler d1 time-travel info DB/,
    ],
  ])('%s', async (check, plant, undo, problem) => {
    inFile(plant)
    expect(await found(check)).toEqual([expect.stringMatching(problem)])
    inFile(undo)
    expect(await found(check)).toEqual([])
  })

  const later = now + 86_400
  it.each<[check: string, plant: string, undo: string, problem: RegExp, more?: Plant]>([
    [
      'migrations',
      "DELETE FROM d1_migrations WHERE name LIKE '0019%'",
      "INSERT INTO d1_migrations (name) VALUES ('0019_imports.sql')",
      /^error: 1 of \d+ migrations are not applied: 0019_imports\.sql => npm run deploy -- --local --persist-to \S+$/,
    ],
    [
      'migrations',
      "INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')",
      "DELETE FROM d1_migrations WHERE name = '9999_later.sql'",
      /^error: The database is newer than this code, which doesn't know 9999_later\.sql => git pull && npm ci/,
    ],
    [
      'migrations',
      "UPDATE d1_migrations SET id = id + 1000 WHERE name LIKE '0003%'",
      "UPDATE d1_migrations SET id = id - 1000 WHERE name LIKE '0003%'",
      /^error: Migrations were applied in another order than that of their names => /,
    ],
    [
      'org admins',
      "INSERT INTO orgs (id, name, created_at, updated_at) VALUES (77, 'Nobody''s', 1, 1)",
      'DELETE FROM orgs WHERE id = 77',
      /^warning: Nobody administers the org Nobody's \(id 77\) => curl .* http:\/\/localhost:8787\/api\/orgs\/77\/users$/,
    ],
    [
      'newest times',
      `INSERT INTO audit_log (at, actor, action, outcome) VALUES (${later}, '', 'x', 200)`,
      `DELETE FROM audit_log WHERE at = ${later}`,
      /^error: The database has times of 86\d{3} s from now => Set the clock/,
    ],
    [
      'GRAFANA_SECRET_KEY',
      `INSERT INTO sessions (user_id, secret_hash, legacy_hash, created_at, seen_at, expires_at) VALUES (1, 's', 'l', 1, 1, ${later})`,
      "DELETE FROM sessions WHERE secret_hash = 's'",
      /^error: 1 sessions were carried over from Grafana, and GRAFANA_SECRET_KEY is not set => Write GRAFANA_SECRET_KEY=… into \.dev\.vars/,
    ],
    [
      'weak passwords',
      'SELECT 1',
      "UPDATE users SET password_hash = '$pbkdf2-sha256$i=100000,l=32$AAAA$AAAA' WHERE id = 1",
      /^error: The server admin admin has a password that is guessed at once => npm run rollcall -- admin reset 'admin' --persist-to \S+$/,
      { asked: { url: 'https://users.example.org' } },
    ],
  ])('%s', async (check, plant, undo, problem, more = {}) => {
    await db.apply([plant])
    expect(await found(check, more)).toEqual([expect.stringMatching(problem)])
    await db.apply([undo])
    expect(await found(check, more)).toEqual([])
  })

  it('a trigger that is lost', async () => {
    const [trigger] = await db.rows<{ sql: string }>("SELECT sql FROM sqlite_master WHERE name = 'users_count_insert'")
    await db.apply(['DROP TRIGGER users_count_insert'])
    expect(await found('tables')).toEqual([
      expect.stringMatching(
        /^error: 1 of \d+ tables, indexes and triggers are missing: trigger users_count_insert => npm run deploy -- --local/,
      ),
    ])
    await db.apply([trigger?.sql ?? ''])
    expect(await found('tables')).toEqual([])
  })

  it('nobody who can manage it', async () => {
    inFile(
      "CREATE TABLE kept AS SELECT sql FROM sqlite_master WHERE name = 'keep_last_admin_update'",
      'DROP TRIGGER keep_last_admin_update',
      'UPDATE users SET is_disabled = 1 WHERE id = 1',
    )
    expect(await found('server admin')).toEqual([
      expect.stringMatching(
        /^error: No server admin can sign in: .* => npm run rollcall -- admin create <login> --persist-to \S+, or admin reset <login> --make-admin --persist-to \S+$/,
      ),
    ])
    const [kept] = await db.rows<{ sql: string }>('SELECT sql FROM kept')
    await db.apply(['UPDATE users SET is_disabled = 0 WHERE id = 1', kept?.sql ?? '', 'DROP TABLE kept'])
    expect(await found('server admin')).toEqual([])
  })
})

describe('an empty database', () => {
  it('is told to be migrated, and what depends on its tables is not called fine', async () => {
    expect(await said('migrations', {})).toEqual([
      expect.stringMatching(
        /^error: (\d+) of \1 migrations are not applied: 0000_schema\.sql, .* => npm run deploy -- --local --persist-to \S+$/,
      ),
    ])
    expect(await said('counters', {})).toEqual([
      'not checked: the database has no table users: the check "tables" says more',
    ])
  })

  it('needs a first password', async () => {
    const nobody = { rows: async <Row>() => [{ people: 0 } as Row] }
    for (const written of ['', 'ADMIN_PASSWORD='])
      expect(
        await said('ADMIN_PASSWORD', { devVars: (text) => text.replace(/ADMIN_PASSWORD=.*/, written), site: nobody }),
      ).toEqual([
        expect.stringMatching(
          /^error: Nobody is there yet, and ADMIN_PASSWORD is not set: no account can be made => Write ADMIN_PASSWORD=… into \.dev\.vars .*, or: npm run rollcall -- admin create admin --persist-to \S+$/,
        ),
      ])
    expect(await said('ADMIN_PASSWORD', { site: nobody })).toEqual([])
  })

  it('is another one than that of other settings', async () => {
    const toml = (text: string) =>
      text.replace('"00000000-0000-0000-0000-000000000000"', '"10000000-0000-0000-0000-000000000000"')
    expect(await said('tables', { toml })).toEqual([
      expect.stringMatching(/^not checked: \S+ names another database than the project's own wrangler\.toml$/),
    ])
  })
})
