import { describe, expect, it } from 'vitest'
import type { Database } from '../../scripts/directory/database.ts'
import { checkTarget, earlierImport } from '../../scripts/directory/target.ts'
import { addCrowd } from './grafana/crowd.ts'
import { filledGrafana } from './grafana/filled.ts'
import { people } from './grafana/people.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'
import { countsIn, found, importInto, openAt } from './support/import.ts'

/** A database that is lost at one of its chunks. */
const lostAt = (db: Database, chunk: number): Database => {
  let applied = 0
  return {
    ...db,
    apply: async (statements) => {
      applied++
      if (applied === chunk) throw new Error('the connection was lost')
      await db.apply(statements)
    },
  }
}

describe('an import that is cut short', () => {
  it('goes on from there, to the same end', async () => {
    const file = filledGrafana(temporaryFolder(), '11', (grafana) => addCrowd(grafana, 6000))
    const [whole, broken] = [await emptyDatabase(), await emptyDatabase()]
    await importInto(whole, openAt(file))
    await expect(importInto(lostAt(broken, 1), openAt(file))).rejects.toThrow('the connection was lost')
    expect(await earlierImport(broken, openAt(file))).toBeUndefined()
    await expect(importInto(lostAt(broken, 2), openAt(file))).rejects.toThrow('the connection was lost')
    expect(await earlierImport(broken, openAt(file))).toMatchObject({ chunksDone: 1, chunks: 2, finishedAt: null })
    await importInto(broken, openAt(file))
    expect(await countsIn(broken)).toEqual(await countsIn(whole))
    expect(await broken.rows('SELECT * FROM counters ORDER BY kind, owner_id')).toEqual(
      await whole.rows('SELECT * FROM counters ORDER BY kind, owner_id'),
    )
  })
})

describe('a directory that has made its own first account', () => {
  const fresh = async (login = 'root') => {
    const db = await emptyDatabase()
    await db.apply([
      "INSERT INTO orgs (id, name, created_at, updated_at) VALUES (1, 'Main Org.', 5, 5)",
      `INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, is_admin, password_hash, created_at, updated_at) VALUES (1, 'own', '${login}', 'root@example.org', '${login}', 'root@example.org', 1, 1, 'own', 5, 5)`,
      "INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (1, 1, 'Admin', 5)",
      "INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at) VALUES (1, 'own', 5, 5, 5)",
      "INSERT INTO tokens (kind, hash, name, user_id, created_at) VALUES ('personal', 'own', 'mine', 1, 5)",
    ])
    return db
  }
  const first =
    'SELECT u.login, u.uid, o.name, (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM tokens WHERE user_id = 1) AS own FROM users u, orgs o WHERE u.id = 1 AND o.id = 1'
  const file = () =>
    filledGrafana(temporaryFolder(), '9', ({ db }) => db.exec("UPDATE org SET name = 'Ours' WHERE id = 1"))

  it('is asked about', async () => {
    await expect(importInto(await fresh(), openAt(file()))).rejects.toThrow('has made its own first account')
  })

  it('keeps it', async () => {
    const db = await fresh()
    await importInto(db, openAt(file()), 'keep')
    expect(await db.rows(first)).toEqual([{ login: 'root', uid: 'own', name: 'Main Org.', sessions: 1, own: 1 }])
    expect(await db.rows('SELECT count(*) AS n FROM users')).toEqual([{ n: people.length }])
  })

  it("gives it up for Grafana's, with everything that opened it, even where somebody else has its name there", async () => {
    const db = await fresh('rosabrown0')
    await importInto(db, openAt(file()), 'replace')
    expect(await db.rows(first)).toEqual([{ login: 'admin', uid: 'u000000001', name: 'Ours', sessions: 0, own: 0 }])
    expect(await db.rows('SELECT role FROM org_members WHERE org_id = 1 AND user_id = 1')).toEqual([{ role: 'Admin' }])
  })

  it.each(['keep', 'replace'] as const)('is not it once anything else is there (%s)', async (existing) => {
    const db = await fresh()
    await db.apply(["INSERT INTO orgs (id, name, created_at, updated_at) VALUES (9, 'Other', 5, 5)"])
    await expect(importInto(db, openAt(file()), existing)).rejects.toThrow('holds nothing but its own first account')
  })
})

describe('a directory with others in it', () => {
  it('is told each id and each name that is taken, and keeps everything', async () => {
    const db = await emptyDatabase()
    await db.apply([
      "INSERT INTO orgs (id, name, created_at, updated_at) VALUES (1, 'Elsewhere', 5, 5), (8, 'Main Org.', 5, 5)",
      "INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at) VALUES (2, 'a', 'ann', 'ann', 'ann', 'ann', 5, 5), (90, 'b', 'ADMIN@localhost', 'b', 'admin@localhost', 'b', 5, 5)",
    ])
    const target = await checkTarget(db, openAt(filledGrafana(temporaryFolder(), '9')), undefined, undefined)
    expect(found(target, 'stop')).toEqual([
      "an id that is another's in the directory: org 1 (Main Org.)",
      'a name, or what else only one can have, that is taken in the directory: user 1 (admin): by user 90',
      "an id that is another's in the directory: user 2 (RosaBrown0)",
    ])
  })
})
