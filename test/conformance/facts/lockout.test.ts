import { env } from 'cloudflare:workers'
import { differences } from '../differences.ts'
import { type Answer, done, facts, nine, ok, refusesTraced, wrongPassword } from '../facts.ts'
import { password, profile, registerUpTo, second, viewer } from '../people.ts'

const wrong = refusesTraced(401, 'Invalid username or password')
const times = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
const tries = (count: number, user: string) =>
  times
    .slice(0, count)
    .map((time) => ({ name: `${time} for ${user}`, ask: 'POST /login', body: { user, password: 'bad' }, gives: wrong }))
const right = (name: string, user: string, gives: Answer) => ({
  name,
  ask: 'POST /login',
  body: { user, password },
  gives,
})
const basic = (name: string, who: string, gives = wrongPassword) => ({ name, who, ask: 'GET /api/user', gives })
const signedIn = done('Logged in')

/** Where Grafana goes on saying 401, though it looks at no password any more. */
const locked = (name: string, user: string, typed = password) => ({
  name,
  ask: 'POST /login',
  body: { user, password: typed },
  grafana: wrong,
  rollcall: refusesTraced(429, 'Too many failed sign-ins: try again later'),
  why: 'telling whoever signs in when to try again',
})

facts('Authentication > Five failures in five minutes', nine, tries(5, 'user1'), async () => {
  await registerUpTo(second)
  return {}
})

differences('sign-in to a locked account', [
  locked('a sixth failure', 'user1', 'bad'),
  locked('then the right one', 'user1'),
  locked('nor in capitals', 'USER1'),
])

facts('Authentication > Five failures by Basic', nine, [
  basic('nor by Basic', `user1:${password}`),
  ...times.map((name) => basic(`the ${name} by Basic`, 'User2:bad')),
  basic('then the right one by Basic', `User2:${password}`),
  ...tries(5, 'ghost-user'),
])

differences('sign-in to what is locked by other failures', [
  locked('by those by Basic', 'User2'),
  locked('a name that nobody has', 'ghost-user', 'bad'),
])

facts('Authentication > A success between failures', nine, [
  basic('nobody else is locked', `viewer:${password}`, ok(profile(viewer))),
  ...tries(4, 'second'),
  right('a success in between', 'second', signedIn),
  { name: 'and one failure more', ask: 'POST /login', body: { user: 'second', password: 'bad' }, gives: wrong },
])

differences('a success does not undo failures', [locked('five', 'second')])

/** Moves every failure into the past. */
const later = (seconds: number) => async () => {
  await env.DB.prepare('UPDATE login_attempts SET at = at - ?1').bind(seconds).run()
  return {}
}

differences('failures 290 seconds old', [locked('still count', 'second')], later(290))
facts('Authentication > Failures 305 seconds old', nine, [right('count no more', 'second', signedIn)], later(15))
