import { env } from 'cloudflare:workers'
import { as, logIn, root } from '../../support/client.ts'
import {
  badId,
  both,
  clearsCookie,
  denied,
  done,
  facts,
  nine,
  noRoute,
  noUser,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
  wrongPassword,
} from '../facts.ts'
import { by, hit, password, profile, type Recorded, registerUpTo, viewer } from '../people.ts'

const victim: Recorded = {
  id: 5,
  login: 'victim',
  email: 'victim@example.org',
  name: 'Victim',
  avatar: '/avatar/fe9aa7a520a357661079a781ecb7abaf',
}

async function withVictim() {
  await registerUpTo(viewer)
  const { login, email, name } = victim
  await as(root).post('/api/admin/users', { login, email, name, password })
  return { session: (await logIn(login, password)).cookie }
}

const post = (what: string) => ({ who: root, ask: `POST /api/admin/users/${what}` })
const disabled = done('User disabled')
const enabled = done('User enabled')
const session = { cookie: 'session' }
const self = { ask: 'GET /api/user' }
const signedOut = { ...unauthorized, headers: { 'Set-Cookie': clearsCookie } }
const shown = { who: root, ask: 'GET /api/users/5' }

facts(
  'Admin API > Disable and enable a user',
  both,
  [
    { ...self, name: 'signed in', who: session, gives: ok(profile(victim)) },
    { ...post('5/disable'), name: 'nobody', who: undefined, gives: denied('users:disable'), seenOn: nine },
    { ...post('5/disable'), name: 'no administrator', who: by(viewer), gives: denied('users:disable'), seenOn: nine },
    {
      ...post('5/disable'),
      name: 'itself, without the right',
      who: by(victim),
      gives: denied('users:disable'),
      seenOn: nine,
    },
    { ...self, name: 'which changed nothing', who: session, gives: ok(profile(victim)) },
    { ...post('5/disable'), name: 'disabled', gives: disabled },
    { ...shown, name: 'as shown', gives: ok({ ...profile(victim), isDisabled: true }) },
    {
      name: 'as listed',
      who: root,
      ask: 'GET /api/users?query=victim',
      gives: ok([{ ...hit(victim), isDisabled: true, lastSeenAtAge: '< 1m' }]),
    },
    {
      name: 'but not as looked up',
      who: root,
      ask: 'GET /api/users/lookup?loginOrEmail=victim',
      gives: ok({ ...profile(victim), authLabels: null, avatarUrl: '' }),
    },
    { ...self, name: 'its session', who: session, gives: signedOut, seenOn: nine },
    { ...self, name: 'its password', who: by(victim), gives: wrongPassword, seenOn: nine },
    {
      name: 'its sign-in',
      ask: 'POST /login',
      body: { user: 'victim', password },
      gives: refusesTraced(401, 'Invalid username or password'),
      seenOn: nine,
    },
    { ...post('5/disable'), name: 'again', gives: disabled },
    { ...post('99999/disable'), name: 'nobody has the id', gives: noUser },
    { ...post('0/disable'), name: 'zero', gives: noUser },
    { ...post('-1/disable'), name: 'below zero', gives: noUser },
    { ...post('abc/disable'), name: 'letters', gives: badId(), seenOn: nine },
    { name: 'no such page', who: root, ask: 'GET /api/admin/users/5/disable', gives: noRoute },
    { ...post('5/enable'), name: 'enabling: nobody', who: undefined, gives: denied('users:enable'), seenOn: nine },
    {
      ...post('5/enable'),
      name: 'enabling: no administrator',
      who: by(viewer),
      gives: denied('users:enable'),
      seenOn: nine,
    },
    { ...post('5/enable'), name: 'enabled', gives: enabled },
    { ...shown, name: 'as shown again', gives: ok(profile(victim)) },
    { ...self, name: 'its password is good again', who: by(victim), gives: ok(profile(victim)) },
    { ...self, name: 'its session stays ended', who: session, gives: signedOut, seenOn: nine },
    { ...post('5/enable'), name: 'enabled again', gives: enabled },
    { ...post('5/enable/'), name: 'with a slash', gives: enabled },
    { ...post('%35/enable'), name: 'the id encoded', gives: enabled },
    { ...post('05/enable'), name: 'the id with a zero before it', gives: enabled },
    { ...post('5/enable'), name: 'with a body that nobody reads', body: {}, gives: enabled },
    { ...post('99999/enable'), name: 'enabling: nobody has the id', gives: noUser },
    { ...post('0/enable'), name: 'enabling: zero', gives: noUser },
    { ...post('abc/enable'), name: 'enabling: letters', gives: badId(), seenOn: nine },
  ],
  withVictim,
)

