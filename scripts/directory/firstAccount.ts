// What an instance makes of itself when it is first used: an account, user 1, in an organization, org 1. An import says what
// becomes of them.

import type { Database } from './database.ts'
import { type DirectoryRecord, kindNames, kinds, type Row } from './records.ts'
import type { Finding, Source } from './source.ts'
import type { Plan } from './write.ts'

/** What becomes of the account and the org that an instance makes by itself when it is first used. */
export type Existing = 'keep' | 'replace'

/** What an instance makes of itself is one account in one org, and nothing else. */
async function isFresh(db: Database): Promise<boolean> {
  const others = kindNames.filter(
    (kind) => !['org', 'user', 'orgMember', 'session', 'token', 'audit', 'star', 'preferences'].includes(kind),
  )
  const none = others.map((kind) => `NOT EXISTS (SELECT 1 FROM ${kinds[kind].name})`).join(' AND ')
  const [row] = await db.rows<{ fresh: number }>(
    `SELECT (SELECT count(*) = 1 AND max(id) = 1 FROM (SELECT id FROM users LIMIT 2))
      AND (SELECT count(*) = 1 AND max(id) = 1 FROM (SELECT id FROM orgs LIMIT 2))
      AND NOT EXISTS (SELECT 1 FROM tokens WHERE kind <> 'personal') AND ${none} AS fresh`,
  )
  return row?.fresh === 1
}

const undecided: Finding = {
  weight: 'stop',
  what: 'the directory has made its own first account',
  row: 'user 1 and org 1 are there',
  advice:
    "--existing replace makes them Grafana's own (the password too, and whoever is signed in is signed out); --existing keep leaves them as they are",
}

const notFresh: Finding = {
  weight: 'stop',
  what: '--existing is for a directory that holds nothing but its own first account',
  row: 'there is more in this one',
  advice: 'leave --existing out, or import into an empty database',
}

/** What of a source decides about the first account. */
export type Firsts = { user: boolean; org: boolean; member: boolean; hasOrgAdmin: boolean; hasAdmin: boolean }

const isAdmin = ({ isAdmin, isDisabled }: Row<'user'>) => isAdmin === true && isDisabled !== true

/** What each record says, by what it is. */
function tell(firsts: Firsts, { kind, row }: DirectoryRecord): void {
  if (kind === 'user') {
    firsts.user ||= row.id === 1
    firsts.hasAdmin ||= isAdmin(row)
  } else if (kind === 'org') {
    firsts.org ||= row.id === 1
  } else if (kind === 'orgMember' && row.orgId === 1) {
    firsts.member ||= row.userId === 1
    firsts.hasOrgAdmin ||= row.role === 'Admin'
  }
}

export function readFirsts(source: Source): Firsts {
  const firsts: Firsts = { user: false, org: false, member: false, hasOrgAdmin: false, hasAdmin: false }
  // Whatever comes after these kinds says nothing of it.
  for (const record of source.records()) {
    if (kindNames.indexOf(record.kind) > kindNames.indexOf('orgMember')) break
    tell(firsts, record)
  }
  return firsts
}

/** Their names go first, as somebody else may have them in the source; a name like this is nobody's. */
const stepAside = (firsts: Firsts) => [
  ...(firsts.user
    ? [
        'DELETE FROM sessions WHERE user_id = 1',
        'DELETE FROM tokens WHERE user_id = 1 OR created_by = 1',
        'DELETE FROM stars WHERE user_id = 1',
        'DELETE FROM password_resets WHERE user_id = 1',
        "DELETE FROM account_failures WHERE account = 'id:1'",
        'DELETE FROM sign_in_addresses WHERE user_id = 1',
        "UPDATE users SET login_key = '(import 1)', email_key = '(import 1)' WHERE id = 1",
      ]
    : []),
  ...(firsts.org
    ? ['DELETE FROM preferences WHERE org_id = 1', "UPDATE orgs SET name = '(import 1)' WHERE id = 1"]
    : []),
]

/** An org keeps an Admin: whoever is one there now stays, where Grafana's has none. */
const leave = ({ user, org, member, hasOrgAdmin }: Firsts) =>
  user && org && !member && hasOrgAdmin ? ['DELETE FROM org_members WHERE org_id = 1 AND user_id = 1'] : []

const whoStays = ({ user, org }: Firsts) => [...(user ? [] : ['user 1']), ...(org ? [] : ['org 1'])]

function oddities(firsts: Firsts): Finding[] {
  const stays = whoStays(firsts).map(
    (row): Finding => ({ weight: 'note', what: 'the source has none to put in its place (stays)', row }),
  )
  if (!firsts.user || firsts.hasAdmin) return stays
  const advice = '--existing keep, or make somebody a server admin in Grafana'
  return [...stays, { weight: 'stop', what: 'no server admin would be left', row: 'user 1', advice }]
}

const only = (key: string, isThere: boolean): ReadonlySet<string> => new Set(isThere ? [key] : [])

/** How what the source has takes the place of the first account and the first org. */
export const replacing = (firsts: Firsts): Pick<Plan, 'replaced' | 'first' | 'last'> & { findings: Finding[] } => ({
  findings: oddities(firsts),
  replaced: {
    user: only('1', firsts.user),
    org: only('1', firsts.org),
    orgMember: only('1/1', firsts.member && firsts.hasOrgAdmin),
  },
  first: stepAside(firsts),
  last: leave(firsts),
})

const isEmpty = async (db: Database) => (await db.rows('SELECT 1 FROM users LIMIT 1')).length === 0

/** Whether what was said of the first account fits what is there; undefined where it does. */
export async function misfit(db: Database, existing: Existing | undefined): Promise<Finding | undefined> {
  if (await isFresh(db)) return existing === undefined ? undecided : undefined
  return existing === undefined || (await isEmpty(db)) ? undefined : notFresh
}
