import type { Person } from '../auth/identity.ts'
import { type Grant, readGrants } from '../auth/permissions.ts'
import { membership, type PersonRow, readSomebody, somebody } from '../auth/queries.ts'
import { bound, type Db } from '../db/client.ts'
import { limitOf, type Page } from '../page.ts'
import { type Gift, givenTo, givenToOne } from '../serviceAccounts/queries.ts'

/** Somebody with what they were given of the org's service accounts. */
export type Holder = { person: Person; gifts: Gift[] }

/** ?1 the person, ?2 the org, ?6 -1. */
const one = `SELECT ${somebody('?2', 'origins')} FROM users u ${membership('?2')} WHERE u.id = ?1`

/** Whether a member of the org or not. */
export async function findHolder(db: Db, orgId: number, id: number): Promise<Holder | undefined> {
  const [found, given] = await db.$client.batch<PersonRow & Gift>([
    bound(db, one, id, orgId, null, null, null, -1),
    bound(db, givenToOne, id, orgId),
  ])
  const row = found?.results[0]
  return row && { person: readSomebody(row), gifts: given?.results ?? [] }
}

// Of a page of members, roles are read by uid, and each role that one of them holds once.

/** ?2 the org, ?3 how many and ?4 after how many. */
const pageOfAll =
  'SELECT user_id, email, login FROM org_members WHERE org_id = ?2 ORDER BY email, login, user_id LIMIT ?3 OFFSET ?4'
/** ?3 the member; ?4 is 1. */
const pageOfOne = 'SELECT user_id, email, login FROM org_members WHERE org_id = ?2 AND user_id = ?3 LIMIT ?4'

const statementsFor = (page: string) => {
  const withPage = `WITH page (user_id, email, login) AS MATERIALIZED (${page})`
  const isOnPage = 'IN (SELECT user_id FROM page)'
  return {
    people: `SELECT ${somebody('?2', 'uids')} FROM (${page}) p CROSS JOIN users u ON u.id = p.user_id ${membership('?2')}
      ORDER BY p.email, p.login, p.user_id`,
    roles: `${withPage} SELECT uid, permissions FROM roles WHERE uid IN (
        SELECT role_uid FROM role_assignments WHERE user_id ${isOnPage} AND org_id IN (0, ?2)
        UNION SELECT role_uid FROM role_assignments WHERE org_id = ?2 AND basic_rank BETWEEN 1 AND 3
        UNION SELECT h.role_uid FROM team_members t CROSS JOIN role_assignments h ON h.team_id = t.team_id
          WHERE t.user_id ${isOnPage} AND t.org_id = ?2 AND t.has_roles = 1)
      UNION ALL SELECT uid, permissions FROM roles WHERE uid >= 'basic_' AND uid < 'basic\`'`,
    given: `${withPage} ${givenTo(isOnPage)}`,
  }
}

const ofAll = statementsFor(pageOfAll)
const ofOne = statementsFor(pageOfOne)

/** A role is as it is stored, whoever holds it; basic ones that were changed are everybody's to look up. */
function withRoles(person: Person, stored: ReadonlyMap<string, Grant[]>): Person {
  const held = person.roles.map((role) => ({ ...role, grants: stored.get(role.uid) ?? null }))
  const known = [...stored].map(([uid, grants]) => ({ uid, isEverywhere: false, grants }))
  return { ...person, roles: [...held, ...known.filter(({ uid }) => uid.startsWith('basic_'))] }
}

/** A page of the org's members, ordered as lists of them are, or one of them. */
export async function listHolders(db: Db, orgId: number, only: number | undefined, page: Page): Promise<Holder[]> {
  const { people, roles, given } = only === undefined ? ofAll : ofOne
  const values = [null, orgId, ...(only === undefined ? [limitOf(page), page.offset] : [only, 1])]
  const [listed, known, gifts] = await db.$client.batch<PersonRow & { uid: string; permissions: string } & Gift>([
    bound(db, people, ...values, null, -1),
    bound(db, roles, ...values),
    bound(db, given, ...values),
  ])
  const stored = new Map(known?.results.map(({ uid, permissions }) => [uid, readGrants(permissions)]))
  const byPerson = Map.groupBy(gifts?.results ?? [], ({ userId }) => userId)
  return (listed?.results ?? []).map((row) => ({
    person: withRoles(readSomebody(row), stored),
    gifts: byPerson.get(row.id) ?? [],
  }))
}
