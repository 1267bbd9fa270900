import { as, root } from '../../support/client.ts'
import { both, done, facts, nine, noRoute, ok, refuses, refusesTraced, unauthorized } from '../facts.ts'
import { by, registerUpTo, user1, viewer } from '../people.ts'

const me = by(user1)
const star = (what: string) => ({ who: me, ask: `POST /api/user/stars/dashboard/${what}` })
const unstar = (what: string) => ({ who: me, ask: `DELETE /api/user/stars/dashboard/${what}` })
const list = { who: me, ask: 'GET /api/user/stars' }
const starred = done('Dashboard starred!')
const unstarred = done('Dashboard unstarred')
const missing = refuses(400, 'Missing dashboard id')
const invalid = refuses(400, 'Invalid dashboard ID')
const noDashboard = refusesTraced(404, 'Dashboard not found')

facts(
  'User API > Star a dashboard',
  both,
  [
    { ...list, name: 'none yet', gives: ok([]), seenOn: nine },
    { ...star('1'), name: 'one', gives: starred },
    { ...star('9999'), name: 'one that nobody knows', gives: starred },
    { ...star('1'), name: 'by another', who: by(viewer), gives: starred },
    { ...star('2'), name: 'another', gives: starred },
    { ...star('0'), name: 'zero', gives: missing },
    { ...star('-1'), name: 'below zero', gives: missing },
    { ...star('abc'), name: 'letters', gives: invalid, seenOn: nine },
    { ...star('1'), name: 'nobody', who: undefined, gives: unauthorized },
    { name: 'no such page', who: me, ask: 'GET /api/user/stars/dashboard/1', gives: noRoute },
    { ...list, name: 'by uid, without the unknown', gives: ok(['H9C42DRdk', 'other-uid']), seenOn: nine },
    { ...list, name: 'with a slash', ask: 'GET /api/user/stars/', gives: ok(['H9C42DRdk', 'other-uid']), seenOn: nine },
    { ...list, name: "one's own alone", who: root, gives: ok([]), seenOn: nine },
    { ...list, name: 'nobody asks', who: undefined, gives: unauthorized },
  ],
  async () => {
    await registerUpTo(viewer)
    await as(root).post('/api/dashboards/db', { dashboard: { title: 'Star Me', uid: 'H9C42DRdk' } })
    await as(root).post('/api/dashboards/db', { dashboard: { title: 'Other Dash', uid: 'other-uid' } })
    return {}
  },
)

facts('User API > Unstar a dashboard', both, [
  { ...unstar('1'), name: 'one', gives: unstarred },
  { ...unstar('1'), name: 'again', gives: unstarred },
  { ...unstar('9999'), name: 'one that nobody knows', gives: unstarred },
  { ...unstar('0'), name: 'zero', gives: missing },
  { ...unstar('abc'), name: 'letters', gives: invalid, seenOn: nine },
  { ...unstar('1'), name: 'nobody', who: undefined, gives: unauthorized },
  { ...list, name: 'one is left', gives: ok(['other-uid']), seenOn: nine },
])

facts('User API > Stars by uid', nine, [
  { ...star('uid/H9C42DRdk'), name: 'one', gives: starred },
  { ...star('uid/nope'), name: 'none has the uid', gives: noDashboard },
  { ...star('uid/'), name: 'no uid', gives: invalid },
  { ...star('uid/H9C42DRdk'), name: 'nobody', who: undefined, gives: unauthorized },
  { ...list, name: 'listed', gives: ok(['other-uid', 'H9C42DRdk']) },
  { ...unstar('uid/H9C42DRdk'), name: 'off', gives: unstarred },
  { ...unstar('uid/H9C42DRdk'), name: 'again', gives: unstarred },
  { ...unstar('uid/nope'), name: 'off none', gives: noDashboard },
  { ...unstar('uid/'), name: 'off no uid', gives: invalid },
  { ...star('uid/H9C42DRdk'), name: 'on again', gives: starred },
  { ...list, name: 'both', gives: ok(['other-uid', 'H9C42DRdk']) },
])
