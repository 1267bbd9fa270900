import {
  array,
  boolean,
  integer,
  literal,
  looseObject,
  metadata,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
  unknown,
} from 'valibot'
import {
  actingOrg,
  answer,
  anySignedIn,
  count,
  del,
  get,
  id,
  pathParameter,
  post,
  query,
  refused,
  requires,
  requiresAny,
  type Slice,
  time,
  writeDenied,
} from '../docs.ts'
import { dashboardHit, fullDashboard, saved } from './views.ts'

const Hit = strictObject({
  id,
  uid: string(),
  title: string(),
  uri: string(),
  url: string(),
  slug: literal(''),
  type: literal('dash-db'),
  tags: array(string()),
  isStarred: boolean(),
  sortMeta: literal(0),
})

const may = strictObject({ canAdd: boolean(), canEdit: boolean(), canDelete: boolean() })

const Meta = strictObject({
  isStarred: optional(literal(true)),
  type: picklist(['db', '']),
  canSave: boolean(),
  canEdit: boolean(),
  canAdmin: boolean(),
  canStar: boolean(),
  canDelete: boolean(),
  slug: string(),
  url: string(),
  expires: time,
  created: time,
  updated: time,
  updatedBy: string(),
  createdBy: string(),
  version: count,
  hasAcl: literal(false),
  isFolder: literal(false),
  folderId: literal(0),
  folderUid: literal(''),
  folderTitle: literal('General'),
  folderUrl: literal(''),
  provisioned: literal(false),
  provisionedExternalId: literal(''),
  annotationsPermissions: strictObject({ dashboard: may, organization: may }),
  hasPublicDashboard: literal(false),
  publicDashboardAccessToken: literal(''),
  publicDashboardUid: literal(''),
  publicDashboardEnabled: literal(false),
})

const model = pipe(looseObject({ title: string() }), metadata({ description: 'The JSON that came' }))
const Dashboard = strictObject({ meta: Meta, dashboard: model })

const Saved = strictObject({
  id,
  slug: string(),
  status: literal('success'),
  uid: string(),
  url: string(),
  version: id,
})

const full = fullDashboard(
  {
    id: 1,
    uid: 'H9C42DRdk',
    title: 'Star Me',
    slug: 'star-me',
    version: 1,
    model: '{"title":"Star Me","panels":[]}',
    createdAt: 1586539767,
    updatedAt: 1586539767,
    createdBy: 'admin',
    updatedBy: 'admin',
    isStarred: 1,
  },
  { canWrite: true, canDelete: true, canAdmin: true, canStar: true },
)

const hit = dashboardHit({ id: 1, uid: 'H9C42DRdk', title: 'Star Me', slug: 'star-me', tags: '["a"]', isStarred: 1 })

/** A refusal whose `status` says for programs what the message says for people. */
const refusedAs = (status: string, message: string, ...others: string[]) =>
  answer(
    [message, ...others].join(' · '),
    strictObject({ message: string(), status: optional(string()), traceID: optional(literal('')) }),
    { message, status },
  )

const byUid = pathParameter('uid', 'The dashboard', string())
const noDashboard = refused('Dashboard not found')

export const dashboards: Slice = {
  tag: 'Dashboards',
  description: 'Only as targets of stars and of home dashboards: kept as the JSON that came, never drawn.',
  schemas: { DashboardHit: Hit, Dashboard, SavedDashboard: Saved },
  operations: [
    get('/api/search', anySignedIn('finds only what the caller may read'), {
      id: 'searchDashboards',
      summary: 'Dashboards of the org',
      parameters: [
        query('query', 'Text within the title, in any letter case', optional(string())),
        query('starred', 'Only what the caller starred', optional(literal('true'))),
        query('type', 'There are no folders', optional(picklist(['dash-db', 'dash-folder']))),
        query('limit', 'Rows of a page', optional(id, 1000)),
        query('page', 'Which page', optional(id, 1)),
        ...actingOrg,
      ],
      answers: {
        200: answer('One page, ordered by title', array(Hit), [hit]),
        422: refused('Limit is above maximum allowed (5000), use page parameter to access hits beyond limit'),
      },
    }),
    post('/api/dashboards/db', requiresAny(['dashboards:create', 'folders:*'], ['dashboards:write', 'dashboards:*']), {
      id: 'saveDashboard',
      summary: 'Create or replace a dashboard',
      description:
        'Replaces the one of the same id, or else uid, if `version` is the one that is kept or `overwrite` is set; the one of the same title with `overwrite`. The model holds 524288 bytes at most.',
      parameters: actingOrg,
      body: {
        schema: object({
          dashboard: record(string(), unknown()),
          overwrite: optional(boolean(), false),
          folderId: optional(pipe(number(), integer(), metadata({ description: 'Ignored: there are no folders' }))),
          message: optional(pipe(string(), metadata({ description: 'Ignored: only the newest version is kept' }))),
        }),
        example: { dashboard: { title: 'Star Me', tags: ['a'], panels: [] }, overwrite: false },
      },
      answers: {
        200: answer('Kept', Saved, saved({ id: 1, uid: 'H9C42DRdk', slug: 'star-me', version: 1 })),
        400: refusedAs(
          'empty-name',
          'Dashboard title cannot be empty',
          'uid too long, max 40 characters',
          'uid contains illegal characters',
          'A dashboard with the same uid already exists',
          'bad request data',
        ),
        403: writeDenied('Quota reached'),
        404: refusedAs('not-found', 'Dashboard not found'),
        412: refusedAs(
          'version-mismatch',
          'The dashboard has been changed by someone else',
          'A dashboard with the same name in the folder already exists',
        ),
        413: refused('request body is larger than 1048576 bytes', 'dashboard is larger than 524288 bytes'),
      },
    }),
    get('/api/dashboards/uid/:uid', requires('dashboards:read', 'dashboards:uid::uid'), {
      id: 'getDashboard',
      summary: 'One dashboard',
      parameters: [byUid, ...actingOrg],
      answers: { 200: answer('The dashboard', Dashboard, full), 404: noDashboard },
    }),
    del('/api/dashboards/uid/:uid', requires('dashboards:delete', 'dashboards:uid::uid'), {
      id: 'deleteDashboard',
      summary: 'Delete a dashboard',
      description: 'With its stars.',
      parameters: [byUid, ...actingOrg],
      answers: {
        200: answer('Done', strictObject({ id, message: string(), title: string() }), {
          id: 1,
          message: 'Dashboard Star Me deleted',
          title: 'Star Me',
        }),
        404: noDashboard,
      },
    }),
    get('/api/dashboards/home', anySignedIn('names only what the caller may read'), {
      id: 'getHomeDashboard',
      summary: 'What the caller sees first',
      description: 'Where to go, by the preferences of the caller, its teams or its org; else an empty page.',
      parameters: actingOrg,
      answers: {
        200: answer('The address, or an empty page', union([strictObject({ redirectUri: string() }), Dashboard]), {
          redirectUri: '/d/H9C42DRdk/star-me',
        }),
      },
    }),
  ],
}
