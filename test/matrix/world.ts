import { call, person } from '../support/client.ts'
import { linkTo, mailing } from '../support/mailbox.ts'
import { type Caller, callersOf, populate, share } from './callers.ts'
import { remember, watchedD1 } from './restore.ts'
import { give, role, session, viewers } from './seed.ts'
import { thingsOf } from './things.ts'

/** What was mailed: the codes of a sign-up and of a password reset. All test files share the mailbox. */
async function mail() {
  const signUp = `sign-up-${crypto.randomUUID()}@x.org`
  const forgetful = `forgetful-${crypto.randomUUID()}@x.org`
  await person('forgetful', { email: forgetful })
  await call(undefined, 'POST', '/api/user/signup', {
    body: { email: signUp },
    bindings: { ...mailing, ALLOW_SIGN_UP: 'true' },
  })
  await call(undefined, 'POST', '/api/user/password/send-reset-email', {
    body: { userOrEmail: 'forgetful' },
    bindings: mailing,
  })
  const code = async (to: string) => (await linkTo(to)).searchParams.get('code') ?? ''
  return { signUp, signUpCode: await code(signUp), resetCode: await code(forgetful) }
}

/** `fixed:roles:writer`. */
const rolesWriter = 'fixed_W5aFaw8isAM27x_eWfElBhZ0iOc'

export type World = Awaited<ReturnType<typeof openWorld>>

/**
 * Two orgs, everybody who may call, and something of every kind in each org. `ask` leaves it as it was, whatever it
 * changed.
 */
export async function openWorld() {
  const ids = await populate()
  const { who } = await session(ids.root ?? 0)
  const inOne = { who }
  const inTwo = { who, headers: { 'X-Grafana-Org-Id': '2' } }
  const ours = await share(inOne, ids)
  const id = (login: string) => ids[login] ?? 0
  const same = await thingsOf(inOne, {
    orgId: 1,
    user: id('mia'),
    member: 'mia@x.org',
    newMember: 'zoe@x.org',
    newMemberId: id('zoe'),
    orgName: 'Main Org.',
    uid: 'of-one',
  })
  const other = await thingsOf(inTwo, {
    orgId: 2,
    user: id('otto'),
    member: 'otto@x.org',
    newMember: 'olga@x.org',
    newMemberId: id('olga'),
    orgName: 'Two',
    uid: 'of-two',
  })
  await role('of-all', 0, [['orgs:read', '']])
  await role('empty', 0, [])
  await give('of-all', 1, { basicRank: viewers })
  await give(rolesWriter, 1, { userId: ids.rolewriter })
  const mailed = await mail()
  const callers = await callersOf(ids, inOne)
  const { db, seen } = watchedD1()
  const restore = await remember()

  async function ask(
    { who }: Caller,
    method: string,
    path: string,
    sent: { body?: unknown; headers?: Record<string, string> | undefined; bindings?: object | undefined },
  ) {
    seen.writes = false
    const { headers = {}, bindings, body } = sent
    try {
      return (await call(who, method, path, { body, headers, bindings: { ...bindings, DB: db } })).status
    } finally {
      if (seen.writes) await restore()
    }
  }

  return { ids, ours, same, other, mailed, callers, ask }
}
