import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const one = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .first()

const addUser = (id: number, login: string, email = login, isAdmin = 0) =>
  run(
    'INSERT INTO users (id, uid, login, email, login_key, email_key, org_id, is_admin, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, lower(?3), lower(?4), 0, ?5, 0, 0)',
    id,
    `u${id}`,
    login,
    email,
    isAdmin,
  )
const addOrg = (id: number) =>
  run("INSERT INTO orgs (id, name, created_at, updated_at) VALUES (?1, 'org ' || ?1, 0, 0)", id)
const join = (org: number, user: number, role: string) =>
  run('INSERT INTO org_members (org_id, user_id, role, created_at) VALUES (?, ?, ?, 0)', org, user, role)
const found = async (text: string) =>
  (await env.DB.prepare('SELECT rowid FROM user_search WHERE user_search MATCH ?').bind(`"${text}"`).raw()).flat()

describe('what the database itself refuses', () => {
  it('lets a name belong to one person, in either column and any case', async () => {
    await addUser(1, 'admin', 'admin@localhost', 1)
    await addUser(2, 'Olive', 'olive@example.org')
    await expect(addUser(3, 'OLIVE', 'x@example.org')).rejects.toThrow('sign_in_names')
    await expect(addUser(3, 'olive@Example.org', 'x@example.org')).rejects.toThrow('sign_in_names')
    await expect(run("UPDATE users SET email_key = 'admin' WHERE id = 2")).rejects.toThrow('sign_in_names')
    expect(await one('SELECT n FROM counters WHERE kind = ?', 'users')).toEqual({ n: 2 })
  })

  it('has one winner among 20 concurrent creates of one name', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => addUser(100 + n, 'Race', `race${n}@x.org`)),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await one("SELECT count(*) AS n FROM sign_in_names WHERE name_key LIKE 'race%'")).toEqual({ n: 2 })
  })

  it.each([
    ['demoted', 'UPDATE users SET is_admin = 0 WHERE id = 1'],
    ['disabled', 'UPDATE users SET is_disabled = 1 WHERE id = 1'],
    ['deleted', 'DELETE FROM users WHERE id = 1'],
  ])('never lets the last server admin be %s', async (_, sql) => {
    await expect(run(sql)).rejects.toThrow('cannot remove last grafana admin')
    expect(await one('SELECT is_admin, is_disabled FROM users WHERE id = 1')).toEqual({ is_admin: 1, is_disabled: 0 })
  })

  it('never leaves a living org without its admin, but lets the org go whole', async () => {
    await addOrg(1)
    await addOrg(2)
    await join(1, 2, 'Admin')
    await join(2, 2, 'Viewer')
    await join(2, 1, 'Admin')
    await run('UPDATE users SET org_id = 1 WHERE id = 2')
    await expect(run("UPDATE org_members SET role = 'Viewer' WHERE org_id = 1")).rejects.toThrow(
      'no organization admin left',
    )
    await expect(run('DELETE FROM org_members WHERE org_id = 1')).rejects.toThrow(
      'Cannot remove last organization admin',
    )
    await expect(run('DELETE FROM users WHERE id = 2')).rejects.toThrow('Cannot remove last organization admin')
    await run('DELETE FROM orgs WHERE id = 1')
    expect(await one('SELECT org_id FROM users WHERE id = 2')).toEqual({ org_id: 2 })
    expect(await one("SELECT n FROM counters WHERE kind = 'org_members' AND owner_id = 1")).toBeNull()
  })

  it('puts only members of the org on its teams, and takes them off when they leave', async () => {
    await run("INSERT INTO teams (id, uid, org_id, name, created_at, updated_at) VALUES (5, 't5', 2, 'Crew', 0, 0)")
    const add = (user: number) =>
      run('INSERT INTO team_members (team_id, org_id, user_id, created_at) VALUES (5, 2, ?, 0)', user)
    await addUser(4, 'stranger')
    await expect(add(4)).rejects.toThrow('FOREIGN KEY')
    await add(2)
    expect(await one("SELECT n FROM counters WHERE kind = 'team_members' AND owner_id = 5")).toEqual({ n: 1 })
    await run('DELETE FROM org_members WHERE org_id = 2 AND user_id = 2')
    expect(await one("SELECT n FROM counters WHERE kind = 'team_members' AND owner_id = 5")).toEqual({ n: 0 })
    expect(await one('SELECT org_id FROM users WHERE id = 2')).toEqual({ org_id: 0 })
  })

  it('keeps the search index in step', async () => {
    expect(await found('liv')).toEqual([2])
    await run("UPDATE users SET name = 'Zebra' WHERE id = 2")
    expect(await found('ZEBRA')).toEqual([2])
    await run('DELETE FROM users WHERE id = 2')
    expect(await found('zebra')).toEqual([])
    expect(await one("SELECT count(*) AS n FROM sign_in_names WHERE name_key LIKE 'olive%'")).toEqual({ n: 0 })
  })
})

it('finds the rows that hang on another by an index, so that deleting never reads a table', async () => {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%REFERENCES%'",
  ).all<{ name: string }>()
  expect(tables.length).toBeGreaterThan(10)
  for (const { name } of tables) {
    const { results: owners } = await env.DB.prepare(
      `SELECT group_concat('"' || "from" || '" = 1', ' AND ') AS owned FROM pragma_foreign_key_list(?) GROUP BY id`,
    )
      .bind(name)
      .all<{ owned: string }>()
    for (const { owned } of owners) {
      const plan = await one(`EXPLAIN QUERY PLAN SELECT 1 FROM ${name} WHERE ${owned}`)
      expect(plan?.detail, `${name} by ${owned}`).toMatch(/^SEARCH/)
    }
  }
})
