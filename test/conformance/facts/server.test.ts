import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { version } from '../../../package.json'
import { as, logIn, root, textIn } from '../../support/client.ts'
import { type Answer, denied, facts, gives, nine, noRoute, ok, unauthorized } from '../facts.ts'
import { by, password, registerUpTo, second, viewer } from '../people.ts'

const stats = { ask: 'GET /api/admin/stats' }
const settings = { ask: 'GET /api/admin/settings' }
const frontend = { ask: 'GET /api/frontend/settings' }
const answers: Answer = { status: 200, type: 'application/json' }
const named: Answer = { status: 200, type: 'application/json; charset=UTF-8' }
/** Grafana shows the figures by role from a cache that is up to half an hour old; these are what it then shows. */
const count = (counts: Record<string, number>) =>
  ok({
    orgs: 1,
    dashboards: 0,
    snapshots: 0,
    tags: 0,
    datasources: 0,
    playlists: 0,
    stars: 0,
    alerts: 0,
    users: 5,
    admins: 1,
    editors: 0,
    viewers: 4,
    activeUsers: 3,
    activeAdmins: 1,
    activeEditors: 0,
    activeViewers: 2,
    activeSessions: 0,
    dailyActiveUsers: 3,
    dailyActiveAdmins: 1,
    dailyActiveEditors: 0,
    dailyActiveViewers: 2,
    dailyActiveSessions: 0,
    monthlyActiveUsers: 3,
    ...counts,
  })

facts(
  'Admin API > Stats and settings',
  nine,
  [
    { ...stats, name: 'the administrator', who: root, gives: count({}) },
    { ...stats, name: 'with a slash', who: root, ask: 'GET /api/admin/stats/', gives: count({}) },
    { ...stats, name: 'nobody', gives: denied('server.stats:read') },
    { ...stats, name: 'no administrator', who: by(viewer), gives: denied('server.stats:read') },
    { ...stats, name: "an org admin's key", who: { token: 'key' }, gives: denied('server.stats:read') },
    { ...settings, name: 'the administrator', who: root, gives: answers },
    { ...settings, name: 'nobody', gives: denied('settings:read') },
    { ...settings, name: 'no administrator', who: by(viewer), gives: denied('settings:read') },
    { ...settings, name: "an org admin's key", who: { token: 'key' }, gives: denied('settings:read') },
    { name: 'no such page', who: root, ask: 'GET /api/admin', gives: noRoute },
  ],
  async () => {
    await registerUpTo(second)
    const { body } = await as(root).post('/api/auth/keys', { name: 'k', role: 'Admin' })
    return { key: textIn(body, 'key') }
  },
)

facts(
  'Admin API > Stats, with more to count',
  nine,
  [
    {
      ...stats,
      name: 'all',
      who: root,
      gives: count({
        orgs: 2,
        dashboards: 2,
        stars: 1,
        editors: 1,
        viewers: 3,
        activeEditors: 1,
        activeViewers: 1,
        dailyActiveEditors: 1,
        dailyActiveViewers: 1,
        activeSessions: 2,
        dailyActiveSessions: 1,
      }),
    },
  ],
  async () => {
    await as(root).post('/api/orgs', { name: 'Two' })
    for (const title of ['One', 'Two']) await as(root).post('/api/dashboards/db', { dashboard: { title } })
    await as(root).post('/api/user/stars/dashboard/1')
    await env.DB.prepare("UPDATE org_members SET role = 'Editor' WHERE user_id = ?").bind(viewer.id).run()
    for (const { login } of [viewer, second]) await logIn(login, password)
    await env.DB.prepare('UPDATE sessions SET seen_at = seen_at - 90000 WHERE id = 1').run()
    return {}
  },
)

facts('What clients ask first', nine, [
  { ...frontend, name: 'the administrator', who: root, gives: named },
  { ...frontend, name: 'anybody signed in', who: by(viewer), gives: named },
  { ...frontend, name: 'a key', who: { token: 'key' }, gives: named },
  { ...frontend, name: 'nobody', gives: unauthorized },
  { name: 'no data source', who: root, ask: 'GET /api/datasources', gives: ok([]) },
  { name: 'with a slash', who: root, ask: 'GET /api/datasources/', gives: ok([]) },
  { name: 'no data source for nobody', ask: 'GET /api/datasources', gives: unauthorized },
  { name: 'no alerting', who: root, ask: 'GET /api/v1/provisioning/contact-points', gives: noRoute },
  {
    name: 'health',
    ask: 'GET /api/health',
    gives: {
      ...gives(200, {}),
      text: `{\n  "commit": "rollcall-${version}",\n  "database": "ok",\n  "version": "9.3.2"\n}`,
      type: 'application/json; charset=UTF-8',
    },
  },
])

it('says the version where clients look for it, and in every other place the same', async () => {
  const { body } = await as(root).get('/api/frontend/settings')
  expect(body).toMatchObject({
    buildInfo: { version: '9.3.2', commit: `rollcall-${version}` },
    appUrl: 'http://rollcall.test/',
  })
})
