// Dashboards, which are here what stars and home dashboards point at, and those stars.

import { slugOf, uidFault } from '../../../src/dashboards/rules.ts'
import type { Row } from '../records.ts'
import { brief, type Context, carried, maxText, repeats, timesOf } from './context.ts'
import type { RowOf } from './file.ts'
import { shapes } from './tables.ts'

type GrafanaDashboard = RowOf<typeof shapes.dashboard>

/** Half of what D1 takes in a row. */
export const maxJsonBytes = 1_000_000

/** As Grafana gave one to those that had none. */
const uidOf = ({ id, uid }: GrafanaDashboard) => (uid !== '' && !uidFault(uid) ? uid : String(id).padStart(9, '0'))

/** The object that a text is as JSON; undefined where it is none. */
export function readObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const isUnusable = (title: string) => title === '' || title.length > maxText

/** What is stored of a model: id, uid and version are the row's. */
function contentOf({ data }: GrafanaDashboard): { model: string; tags: string } {
  const { id, uid, version, ...model } = readObject(data) ?? {}
  const tags = Array.isArray(model.tags) ? model.tags.filter((tag) => typeof tag === 'string') : []
  return { model: JSON.stringify(model), tags: JSON.stringify(tags) }
}

function rowOf(dashboard: GrafanaDashboard, title: string, { users }: Context['known']): Row<'dashboard'> {
  const by = (id: number | null) => (id !== null && users.has(id) ? id : null)
  const uid = uidOf(dashboard)
  return {
    id: dashboard.id,
    uid,
    orgId: dashboard.org_id,
    title,
    slug: slugOf(title) || uid,
    version: Math.max(dashboard.version ?? 1, 1),
    createdBy: by(dashboard.created_by),
    updatedBy: by(dashboard.updated_by),
    ...contentOf(dashboard),
    ...timesOf(dashboard),
  }
}

/** No two dashboards of an organization have one uid, but one may be called as another with its uid. */
function distinctTitle(
  { org_id: orgId, title }: GrafanaDashboard,
  uid: string,
  isRepeated: ReturnType<typeof repeats>,
) {
  let distinct = title
  while (isRepeated('title', orgId, distinct)) distinct = `${distinct} (${uid})`
  return distinct
}

export function dashboards(context: Context): Generator<Row<'dashboard'>> {
  const { known } = context
  const isRepeated = repeats()
  return carried(context, shapes.dashboard, {
    label: ({ id, title }) => `dashboard ${id} (${brief(title)})`,
    isIgnored: ({ is_folder: isFolder, deleted }) => isFolder || Boolean(deleted),
    checks: (dashboard) => [
      [() => !known.orgs.has(dashboard.org_id), 'a dashboard of no organization'],
      [() => isUnusable(dashboard.title), "a dashboard's title that can't be used"],
      [() => Buffer.byteLength(dashboard.data) > maxJsonBytes, 'a dashboard of more than 1 MB'],
      [() => readObject(dashboard.data) === undefined, 'a dashboard that is no JSON'],
      [() => isRepeated('id', dashboard.id), 'a dashboard twice'],
      [() => isRepeated('uid', dashboard.org_id, uidOf(dashboard)), 'a dashboard twice'],
    ],
    make: (dashboard, note) => {
      const { id, org_id: orgId } = dashboard
      const uid = uidOf(dashboard)
      // In Grafana each folder has titles of its own; here an organization does.
      const title = distinctTitle(dashboard, uid, isRepeated)
      if (title !== dashboard.title) note('a title of two dashboards (one is carried with its uid behind the title)')
      known.dashboards.set(id, orgId)
      known.dashboardsByUid.set(`${orgId}/${uid}`, id)
      return rowOf(dashboard, title, known)
    },
  })
}

type Target = { id: number | null | undefined; uid: string | undefined; orgId: number | undefined }

/** A dashboard that is carried, by its uid, as newer versions of Grafana say it, or else its number. */
export function dashboardOf({ dashboardsByUid, dashboards }: Context['known'], { id, uid, orgId }: Target) {
  const byUid = uid ? dashboardsByUid.get(`${orgId || 1}/${uid}`) : undefined
  return byUid ?? (dashboards.has(id ?? 0) ? (id ?? undefined) : undefined)
}

export function stars(context: Context): Generator<Row<'star'>> {
  const { known, names } = context
  const isRepeated = repeats()
  const target = (star: RowOf<typeof shapes.star>) =>
    dashboardOf(known, { id: star.dashboard_id, uid: star.dashboard_uid, orgId: star.org_id })
  return carried(context, shapes.star, {
    label: ({ id, user_id: userId, dashboard_uid: uid, dashboard_id: number }) =>
      `star ${id}: user ${userId}, dashboard ${uid || number}`,
    isIgnored: ({ user_id: userId }) => names.skipped.has(userId),
    checks: (star) => [
      [() => !known.users.has(star.user_id), 'a star of nobody'],
      [() => target(star) === undefined, 'a star of no dashboard'],
      [() => isRepeated(star.user_id, target(star) ?? 0), 'a star twice'],
    ],
    make: (star) => ({ userId: star.user_id, dashboardId: target(star) ?? 0, createdAt: star.updated ?? 0 }),
  })
}
