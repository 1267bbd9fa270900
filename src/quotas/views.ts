import type { Usage } from './queries.ts'
import { type OrgTarget, orgTargets } from './rules.ts'

export const orgQuotas = (orgId: number, { used, own }: Usage, defaults: Record<OrgTarget, number>) =>
  orgTargets.map((target) => ({
    org_id: orgId,
    target,
    limit: own[target] ?? defaults[target],
    used: used[target] ?? 0,
  }))

export const userQuotas = (userId: number, { used, own }: Usage, orgsOfUser: number) => [
  { user_id: userId, target: 'org_user', limit: own.org_user ?? orgsOfUser, used: used.org_user ?? 0 },
]
