import { env } from 'cloudflare:workers'
import { as, root, textIn } from '../../support/client.ts'
import {
  badBody,
  denied,
  done,
  type Fact,
  facts,
  gives,
  nine,
  noRoute,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { by, editor, registerUpTo, user1, viewer } from '../people.ts'

const save = { who: root, ask: 'POST /api/dashboards/db' }
const saved = (id: number, uid: string, slug: string, version: number) =>
  ok({ id, slug, status: 'success', uid, url: `/d/${uid}/${slug}`, version })
const refusesAs = (status: number, message: string, kind: string) => gives(status, { message, status: kind })
const noTitle = refusesAs(400, 'Dashboard title cannot be empty', 'empty-name')
const stale = refusesAs(412, 'The dashboard has been changed by someone else', 'version-mismatch')
const nameTaken = refusesAs(412, 'A dashboard with the same name in the folder already exists', 'name-exists')
const mayNot = denied('any of dashboards:create, dashboards:write')
const starMe = { title: 'Star Me', uid: 'H9C42DRdk' }
const refused = (name: string, body: unknown, headers: Record<string, string> = {}): Fact => ({
  ...save,
  name,
  body,
  headers,
  gives: badBody,
})

facts(
  'Dashboard API > Create / Update dashboard',
  nine,
  [
    { name: 'none yet', who: root, ask: 'GET /api/search', gives: ok([]) },
    {
      ...save,
      name: 'one with a uid',
      body: {
        dashboard: { ...starMe, tags: ['a', 'b'], schemaVersion: 30, panels: [] },
        overwrite: false,
        message: 'm',
      },
      gives: saved(1, 'H9C42DRdk', 'star-me', 1),
    },
    {
      ...save,
      name: 'another',
      body: { dashboard: { title: 'Other Dash', uid: 'other-uid', panels: [] } },
      gives: saved(2, 'other-uid', 'other-dash', 1),
    },
    { ...save, name: 'a title that is taken', body: { dashboard: { title: 'Star Me' } }, gives: nameTaken },
    { ...save, name: 'no title', body: { dashboard: {} }, gives: noTitle },
    { ...save, name: 'an empty title', body: { dashboard: { title: '' } }, gives: noTitle },
    { ...save, name: 'a title of blanks', body: { dashboard: { title: '  ' } }, gives: noTitle },
    { ...save, name: 'no administrator', who: by(viewer), body: { dashboard: { title: 'V' } }, gives: mayNot },
    { ...save, name: 'nobody', who: undefined, body: { dashboard: { title: 'n' } }, gives: unauthorized },
    {
      ...save,
      name: 'an editor',
      who: by(editor),
      body: { dashboard: { title: 'By Editor', uid: 'by-editor' } },
      gives: saved(3, 'by-editor', 'by-editor', 1),
    },
    {
      ...save,
      name: 'a uid of 41 letters',
      body: { dashboard: { title: 'UL', uid: 'x'.repeat(41) } },
      gives: refuses(400, 'uid too long, max 40 characters'),
    },
    {
      ...save,
      name: 'a uid with a blank and a slash',
      body: { dashboard: { title: 'UL', uid: 'a b/c' } },
      gives: refuses(400, 'uid contains illegal characters'),
    },
    { ...save, name: 'a version that is not', body: { dashboard: { ...starMe, id: 1, version: 77 } }, gives: stale },
    {
      ...save,
      name: 'the version that is',
      body: { dashboard: { ...starMe, id: 1, version: 1 } },
      gives: saved(1, 'H9C42DRdk', 'star-me', 2),
    },
    { ...save, name: 'the version that was', body: { dashboard: { ...starMe, id: 1, version: 1 } }, gives: stale },
    {
      ...save,
      name: 'whatever the version',
      body: { dashboard: { ...starMe, version: 0 }, overwrite: true },
      gives: saved(1, 'H9C42DRdk', 'star-me', 3),
    },
    {
      ...save,
      name: 'an id that is none',
      body: { dashboard: { title: 'zz', id: 9999 } },
      gives: refusesAs(404, 'Dashboard not found', 'not-found'),
    },
    refused('nothing', {}),
    refused('no body', undefined),
    refused('broken JSON', '{"login": '),
    refused('an array', '[]'),
    refused('a dashboard that is a text', { dashboard: 'x' }),
    refused('a dashboard that is null', { dashboard: null }),
    refused('no content type', '{"dashboard":{"title":"n"}}', { 'Content-Type': '' }),
  ],
  async () => {
    await registerUpTo(editor)
    await env.DB.prepare("UPDATE org_members SET role = 'Editor' WHERE user_id = ?").bind(editor.id).run()
    return {}
  },
)

const rights = (canWrite: boolean, canAdmin = canWrite) => ({
  type: 'db',
  canSave: canWrite,
  canEdit: canWrite,
  canAdmin,
  canStar: true,
  canDelete: canWrite,
})
const each = (yes: boolean) => ({ canAdd: yes, canEdit: yes, canDelete: yes })
const shown = (canWrite: boolean, more: object = {}) =>
  ok({
    meta: {
      ...more,
      ...rights(canWrite),
      slug: 'star-me',
      url: '/d/H9C42DRdk/star-me',
      expires: 'TIME',
      created: 'TIME',
      updated: 'TIME',
      updatedBy: 'admin',
      createdBy: 'admin',
      version: 3,
      hasAcl: false,
      isFolder: false,
      folderId: 0,
      folderUid: '',
      folderTitle: 'General',
      folderUrl: '',
      provisioned: false,
      provisionedExternalId: '',
      annotationsPermissions: { dashboard: each(true), organization: each(canWrite) },
      hasPublicDashboard: false,
      publicDashboardAccessToken: '',
      publicDashboardUid: '',
      publicDashboardEnabled: false,
    },
    dashboard: { id: 1, title: 'Star Me', uid: 'H9C42DRdk', version: 3 },
  })

const get = { ask: 'GET /api/dashboards/uid/H9C42DRdk' }
const noDashboard = refusesTraced(404, 'Dashboard not found')

facts('Dashboard API > Get dashboard by uid', nine, [
  { ...get, name: 'an administrator', who: root, gives: shown(true) },
  { ...get, name: 'a viewer', who: by(viewer), gives: shown(false) },
  { ...get, name: 'nobody', gives: unauthorized },
  { name: 'none has the uid', who: root, ask: 'GET /api/dashboards/uid/nope', gives: noDashboard },
  { name: 'in another case', who: root, ask: 'GET /api/dashboards/uid/h9c42drdk', gives: noDashboard },
  { name: 'no such page', who: root, ask: 'GET /api/dashboards', gives: noRoute },
])

const hit = (id: number, uid: string, title: string, slug: string, isStarred = false) => ({
  id,
  uid,
  title,
  uri: `db/${slug}`,
  url: `/d/${uid}/${slug}`,
  slug: '',
  type: 'dash-db',
  tags: [],
  isStarred,
  sortMeta: 0,
})
const byEditor = hit(3, 'by-editor', 'By Editor', 'by-editor')
const other = hit(2, 'other-uid', 'Other Dash', 'other-dash')
const star = hit(1, 'H9C42DRdk', 'Star Me', 'star-me')
const on = (one: ReturnType<typeof hit>) => ({ ...one, isStarred: true })
const search = (query: string) => ({ who: by(user1), ask: `GET /api/search${query}` })
const starred = done('Dashboard starred!')

facts(
  'Folder/dashboard search API',
  nine,
  [
    { ...search(''), name: 'all, by title', gives: ok([byEditor, other, star]) },
    { ...search('/'), name: 'with a slash', gives: ok([byEditor, other, star]) },
    { ...search('?starred=true'), name: 'none starred', gives: ok([]) },
    { name: 'one starred', who: by(user1), ask: 'POST /api/user/stars/dashboard/1', gives: starred },
    { name: 'two', who: by(user1), ask: 'POST /api/user/stars/dashboard/2', gives: starred },
    { name: 'by another', who: by(editor), ask: 'POST /api/user/stars/dashboard/2', gives: starred },
    { ...search('?starred=true'), name: 'starred', gives: ok([on(other), on(star)]) },
    { ...search('?starred=true'), name: 'starred by oneself', who: root, gives: ok([]) },
    { ...search('?starred=1'), name: 'any other word means nothing', gives: ok([byEditor, on(other), on(star)]) },
    { ...search(''), name: 'all, with the stars', gives: ok([byEditor, on(other), on(star)]) },
    { ...search('?type=dash-db&query=star'), name: 'by text', gives: ok([on(star)]) },
    { ...search('?query=STAR'), name: 'in any case', gives: ok([on(star)]) },
    { ...search('?query=nomatch'), name: 'text in none', gives: ok([]) },
    { ...search('?type=dash-folder'), name: 'folders', gives: ok([]) },
    { ...search('?limit=1'), name: 'one a page', gives: ok([byEditor]) },
    { ...search('?limit=1&page=2'), name: 'the second page', gives: ok([on(other)]) },
    { ...search('?limit=1&page=9'), name: 'past the last page', gives: ok([]) },
    {
      ...search('?type=dash-db&limit=5000&page=1'),
      name: 'as a backup asks',
      gives: ok([byEditor, on(other), on(star)]),
    },
    { ...search(''), name: 'a key', who: { token: 'key' }, gives: ok([byEditor, other, star]) },
    { ...search(''), name: 'nobody', who: undefined, gives: unauthorized },
    {
      ...search(''),
      name: 'an org that one is not in',
      who: by(viewer),
      headers: { 'X-Grafana-Org-Id': '2' },
      gives: ok([]),
    },
    {
      ...search(''),
      name: 'an org that is none',
      who: by(editor),
      headers: { 'X-Grafana-Org-Id': '999' },
      gives: ok([]),
    },
    {
      ...search(''),
      name: "one's own org by number",
      who: by(viewer),
      headers: { 'X-Grafana-Org-Id': '1' },
      gives: ok([byEditor, other, star]),
    },
    { ...get, name: 'shown with its star', who: by(user1), gives: shown(false, { isStarred: true }) },
  ],
  async () => {
    const { body } = await as(root).post('/api/auth/keys', { name: 'searching', role: 'Admin' })
    return { key: textIn(body, 'key') }
  },
)

const home = { who: by(user1), ask: 'GET /api/dashboards/home' }

facts(
  'Dashboard API > Home dashboard',
  nine,
  [
    { ...home, name: 'that was chosen', gives: ok({ redirectUri: '/d/H9C42DRdk/star-me' }) },
    { ...home, name: 'nobody', who: undefined, gives: unauthorized },
  ],
  async () => {
    await env.DB.prepare('INSERT INTO preferences (org_id, user_id, home_dashboard_id, updated_at) VALUES (1, ?, 1, 0)')
      .bind(user1.id)
      .run()
    return {}
  },
)

const del = { who: root, ask: 'DELETE /api/dashboards/uid/H9C42DRdk' }

facts('Dashboard API > Delete dashboard by uid', nine, [
  { ...del, name: 'a viewer', who: by(viewer), gives: denied('dashboards:delete') },
  { ...del, name: 'nobody', who: undefined, gives: unauthorized },
  { ...del, name: 'deleted', gives: ok({ id: 1, message: 'Dashboard Star Me deleted', title: 'Star Me' }) },
  { ...del, name: 'again', gives: noDashboard },
  { ...get, name: 'not found any more', who: root, gives: noDashboard },
  { ...search('?starred=true'), name: 'with its stars', gives: ok([on(other)]) },
  { name: 'by list', who: by(user1), ask: 'GET /api/user/stars', gives: ok(['other-uid']) },
  {
    name: 'unstarred, which it is already',
    who: by(user1),
    ask: 'DELETE /api/user/stars/dashboard/1',
    gives: done('Dashboard unstarred'),
  },
  {
    ...save,
    name: 'its title and uid are free',
    body: { dashboard: starMe },
    gives: saved(4, 'H9C42DRdk', 'star-me', 1),
  },
  {
    ...save,
    name: 'by an id that was',
    body: { dashboard: { ...starMe, id: 1 } },
    gives: refusesAs(404, 'Dashboard not found', 'not-found'),
  },
])
