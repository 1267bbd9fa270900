import type { Row } from '../records.ts'
import { type Context, carried, isMember, maxText, repeats } from './context.ts'
import { dashboardOf, maxJsonBytes, readObject } from './dashboards.ts'
import type { RowOf } from './file.ts'
import { knownTheme } from './people.ts'
import { shapes } from './tables.ts'

type GrafanaPreferences = RowOf<typeof shapes.preferences>

const object = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : null)
const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, maxText) : '')

/** What newer versions keep in one column. What is spoken was `locale` first and is `language` now. */
function partsOf(json: string) {
  const { locale, language, navbar, queryHistory } = readObject(json) ?? {}
  return { locale: text(language) || text(locale), navbar: object(navbar), queryHistory: object(queryHistory) }
}

export function preferences(context: Context): Generator<Row<'preferences'>> {
  const { known, names } = context
  const isRepeated = repeats()
  const home = (found: GrafanaPreferences) =>
    dashboardOf(known, { id: found.home_dashboard_id, uid: found.home_dashboard_uid, orgId: found.org_id })
  return carried(context, shapes.preferences, {
    label: ({ id, org_id: orgId, user_id: userId, team_id: teamId }) =>
      `preferences ${id}: org ${orgId}, user ${userId}, team ${teamId}`,
    isIgnored: ({ user_id: userId }) => names.skipped.has(userId),
    checks: ({ id, org_id: orgId, user_id: userId, team_id: teamId, json_data: json = '' }) => [
      [() => !known.orgs.has(orgId), 'preferences in no organization'],
      [() => userId > 0 && !isMember(known, orgId, userId), 'preferences of nobody in the organization'],
      [() => teamId > 0 && known.teams.get(teamId) !== orgId, 'preferences of no team of the organization'],
      [() => userId > 0 && teamId > 0, 'preferences of a person and a team at once'],
      [() => Buffer.byteLength(json) > maxJsonBytes, 'preferences of more than 1 MB'],
      [() => isRepeated('id', id) || isRepeated(orgId, userId, teamId), 'preferences twice'],
    ],
    make: (found, note) => {
      const { id, org_id: orgId, user_id: userId, team_id: teamId, theme } = found
      if (theme !== knownTheme(theme)) note('a theme that is not known here (will be the default)', theme.slice(0, 20))
      if (found.home_dashboard_id && !home(found)) note('a home dashboard that is not carried')
      return {
        id,
        orgId,
        userId: userId || null,
        teamId: teamId || null,
        theme: knownTheme(theme),
        timezone: text(found.timezone),
        weekStart: text(found.week_start),
        homeDashboardId: home(found) ?? 0,
        ...partsOf(found.json_data ?? ''),
        updatedAt: found.updated ?? 0,
      }
    },
  })
}
