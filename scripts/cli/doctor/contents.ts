// Whether what the database counts and looks up by agrees with what is in it, and whether somebody can manage it.

import { shown } from '../output.ts'
import { type Check, error, type Problem, warning, when } from './check.ts'
import { type Site, sqlCommand, whereText } from './site.ts'

/** The rows of `kind` for each row of `owner`; where there is no owner, of all. */
type Counter = { kind: string; table: string; owner?: { table: string; column: string } }

const counters: Counter[] = [
  { kind: 'users', table: 'users' },
  { kind: 'orgs', table: 'orgs' },
  { kind: 'org_members', table: 'org_members', owner: { table: 'orgs', column: 'org_id' } },
  { kind: 'teams', table: 'teams', owner: { table: 'orgs', column: 'org_id' } },
  { kind: 'service_accounts', table: 'service_accounts', owner: { table: 'orgs', column: 'org_id' } },
  { kind: 'team_members', table: 'team_members', owner: { table: 'teams', column: 'team_id' } },
]

/** Each owner's id with how many there are, by counting. */
const counted = ({ table, owner }: Counter) =>
  owner
    ? `SELECT id AS owner_id, (SELECT count(*) FROM ${table} WHERE ${owner.column} = o.id) AS n FROM ${owner.table} o`
    : `SELECT 0 AS owner_id, count(*) AS n FROM ${table}`

/** How many owners have another count written down, under the name of the counter. */
const wrong = (counter: Counter) =>
  `(SELECT count(*) FROM (${counted(counter)}) r WHERE r.n <>
    coalesce((SELECT c.n FROM counters c WHERE c.kind = '${counter.kind}' AND c.owner_id = r.owner_id), 0)) AS ${counter.kind}`

const recount = (counter: Counter) =>
  `INSERT INTO counters (kind, owner_id, n) SELECT '${counter.kind}', owner_id, n FROM (${counted(counter)}) WHERE true ON CONFLICT DO UPDATE SET n = excluded.n`

async function counts(site: Site): Promise<Problem[]> {
  const [found = {}] = await site.rows<Record<string, number>>(`SELECT ${counters.map(wrong).join(', ')}`)
  return counters.flatMap((counter) => {
    const n = found[counter.kind] ?? 0
    const of = counter.owner ? ` for ${n} of ${counter.owner.table}` : ''
    const advice = sqlCommand(site, recount(counter))
    return when(n > 0, () => error(`The count of ${counter.kind} is wrong${of}`, advice))
  })
}

/** What is derived from the users, row by row: how many are wrong, and what puts them right. */
type Derived = { what: string; wrong: string; repair: string }

const isOfBucket = 'login >= b.first_login AND (b.next IS NULL OR login < b.next)'
const buckets = '(SELECT first_login, n, lead(first_login) OVER (ORDER BY first_login) AS next FROM login_buckets)'

const derived: Record<'search' | 'names' | 'buckets', Derived> = {
  search: {
    what: 'rows of the search index are missing or of nobody',
    wrong:
      'SELECT (SELECT count(*) FROM users WHERE id NOT IN (SELECT id FROM user_search_docsize)) + (SELECT count(*) FROM user_search_docsize WHERE id NOT IN (SELECT id FROM users)) AS n',
    repair:
      'DELETE FROM user_search WHERE rowid NOT IN (SELECT id FROM users); INSERT INTO user_search (rowid, words) SELECT id, login || char(31) || email || char(31) || name FROM users WHERE id NOT IN (SELECT id FROM user_search_docsize)',
  },
  names: {
    what: 'people are not found by their login or e-mail, or by another name as well',
    wrong:
      'SELECT count(*) AS n FROM users u WHERE NOT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = u.login_key AND user_id = u.id) OR NOT EXISTS (SELECT 1 FROM sign_in_names WHERE name_key = u.email_key AND user_id = u.id) OR EXISTS (SELECT 1 FROM sign_in_names WHERE user_id = u.id AND name_key NOT IN (u.login_key, u.email_key))',
    repair:
      'DELETE FROM sign_in_names WHERE name_key NOT IN (SELECT login_key FROM users WHERE id = user_id UNION SELECT email_key FROM users WHERE id = user_id); INSERT OR IGNORE INTO sign_in_names (name_key, user_id) SELECT login_key, id FROM users UNION SELECT email_key, id FROM users',
  },
  buckets: {
    what: 'stretches of the list of people are counted wrongly',
    wrong: `SELECT count(*) AS n FROM ${buckets} b WHERE n <> (SELECT count(*) FROM users WHERE ${isOfBucket})`,
    repair: `UPDATE login_buckets SET n = (SELECT count(*) FROM users, ${buckets} b WHERE b.first_login = login_buckets.first_login AND ${isOfBucket})`,
  },
}

