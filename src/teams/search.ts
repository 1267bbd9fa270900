import { bound, type Db } from '../db/client.ts'
import { hitsOf, pageOfHits, walkable } from '../db/hits.ts'
import { limitOf, type Page } from '../page.ts'
import type { Team } from './queries.ts'

// A page of all teams costs its own size: the total comes from a counter. Text walks a bounded part of the index of names,
// so that its total is a lower bound beyond that.

const columns = `t.id, t.org_id AS orgId, t.name, t.email,
  coalesce((SELECT n FROM counters WHERE kind = 'team_members' AND owner_id = t.id), 0) AS memberCount`

/** ?1 is the org in all of them. */
const total = "SELECT n FROM counters WHERE kind = 'teams' AND owner_id = ?1"
const all = `SELECT ${columns} FROM teams t WHERE t.org_id = ?1 ORDER BY t.name LIMIT ?2 OFFSET ?3`

/** Upper and lower case of ASCII letters are the same, as in Grafana on SQLite. ?4 the exact name, ?5 text in it, ?6 ids in JSON. */
const matching = (candidates: string) => `WITH ${hitsOf(`SELECT id AS hit FROM (${candidates})
    WHERE (?4 = '' OR name = ?4) AND (?5 = '' OR instr(lower(name), lower(?5)))`)}
  SELECT total, ${columns} FROM ${pageOfHits()} LEFT JOIN teams t ON t.id = p.value`

const withText = (limit: number) =>
  matching(`SELECT id, name FROM teams WHERE org_id = ?1 ORDER BY name LIMIT ${walkable(limit)}`)
const byName = matching('SELECT id, name FROM teams WHERE org_id = ?1 AND name = ?4')
const byIds = matching(`SELECT t.id, t.name FROM json_each(?6) j CROSS JOIN teams t ON t.id = j.value
  WHERE t.org_id = ?1 ORDER BY t.name LIMIT -1`)

export type Filter = {
  /** What the name contains. `%` and `_` are ordinary characters. */
  text: string
  /** The whole name. */
  name: string
  /** Only these teams. */
  ids: number[] | 'all'
}

type Hits = { totalCount: number; teams: Team[] }

async function listAll(db: Db, orgId: number, page: Page): Promise<Hits> {
  const [counted, listed] = await db.$client.batch<{ n: number } & Team>([
    bound(db, total, orgId),
    bound(db, all, orgId, limitOf(page), page.offset),
  ])
  return { totalCount: counted?.results[0]?.n ?? 0, teams: listed?.results ?? [] }
}

/** Of an org, by name, byte by byte. */
export async function searchTeams(db: Db, orgId: number, filter: Filter, page: Page): Promise<Hits> {
  const { text, name, ids } = filter
  if (ids === 'all' && text === '' && name === '') return listAll(db, orgId, page)
  const values = [orgId, limitOf(page), page.offset, name, text]
  const statement =
    ids === 'all'
      ? bound(db, name === '' ? withText(limitOf(page)) : byName, ...values)
      : bound(db, byIds, ...values, JSON.stringify(ids))
  const { results } = await statement.all<{ total: number } & Team>()
  return { totalCount: results[0]?.total ?? 0, teams: results.filter((row) => row.id !== null) }
}
