import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { hashPassword } from '../src/auth/passwords.ts'
import { sessionHash } from '../src/auth/secrets.ts'
import { as } from './support/client.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      /** A second database, without tables: what the setup of tests migrates is DB. */
      TEST_DB: D1Database
    }
  }
}

const all = env.TEST_MIGRATIONS
/** Up to here there was no version that anybody ran: later ones meet filled databases, and Workers older than themselves. */
const firstRelease = all.findIndex(({ name }) => name.startsWith('0009'))

/** Someone of each kind, by SQL that the oldest schema takes as well as the newest. */
async function fill(db: D1Database, n: number, passwordHash: string) {
  const insert = (text: string, ...values: unknown[]) => db.prepare(text).bind(...values)
  const name = `p${n}`
  await db.batch([
    insert('INSERT INTO orgs (id, name, created_at, updated_at) VALUES (?1, ?2, 1, 1)', n, `Org ${n}`),
    insert(
      `INSERT INTO users (id, uid, login, email, login_key, email_key, name, password_hash, is_admin, org_id, created_at, updated_at)
        VALUES (?1, ?2, ?2, ?3, ?2, ?3, 'Pat', ?4, 1, ?1, 1, 1)`,
      n,
      name,
      `${name}@example.org`,
      passwordHash,
    ),
    insert("INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (?1, ?1, 'Admin', 1)", n),
    insert('INSERT INTO teams (id, uid, org_id, name, created_at, updated_at) VALUES (?1, ?2, ?1, ?2, 1, 1)', n, name),
    insert('INSERT INTO team_members (org_id, team_id, user_id, permission, created_at) VALUES (?1, ?1, ?1, 4, 1)', n),
    insert(
      'INSERT INTO sessions (id, user_id, secret_hash, created_at, seen_at, expires_at) VALUES (?1, ?1, ?2, ?3, ?3, ?4)',
      n,
      sessionHash(`secret ${n}`, undefined).hash,
      Math.floor(Date.now() / 1000),
      4_000_000_000,
    ),
  ])
}

describe('migrating a database in use', () => {
  it('keeps everybody and everything, from whichever version', async () => {
    const db = env.TEST_DB
    const passwordHash = await hashPassword('pass', 'pbkdf2')
    const stages = all.map((_, at) => at).filter((at) => at >= firstRelease)
    for (const at of stages) {
      await applyD1Migrations(db, all.slice(0, at + 1))
      await fill(db, at, passwordHash)
    }
    expect((await db.prepare('PRAGMA foreign_key_check').all()).results).toEqual([])
    for (const at of stages) {
      const self = as(`p${at}:pass`, { DB: db })
      expect(await self.get('/api/user')).toMatchObject({
        status: 200,
        body: { id: at, login: `p${at}`, email: `p${at}@example.org`, name: 'Pat', isGrafanaAdmin: true, orgId: at },
      })
      expect(await self.get('/api/user/teams')).toMatchObject({ status: 200, body: [{ id: at, name: `p${at}` }] })
      expect((await as({ cookie: `secret ${at}` }, { DB: db }).get('/api/user')).status).toBe(200)
      expect(await self.get(`/api/users/search?query=p${at}%40`)).toMatchObject({ body: { totalCount: 1 } })
    }
    expect(await as('p9:pass', { DB: db }).get('/api/org/users')).toMatchObject({ body: [{ login: 'p9' }] })
  })

  it('lets the Worker before it go on: nothing is dropped or renamed, and what is added has a default', () => {
    const later = all.slice(firstRelease + 1).flatMap(({ queries }) => queries)
    const unkind = later.filter(
      (sql) =>
        /^\s*(?:--.*\n\s*)*(?:DROP (?:TABLE|COLUMN)|ALTER TABLE .*\b(?:DROP|RENAME)\b)/i.test(sql) ||
        (/^\s*ALTER TABLE .*\bADD\b.*\bNOT NULL\b/i.test(sql) && !/\bDEFAULT\b/i.test(sql)),
    )
    expect(unkind).toEqual([])
    expect(later.length).toBeGreaterThan(20)
  })
})
