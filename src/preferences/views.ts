import type { Preferences } from './queries.ts'
import { noItems, noTab } from './rules.ts'

const parsed = (json: string | null | undefined, otherwise: object): unknown => (json ? JSON.parse(json) : otherwise)

/** Whoever set none has them empty. A dashboard that is gone has a number and no uid. */
export const shownPreferences = (preferences: Preferences | null) => ({
  theme: preferences?.theme ?? '',
  homeDashboardId: preferences?.homeDashboardId ?? 0,
  ...(preferences?.homeDashboardUid ? { homeDashboardUID: preferences.homeDashboardUid } : {}),
  timezone: preferences?.timezone ?? '',
  weekStart: preferences?.weekStart ?? '',
  locale: preferences?.locale ?? '',
  navbar: parsed(preferences?.navbar, noItems),
  queryHistory: parsed(preferences?.queryHistory, noTab),
})
