import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Person } from '../../auth/identity.ts'
import { isPasswordKeptElsewhere } from '../../users/rules.ts'
import { authLabels } from '../../users/views.ts'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, mayOwn } from './parts.tsx'

export const passwordPages = newPages()

/** The API leaves it alone, or there is none to prove oneself by. */
const isKeptElsewhere = ({ user, passwordHash }: Person) =>
  isPasswordKeptElsewhere(user) || (user.authModule !== null && passwordHash === null)

const nothing = filledWith({})

const PasswordForm = ({ viewer, faults }: { viewer: Person; faults: Faults }) => (
  <Form action="/profile/password" submit="Change the password" faults={faults}>
    {/* For whatever keeps passwords, so that it knows whose this is. */}
    <input type="text" name="username" value={viewer.user.login} autocomplete="username" readonly hidden />
    <Field
      name="oldPassword"
      label={viewer.mustChangePassword ? 'The password that you were given' : 'Your password until now'}
      type="password"
      filled={nothing}
      faults={faults}
      autocomplete="current-password"
      required
    />
    <Field
      name="newPassword"
      label="New password"
      type="password"
      filled={nothing}
      faults={faults}
      autocomplete="new-password"
      required
    />
    <Field
      name="confirmNew"
      label="New password, once more"
      type="password"
      filled={nothing}
      faults={faults}
      autocomplete="new-password"
      required
    />
  </Form>
)

function Password({ viewer, faults }: { viewer: Person; faults: Faults }): Child {
  if (isKeptElsewhere(viewer))
    return <p>Your password is kept by {authLabels(viewer.user.authModule).join(', ')}: change it there.</p>
  if (viewer.passwordHash === null) return <p>Your account has no password. An administrator can set one.</p>
  if (!mayOwn(viewer, 'users:write')) return <p>You are signed in with limits, within which it can’t be changed.</p>
  return (
    <>
      <p>You stay signed in here, and your other sessions end.</p>
      <PasswordForm viewer={viewer} faults={faults} />
    </>
  )
}

/** All that somebody sees until it is done. */
const due = (c: PageContext, faults: Faults, status?: ContentfulStatusCode) =>
  page(
    c,
    {
      title: 'Choose your own password',
      children: (
        <>
          <p>Somebody else chose your password, and so knows it. Choose one that only you know, then go on.</p>
          <PasswordForm viewer={c.var.viewer} faults={faults} />
          <p class="links">
            <a href="/logout">Sign out</a>
          </p>
        </>
      ),
    },
    status,
  )

function show(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const { viewer } = c.var
  if (viewer.mustChangePassword) return due(c, faults, status)
  const children = <Password viewer={viewer} faults={faults} />
  return accountPage(c, { current: '/profile/password', title: 'Password', children }, status)
}

passwordPages.get('/profile/password', signedInPage, (c) => show(c, noFaults))

const ofPasswords = { oldPassword: /old password/i, newPassword: /password/i }

/** The API takes the new one once: that it was meant is for a form to make sure. */
passwordPages.post('/profile/password', signedInPage, async (c) => {
  const { text } = await readForm(c)
  const newPassword = text('newPassword')
  if (newPassword !== text('confirmNew'))
    return show(c, { fields: { confirmNew: 'It is not the same as the one above' } }, 400)
  const answer = await ask(c, 'PUT', '/api/user/password', { oldPassword: text('oldPassword'), newPassword })
  if (!answer.ok) return show(c, faultsOf(answer, ofPasswords), answer.status)
  return seeOther(c, c.var.viewer.mustChangePassword ? '/profile' : '/profile/password', 'password-changed')
})
