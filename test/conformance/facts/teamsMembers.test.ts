import { as, root } from '../../support/client.ts'
import { badBody, badId, denied, done, facts, nine, ok, refuses, unauthorized } from '../facts.ts'
import { admin, by, editor, type Recorded, registerUpTo, second, user1, viewer } from '../people.ts'

const member = (teamId: number, person: Recorded, permission = 0) => ({
  orgId: 1,
  teamId,
  userId: person.id,
  auth_module: '',
  email: person.email,
  name: person.name,
  login: person.login,
  avatarUrl: person.avatar,
  labels: [],
  permission,
})

const list = (id: number | string = 1) => ({ who: root, ask: `GET /api/teams/${id}/members` })

facts(
  'Team API > Get Team Members',
  nine,
  [
    { ...list(2), name: 'who made it', gives: ok([member(2, admin, 4)]) },
    {
      ...list(),
      name: 'by login',
      gives: ok([member(1, admin, 4), member(1, editor), member(1, second), member(1, user1)]),
    },
    { ...list(-1), name: 'of a team below zero', gives: ok([]) },
    { ...list(999), name: 'of no team', gives: ok([]) },
    { ...list('abc'), name: 'of letters', gives: badId('teamId') },
    { ...list('%20'), name: 'of a blank', gives: badId('teamId') },
    { ...list(), name: 'for a viewer', who: by(viewer), gives: denied('teams.permissions:read') },
    { ...list(), name: 'for a member', who: by(user1), gives: denied('teams.permissions:read') },
    { ...list(), name: 'for nobody', who: undefined, gives: unauthorized },
  ],
  async () => {
    await registerUpTo(editor)
    for (const name of ['Team A', 'Bteam']) await as(root).post('/api/teams', { name })
    for (const { id } of [user1, second, editor]) await as(root).post('/api/teams/1/members', { userId: id })
    return {}
  },
)

facts('Team API > Add Team Member, further', nine, [
  {
    name: 'a viewer',
    who: by(viewer),
    ask: 'POST /api/teams/1/members',
    body: { userId: 2 },
    gives: denied('teams.permissions:write'),
  },
  {
    name: 'a key in capitals',
    who: root,
    ask: 'POST /api/teams/2/members',
    body: { userID: 2 },
    gives: done('Member added to Team'),
  },
])

const put = (id: number | string = user1.id) => ({ who: root, ask: `PUT /api/teams/1/members/${id}` })
const updated = done('Team member updated')
const stranger = refuses(404, 'Team member not found.')

facts('Team API > Update a Team Member', nine, [
  { ...put(), name: 'to admin', body: { permission: 4 }, gives: updated },
  {
    ...list(),
    name: 'who is shown so',
    gives: ok([member(1, admin, 4), member(1, editor), member(1, second), member(1, user1, 4)]),
  },
  { ...put(), name: 'to member', body: { permission: 0 }, gives: updated },
  { ...put(), name: 'without a permission', body: {}, gives: updated },
  { ...put(), name: 'broken JSON', body: '{"login": ', gives: badBody },
  { ...put(viewer.id), name: 'somebody who is not on it', body: { permission: 4 }, gives: stranger },
  { ...put(99999), name: 'nobody', body: { permission: 4 }, gives: stranger },
  { ...put('abc'), name: 'letters', body: { permission: 4 }, gives: badId('userId') },
  {
    ...put(),
    name: 'a viewer',
    who: by(viewer),
    body: { permission: 4 },
    gives: denied('teams.permissions:write'),
  },
  {
    ...list(),
    name: 'which leaves all as it was',
    gives: ok([member(1, admin, 4), member(1, editor), member(1, second), member(1, user1)]),
  },
])

const del = (id: number | string = user1.id, team = 1) => ({
  who: root,
  ask: `DELETE /api/teams/${team}/members/${id}`,
})

facts('Team API > Remove Member From Team', nine, [
  { ...del(), name: 'a viewer', who: by(viewer), gives: denied('teams.permissions:write') },
  { ...del(), name: 'one', gives: done('Team Member removed') },
  { ...del(), name: 'again', gives: refuses(404, 'Team member not found') },
  { ...del('abc'), name: 'letters', gives: badId('userId') },
  { ...del(2, 999), name: 'of no team', gives: refuses(404, 'Team not found') },
  { ...list(), name: 'who is gone', gives: ok([member(1, admin, 4), member(1, editor), member(1, second)]) },
])

const preferences = (id: number | string) => ({ who: root, ask: `/api/teams/${id}/preferences` })
const shown = (theme: string, timezone: string) =>
  ok({
    theme,
    homeDashboardId: 0,
    timezone,
    weekStart: '',
    locale: '',
    navbar: { savedItems: null },
    queryHistory: { homeTab: '' },
  })
const getIts = (id: number | string = 1) => ({ ...preferences(id), ask: `GET ${preferences(id).ask}` })
const putIts = (id: number | string = 1) => ({ ...preferences(id), ask: `PUT ${preferences(id).ask}` })

facts('Team API > Team Preferences', nine, [
  { ...getIts(), name: 'none yet', gives: shown('', '') },
  { ...getIts(0), name: 'of team zero', gives: shown('', '') },
  { ...getIts(-1), name: 'of a team below zero', gives: shown('', '') },
  { ...getIts(999), name: 'of no team', gives: shown('', '') },
  { ...getIts('abc'), name: 'of letters', gives: badId('teamId') },
  { ...getIts('%20'), name: 'of a blank', gives: badId('teamId') },
  { ...putIts(), name: 'two', body: { theme: 'dark', timezone: 'utc' }, gives: done('Preferences updated') },
  { ...getIts(), name: 'which are kept', gives: shown('dark', 'utc') },
  { ...putIts(), name: 'no theme of ours', body: { theme: 'x' }, gives: refuses(400, 'Invalid theme') },
  { ...putIts(), name: 'broken JSON', body: '{"login": ', gives: badBody },
  { ...putIts(), name: 'a viewer', who: by(viewer), body: { theme: '' }, gives: denied('teams:write') },
  { ...getIts(), name: 'a viewer asks', who: by(viewer), gives: denied('teams:read') },
])
