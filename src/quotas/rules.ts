import type { QuotaDefaults } from '../config.ts'

/** What an org may have a limit of, in Grafana's words. */
export const orgTargets = ['org_user', 'dashboard'] as const
export type OrgTarget = (typeof orgTargets)[number]

/** A person has a limit of the orgs that it is in, by the same word. */
export const userTargets = ['org_user'] as const

export const isOrgTarget = (text: string | undefined) => orgTargets.some((target) => target === text)
export const isUserTarget = (text: string | undefined) => userTargets.some((target) => target === text)

export const orgDefaults = (quotas: QuotaDefaults): Record<OrgTarget, number> => ({
  org_user: quotas.membersOfOrg,
  dashboard: quotas.dashboardsOfOrg,
})
