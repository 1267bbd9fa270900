// A Grafana database as a source of records: read once to see what is in it and what is wrong with it, and again, row by
// row, for each writing. Nothing of it is held in memory but who there is.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type DirectoryRecord, type Kind, kindNames, type Row } from '../records.ts'
import type { Finding, Source } from '../source.ts'
import { serviceAccountPermissions } from './accountPermissions.ts'
import type { Context, Known } from './context.ts'
import { dashboards, stars } from './dashboards.ts'
import { type GrafanaFile, hashOf, openFile } from './file.ts'
import { serviceAccounts, tokens } from './machines.ts'
import { type Named, settleNames } from './names.ts'
import { orgMembers, orgs, quotas, readMembers } from './orgs.ts'
import { named, userAuth, users } from './people.ts'
import { preferences } from './preferences.ts'
import type { Resolve } from './resolve.ts'
import { roleAssignments } from './roleAssignments.ts'
import { roles } from './roles.ts'
import { readSequences } from './sequences.ts'
import { sessions } from './sessions.ts'
import { shapes } from './tables.ts'
import { teamMembers, teams } from './teams.ts'

export type GrafanaOptions = { resolve: Resolve; withSessions: boolean; now: number }

type Readers = { [K in Kind]?: (context: Context) => Generator<Row<K>> }

const readers: Readers = {
  org: orgs,
  user: users,
  userAuth,
  orgMember: orgMembers,
  team: teams,
  teamMember: teamMembers,
  dashboard: dashboards,
  star: stars,
  preferences,
  serviceAccount: serviceAccounts,
  serviceAccountPermission: serviceAccountPermissions,
  role: roles,
  roleAssignment: roleAssignments,
  quota: quotas,
  token: tokens,
  session: sessions,
}

function* recordsOf(context: Context, { withSessions }: GrafanaOptions): Generator<DirectoryRecord> {
  for (const kind of kindNames) {
    const read = readers[kind]
    if (read === undefined || (kind === 'session' && !withSessions)) continue
    // The reader of a kind gives its rows, which the table above holds it to.
    for (const row of read(context)) yield { kind, row } as DirectoryRecord
  }
}

const nothing = (): Known => ({
  orgs: new Set(),
  users: new Set(),
  accounts: new Map(),
  members: new Map(),
  firstOrg: new Map(),
  teams: new Map(),
  dashboards: new Map(),
  dashboardsByUid: new Map(),
  roles: new Map(),
})

/** Who there is at all, before it is said who is carried. */
function readPeople(file: GrafanaFile, known: Known): Named[] {
  const people: Named[] = []
  for (const { row } of file.rows(shapes.user)) {
    if (row === undefined) continue
    if (row.is_service_account) known.accounts.set(row.id, row.org_id)
    else people.push(named(row))
  }
  return people
}

function survey(
  file: GrafanaFile,
  options: GrafanaOptions,
  findings: Finding[],
): { context: Context; counts: Map<Kind, number> } {
  const known = nothing()
  const report = (finding: Finding) => void findings.push(finding)
  const people = readPeople(file, known)
  const names = settleNames(people, options.resolve, report)
  const context: Context = { file, known, names, now: options.now, report }
  readMembers(context, new Set(people.map(({ id }) => id)))
  for (const [id, orgId] of known.accounts)
    if (!known.orgs.has(orgId) || names.skipped.has(id)) known.accounts.delete(id)
  const counts = new Map<Kind, number>()
  for (const { kind } of recordsOf(context, options)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return { context, counts }
}

/** The choices, whatever the order in which they were typed. */
const choices = ({ resolve, withSessions }: GrafanaOptions) =>
  JSON.stringify([withSessions, resolve.otherwise ?? null, [...resolve.byId].sort(([a], [b]) => a - b)])

/** Throws `Failure` where the file is none of Grafana's, or damaged. */
export function openGrafana(path: string, options: GrafanaOptions): Source {
  const file = openFile(path)
  const findings: Finding[] = []
  const { context, counts } = survey(file, options, findings)
  return {
    description: `a database of Grafana ${file.version} (${basename(path)})`,
    findings,
    counts: Object.fromEntries(counts),
    records: () => recordsOf({ ...context, report: () => {} }, options),
    fingerprint: createHash('sha256').update(hashOf(path)).update(choices(options)).digest('hex'),
    sequences: readSequences(file),
    close: () => file.close(),
  }
}
