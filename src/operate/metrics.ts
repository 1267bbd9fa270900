import { bound, type Db } from '../db/client.ts'
import { counter } from '../server/queries.ts'
import { commit } from '../version.ts'

// What Prometheus reads, in its text format 0.0.4. All of it is counted as it happens, so that a scrape reads the same few
// rows in a directory of any size: what would have to be counted each time (sessions, tokens, teams) is not here.

/** The imports that are looked at: there are as many as were ever begun. */
const maxImports = 1_000

/** ?1 today, in days since 1970. */
const figures = `SELECT ${counter('users')} AS users, ${counter('orgs')} AS orgs, ${counter('seen')} AS neverSeen,
    coalesce((SELECT n FROM counters WHERE kind = 'sign-ins' AND owner_id = ?1), 0) AS succeeded,
    coalesce((SELECT n FROM counters WHERE kind = 'failures' AND owner_id = ?1), 0) AS failed,
    (SELECT count(*) FILTER (WHERE finished_at IS NULL) FROM (SELECT finished_at FROM imports LIMIT ${maxImports})) AS imports,
    coalesce(sum(n) FILTER (WHERE owner_id = ?1), 0) AS seen1,
    coalesce(sum(n) FILTER (WHERE owner_id > ?1 - 7), 0) AS seen7,
    coalesce(sum(n), 0) AS seen30
  FROM counters WHERE kind = 'seen' AND owner_id > ?1 - 30`

type Figures = Record<
  'users' | 'orgs' | 'neverSeen' | 'succeeded' | 'failed' | 'imports' | 'seen1' | 'seen7' | 'seen30',
  number
> & { bytes: number }

/** What D1 says of its own size costs no row. */
export async function readFigures(db: Db, today: number): Promise<Figures> {
  const { results, meta } = await bound(db, figures, today).all<Omit<Figures, 'bytes'>>()
  const [row] = results
  if (!row) throw new Error('a count without a row')
  return { ...row, bytes: meta.size_after }
}

type Labels = Record<string, string>

const escaped = (value: string) => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
const labelled = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join()

/** Samples of one name; `labels` tell them apart. */
function family(name: string, type: 'gauge' | 'counter', help: string, ...samples: [number, Labels?][]): string {
  const lines = samples.map(([value, labels]) => `rollcall_${name}${labels ? `{${labelled(labels)}}` : ''} ${value}\n`)
  return `# HELP rollcall_${name} ${help}\n# TYPE rollcall_${name} ${type}\n${lines.join('')}`
}

export const expositionOf = (now: Figures, grafanaVersion: string) =>
  [
    family('build_info', 'gauge', 'Always 1.', [1, { commit, grafana_version: grafanaVersion }]),
    family('users', 'gauge', 'User accounts.', [now.users]),
    family('orgs', 'gauge', 'Organizations.', [now.orgs]),
    family('users_never_seen', 'gauge', 'Users who were never there.', [now.neverSeen]),
    family(
      'users_seen',
      'gauge',
      'Users last seen within so many days in UTC, today included.',
      [now.seen1, { days: '1' }],
      [now.seen7, { days: '7' }],
      [now.seen30, { days: '30' }],
    ),
    family(
      'sign_ins_total',
      'counter',
      'Sessions opened, and passwords that were wrong, since midnight in UTC: begins again at 0 each day.',
      [now.succeeded, { outcome: 'succeeded' }],
      [now.failed, { outcome: 'failed' }],
    ),
    family('imports_unfinished', 'gauge', 'Imports that were begun and did not end.', [now.imports]),
    family('database_bytes', 'gauge', 'Size of the D1 database.', [now.bytes]),
  ].join('')
