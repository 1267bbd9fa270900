import type { Person } from '../auth/identity.ts'

/** How a page is to look: by the viewer's preferences in the active org, else by that org's; empty = as the browser has it. */
export type Look = { theme: string; timezone: string }

/** Read with the viewer, of the user `u`: the person's own before the org's. */
export const lookOfViewer = `(SELECT json_group_array(json_array(theme, timezone)) FROM (SELECT theme, timezone FROM preferences
    WHERE org_id = u.org_id AND ifnull(user_id, 0) IN (u.id, 0) AND ifnull(team_id, 0) = 0 ORDER BY user_id IS NULL))`

/** Of each the first that says something. */
export function lookOf({ beside }: Person): Look {
  const rows: [theme: string, timezone: string][] = JSON.parse(beside ?? '[]')
  return { theme: rows.find(([theme]) => theme)?.[0] ?? '', timezone: rows.find(([, zone]) => zone)?.[1] ?? '' }
}
