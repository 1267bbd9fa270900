import { describe, expect, it } from 'vitest'
import type { DirectoryRecord } from '../../scripts/directory/records.ts'
import { chunksOf, progressOf, writeRecords } from '../../scripts/directory/write.ts'
import { emptyDatabase } from './support/database.ts'

const user = (id: number, name = `Person ${id}`): DirectoryRecord => ({
  kind: 'user',
  row: {
    id,
    uid: `u${id}`,
    login: `p${id}`,
    email: `p${id}@example.org`,
    loginKey: `p${id}`,
    emailKey: `p${id}@example.org`,
    name,
    createdAt: 1,
    updatedAt: 1,
  },
})

const people = (count: number) => Array.from({ length: count }, (_, at) => user(at + 1, 'x'.repeat(900)))
const plan = { source: 'abc', now: 1000 }

describe('records written in chunks', () => {
  it('are all there, and a second time changes nothing', async () => {
    const db = await emptyDatabase()
    const told: number[] = []
    const tell = (done: number) => told.push(done)
    await writeRecords(db, () => people(6000), plan, tell)
    expect(told).toEqual([1, 2])
    expect(await db.rows("SELECT n FROM counters WHERE kind = 'users'")).toEqual([{ n: 6000 }])
    await db.apply(["UPDATE users SET name = 'Changed' WHERE id = 7", 'DELETE FROM users WHERE id = 8'])
    await writeRecords(db, () => people(6000), plan, tell)
    expect(told).toEqual([1, 2])
    expect(await db.rows('SELECT id, name FROM users WHERE id IN (7, 8)')).toEqual([{ id: 7, name: 'Changed' }])
    expect(await progressOf(db, 'abc')).toEqual({ chunksDone: 2, chunks: 2, startedAt: 1000, finishedAt: 1000 })
  })

  it('go on where they stopped: a refused chunk leaves nothing of itself', async () => {
    const db = await emptyDatabase()
    await db.apply([
      "INSERT INTO users (id, uid, login, email, login_key, email_key, created_at, updated_at) VALUES (9000, 'o', 'p5900', 'o', 'p5900', 'o', 1, 1)",
    ])
    await expect(writeRecords(db, () => people(6000), plan)).rejects.toThrow('UNIQUE constraint failed')
    expect(await db.rows('SELECT max(id) AS id FROM users WHERE id < 9000')).toEqual([{ id: 5000 }])
    expect(await progressOf(db, 'abc')).toMatchObject({ chunksDone: 1, finishedAt: null })
    await db.apply(['DELETE FROM users WHERE id = 9000'])
    await writeRecords(db, () => people(6000), plan)
    expect(await db.rows('SELECT count(*) AS n FROM users')).toEqual([{ n: 6000 }])
  })

  it('take the place of what is there only where that was chosen', async () => {
    const db = await emptyDatabase()
    await writeRecords(db, () => [user(1, 'Old'), user(2, 'Old')], plan)
    const replaced = { user: new Set(['1']) }
    await writeRecords(db, () => [user(1, 'New'), user(2, 'New')], { ...plan, source: 'def', replaced })
    expect(await db.rows('SELECT name FROM users ORDER BY id')).toEqual([{ name: 'New' }, { name: 'Old' }])
  })

  it('hold any text, however long', async () => {
    const db = await emptyDatabase()
    const name = `it's \0 "${"😀é'".repeat(60_000)}`
    await writeRecords(db, () => [user(1, name), user(2, "O'Brien\0")], plan)
    const rows = await db.rows<{ name: string }>('SELECT name FROM users ORDER BY id')
    expect(rows.map((row) => row.name === name || row.name)).toEqual([true, "O'Brien\0"])
    const longest = Math.max(...[...chunksOf([user(1, name)], {})].flatMap((c) => c.statements).map((s) => s.length))
    expect(longest).toBeLessThan(100_000)
  })
})
