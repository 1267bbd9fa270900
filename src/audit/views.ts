import { rfc3339 } from '../time.ts'
import type { AuditRow } from './queries.ts'

/** Times are whole seconds, as everywhere; `outcome` is 200 for what was done, else the status of the refusal. */
export const auditEntry = (row: AuditRow) => ({
  id: row.id,
  time: rfc3339(row.at),
  actor: row.actor,
  login: row.login,
  credential: row.credential,
  action: row.action,
  target: row.target,
  orgId: row.orgId,
  address: row.address,
  outcome: row.outcome,
  requestId: row.requestId,
})
