import { bound, type Db } from '../db/client.ts'
import { hitsOf, pageOfHits, walkable } from '../db/hits.ts'
import { limitOf, type Page } from '../page.ts'
import { type Account, type AccountRow, accountColumns, readAccount } from './queries.ts'

// A page of all accounts costs its own size: the total comes from a counter. A filter walks a bounded part of the index of
// logins, so that its total is a lower bound beyond that.

/** ?1 is the org in all of them, ?2 the person whose given levels are shown. */
const total = "SELECT n FROM counters WHERE kind = 'service_accounts' AND owner_id = ?1"
const all = `SELECT ${accountColumns} FROM service_accounts a WHERE a.org_id = ?1 ORDER BY a.login LIMIT ?3 OFFSET ?4`

/** Upper and lower case of ASCII letters are the same, as in Grafana on SQLite. ?5 text, ?6 and ?7 whether only the disabled and only those with an expired token, ?8 now. */
const matching = (candidates: string) => `WITH ${hitsOf(`SELECT k.id AS hit FROM (${candidates}) k
    WHERE (?5 = '' OR instr(lower(k.login), lower(?5)) OR instr(lower(k.name), lower(?5))) AND (NOT ?6 OR k.is_disabled = 1)
      AND (NOT ?7 OR EXISTS (SELECT 1 FROM tokens t WHERE t.service_account_id = k.id AND t.kind = 'service_account' AND t.expires_at <= ?8))`)}
  SELECT total, EXISTS (${candidates}) AS reachable, ${accountColumns}
  FROM ${pageOfHits('?3', '?4')} LEFT JOIN service_accounts a ON a.id = p.value`

/** A token may be read for each. */
const walked = (limit: number) =>
  matching(
    `SELECT id, login, name, is_disabled FROM service_accounts WHERE org_id = ?1 ORDER BY login LIMIT ${walkable(limit, 2)}`,
  )

/** ?9 ids in JSON, ?10 the ids among which given accounts count, in JSON; null = among all. */
const some = matching(`SELECT s.id, s.login, s.name, s.is_disabled FROM (
    SELECT value AS id FROM json_each(?9)
    UNION SELECT p.service_account_id FROM service_account_permissions p
      WHERE (p.user_id = ?2 OR p.team_id IN (SELECT team_id FROM team_members WHERE user_id = ?2 AND org_id = ?1))
        AND (?10 IS NULL OR p.service_account_id IN (SELECT value FROM json_each(?10)))) c
  CROSS JOIN service_accounts s ON s.id = c.id WHERE s.org_id = ?1 ORDER BY s.login LIMIT -1`)

export type Filter = {
  /** What the name or the login contains. `%` and `_` are ordinary characters. */
  text: string
  onlyDisabled: boolean
  /** Only those with a token that has expired. */
  onlyExpired: boolean
  reach: Reach
}

/** Which accounts may be found: all of the org, or these and what the person was given, as far as its token's limits let it. */
export type Reach = 'all' | { ids: number[]; givenAmong: number[] | 'all' }

/** Who asks, in which org and when. */
export type Asking = { orgId: number; personId: number | null; now: number }

/** `reachable` is 0 where there was none to search, which says that somebody may not search at all. */
type Hits = { totalCount: number; reachable: number; accounts: Account[] }

async function listAll(db: Db, { orgId, personId }: Asking, page: Page): Promise<Hits> {
  const [counted, listed] = await db.$client.batch<{ n: number } & AccountRow>([
    bound(db, total, orgId),
    bound(db, all, orgId, personId, limitOf(page), page.offset),
  ])
  const totalCount = counted?.results[0]?.n ?? 0
  return { totalCount, reachable: totalCount, accounts: (listed?.results ?? []).map(readAccount) }
}

const isEverything = ({ text, onlyDisabled, onlyExpired, reach }: Filter) =>
  reach === 'all' && text === '' && !onlyDisabled && !onlyExpired

const jsonOf = (ids: number[] | 'all') => (ids === 'all' ? null : JSON.stringify(ids))

/** Of an org, by login, byte by byte. */
export async function searchAccounts(db: Db, asking: Asking, filter: Filter, page: Page): Promise<Hits> {
  if (isEverything(filter)) return listAll(db, asking, page)
  const { text, onlyDisabled, onlyExpired, reach } = filter
  const window = [asking.orgId, asking.personId, limitOf(page), page.offset]
  const values = [...window, text, Number(onlyDisabled), Number(onlyExpired), asking.now]
  const statement =
    reach === 'all'
      ? bound(db, walked(limitOf(page)), ...values)
      : bound(db, some, ...values, jsonOf(reach.ids), jsonOf(reach.givenAmong))
  const { results } = await statement.all<{ total: number; reachable: number } & AccountRow>()
  const { total: totalCount = 0, reachable = 0 } = results[0] ?? {}
  return { totalCount, reachable, accounts: results.filter((row) => row.id !== null).map(readAccount) }
}
