import type { InferSelectModel } from 'drizzle-orm'
import { eq, or, sql } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { users } from '../db/schema.ts'

export type Db = DrizzleD1Database & { $client: D1Database }
export type User = InferSelectModel<typeof users>

/** The form in which names are compared: one login or e-mail is one person, in any letter case. */
export const nameKey = (name: string) => name.normalize('NFC').toLowerCase()

/**
 * The person behind a login or e-mail, through one primary-key read. The spelling must match exactly, as Grafana 9.3.2
 * on SQLite has it; the key only keeps two people from sharing a name.
 */
export const findUserByName = (db: Db, name: string) =>
  db
    .select()
    .from(users)
    .where(
      sql`${users.id} = (SELECT user_id FROM sign_in_names WHERE name_key = ${nameKey(name)}) AND ${or(eq(users.login, name), eq(users.email, name))}`,
    )
    .get()

export const findUser = (db: Db, id: number) => db.select().from(users).where(eq(users.id, id)).get()

type FirstAdmin = { login: string; email: string; passwordHash: string; uid: string; now: number }

/**
 * Once, whoever comes first: every statement of the one transaction does nothing where a user exists. Written for D1
 * itself, as Drizzle's raw statements take no values in a batch.
 */
export function createFirstAdmin(db: Db, { login, email, passwordHash, uid, now }: FirstAdmin) {
  const d1 = db.$client
  return d1.batch([
    d1
      .prepare(
        "INSERT INTO orgs (id, name, created_at, updated_at) SELECT 1, 'Main Org.', ?1, ?1 WHERE NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM orgs)",
      )
      .bind(now),
    d1
      .prepare(
        'INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, is_admin, password_hash, created_at, updated_at) SELECT 1, ?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?7 WHERE NOT EXISTS (SELECT 1 FROM users)',
      )
      .bind(uid, login, email, nameKey(login), nameKey(email), passwordHash, now),
    d1
      .prepare(
        "INSERT INTO org_members (org_id, user_id, role, created_at) SELECT 1, 1, 'Admin', ?1 WHERE NOT EXISTS (SELECT 1 FROM org_members) AND EXISTS (SELECT 1 FROM users WHERE uid = ?2)",
      )
      .bind(now, uid),
  ])
}

export const anyUserExists = async (db: Db) =>
  (await db.get<{ n: number }>(sql`SELECT EXISTS (SELECT 1 FROM users) AS n`)).n === 1
