import { rfc3339 } from '../time.ts'
import type { Dashboard, Hit } from './queries.ts'

export const addressOf = ({ uid, slug }: { uid: string; slug: string }) => `/d/${uid}/${slug}`

/** What a save answers. */
export const saved = (dashboard: { id: number; uid: string; slug: string; version: number }) => ({
  id: dashboard.id,
  slug: dashboard.slug,
  status: 'success',
  uid: dashboard.uid,
  url: addressOf(dashboard),
  version: dashboard.version,
})

/** Written by this code alone, from a parsed list of texts. */
const readTags = (json: string): string[] => JSON.parse(json)

/** Grafana's search leaves `slug` empty. */
export const dashboardHit = (hit: Hit) => ({
  id: hit.id,
  uid: hit.uid,
  title: hit.title,
  uri: `db/${hit.slug}`,
  url: addressOf(hit),
  slug: '',
  type: 'dash-db',
  tags: readTags(hit.tags),
  isStarred: hit.isStarred === 1,
  sortMeta: 0,
})

/** What the caller may do to it. */
export type Rights = { canWrite: boolean; canDelete: boolean; canAdmin: boolean; canStar: boolean }

/** There are no folders and nothing is public or provisioned here: those fields always say so. */
const meta = (rights: Rights) => ({
  type: 'db',
  canSave: rights.canWrite,
  canEdit: rights.canWrite,
  canAdmin: rights.canAdmin,
  canStar: rights.canStar,
  canDelete: rights.canDelete,
})

const elsewhere = ({ canWrite }: Rights) => ({
  hasAcl: false,
  isFolder: false,
  folderId: 0,
  folderUid: '',
  folderTitle: 'General',
  folderUrl: '',
  provisioned: false,
  provisionedExternalId: '',
  annotationsPermissions: {
    dashboard: { canAdd: true, canEdit: true, canDelete: true },
    organization: { canAdd: canWrite, canEdit: canWrite, canDelete: canWrite },
  },
  hasPublicDashboard: false,
  publicDashboardAccessToken: '',
  publicDashboardUid: '',
  publicDashboardEnabled: false,
})

/** Grafana's name for whoever has no login. */
const nobody = 'Anonymous'

const never = '0001-01-01T00:00:00Z'

function readModel(json: string): object {
  const model: unknown = JSON.parse(json)
  return typeof model === 'object' && model !== null ? model : {}
}

/** The JSON that came, under the ids that it got. */
export const fullDashboard = (dashboard: Dashboard, rights: Rights) => ({
  meta: {
    ...(dashboard.isStarred === 1 ? { isStarred: true } : {}),
    ...meta(rights),
    slug: dashboard.slug,
    url: addressOf(dashboard),
    expires: never,
    created: rfc3339(dashboard.createdAt),
    updated: rfc3339(dashboard.updatedAt),
    updatedBy: dashboard.updatedBy ?? nobody,
    createdBy: dashboard.createdBy ?? nobody,
    version: dashboard.version,
    ...elsewhere(rights),
  },
  dashboard: { id: dashboard.id, ...readModel(dashboard.model), uid: dashboard.uid, version: dashboard.version },
})

/** For whoever has chosen no dashboard: there is none to show. */
export const emptyHome = (rights: Rights) => ({
  meta: {
    ...meta(rights),
    type: '',
    slug: '',
    url: '',
    expires: never,
    created: never,
    updated: never,
    updatedBy: '',
    createdBy: '',
    version: 0,
    ...elsewhere(rights),
  },
  dashboard: { title: 'Home', panels: [] },
})
