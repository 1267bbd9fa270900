import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { canSendMail } from '../../mail/send.ts'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Hidden } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { BackToSignIn, NewPassword } from './parts.tsx'

export const passwordResetPages = newPages()

function forgot(c: PageContext, filled: Filled, faults: Faults, status: ContentfulStatusCode = 200) {
  const children = canSendMail(c) ? (
    <>
      <p>A link to choose a new password goes to the e-mail address of your account.</p>
      <Form action="/user/password/send-reset-email" submit="Send the link" faults={faults}>
        <Field
          name="userOrEmail"
          label="Login or e-mail"
          filled={filled}
          faults={faults}
          autocomplete="username"
          required
          autofocus
        />
      </Form>
    </>
  ) : (
    <p>This server sends no mail. Ask an administrator to set a new password for you.</p>
  )
  return page(
    c,
    {
      title: 'Forgot your password?',
      children: (
        <>
          {children}
          <BackToSignIn />
        </>
      ),
    },
    status,
  )
}

passwordResetPages.get('/user/password/send-reset-email', (c) => forgot(c, filledWith({}), noFaults))

passwordResetPages.post('/user/password/send-reset-email', async (c) => {
  const filled = await readForm(c)
  const answer = await ask(c, 'POST', '/api/user/password/send-reset-email', {
    userOrEmail: filled.text('userOrEmail'),
  })
  return answer.ok ? seeOther(c, '/login', 'mail-sent') : forgot(c, filled, faultsOf(answer), answer.status)
})

const ofPasswords = { confirmPassword: /match/i, newPassword: /password/i }

const reset = (c: PageContext, code: string, faults: Faults, status: ContentfulStatusCode = 200) =>
  page(
    c,
    {
      title: 'Choose a new password',
      children: (
        <>
          <Form action="/user/password/reset" submit="Change the password" faults={faults}>
            <Hidden name="code" value={code} />
            <NewPassword name="newPassword" filled={filledWith({})} faults={faults} />
          </Form>
          <BackToSignIn />
        </>
      ),
    },
    status,
  )

passwordResetPages.get('/user/password/reset', (c) => reset(c, c.req.query('code') ?? '', noFaults))

passwordResetPages.post('/user/password/reset', async (c) => {
  const { text } = await readForm(c)
  const code = text('code')
  const body = { code, newPassword: text('newPassword'), confirmPassword: text('confirmPassword') }
  const answer = await ask(c, 'POST', '/api/user/password/reset', body)
  if (answer.ok) return seeOther(c, '/login', 'password-reset')
  const faults = /code/.test(answer.message) ? faultsOf(answer) : faultsOf(answer, ofPasswords)
  return reset(c, code, faults, answer.status)
})
