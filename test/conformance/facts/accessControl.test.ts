import { as, root } from '../../support/client.ts'
import { facts, nine, noRoute, unauthorized } from '../facts.ts'
import { by, editor, registerUpTo } from '../people.ts'

const absent = ['/api/user/permissions']
/** Grafana's open part hasn't these either: what Rollcall answers is in differences/accessControl.test.ts. */
const added = [
  '/api/access-control/status',
  '/api/access-control/roles',
  '/api/access-control/users/1/roles',
  '/api/access-control/users/permissions/search',
]
const own = ['/api/access-control/user/permissions', '/api/access-control/user/actions']

facts(
  'Access control API > What an open-source Grafana does not have',
  nine,
  absent.flatMap((path) => [
    { name: 'for an editor', who: by(editor), ask: `GET ${path}`, gives: noRoute },
    { name: 'for an administrator', who: root, ask: `GET ${path}`, gives: noRoute },
  ]),
  async () => {
    await registerUpTo(editor)
    return {}
  },
)

facts(
  'Access control API > Nobody',
  nine,
  [...absent, ...added, ...own].map((path) => ({ name: 'nobody', ask: `GET ${path}`, gives: unauthorized })),
)

const one = '/api/access-control/serviceaccounts/1'
const yes = { status: 200 }

// Only the status of these was recorded.
facts(
  'Access control API > Resource permissions of a service account',
  nine,
  [
    ...own.map((path) => ({ name: 'for an editor', who: by(editor), ask: `GET ${path}`, gives: yes })),
    ...own.map((path) => ({ name: 'for an administrator', who: root, ask: `GET ${path}`, gives: yes })),
    {
      name: 'the description',
      who: root,
      ask: 'GET /api/access-control/serviceaccounts/description',
      gives: yes,
    },
    { name: 'the list', who: root, ask: `GET ${one}`, gives: yes },
    {
      name: 'several at once',
      who: root,
      ask: `POST ${one}`,
      body: {
        permissions: [
          { userId: 2, permission: 'Edit' },
          { teamId: 1, permission: 'Admin' },
        ],
      },
      gives: yes,
    },
    { name: 'one person', who: root, ask: `POST ${one}/users/2`, body: { permission: 'Admin' }, gives: yes },
    { name: 'one team', who: root, ask: `POST ${one}/teams/1`, body: { permission: 'Edit' }, gives: yes },
    {
      name: 'no roles',
      who: root,
      ask: `POST ${one}/builtInRoles/Viewer`,
      body: { permission: 'Edit' },
      gives: { status: 404 },
    },
  ],
  async () => {
    await as(root).post('/api/serviceaccounts', { name: 'My SA' })
    await as(root).post('/api/teams', { name: 'Team A', email: 'a@team.org' })
    return {}
  },
)
