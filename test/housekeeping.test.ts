import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { openDb } from '../src/db/client.ts'
import { purge } from '../src/housekeeping.ts'
import worker from '../src/index.ts'
import { as, logIn, person, root } from './support/client.ts'

const day = 24 * 60 * 60
const now = Math.floor(Date.now() / 1000)

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const count = async (table: string) =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>())?.n ?? -1

const nothing = {
  sessions: 0,
  tokens: 0,
  login_attempts: 0,
  account_failures: 0,
  sign_in_addresses: 0,
  invites: 0,
  password_resets: 0,
  audit_log: 0,
}

const purgeAt = (seconds: number) => purge(openDb(env.DB), readConfig(env), seconds)

let id = 0
beforeAll(async () => {
  id = await person('kept')
  await logIn('kept', 'pass')
  await as('kept:pass').post('/api/user/tokens', { name: 'kept', secondsToLive: 60 })
  await as(root).post('/api/org/invites', { loginOrEmail: 'kept@example.org', role: 'Viewer' })
  await run('DELETE FROM audit_log')
})

/** One row of each kind that stopped counting at that second. */
async function expire(at: number) {
  const name = `x${at}`
  await run(
    'INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at) VALUES (?, ?, 0, 0, ?)',
    id,
    name,
    at,
  )
  await run(
    "INSERT INTO tokens (kind, hash, name, user_id, created_at, expires_at) VALUES ('personal', ?, ?, ?, 0, ?)",
    name,
    name,
    id,
    at - 30 * day,
  )
  await run("INSERT INTO login_attempts (account, address, at) VALUES ('a', 'b', ?)", at - 300)
  await run('INSERT INTO account_failures (account, n, at) VALUES (?, 1, ?)', name, at - 30 * day)
  await run('INSERT INTO sign_in_addresses (user_id, address, at) VALUES (?, ?, ?)', id, name, at - 30 * day)
  await run(
    "INSERT INTO invites (email, role, status, code_hash, created_at, expires_at) VALUES (?, 'Viewer', 'InvitePending', ?, 0, ?)",
    name,
    name,
    at,
  )
  await run('INSERT OR REPLACE INTO password_resets (user_id, code_hash, expires_at) VALUES (?, ?, ?)', id, name, at)
  await run("INSERT INTO audit_log (at, actor, action, outcome) VALUES (?, '', 'x', 200)", at - 365 * day)
}

describe('housekeeping', () => {
  it('throws away what no longer counts, from the second on that it does not, and nothing else', async () => {
    await expire(now)
    expect(await purgeAt(now - 1)).toEqual(nothing)
    expect(await purgeAt(now)).toEqual(Object.fromEntries(Object.keys(nothing).map((table) => [table, 1])))
    expect(await purgeAt(now)).toEqual(nothing)
    expect([await count('sessions'), await count('tokens'), await count('invites')]).toEqual([1, 1, 1])
  })

  it('is bounded: ten thousand of each, and the rest next time', async () => {
    await run(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10200)
       INSERT INTO audit_log (at, actor, action, outcome) SELECT 1, '', 'x', 200 FROM n`,
    )
    expect((await purgeAt(now)).audit_log).toBe(10_000)
    expect((await purgeAt(now)).audit_log).toBe(200)
  })

  it('may run many times at once', async () => {
    for (let n = 1; n <= 5; n++) await expire(now - n)
    const runs = await Promise.all(Array.from({ length: 5 }, () => purgeAt(now)))
    expect(runs.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(5)
    expect(await count('sessions')).toBe(1)
  })

  it('reads what it throws away, by index', async () => {
    for (const table of Object.keys(nothing)) {
      const column = ['sessions', 'tokens', 'invites', 'password_resets'].includes(table) ? 'expires_at' : 'at'
      const { results } = await env.DB.prepare(
        `EXPLAIN QUERY PLAN SELECT rowid FROM ${table} WHERE ${column} <= 1 LIMIT 500`,
      ).all()
      expect(JSON.stringify(results)).toContain('SEARCH')
    }
  })

  it('is done by the cron', async () => {
    await expire(now - 10)
    await worker.scheduled(createScheduledController({ scheduledTime: new Date(now * 1000), cron: '17 * * * *' }), env)
    expect(await purgeAt(now)).toEqual(nothing)
  })
})
