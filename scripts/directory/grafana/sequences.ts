// The highest id that Grafana ever gave of each: whoever had it may be gone, but dashboards, logs and Terraform name them.

import type { Counts } from '../records.ts'
import { type Kind, largestId } from '../records.ts'
import type { GrafanaFile } from './file.ts'
import { sequenceShape } from './tables.ts'

/** Kinds whose ids are Grafana's; there a service account is a user, and a session is a token. */
const tables = {
  org: 'org',
  user: 'user',
  userAuth: 'user_auth',
  team: 'team',
  dashboard: 'dashboard',
  preferences: 'preferences',
  serviceAccount: 'user',
  quota: 'quota',
  token: 'api_key',
  session: 'user_auth_token',
} as const satisfies Partial<Record<Kind, string>>

/** A folder of tables says nothing of it: then the rows alone do. */
export function readSequences(file: GrafanaFile): Counts {
  const highest = new Map<string, number>()
  for (const { row } of file.rows(sequenceShape)) if (row) highest.set(row.name, row.seq ?? 0)
  return Object.fromEntries(
    Object.entries(tables).flatMap(([kind, table]) => {
      const id = highest.get(table) ?? 0
      return id > 0 && id <= largestId ? [[kind, id]] : []
    }),
  )
}
