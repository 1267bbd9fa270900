import { bound, type Db } from '../db/client.ts'
import { maxRows } from '../page.ts'
import { type AccountRow, accountById, readAccount } from '../serviceAccounts/queries.ts'
import type { Level } from '../serviceAccounts/rules.ts'
import type { Change } from './rules.ts'

/** What one person or one team was given on an account. */
export type Given = {
  id: number
  permission: Level
  userId: number | null
  userLogin: string | null
  userEmail: string | null
  teamId: number | null
  team: string | null
  teamEmail: string | null
}

const ofAccount = `SELECT p.id, p.permission, u.id AS userId, u.login AS userLogin, u.email AS userEmail,
    t.id AS teamId, t.name AS team, t.email AS teamEmail
  FROM (SELECT id, permission, user_id, team_id FROM service_account_permissions
      WHERE service_account_id = ?1 LIMIT ${maxRows + 1}) p
    LEFT JOIN users u ON u.id = p.user_id LEFT JOIN teams t ON t.id = p.team_id ORDER BY p.id`

/** The account, if the org has it, and who was given it; one more than an answer may hold tells that there are too many. */
export async function listPermissions(db: Db, orgId: number, id: number, personId: number | null) {
  const [found, listed] = await db.$client.batch<AccountRow & Given>([
    bound(db, accountById, id, personId, orgId),
    bound(db, ofAccount, id),
  ])
  const row = found?.results[0]
  return { account: row && readAccount(row), given: listed?.results ?? [] }
}

/** ?1 the account, ?2 its org, ?3 and ?4 `[id, level][]` of users and teams in JSON: `missing` are those who are not of the org. */
const asked = `WITH asked AS MATERIALIZED (
    SELECT json_extract(j.value, '$[0]') AS user_id, NULL AS team_id, json_extract(j.value, '$[1]') AS level, m.user_id IS NULL AS missing
      FROM json_each(?3) j LEFT JOIN org_members m ON m.org_id = ?2 AND m.user_id = json_extract(j.value, '$[0]')
    UNION ALL SELECT NULL, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), t.id IS NULL
      FROM json_each(?4) j LEFT JOIN teams t ON t.id = json_extract(j.value, '$[0]') AND t.org_id = ?2)`
const nobodyIsMissing = 'NOT EXISTS (SELECT 1 FROM asked WHERE missing)'

const check = `${asked} SELECT EXISTS (SELECT 1 FROM service_accounts WHERE id = ?1) AS isAccount,
  (SELECT user_id FROM asked WHERE missing AND user_id IS NOT NULL LIMIT 1) AS user,
  (SELECT team_id FROM asked WHERE missing AND team_id IS NOT NULL LIMIT 1) AS team`
const take = `${asked} DELETE FROM service_account_permissions WHERE service_account_id = ?1 AND ${nobodyIsMissing}
  AND (user_id IN (SELECT value FROM json_each(?5)) OR team_id IN (SELECT value FROM json_each(?6)))`
const give = `${asked} INSERT INTO service_account_permissions (service_account_id, user_id, team_id, permission, created_at)
  SELECT a.id, q.user_id, q.team_id, q.level, ?5 FROM service_accounts a CROSS JOIN asked q
  WHERE a.id = ?1 AND a.org_id = ?2 AND ${nobodyIsMissing}
  ON CONFLICT (service_account_id, user_id) DO UPDATE SET permission = excluded.permission
  ON CONFLICT (service_account_id, team_id) DO UPDATE SET permission = excluded.permission`

type Account = { id: number; orgId: number }

/** Does all of it, or nothing where somebody is `missing` from the org. Who isn't named keeps what it was given. */
export async function changePermissions(db: Db, account: Account, change: Change, now: number) {
  const values = [account.id, account.orgId, JSON.stringify(change.users), JSON.stringify(change.teams)] as const
  const [checked] = await db.$client.batch<{ isAccount: number; user: number | null; team: number | null }>([
    bound(db, check, ...values),
    bound(db, take, ...values, JSON.stringify(change.formerUsers), JSON.stringify(change.formerTeams)),
    bound(db, give, ...values, now),
  ])
  const { isAccount = 0, user = null, team = null } = checked?.results[0] ?? {}
  return { isAccount: isAccount === 1, missing: missingOf(user, team) }
}

function missingOf(user: number | null, team: number | null) {
  if (user !== null) return 'user' as const
  return team === null ? undefined : ('team' as const)
}
