import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { checkTarget, earlierImport } from '../../scripts/directory/target.ts'
import { versions } from './grafana/database.ts'
import { filledGrafana } from './grafana/filled.ts'
import { people } from './grafana/people.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'
import { countsIn, found, importInto, openAt } from './support/import.ts'

/** What a Grafana has of each, asked in its own tables. */
function countsOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true })
  const count = (sql: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.n)
  const isLater = db.prepare("SELECT 1 FROM pragma_table_info('user') WHERE name = 'is_service_account'").get()
  const people = isLater ? 'WHERE is_service_account = 0' : ''
  const counts = {
    org: count('org'),
    user: count(`user ${people}`),
    userAuth: count('user_auth'),
    orgMember: count(`org_user WHERE user_id IN (SELECT id FROM user ${people})`),
    team: count('team'),
    teamMember: count('team_member'),
    dashboard: count('dashboard WHERE is_folder = 0'),
    star: count('star'),
    preferences: count('preferences'),
    quota: count('quota'),
    token: count('api_key'),
    session: count('user_auth_token WHERE revoked_at = 0'),
    // One of a managed role; one custom role for a person, a team and a basic role.
    ...(isLater && { serviceAccount: count('user WHERE is_service_account = 1'), serviceAccountPermission: 1 }),
    ...(isLater && { role: count("role WHERE name NOT LIKE 'managed:%'"), roleAssignment: 3 }),
  }
  db.close()
  return counts
}

describe.each(versions)('a Grafana %s', (version) => {
  it('arrives whole, and a second time changes nothing', async () => {
    const db = await emptyDatabase()
    const file = filledGrafana(temporaryFolder(), version)
    const source = openAt(file, { withSessions: true })
    expect(source.description).toBe(`a database of Grafana ${version} (grafana-${version}.db)`)
    expect(found(source, 'stop')).toEqual([])
    await importInto(db, source)
    expect(await countsIn(db)).toEqual(countsOf(file))
    expect(source.counts).toEqual(countsOf(file))
    const again = openAt(file, { withSessions: true })
    expect(await earlierImport(db, again)).toMatchObject({ chunksDone: 1, chunks: 1, finishedAt: expect.any(Number) })
    const { kept, findings } = await checkTarget(db, openAt(file), undefined, undefined)
    const { session, ...rest } = countsOf(file)
    expect({ kept, findings }).toEqual({ kept: rest, findings: [] })
  })
})

