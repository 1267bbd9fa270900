import { as, root, textIn } from '../../support/client.ts'
import { differences } from '../differences.ts'
import { badId, done, noUser, ok } from '../facts.ts'

const key = { token: 'key' }
const noPerson = "a key that is no person, and a Viewer's that must not change its org"

differences(
  'preferences',
  [
    {
      name: 'a key writes',
      who: key,
      ask: 'PUT /api/user/preferences',
      body: { theme: 'dark' },
      grafana: done('Preferences updated'),
      rollcall: noUser,
      why: noPerson,
    },
    {
      name: 'a key patches',
      who: key,
      ask: 'PATCH /api/user/preferences',
      body: { theme: 'dark' },
      grafana: done('Preferences updated'),
      rollcall: noUser,
      why: noPerson,
    },
    {
      name: 'a key has seen help',
      who: key,
      ask: 'PUT /api/user/helpflags/1',
      grafana: ok({ helpFlags1: 1, message: 'Help flag set' }),
      rollcall: noUser,
      why: 'an answer that says that a key is no person',
    },
    {
      name: 'a flag below zero',
      who: root,
      ask: 'PUT /api/user/helpflags/-1',
      grafana: { status: 200, text: '{"helpFlags1":18446744073709551615,"message":"Help flag set"}' },
      rollcall: badId(),
      why: 'setting no bits that nobody meant',
    },
  ],
  async () => ({ key: textIn((await as(root).post('/api/auth/keys', { name: 'key', role: 'Viewer' })).body, 'key') }),
)
