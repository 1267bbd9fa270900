import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../scripts/directory/database.ts'
import { sequenceStatements } from '../../scripts/directory/sequences.ts'
import { checkTarget } from '../../scripts/directory/target.ts'
import { filledGrafana } from './grafana/filled.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'
import { found, importInto, openAt } from './support/import.ts'

const look = async (db: Database, file: string) =>
  found(await checkTarget(db, openAt(file, { withSessions: true }), undefined, undefined), 'stop')

const missing = 'removed in the directory, or never carried there'

describe('an import of another copy', () => {
  it('brings nobody back, no token, and nobody onto what they had left', async () => {
    const db = await emptyDatabase()
    const file = filledGrafana(temporaryFolder(), '9')
    await importInto(db, openAt(file, { withSessions: true }))
    expect(await look(db, file)).toEqual([])
    await db.apply([
      'DELETE FROM users WHERE id = 7',
      'DELETE FROM tokens WHERE id = 4',
      'DELETE FROM sessions',
      'DELETE FROM stars WHERE user_id = 2',
      'DELETE FROM team_members WHERE team_id = 1 AND user_id = 3',
      'DELETE FROM org_members WHERE org_id = 2 AND user_id = 3',
    ])
    expect(await look(db, file)).toEqual(
      ['user 7', 'orgMember 2/3', 'teamMember 1/3', 'teamMember 2/3', 'star 2/1', 'token 4', 'session 1'].map(
        (row) => `${missing}: ${row}`,
      ),
    )
  })

  it('adds whoever came since', async () => {
    const db = await emptyDatabase()
    const folder = temporaryFolder()
    await importInto(db, openAt(filledGrafana(folder, '9')))
    const file = filledGrafana(temporaryFolder(), '9', ({ add }) => {
      add('user', { id: 90, login: 'new', email: 'new@example.org' })
      add('org_user', { org_id: 1, user_id: 90 })
    })
    await importInto(db, openAt(file))
    expect(await db.rows('SELECT id, org_id FROM users WHERE id > 42')).toEqual([{ id: 90, org_id: 1 }])
  })
})

it('never gives an id again that Grafana gave', async () => {
  const db = await emptyDatabase()
  const source = openAt(
    filledGrafana(temporaryFolder(), '9', ({ add, db }) => {
      add('user', { id: 120, login: 'gone', email: 'gone' })
      db.exec('DELETE FROM user WHERE id = 120')
      db.exec("UPDATE sqlite_sequence SET seq = 9007199254740991 WHERE name = 'quota'")
    }),
  )
  await importInto(db, source)
  expect(source.sequences).toEqual({
    org: 2,
    user: 120,
    userAuth: 1,
    team: 2,
    dashboard: 3,
    preferences: 3,
    serviceAccount: 120,
    token: 4,
    session: 2,
  })
  await db.apply([
    ...sequenceStatements(source.sequences ?? {}),
    "INSERT INTO users (uid, login, email, login_key, email_key, created_at, updated_at) VALUES ('n', 'n', 'n', 'n', 'n', 5, 5)",
  ])
  expect(await db.rows("SELECT id FROM users WHERE uid = 'n'")).toEqual([{ id: 121 }])
})

it("keeps the first account from what Grafana's user 1 was given", async () => {
  const db = await emptyDatabase()
  await db.apply([
    "INSERT INTO orgs (id, name, created_at, updated_at) VALUES (1, 'Ours', 5, 5)",
    "INSERT INTO users (id, uid, login, email, login_key, email_key, is_admin, created_at, updated_at) VALUES (1, 'own', 'root', 'root', 'root', 'root', 1, 5, 5)",
    "INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (1, 1, 'Admin', 5)",
  ])
  const check = async (sql: string, withSessions: boolean) => {
    const file = filledGrafana(temporaryFolder(), '9', (grafana) => grafana.db.exec(sql))
    return found(await checkTarget(db, openAt(file, { withSessions }), 'keep', undefined), 'stop')
  }
  const signedIn = 'UPDATE user_auth_token SET user_id = 1'
  expect(await check(signedIn, true)).toEqual([
    "would sign in as the account that stays: session 1, of the source's user 1",
  ])
  expect(await check(signedIn, false)).toEqual([])
  expect(await check('UPDATE user_auth SET user_id = 1', false)).toEqual([
    "would change how the account that stays signs in, or what it may do: userAuth 1, of the source's user 1",
  ])
})

it('looks for no database where there is no folder', async () => {
  const missing = `${temporaryFolder()}/mistyped`
  await expect(openDatabase({ persistTo: missing })).rejects.toThrow(`There is no ${missing}`)
  expect(existsSync(missing)).toBe(false)
})
