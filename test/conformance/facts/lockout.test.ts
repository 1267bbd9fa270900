import { env } from 'cloudflare:workers'
import { type Answer, done, facts, nine, ok, refusesTraced, wrongPassword } from '../facts.ts'
import { password, profile, registerUpTo, second, viewer } from '../people.ts'

const wrong = refusesTraced(401, 'Invalid username or password')
const times = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
const tries = (count: number, user: string) =>
  times
    .slice(0, count)
    .map((time) => ({ name: `${time} for ${user}`, ask: 'POST /login', body: { user, password: 'bad' }, gives: wrong }))
const right = (name: string, user: string, gives: Answer = wrong) => ({
  name,
  ask: 'POST /login',
  body: { user, password },
  gives,
})
const basic = (name: string, who: string, gives = wrongPassword) => ({ name, who, ask: 'GET /api/user', gives })
const signedIn = done('Logged in')

facts(
  'Authentication > Five failures in five minutes',
  nine,
  [
    ...tries(6, 'user1'),
    right('then the right one', 'user1'),
    right('nor in capitals', 'USER1'),
    basic('nor by Basic', `user1:${password}`),
    ...times.map((name) => basic(`the ${name} by Basic`, 'User2:bad')),
    basic('then the right one by Basic', `User2:${password}`),
    right('nor by sign-in', 'User2'),
    ...tries(6, 'ghost-user'),
    basic('nobody else is locked', `viewer:${password}`, ok(profile(viewer))),
    ...tries(4, 'second'),
    right('a success in between', 'second', signedIn),
    { name: 'and one failure more', ask: 'POST /login', body: { user: 'second', password: 'bad' }, gives: wrong },
    right('are five', 'second'),
  ],
  async () => {
    await registerUpTo(second)
    return {}
  },
)

/** Moves every failure into the past. */
const later = (seconds: number) => async () => {
  await env.DB.prepare('UPDATE login_attempts SET at = at - ?1').bind(seconds).run()
  return {}
}

facts('Authentication > Failures 290 seconds old', nine, [right('still count', 'second')], later(290))
facts('Authentication > Failures 305 seconds old', nine, [right('count no more', 'second', signedIn)], later(15))
