// What an import found and did, for people to read.

import { closeSync, openSync, realpathSync, statSync } from 'node:fs'
import { beginsWith } from '../directory/grafana/magic.ts'
import type { Counts, Kind } from '../directory/records.ts'
import type { Finding, Source } from '../directory/source.ts'
import type { Target } from '../directory/target.ts'
import { Failure, messageOf } from '../failure.ts'
import { shown } from './output.ts'

/** All of it, as `--json` and `--report` say it. */
export const reportOf = ({ description, counts, findings }: Source, target: Target | undefined) => ({
  source: description,
  counts,
  alreadyThere: target?.kept ?? {},
  findings: [...findings, ...(target?.findings ?? [])],
})

export type Report = ReturnType<typeof reportOf>

/**
 * Before anything is written: a report that can't be kept is found out too late afterwards, and nothing that isn't an
 * earlier report is written over, the file that is imported least of all.
 */
export function checkReportFile(file: string, imported: string): void {
  const there = statSync(file, { throwIfNoEntry: false })
  if (there?.isFile() && there.size > 0 && (realpathSync(file) === realpathSync(imported) || !beginsWith(file, '{\n')))
    throw new Failure(`${file} is there already, and no report: another name for --report`)
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw new Failure(`The report can't be written: ${messageOf(error)}`)
  }
}

export const isStopped = (findings: readonly Finding[]) => findings.some(({ weight }) => weight === 'stop')

export const total = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Rows of one heading that a terminal shows. */
const maxRows = 20

const titles: Record<Finding['weight'], string> = { stop: 'In the way', 'left out': 'Left out', note: 'Worth knowing' }

function* headingLines(what: string, group: readonly Finding[]): Generator<string> {
  yield `  ${shown(what)}: ${group.length}`
  for (const { row } of group.slice(0, maxRows)) yield `    ${shown(row)}`
  if (group.length > maxRows) yield `    … and ${group.length - maxRows} more (--report <file> has them all)`
  for (const advice of new Set(group.flatMap((finding) => finding.advice ?? []))) yield `    → ${shown(advice)}`
}

function* weightLines(weight: Finding['weight'], findings: readonly Finding[]): Generator<string> {
  const those = findings.filter((finding) => finding.weight === weight)
  if (those.length > 0) yield `\n${titles[weight]}`
  for (const [what, group] of Map.groupBy(those, (finding) => finding.what)) yield* headingLines(what, group)
}

const nouns: Record<Kind, string> = {
  org: 'organizations',
  user: 'users',
  userAuth: 'links to other sign-ins',
  orgMember: 'memberships of organizations',
  team: 'teams',
  teamMember: 'memberships of teams',
  dashboard: 'dashboards',
  star: 'stars',
  preferences: 'preferences',
  serviceAccount: 'service accounts',
  serviceAccountPermission: 'permissions on service accounts',
  role: 'custom roles',
  roleAssignment: 'roles given',
  quota: 'limits',
  token: 'API keys and tokens',
  invite: 'invitations',
  session: 'sessions',
  audit: 'entries of the audit log',
}

function* countLines(counts: Counts, alreadyThere: Counts): Generator<string> {
  for (const [kind, noun] of Object.entries(nouns)) {
    const count = counts[kind as Kind]
    const there = alreadyThere[kind as Kind]
    if (count) yield `${String(count).padStart(9)}  ${noun}${there ? ` (${there} there already)` : ''}`
  }
}

export function* reportLines({ source, counts, alreadyThere, findings }: Report): Generator<string> {
  yield `From ${shown(source)}:`
  yield* countLines(counts, alreadyThere)
  for (const weight of ['note', 'left out', 'stop'] as const) yield* weightLines(weight, findings)
}