facts('Admin API > Disable oneself', both, [
  {
    name: 'a second administrator',
    who: root,
    ask: 'PUT /api/admin/users/5/permissions',
    body: { isGrafanaAdmin: true },
    gives: done('User permissions updated'),
  },
  { ...post('5/disable'), name: 'disables itself', who: by(victim), gives: disabled },
  { ...self, name: 'and is out', who: by(victim), gives: wrongPassword, seenOn: nine },
  { ...post('5/enable'), name: 'until another lets it in', gives: enabled },
  { ...self, name: 'again', who: by(victim), gives: ok(profile(victim, { isAdmin: true })) },
  {
    name: 'its right taken back',
    who: by(victim),
    ask: 'PUT /api/admin/users/5/permissions',
    body: { isGrafanaAdmin: false },
    gives: done('User permissions updated'),
  },
  {
    name: 'and gone',
    who: by(victim),
    ask: 'GET /api/users?perpage=1',
    gives: denied('users:read'),
    seenOn: nine,
  },
])

const loggedOut = done('User logged out')
const unknown = refusesTraced(404, 'User not found')

facts(
  'Admin API > Logout User',
  both,
  [
    { ...self, name: 'signed in', who: session, gives: ok(profile(victim)) },
    { ...post('5/logout'), name: 'nobody', who: undefined, gives: denied('users:logout'), seenOn: nine },
    { ...post('5/logout'), name: 'no administrator', who: by(viewer), gives: denied('users:logout'), seenOn: nine },
    { ...self, name: 'which ended nothing', who: session, gives: ok(profile(victim)) },
    { ...post('5/logout'), name: 'out', gives: loggedOut },
    { ...self, name: 'its session', who: session, gives: signedOut, seenOn: nine },
    { ...self, name: 'its password is still good', who: by(victim), gives: ok(profile(victim)) },
    { ...post('5/logout'), name: 'without a session', gives: loggedOut },
    { ...post('5/logout'), name: 'with an empty body', body: {}, gives: loggedOut },
    { ...post('1/logout'), name: 'oneself', gives: refuses(400, 'You cannot logout yourself') },
    { ...post('01/logout'), name: 'oneself, written otherwise', gives: refuses(400, 'You cannot logout yourself') },
    { ...post('99999/logout'), name: 'nobody has the id', gives: unknown, seenOn: nine },
    { ...post('0/logout'), name: 'zero', gives: unknown, seenOn: nine },
    { ...post('abc/logout'), name: 'letters', gives: badId(), seenOn: nine },
    { name: 'no such page', who: root, ask: 'GET /api/admin/users/5/logout', gives: noRoute },
  ],
  async () => ({ session: (await logIn(victim.login, password)).cookie }),
)

facts(
  'Admin API > Logout, of somebody from elsewhere',
  nine,
  [
    { ...post('5/logout'), name: 'out', gives: loggedOut },
    { ...self, name: 'its session', who: session, gives: signedOut },
  ],
  async () => {
    await env.DB.prepare("INSERT INTO user_auth (user_id, module, created_at) VALUES (5, 'ldap', 0)").run()
    return { session: (await logIn(victim.login, password)).cookie }
  },
)