function derivedCheck(name: string, why: string, { what, wrong, repair }: Derived): Check {
  return {
    name,
    why,
    run: async (site) => {
      const [{ n } = { n: 0 }] = await site.rows<{ n: number }>(wrong)
      return when(n > 0, () => error(`${n} ${what}`, sqlCommand(site, repair)))
    },
  }
}

async function serverAdmin(site: Site): Promise<Problem[]> {
  const [{ people, admins } = { people: 0, admins: 0 }] = await site.rows<{ people: number; admins: number }>(
    `SELECT EXISTS (SELECT 1 FROM users) AS people,
      EXISTS (SELECT 1 FROM users WHERE is_admin = 1 AND is_disabled = 0 AND password_hash IS NOT NULL) AS admins`,
  )
  return when(people === 1 && admins === 0, () =>
    error(
      'No server admin can sign in: each is disabled, or has no password',
      `npm run rollcall -- admin create <login>${whereText(site)}, or admin reset <login> --make-admin${whereText(site)}`,
    ),
  )
}

async function orgAdmins(site: Site): Promise<Problem[]> {
  const orgs = await site.rows<{ id: number; name: string }>(
    "SELECT id, name FROM orgs o WHERE NOT EXISTS (SELECT 1 FROM org_members WHERE org_id = o.id AND role = 'Admin') ORDER BY id LIMIT 20",
  )
  const address = site.address?.origin ?? 'https://<address>'
  return orgs.map(({ id, name }) =>
    warning(
      `Nobody administers the org ${shown(name)} (id ${id})`,
      `curl -u admin -H 'Content-Type: application/json' -d '{"loginOrEmail":"<login>","role":"Admin"}' ${address}/api/orgs/${id}/users`,
    ),
  )
}

async function imports(site: Site): Promise<Problem[]> {
  const unfinished = await site.rows<{ source: string; done: number; chunks: number }>(
    'SELECT source, chunks_done AS done, chunks FROM imports WHERE finished_at IS NULL',
  )
  return unfinished.map(({ source, done, chunks }) =>
    warning(
      `An import stopped after ${done} of ${chunks} parts`,
      `Run the same import again: it goes on where it stopped. To leave it at that: ${sqlCommand(site, `DELETE FROM imports WHERE source = '${source}'`)}`,
    ),
  )
}

const gigabyte = 1e9

async function size(site: Site): Promise<Problem[]> {
  const gigabytes = (await site.databaseSize()) / gigabyte
  const advice = 'Lower AUDIT_DAYS: the audit log is what grows without end. docs/deploy.md, "What it costs"'
  if (gigabytes < 8) return []
  const what = `The database has ${gigabytes.toFixed(1)} GB of the 10 that D1 allows`
  return [gigabytes < 9.5 ? warning(what, advice) : error(what, advice)]
}

export const contentChecks: Check[] = [
  { name: 'counters', why: 'Lists tell their totals by them, and quotas hold people to them.', run: counts },
  derivedCheck('search index', 'Whoever is missing from it is not found by the search.', derived.search),
  derivedCheck('sign-in names', "Whoever is missing from it can't sign in.", derived.names),
  derivedCheck('login buckets', 'Pages of people by number begin where these say.', derived.buckets),
  { name: 'server admin', why: 'Without one nobody can manage the directory, or make another.', run: serverAdmin },
  { name: 'org admins', why: 'Without one only a server admin can manage it.', run: orgAdmins },
  { name: 'imports', why: 'What was not carried over yet is missing, and nothing else says so.', run: imports },
  {
    name: 'size',
    why: 'D1 refuses every write to a database of 10 GB.',
    isNeeded: ({ where }) => where.remote === true,
    run: size,
  },
]
