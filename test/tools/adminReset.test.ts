import { expect, it } from 'vitest'
import { reset } from '../../scripts/cli/adminReset.ts'
import { emptyDatabase } from './support/database.ts'

const change = { passwordHash: '$new', mustChangePassword: false, makeAdmin: true }
const flo = { id: 7, login: 'flo', isAdmin: 0 }

const isWritten = 'SELECT count(*) AS n FROM audit_log'

it('lets in whoever was found, ends what they were signed in by, and is in the audit log', async () => {
  const db = await emptyDatabase()
  await db.apply([
    "INSERT INTO users (id, uid, login, email, login_key, email_key, is_disabled, created_at, updated_at) VALUES (7, 'f', 'flo', 'flo', 'flo', 'flo', 1, 5, 5)",
    "INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at) VALUES (7, 'x', 5, 5, 9000000000)",
  ])
  await reset(db, flo, change)
  expect(await db.rows('SELECT password_hash AS hash, is_disabled, is_admin FROM users')).toEqual([
    { hash: '$new', is_disabled: 0, is_admin: 1 },
  ])
  expect(await db.rows('SELECT id FROM sessions')).toEqual([])
  expect(await db.rows(isWritten)).toEqual([{ n: 2 }])
})

it('lets nobody in whose account was deleted while the password was typed', async () => {
  const db = await emptyDatabase()
  await expect(reset(db, flo, change)).rejects.toThrow('flo (id 7) was deleted meanwhile: there is nobody to let in')
  expect(await db.rows(isWritten)).toEqual([{ n: 0 }])
})
