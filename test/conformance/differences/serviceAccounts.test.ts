import { env } from 'cloudflare:workers'
import { as, root, textIn } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import { type Answer, done, gives, noUser, ok, refusesTraced, wrongKey } from '../facts.ts'
import { by, editor, registerUpTo } from '../people.ts'

type Asked = Pick<Difference, 'ask' | 'body' | 'who'>
const differs = (name: string, asked: Asked, grafana: Answer, rollcall: Answer, why: string): Difference => ({
  who: root,
  ...asked,
  name,
  grafana,
  rollcall,
  why,
})

const created = (id: number, orgId: number) =>
  gives(201, {
    id,
    name: 'My SA',
    login: 'sa-my-sa',
    orgId,
    isDisabled: false,
    role: 'Viewer',
    tokens: 0,
    avatarUrl: '',
  })

differences('new service accounts', [
  differs(
    'its org',
    { ask: 'POST /api/serviceaccounts', body: { name: 'My SA', role: 'Viewer' } },
    created(1, -1),
    created(1, 1),
    'an answer that says in which org it is',
  ),
])

const sa = { token: 'sa' }
const noPerson = 'an answer that says that a service account is no person'

differences(
  'service accounts on the User API',
  [
    differs(
      'a change',
      { who: sa, ask: 'PUT /api/user', body: { login: 'x' } },
      done('User updated'),
      noUser,
      noPerson,
    ),
    differs(
      'a star',
      { who: sa, ask: 'POST /api/user/stars/dashboard/2' },
      done('Dashboard starred!'),
      noUser,
      noPerson,
    ),
    differs(
      'a password',
      { who: sa, ask: 'PUT /api/user/password', body: { oldPassword: 'a', newPassword: 'abcde', confirmNew: 'abcde' } },
      refusesTraced(500, 'Could not read user from database'),
      noUser,
      noPerson,
    ),
    differs(
      'ping',
      { who: sa, ask: 'GET /api/login/ping' },
      { status: 200, text: 'Logged in' },
      done('Logged in'),
      'JSON everywhere under /api, as later Grafanas have it',
    ),
  ],
  async () => ({ sa: textIn((await as(root).post('/api/serviceaccounts/1/tokens', { name: 'sa' })).body, 'key') }),
)

differences(
  'what is gone',
  [
    differs(
      'a deleted token',
      { who: sa, ask: 'GET /api/user' },
      { ...wrongKey, status: 500 },
      wrongKey,
      'a wrong credential being the fault of who sent it',
    ),
    differs(
      'a deleted account',
      { ask: 'DELETE /api/serviceaccounts/1' },
      refusesTraced(500, 'Service account deletion error'),
      refusesTraced(404, 'Failed to retrieve service account'),
      'saying what is wrong: a 500 says nothing',
    ),
  ],
  async () => {
    await as(root).del('/api/serviceaccounts/1')
    return {}
  },
)

const scopes = {
  'dashboards.permissions:write': ['dashboards:*'],
  'dashboards:create': ['folders:*'],
  'dashboards:delete': ['dashboards:*'],
  'dashboards:read': ['dashboards:*'],
  'dashboards:write': ['dashboards:*'],
  'orgs.quotas:read': [''],
  'orgs:read': [''],
}
/** Of an editor of two dashboards, one its own. */
const recorded = {
  'alert.instances.external:read': ['datasources:*', 'datasources:*'],
  'alert.instances.external:write': ['datasources:*'],
  'alert.instances:create': [''],
  'alert.instances:read': ['folders:*', 'folders:*'],
  'alert.instances:write': [''],
  'alert.notifications.external:read': ['datasources:*', 'datasources:*'],
  'alert.notifications.external:write': ['datasources:*'],
  'alert.notifications:read': ['', ''],
  'alert.notifications:write': [''],
  'alert.rules.external:read': ['datasources:*', 'datasources:*'],
  'alert.rules.external:write': ['datasources:*'],
  'alert.rules:create': ['folders:*'],
  'alert.rules:delete': ['folders:*'],
  'alert.rules:read': ['folders:*', 'folders:*'],
  'alert.rules:write': ['folders:*'],
  'annotations:create': ['annotations:type:dashboard', 'annotations:*'],
  'annotations:delete': ['annotations:type:dashboard', 'annotations:*'],
  'annotations:read': ['annotations:*'],
  'annotations:write': ['annotations:type:dashboard', 'annotations:*'],
  'dashboards.permissions:read': ['dashboards:uid:by-editor'],
  'dashboards.permissions:write': ['dashboards:uid:by-editor'],
  'dashboards:create': ['folders:uid:general'],
  'dashboards:delete': ['dashboards:uid:by-editor', 'dashboards:uid:other-uid', 'dashboards:uid:by-editor'],
  'dashboards:read': ['dashboards:uid:by-editor', 'dashboards:uid:other-uid', 'dashboards:uid:by-editor'],
  'dashboards:write': ['dashboards:uid:by-editor', 'dashboards:uid:other-uid', 'dashboards:uid:by-editor'],
  'datasources.id:read': ['datasources:*'],
  'datasources:explore': [''],
  'datasources:query': ['datasources:*', 'datasources:uid:grafana'],
  'datasources:read': ['datasources:*', 'datasources:uid:grafana'],
  'folders:create': [''],
  'folders:read': ['folders:uid:general'],
  'orgs.quotas:read': [''],
  'orgs:read': [''],
  'plugins.app:access': ['plugins:*'],
}
const every = (permissions: object) => ok(Object.fromEntries(Object.keys(permissions).map((action) => [action, true])))
const onlyOwn = 'listing only what there is here, and each scope once'

differences(
  "an editor's permissions",
  [
    differs(
      'their scopes',
      { who: by(editor), ask: 'GET /api/access-control/user/permissions' },
      ok(recorded),
      ok(scopes),
      onlyOwn,
    ),
    differs(
      'their actions',
      { who: by(editor), ask: 'GET /api/access-control/user/actions' },
      every(recorded),
      every(scopes),
      onlyOwn,
    ),
  ],
  async () => {
    await registerUpTo(editor)
    await env.DB.prepare("UPDATE org_members SET role = 'Editor' WHERE user_id = ?").bind(editor.id).run()
    return {}
  },
)
