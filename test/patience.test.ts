import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { Patient } from '../src/db/patience.ts'

describe('a bound limit', () => {
  const table = "SELECT value AS v FROM json_each('[1,2,3,4,5,6,7,8,9]')"

  it.each([
    [`${table} LIMIT ?1`, [2], 2],
    [`${table} LIMIT ?1 OFFSET ?2`, [3, 8], 1],
    [`${table} limit ? offset ?`, [3, 1], 3],
    [`SELECT * FROM (${table} LIMIT ?1)`, [4], 4],
    [`${table} LIMIT ?1 * 2`, [2], 4],
    [`${table} LIMIT ?1 + 1`, [2], 3],
    [`${table} LIMIT ?12`, [...Array(11).fill(0), 5], 5],
    [`${table} LIMIT 7`, [], 7],
  ])('means what it says: %s', async (text, values, rows) => {
    const { results } = await new Patient(env.DB)
      .prepare(text)
      .bind(...values)
      .all()
    expect(results).toHaveLength(rows)
  })

  it('is a sum where D1 sees it, so that what it has planned can be used again', async () => {
    const seen: string[] = []
    const spying = new Proxy(env.DB, {
      get: (target, key) =>
        key === 'prepare' ? (text: string) => seen.push(text) && target.prepare(text) : target[key as keyof D1Database],
    })
    new Patient(spying).prepare('SELECT 1 LIMIT ?1 OFFSET ?2')
    expect(seen).toEqual(['SELECT 1 LIMIT ?1 + 0 OFFSET ?2'])
  })
})
