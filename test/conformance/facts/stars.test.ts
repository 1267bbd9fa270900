import { both, done, facts, nine, noRoute, ok, refuses, unauthorized } from '../facts.ts'
import { by, registerUpTo, user1, viewer } from '../people.ts'

const me = by(user1)
const star = (what: string) => ({ who: me, ask: `POST /api/user/stars/dashboard/${what}` })
const unstar = (what: string) => ({ who: me, ask: `DELETE /api/user/stars/dashboard/${what}` })
const list = { who: me, ask: 'GET /api/user/stars' }
const starred = done('Dashboard starred!')
const unstarred = done('Dashboard unstarred')
const missing = refuses(400, 'Missing dashboard id')
const invalid = refuses(400, 'Invalid dashboard ID')

facts(
  'User API > Star a dashboard',
  both,
  [
    { ...list, name: 'none yet', gives: ok([]), seenOn: nine },
    { ...star('1'), name: 'one', gives: starred },
    { ...star('9999'), name: 'one that nobody knows', gives: starred },
    { ...star('1'), name: 'by another', who: by(viewer), gives: starred },
    { ...star('0'), name: 'zero', gives: missing },
    { ...star('-1'), name: 'below zero', gives: missing },
    { ...star('abc'), name: 'letters', gives: invalid, seenOn: nine },
    { ...star('1'), name: 'nobody', who: undefined, gives: unauthorized },
    { name: 'no such page', who: me, ask: 'GET /api/user/stars/dashboard/1', gives: noRoute },
    { ...list, name: 'nobody asks', who: undefined, gives: unauthorized },
  ],
  async () => {
    await registerUpTo(viewer)
    return {}
  },
)

facts('User API > Unstar a dashboard', both, [
  { ...unstar('1'), name: 'one', gives: unstarred },
  { ...unstar('1'), name: 'again', gives: unstarred },
  { ...unstar('9999'), name: 'one that nobody knows', gives: unstarred },
  { ...unstar('0'), name: 'zero', gives: missing },
  { ...unstar('1'), name: 'nobody', who: undefined, gives: unauthorized },
  { ...list, name: 'none is left', gives: ok([]), seenOn: nine },
])

facts('User API > Stars by uid', nine, [
  { ...star('uid/H9C42DRdk'), name: 'one', gives: starred },
  { ...list, name: 'listed by uid', gives: ok(['H9C42DRdk']) },
  { ...star('uid/other-uid'), name: 'another', gives: starred },
  { ...list, name: 'both', gives: ok(['H9C42DRdk', 'other-uid']) },
  { ...unstar('uid/H9C42DRdk'), name: 'off', gives: unstarred },
  { ...unstar('uid/H9C42DRdk'), name: 'again', gives: unstarred },
  { ...star('uid/'), name: 'no uid', gives: invalid },
  { ...list, name: 'one is left', gives: ok(['other-uid']) },
])
