import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { expectedObjects, missingObjects, splitMigration } from '../scripts/schemaObjects.ts'
import {
  fillId,
  isPlaceholder,
  rootUrlIn,
  settingIn,
  withDomain,
  withEnvironment,
  workerName,
  zeroIds,
} from '../scripts/wranglerToml.ts'

const migrated = env.TEST_MIGRATIONS.flatMap(({ queries }) => queries)
const namesOf = (statements: string[]) => expectedObjects(statements).map(({ type, name }) => `${type} ${name}`)

type Row = { type: string; name: string; sql: string | null }
const objectsOf = async (db: D1Database) => {
  const { results } = await db.prepare('SELECT type, name, sql FROM sqlite_master').all<Row>()
  return results
}

describe('what the migrations make', () => {
  it('is what SQLite holds once they have run', async () => {
    const ours = (await objectsOf(env.DB)).filter(
      ({ name, sql }) => sql !== null && !/^(sqlite|_cf|d1|user_search)_/.test(name),
    )
    expect(namesOf(migrated).sort()).toEqual(ours.map(({ type, name }) => `${type} ${name}`).sort())
  })

  it('has a trigger, an index and the search table among it', () => {
    expect(namesOf(migrated)).toEqual(
      expect.arrayContaining(['trigger keep_last_admin_delete', 'index users_by_login', 'table user_search']),
    )
  })

  it.each([
    ['quoted in three ways', ['CREATE TABLE `a` (x)', 'CREATE TABLE "b" (x)', 'create table [c d] (x)'], 3],
    ['only if it is missing', ['CREATE TABLE IF NOT EXISTS a (x)', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON a (x)'], 2],
    ['behind a comment', ['-- why\n-- at all\nCREATE TABLE a (x)'], 1],
    ['and no row', ["INSERT INTO a VALUES ('CREATE TABLE b (x)')", 'UPDATE a SET x = 1'], 0],
  ])('counts what is created %s', (_, statements, count) => {
    expect(expectedObjects(statements)).toHaveLength(count)
  })

  it('loses with a table all that hangs on it, as Drizzle rebuilds one', () => {
    const statements = [
      'CREATE TABLE `users` (x)',
      'CREATE INDEX `users_x` ON `users` (`x`)',
      'CREATE TRIGGER users_t AFTER UPDATE OF x ON users BEGIN SELECT 1; END',
      'CREATE TABLE `__new_users` (x, y)',
      'DROP TABLE `users`',
      'ALTER TABLE `__new_users` RENAME TO `users`',
      'CREATE INDEX `users_x` ON `users` (`x`)',
    ]
    expect(namesOf(statements)).toEqual(['table users', 'index users_x'])
  })

  it('ends with what is dropped', () => {
    const statements = ['CREATE TABLE a (x)', 'CREATE INDEX i ON a (x)', 'DROP INDEX IF EXISTS `i`']
    expect(namesOf(statements)).toEqual(['table a'])
  })

  it('is read from a file by its breakpoints', () => {
    const file = 'CREATE TABLE `a` (x);\n--> statement-breakpoint\nCREATE INDEX i ON a (x);--> statement-breakpoint\n'
    expect(splitMigration(file)).toEqual(['CREATE TABLE `a` (x);', 'CREATE INDEX i ON a (x);'])
  })
})

describe('a database held to them', () => {
  it('lacks nothing when they have run', async () => {
    expect(missingObjects(expectedObjects(migrated), await objectsOf(env.DB))).toEqual([])
  })

  it('is told by name, table and statement what it lacks', async () => {
    const found = (await objectsOf(env.DB)).filter(({ name }) => name !== 'users_search_update')
    expect(missingObjects(expectedObjects(migrated), found)).toMatchObject([
      {
        type: 'trigger',
        name: 'users_search_update',
        table: 'users',
        sql: expect.stringMatching(/^CREATE TRIGGER users_search_update .* END;?$/),
      },
    ])
  })

  it('does not pass an index off as a trigger', () => {
    const expected = expectedObjects(['CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END'])
    expect(missingObjects(expected, [{ type: 'index', name: 't' }])).toHaveLength(1)
  })
})

describe('wrangler.toml', () => {
  const toml = `name = "rollcall"

[[d1_databases]] # the directory
database_name = "people"
database_id = "${zeroIds.database}"

[[kv_namespaces]]
id = "${zeroIds.namespace}"
`

  it('takes the ids in, and nothing else changes', () => {
    const filled = fillId(fillId(toml, zeroIds.database, 'd1-id'), zeroIds.namespace, 'kv-id')
    expect(filled).toBe(toml.replace(zeroIds.database, 'd1-id').replace(zeroIds.namespace, 'kv-id'))
    expect(isPlaceholder(filled, zeroIds.database)).toBe(false)
  })

  it('is not written twice', () => {
    const filled = fillId(toml, zeroIds.database, 'd1-id')
    expect(() => fillId(filled, zeroIds.database, 'other-id')).toThrow('no "00000000-')
  })

  it('says what the database is called', () => {
    expect(settingIn(toml, 'database_name')).toBe('people')
    expect(settingIn(toml, 'name')).toBe('rollcall')
    expect(() => settingIn(toml, 'main')).toThrow('no main')
  })
})

describe('an environment in wrangler.toml', () => {
  const toml = `name = "rollcall"
# Of the build.
[define]
WORKER = "true"

[vars]
ADMIN_USER = "admin"
ROOT_URL = "https://users.example.org"

[assets]
directory = "public"

[[d1_databases]]
binding = "DB"
database_name = "rollcall"
database_id = "d1-id"

[[kv_namespaces]]
binding = "SESSIONS"
id = "kv-id"

# Guesses.
[[ratelimits]]
name = "GUESSES"
namespace_id = "1001"
simple = { limit = 100, period = 60 }
`
  const preview = `
[env.preview]
workers_dev = true
routes = []

[env.preview.define]
WORKER = "true"

[env.preview.vars]
ADMIN_USER = "admin"

[[env.preview.d1_databases]]
binding = "DB"
database_name = "rollcall-preview"
database_id = "${zeroIds.database}"

[[env.preview.kv_namespaces]]
binding = "SESSIONS"
id = "${zeroIds.namespace}"

[[env.preview.ratelimits]]
name = "GUESSES"
namespace_id = "1002"
simple = { limit = 100, period = 60 }
`
  const both = withEnvironment(toml, 'preview')

  it('is added with data of its own, and without the address of the other', () => {
    expect(both).toBe(toml + preview)
    expect(withEnvironment(both, 'preview')).toBe(both)
  })

  it("gets only what it lacks, and rate limits that are nobody else's", () => {
    const own = `${toml}\n[env.preview.vars]\nADMIN_USER = "ann"\n`
    expect(settingIn(withEnvironment(own, 'preview'), 'ADMIN_USER', 'preview')).toBe('ann')
    expect(withEnvironment(both, 'production')).toContain('namespace_id = "1003"')
  })

  it('has its own ids, names and address', () => {
    const filled = fillId(both, zeroIds.database, 'preview-id', 'preview')
    expect(settingIn(filled, 'database_id', 'preview')).toBe('preview-id')
    expect(settingIn(filled, 'database_id')).toBe('d1-id')
    expect([isPlaceholder(both, zeroIds.database), isPlaceholder(both, zeroIds.database, 'preview')]).toEqual([
      false,
      true,
    ])
    expect([workerName(both, ''), workerName(both, 'preview')]).toEqual(['rollcall', 'rollcall-preview'])
    expect([rootUrlIn(both), rootUrlIn(both, 'preview')]).toEqual(['https://users.example.org', undefined])
  })

  it('moves to a domain, and to another one, at no other address', () => {
    const at = (domain: string) => withDomain(both, domain, 'preview')
    expect(rootUrlIn(at('preview.example.org'), 'preview')).toBe('https://preview.example.org')
    expect(at('preview.example.org')).toContain(`[env.preview]
workers_dev = false
routes = [{ pattern = "preview.example.org", custom_domain = true }]
`)
    expect(withDomain(at('preview.example.org'), 'new.example.org', 'preview')).toBe(at('new.example.org'))
    expect(rootUrlIn(at('preview.example.org'))).toBe('https://users.example.org')
  })

  it('without a name takes a domain at the top', () => {
    expect(withDomain(toml, 'people.example.org')).toBe(
      toml
        .replace(
          '# Of',
          'routes = [{ pattern = "people.example.org", custom_domain = true }]\nworkers_dev = false\n# Of',
        )
        .replace('https://users', 'https://people'),
    )
  })
})
