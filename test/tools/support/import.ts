import type { Database } from '../../../scripts/directory/database.ts'
import type { Existing } from '../../../scripts/directory/firstAccount.ts'
import { openGrafana } from '../../../scripts/directory/grafana/open.ts'
import { readResolve } from '../../../scripts/directory/grafana/resolve.ts'
import { kindNames, kinds } from '../../../scripts/directory/records.ts'
import type { Source } from '../../../scripts/directory/source.ts'
import { checkTarget, earlierImport, type Target } from '../../../scripts/directory/target.ts'
import { writeRecords } from '../../../scripts/directory/write.ts'

/** 2026-11-26 */
export const now = 1_795_651_200

type Options = { resolve?: string[]; withSessions?: boolean }

export const openAt = (file: string, { resolve = [], withSessions = false }: Options = {}): Source =>
  openGrafana(file, { resolve: readResolve(resolve), withSessions, now })

/** As `npm run import` does it, without the words. */
export async function importInto(db: Database, source: Source, existing?: Existing): Promise<Target> {
  const target = await checkTarget(db, source, existing, await earlierImport(db, source))
  const stop = target.findings.find(({ weight }) => weight === 'stop')
  if (stop) throw new Error(`${stop.what}: ${stop.row}`)
  await writeRecords(db, () => source.records(), { ...target.plan, now })
  return target
}

export const found = ({ findings }: Pick<Source, 'findings'>, weight: string) =>
  findings.filter((finding) => finding.weight === weight).map(({ what, row }) => `${what}: ${row}`)

/** How many there are of each kind that there is any of. */
export async function countsIn(db: Database) {
  const columns = kindNames.map((kind) => `(SELECT count(*) FROM ${kinds[kind].name}) AS "${kind}"`)
  const [row] = await db.rows<Record<string, number>>(`SELECT ${columns.join(', ')}`)
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, count]) => count > 0))
}
