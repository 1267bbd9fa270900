import { ask, type Refusal, read } from '../ask.ts'
import { type Device, nameOf } from '../devices.ts'
import type { PageContext } from '../env.ts'
import { readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Form, Hidden } from '../ui/forms.tsx'
import { Table, Time } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { deedPages } from './confirm.tsx'
import { adminPathOf, baseOf, isOwn, mayHere, readUser, userPage, Who } from './user.tsx'

export const userSessions = newPages()

const perPage = 25

const addressOf = ({ clientIp, place }: Device) => [clientIp, place].filter(Boolean).join(', ')

const SignOut = ({ c, session }: { c: PageContext; session: Device }) => (
  <Form action={`${baseOf(c)}/sessions`} submit="Sign out" isInline>
    <Hidden name="session" value={session.id} />
  </Form>
)

async function show(c: PageContext, refusal?: Refusal) {
  const [user, sessions] = await Promise.all([
    readUser(c),
    read<Device[]>(c, `${adminPathOf(c)}/auth-tokens?metadata=true`),
  ])
  const { rows, pager } = partOf(
    c,
    sessions.toSorted((a, b) => (a.seenAt < b.seenAt ? 1 : -1)),
    perPage,
  )
  const isEnded = mayHere(c, 'users.authtoken:write')
  const { viewer, zone } = c.var
  const cells = (session: Device) => [
    nameOf(session),
    addressOf(session),
    <Time at={session.seenAt} zone={zone} />,
    <Time at={session.createdAt} zone={zone} />,
  ]
  const isThis = ({ id }: Device) => id === viewer.session?.id
  const last = (session: Device) => (isThis(session) ? 'This is you, here' : <SignOut c={c} session={session} />)
  return userPage(
    c,
    {
      user,
      tab: '/sessions',
      actions: sessions.length > 0 && !isOwn(c, user) && mayHere(c, 'users:logout') && (
        <a class="button danger" href={`${baseOf(c)}/sessions/delete`}>
          Sign out everywhere
        </a>
      ),
      children: (
        <>
          {refusal && <Alert>{refusal.message}</Alert>}
          <Table
            caption={`Where ${user.login} is signed in`}
            columns={['Device', 'Address', 'Last seen', 'Since', ...(isEnded ? ['Sign out'] : [])]}
            rows={rows.map((session) => [...cells(session), ...(isEnded ? [last(session)] : [])])}
            empty="Signed in nowhere. Programs that use a token are not among these."
          />
          {pager}
        </>
      ),
    },
    refusal?.status,
  )
}

userSessions.get('/users/:id/sessions', signedInPage, (c) => show(c))

/** Whoever sends it twice finds it ended, which is what they wanted. */
userSessions.post('/users/:id/sessions', signedInPage, async (c) => {
  const authTokenId = Number((await readForm(c)).text('session'))
  const answer = await ask(c, 'POST', `${adminPathOf(c)}/revoke-auth-token`, { authTokenId })
  const isGone = !answer.ok && answer.message === 'User auth token not found'
  return answer.ok || isGone ? seeOther(c, `${baseOf(c)}/sessions`, 'signed-out') : show(c, answer)
})

userSessions.route(
  '/',
  deedPages({
    path: '/sessions/delete',
    permission: 'users:logout',
    from: '/sessions',
    send: (c) => ask(c, 'POST', `${adminPathOf(c)}/logout`),
    after: (c) => seeOther(c, `${baseOf(c)}/sessions`, 'signed-out-everywhere'),
    question: (_, user) => ({
      title: `Sign ${user.login} out everywhere?`,
      submit: 'Sign out everywhere',
      isDanger: true,
      children: (
        <p>
          Every session of <Who user={user} /> ends. They can sign in again; programs that use a token of theirs go on.
        </p>
      ),
    }),
  }),
)
