import { root } from '../../support/client.ts'
import { differences } from '../differences.ts'
import { denied, noRoute, ok } from '../facts.ts'
import { by, editor, registerUpTo } from '../people.ts'

const why = 'giving everyone what Grafana has in Enterprise only'

differences(
  'access control',
  [
    {
      name: 'permissions of people',
      who: root,
      ask: 'GET /api/access-control/users/permissions/search?action=server.stats:read',
      grafana: noRoute,
      rollcall: ok({ 1: { 'server.stats:read': [''] } }),
      why,
    },
    {
      name: 'permissions of people, for an editor',
      who: by(editor),
      ask: 'GET /api/access-control/users/permissions/search',
      grafana: noRoute,
      rollcall: denied('users.permissions:read'),
      why,
    },
    {
      name: 'the status',
      who: by(editor),
      ask: 'GET /api/access-control/status',
      grafana: noRoute,
      rollcall: ok({ enabled: true }),
      why,
    },
    {
      name: 'roles, for an editor',
      who: by(editor),
      ask: 'GET /api/access-control/roles',
      grafana: noRoute,
      rollcall: denied('roles:read'),
      why,
    },
    {
      name: "somebody's roles",
      who: root,
      ask: 'GET /api/access-control/users/1/roles',
      grafana: noRoute,
      rollcall: ok([]),
      why,
    },
    {
      name: "somebody's roles, for an editor",
      who: by(editor),
      ask: 'GET /api/access-control/users/1/roles',
      grafana: noRoute,
      rollcall: denied('users.roles:read'),
      why,
    },
  ],
  async () => {
    await registerUpTo(editor)
    return {}
  },
)
