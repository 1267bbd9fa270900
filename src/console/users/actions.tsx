import type { Child } from 'hono/jsx'
import { ask, type Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Field, Form, Hidden } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { confirmPage, deedPages } from './confirm.tsx'
import { adminPathOf, baseOf, demandHere, isOwn, readUser, type User, Who } from './user.tsx'

export const userActions = newPages()

const Own = ({ c, user, children }: { c: PageContext; user: User; children: Child }) =>
  isOwn(c, user) ? (
    <p>
      <strong>This is your own account:</strong> {children}
    </p>
  ) : null

const disabling = deedPages({
  path: '/disable',
  permission: 'users:disable',
  send: (c) => ask(c, 'POST', `${adminPathOf(c)}/disable`),
  after: (c) => seeOther(c, baseOf(c), 'disabled'),
  question: (c, user) => ({
    title: `Disable ${user.login}?`,
    submit: 'Disable the account',
    isDanger: true,
    children: (
      <>
        <p>
          <Who user={user} /> is signed out everywhere and can't sign in, by password or by token, until the account is
          enabled again. What they have stays.
        </p>
        <Own c={c} user={user}>
          you are signed out at once.
        </Own>
      </>
    ),
  }),
})

const enabling = deedPages({
  path: '/enable',
  permission: 'users:enable',
  send: (c) => ask(c, 'POST', `${adminPathOf(c)}/enable`),
  after: (c) => seeOther(c, baseOf(c), 'enabled'),
  question: (_, user) => ({
    title: `Enable ${user.login}?`,
    submit: 'Enable the account',
    children: (
      <p>
        <Who user={user} /> can sign in again, with the password and the tokens that they had.
      </p>
    ),
  }),
})

/** Whoever sends it twice finds nobody, which is what they wanted. */
const deleting = deedPages({
  path: '/delete',
  permission: 'users:delete',
  send: (c) => ask(c, 'DELETE', adminPathOf(c)),
  isDone: ({ status }) => status === 404,
  after: (c) => seeOther(c, '/users', 'deleted'),
  question: (c, user) => ({
    title: `Delete ${user.login}?`,
    submit: 'Delete the user',
    isDanger: true,
    children: (
      <>
        <p>
          <Who user={user} /> goes for good, and with the account its memberships, roles, sessions and tokens. To lock
          somebody out and keep what they have, <a href={`${baseOf(c)}/disable`}>disable the account</a> instead.
        </p>
        <Own c={c} user={user}>
          you are signed out, and can't come back.
        </Own>
      </>
    ),
  }),
})

for (const pages of [disabling, enabling, deleting]) userActions.route('/', pages)

/** What is to become of them is in the form, so that one that is sent twice says the same twice. */
async function confirmAdmin(c: PageContext, makesAdmin: (user: User) => boolean, refusal?: Refusal) {
  const user = await readUser(c)
  const isMade = makesAdmin(user)
  const question = {
    title: isMade ? `Make ${user.login} a server admin?` : `Take server admin from ${user.login}?`,
    action: `${baseOf(c)}/admin`,
    submit: isMade ? 'Make server admin' : 'Take it away',
    cancel: baseOf(c),
    isDanger: !isMade,
    children: (
      <>
        <Hidden name="admin" value={isMade ? 'yes' : 'no'} />
        <p>
          <Who user={user} />{' '}
          {isMade
            ? 'can do everything on this server then: with every account and every organization, and decide who else is a server admin.'
            : 'keeps the account and the organizations, with the roles there, and can do nothing more on the server as a whole.'}
        </p>
        <Own c={c} user={user}>
          what you take from yourself only another server admin gives back.
        </Own>
      </>
    ),
  }
  return confirmPage(c, question, refusal)
}

userActions.get('/users/:id/admin', signedInPage, (c) => {
  demandHere(c, 'users.permissions:write')
  return confirmAdmin(c, (user) => !user.isGrafanaAdmin)
})

userActions.post('/users/:id/admin', signedInPage, async (c) => {
  const isGrafanaAdmin = (await readForm(c)).text('admin') === 'yes'
  const answer = await ask(c, 'PUT', `${adminPathOf(c)}/permissions`, { isGrafanaAdmin })
  if (answer.ok) return seeOther(c, baseOf(c), isGrafanaAdmin ? 'admin-made' : 'admin-taken')
  return confirmAdmin(c, () => isGrafanaAdmin, answer)
})

async function passwordPage(c: PageContext, isDue: boolean, faults: Faults, refusal?: Refusal) {
  const user = await readUser(c)
  const filled = filledWith({ mustChangePassword: isDue })
  const children = (
    <Form action={`${baseOf(c)}/password`} submit="Set the password" cancel={baseOf(c)} faults={faults}>
      <p>
        <Who user={user} /> is signed out everywhere, and the tokens that they made for themselves end with the old
        password.
      </p>
      <Field
        name="password"
        label="New password"
        type="password"
        filled={filled}
        faults={faults}
        autocomplete="new-password"
        required
        autofocus
      />
      <Checkbox name="mustChangePassword" label="To be changed at the next sign-in" filled={filled} />
    </Form>
  )
  return page(c, { title: `Password of ${user.login}`, children }, refusal?.status)
}

userActions.get('/users/:id/password', signedInPage, (c) => {
  demandHere(c, 'users.password:write')
  return passwordPage(c, true, noFaults)
})

/** Who may not is told so above the form, though what they lack has the word in its name. */
const ofPassword = { password: /^(?!You'll).*password/i }

userActions.post('/users/:id/password', signedInPage, async (c) => {
  const { text, has } = await readForm(c)
  const mustChangePassword = has('mustChangePassword')
  const answer = await ask(c, 'PUT', `${adminPathOf(c)}/password`, { password: text('password'), mustChangePassword })
  if (answer.ok) return seeOther(c, baseOf(c), 'password-set')
  const words = text('password') === '' ? { ...answer, message: 'Enter a password' } : answer
  return passwordPage(c, mustChangePassword, faultsOf(words, ofPassword), answer)
})