describe('what arrives', () => {
  it('is each row as it was, under its own id', async () => {
    const db = await emptyDatabase()
    await importInto(db, openAt(filledGrafana(temporaryFolder(), '12'), { withSessions: true }))
    const person =
      'SELECT id, uid, login, email, login_key, email_key, theme, org_id, is_admin, is_disabled, help_flags, last_seen_at, created_at FROM users'
    expect(await db.rows(`${person} WHERE id IN (2, 3, 7) ORDER BY id`)).toEqual([
      {
        id: 2,
        uid: 'u000000002',
        login: 'RosaBrown0',
        email: 'Rosa.Brown+0@example.org',
        login_key: 'rosabrown0',
        email_key: 'rosa.brown+0@example.org',
        theme: 'dark',
        org_id: 1,
        is_admin: 0,
        is_disabled: 0,
        help_flags: 1,
        last_seen_at: 1_795_521_600,
        created_at: 1_795_522_520,
      },
      {
        id: 3,
        uid: 'u000000003',
        login: 'émile.patel1',
        email: 'Émile.Patel+1@example.org',
        login_key: 'émile.patel1',
        email_key: 'émile.patel+1@example.org',
        theme: '',
        org_id: 1,
        is_admin: 0,
        is_disabled: 0,
        help_flags: 0,
        last_seen_at: 1_795_521_600,
        created_at: 1_795_522_520,
      },
      {
        id: 7,
        uid: 'u000000007',
        login: 'VicLind5',
        email: 'Vic.Lind+5@example.org',
        login_key: 'viclind5',
        email_key: 'vic.lind+5@example.org',
        theme: '',
        org_id: 1,
        is_admin: 0,
        is_disabled: 1,
        help_flags: 0,
        last_seen_at: null,
        created_at: 1_795_522_520,
      },
    ])
    const hashes = await db.rows<{ hash: string }>('SELECT password_hash AS hash FROM users ORDER BY id')
    expect(hashes.map(({ hash }) => hash.split('$').at(-1))).toEqual(people.map(({ hash }) => hash))
    expect(
      await db.rows('SELECT team_id, org_id, user_id, permission FROM team_members ORDER BY team_id, user_id'),
    ).toEqual([
      { team_id: 1, org_id: 1, user_id: 2, permission: 4 },
      { team_id: 1, org_id: 1, user_id: 3, permission: 0 },
      { team_id: 2, org_id: 2, user_id: 3, permission: 0 },
    ])
    expect(
      await db.rows('SELECT id, uid, title, slug, tags, model, created_by, updated_by FROM dashboards ORDER BY id'),
    ).toEqual([
      {
        id: 1,
        uid: 'abc',
        title: 'Home',
        slug: 'home',
        tags: '["ops"]',
        model: '{"title":"Home","panels":[],"tags":["ops"]}',
        created_by: 1,
        updated_by: null,
      },
      {
        id: 3,
        uid: 'def',
        title: 'Home (def)',
        slug: 'home-def',
        tags: '["ops"]',
        model: '{"title":"Home","panels":[],"tags":["ops"]}',
        created_by: 1,
        updated_by: null,
      },
    ])
    expect(await db.rows('SELECT user_id, dashboard FROM stars ORDER BY user_id')).toEqual([
      { user_id: 2, dashboard: 1 },
      { user_id: 3, dashboard: 3 },
    ])
    expect(
      await db.rows(
        'SELECT user_id, team_id, theme, timezone, week_start, locale, home_dashboard_id, navbar, query_history FROM preferences ORDER BY id',
      ),
    ).toEqual([
      {
        user_id: null,
        team_id: null,
        theme: 'light',
        timezone: 'utc',
        week_start: '',
        locale: '',
        home_dashboard_id: 0,
        navbar: null,
        query_history: null,
      },
      {
        user_id: 2,
        team_id: null,
        theme: 'dark',
        timezone: '',
        week_start: 'monday',
        locale: 'de-DE',
        home_dashboard_id: 3,
        navbar: '{"savedItems":[{"id":"x"}]}',
        query_history: '{"homeTab":"starred"}',
      },
      {
        user_id: null,
        team_id: 1,
        theme: '',
        timezone: '',
        week_start: '',
        locale: '',
        home_dashboard_id: 0,
        navbar: null,
        query_history: null,
      },
    ])
    expect(await db.rows('SELECT id, org_id, name, login, role, is_disabled FROM service_accounts')).toEqual([
      { id: 42, org_id: 1, name: 'robot 1', login: 'sa-robot-1', role: 'Editor', is_disabled: 0 },
    ])
    expect(
      await db.rows('SELECT service_account_id, user_id, team_id, permission FROM service_account_permissions'),
    ).toEqual([{ service_account_id: 42, user_id: 2, team_id: null, permission: 'Admin' }])
    expect(
      await db.rows(
        'SELECT id, kind, name, org_id, service_account_id, role, last_used_at, is_revoked FROM tokens ORDER BY id',
      ),
    ).toEqual([
      {
        id: 2,
        kind: 'api_key',
        name: 'key Editor 1',
        org_id: 1,
        service_account_id: null,
        role: 'Editor',
        last_used_at: null,
        is_revoked: 0,
      },
      {
        id: 3,
        kind: 'api_key',
        name: 'key Admin 1',
        org_id: 1,
        service_account_id: null,
        role: 'Admin',
        last_used_at: null,
        is_revoked: 0,
      },
      {
        id: 4,
        kind: 'service_account',
        name: 'token 1',
        org_id: null,
        service_account_id: 42,
        role: null,
        last_used_at: 1_795_522_800,
        is_revoked: 0,
      },
    ])
    expect(await db.rows('SELECT uid, org_id, name, display_name, version, permissions FROM roles')).toEqual([
      {
        uid: 'helpdesk',
        org_id: 1,
        name: 'custom:helpdesk',
        display_name: 'Help desk',
        version: 3,
        permissions: '[["org.users:read","users:*"]]',
      },
    ])
    expect(
      await db.rows('SELECT role_uid, org_id, user_id, team_id, basic_rank FROM role_assignments ORDER BY id'),
    ).toEqual([
      { role_uid: 'helpdesk', org_id: 1, user_id: 3, team_id: null, basic_rank: null },
      { role_uid: 'helpdesk', org_id: 1, user_id: null, team_id: 1, basic_rank: null },
      { role_uid: 'helpdesk', org_id: 1, user_id: null, team_id: null, basic_rank: 2 },
    ])
    expect(await db.rows('SELECT id, user_id, created_at, seen_at, expires_at FROM sessions')).toEqual([
      { id: 1, user_id: 2, created_at: 1_795_522_526, seen_at: 1_795_522_526, expires_at: 1_798_114_526 },
    ])
    expect(await db.rows('SELECT org_id, user_id, target, "limit" FROM quotas')).toEqual([
      { org_id: 2, user_id: null, target: 'org_user', limit: 5 },
    ])
  })

  it('has no secret of another system with it', async () => {
    const db = await emptyDatabase()
    await importInto(db, openAt(filledGrafana(temporaryFolder(), '9')))
    expect(await db.rows('SELECT user_id, module, auth_id FROM user_auth')).toEqual([
      { user_id: 6, module: 'oauth_github', auth_id: '12345' },
    ])
    const texts = await db.rows('SELECT * FROM user_auth')
    expect(JSON.stringify(texts)).not.toContain('secret of another system')
  })
})
