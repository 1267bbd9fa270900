import { env } from 'cloudflare:workers'
import { as, root, textIn } from '../../support/client.ts'
import { type Difference, differences } from '../differences.ts'
import { done, ok, refuses, refusesTraced, wrongPassword } from '../facts.ts'
import { admin, by, profile, registerUpTo, user1, viewer } from '../people.ts'

const disable = (id: number) => ({ who: root, ask: `POST /api/admin/users/${id}/disable` })
const theirs = "the caller's mistake, which is no failure of the server"

async function withPeople() {
  await registerUpTo(viewer)
  await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (3, 'ldap', 0)").run()
  return {}
}

differences(
  'accounts',
  [
    {
      ...disable(1),
      name: 'the last administrator disables itself',
      grafana: done('User disabled'),
      rollcall: refuses(400, 'cannot remove last grafana admin'),
      why: 'an instance that nobody is locked out of for good',
    },
    {
      name: 'and so it still signs in',
      who: root,
      ask: 'GET /api/users/1',
      grafana: wrongPassword,
      rollcall: ok(profile(admin)),
      why: 'an instance that nobody is locked out of for good',
    },
    {
      ...disable(3),
      name: 'an account from elsewhere',
      grafana: refuses(500, 'Could not disable external user'),
      rollcall: refuses(403, 'Could not disable external user'),
      why: theirs,
    },
    {
      name: 'the same enabled',
      who: root,
      ask: 'POST /api/admin/users/3/enable',
      grafana: refuses(500, 'Could not enable external user'),
      rollcall: refuses(403, 'Could not enable external user'),
      why: theirs,
    },
  ],
  withPeople,
)

const off = refuses(404, 'Quotas not enabled')
const quota = (name: string, ask: string, message: string, more: Partial<Difference> = {}): Difference => ({
  name,
  who: root,
  ask,
  grafana: refusesTraced(500, message),
  rollcall: off,
  why: theirs,
  ...more,
})

differences('quotas while they are off', [
  quota("the org's", 'GET /api/org/quotas', 'failed to get quota'),
  quota("the org's, for a viewer", 'GET /api/org/quotas', 'failed to get quota', { who: by(viewer) }),
  quota('of an org', 'GET /api/orgs/1/quotas', 'failed to get quota'),
  quota('of another org', 'GET /api/orgs/2/quotas', 'failed to get quota'),
  quota('of somebody', 'GET /api/admin/users/2/quotas', 'Failed to get org quotas'),
  quota('of nobody', 'GET /api/admin/users/99999/quotas', 'Failed to get org quotas'),
  quota('of user zero', 'GET /api/admin/users/0/quotas', 'Failed to get org quotas'),
  quota('set for somebody', 'PUT /api/admin/users/2/quotas/org_user', 'Failed to update org quotas', {
    body: { limit: 3 },
  }),
  quota('set for what is none', 'PUT /api/admin/users/2/quotas/bogus', 'Failed to update org quotas', {
    body: { limit: 1 },
  }),
  quota('set for an org', 'PUT /api/orgs/2/quotas/org_user', 'Failed to update org quotas', { body: { limit: 5 } }),
])

const star = { who: by(user1), ask: 'POST /api/user/stars/dashboard/1' }

differences(
  'stars',
  [
    {
      ...star,
      name: 'one that is starred already',
      grafana: refusesTraced(500, 'Failed to star dashboard'),
      rollcall: done('Dashboard starred!'),
      why: 'what was asked for is so',
    },
    {
      ...star,
      name: 'the same by uid',
      ask: 'POST /api/user/stars/dashboard/uid/one',
      grafana: refusesTraced(500, 'Failed to star dashboard'),
      rollcall: done('Dashboard starred!'),
      why: 'what was asked for is so',
    },
    {
      ...star,
      name: 'a key stars',
      who: { token: 'key' },
      grafana: refusesTraced(500, 'Failed to star dashboard'),
      rollcall: refuses(404, 'user not found'),
      why: 'a key is no person',
    },
    {
      name: 'a key takes a star off',
      who: { token: 'key' },
      ask: 'DELETE /api/user/stars/dashboard/1',
      grafana: refusesTraced(500, 'Failed to unstar dashboard'),
      rollcall: refuses(404, 'user not found'),
      why: 'a key is no person',
    },
  ],
  async () => {
    const { body } = await as(root).post('/api/auth/keys', { name: 'starring', role: 'Admin' })
    await as(root).post('/api/dashboards/db', { dashboard: { title: 'One', uid: 'one' } })
    await as(by(user1)).post('/api/user/stars/dashboard/1')
    return { key: textIn(body, 'key') }
  },
)
