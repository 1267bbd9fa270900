// Many people, for what takes time.

import type { GrafanaDatabase } from './database.ts'

const orgs = 20
const teamsOfEach = 50
const firstOrg = 10
const firstTeam = 100
const firstUser = 1000

const numbers = (count: number) => `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})`
const times = "'2026-11-24 12:15:20', '2026-11-24 12:15:20'"

/** Where the nth person is: in two organizations one after the other, and on one team of each. */
const orgOf = (n: string) => `(${n}) % ${orgs} + ${firstOrg}`
const teamOf = (n: string) => `${firstTeam} + ((n / ${orgs}) % ${teamsOfEach}) * ${orgs} + (${n}) % ${orgs}`

const membersBy = (count: number, place: string, role: string) => `
  ${numbers(count)} INSERT INTO org_user (org_id, user_id, role, created, updated)
    SELECT ${orgOf(place)}, n + ${firstUser}, ${role}, ${times} FROM n;
  ${numbers(count)} INSERT INTO team_member (org_id, team_id, user_id, created, updated, external, permission)
    SELECT ${orgOf(place)}, ${teamOf(place)}, n + ${firstUser}, ${times}, 0, 0 FROM n;`

export function addCrowd({ db }: Pick<GrafanaDatabase, 'db'>, count: number): void {
  db.exec(`BEGIN;
    ${numbers(orgs)} INSERT INTO org (id, version, name, created, updated)
      SELECT n - 1 + ${firstOrg}, 0, 'Crowd ' || n, ${times} FROM n;
    ${numbers(orgs * teamsOfEach)} INSERT INTO team (id, name, org_id, email, created, updated)
      SELECT n - 1 + ${firstTeam}, 'Team ' || n, ${orgOf('n - 1')}, '', ${times} FROM n;
    ${numbers(count)} INSERT INTO user (id, version, login, email, name, password, salt, org_id, is_admin, theme,
        created, updated, last_seen_at, is_disabled, help_flags1)
      SELECT n + ${firstUser}, 0, 'person' || n, 'person' || n || '@example.org', 'Person Number ' || n,
        lower(hex(randomblob(50))), 'saltsalt10', ${orgOf('n')}, 0, '', ${times}, '2026-11-24 12:15:20', 0, 0 FROM n;
    ${membersBy(count, 'n', `iif(n <= ${orgs}, 'Admin', 'Viewer')`)}
    ${membersBy(count, 'n + 1', "'Editor'")}
    COMMIT`)
}
