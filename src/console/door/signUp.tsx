import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { canSendMail } from '../../mail/send.ts'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { Account, accountIn, BackToSignIn, ofAccount } from './parts.tsx'

export const signUpPages = newPages()

/** First the e-mail, where that is confirmed by mail; then the account. */
const signUpPage = (
  c: PageContext,
  step: 'e-mail' | 'account',
  filled: Filled,
  faults: Faults,
  status: ContentfulStatusCode = 200,
) =>
  page(
    c,
    {
      title: 'Create an account',
      children: (
        <>
          {step === 'account' ? (
            <Account
              action="/signup/account"
              submit="Create the account"
              code={filled.text('code')}
              filled={filled}
              faults={faults}
            />
          ) : (
            <Form action="/signup" submit="Go on" faults={faults}>
              <Field
                name="email"
                label="E-mail"
                type="email"
                filled={filled}
                faults={faults}
                autocomplete="email"
                hint="A link to go on goes there."
                required
                autofocus
              />
            </Form>
          )}
          <BackToSignIn />
        </>
      ),
    },
    status,
  )

const signUpClosed = (c: PageContext) =>
  page(
    c,
    {
      title: 'Create an account',
      children: (
        <>
          <p>Accounts are made by administrators here: ask one for an invitation.</p>
          <BackToSignIn />
        </>
      ),
    },
    403,
  )

signUpPages.get('/signup', (c) => {
  if (!c.var.config.allowSignUp) return signUpClosed(c)
  const filled = filledWith({ email: c.req.query('email'), code: c.req.query('code') })
  return signUpPage(c, canSendMail(c) && !filled.text('code') ? 'e-mail' : 'account', filled, noFaults)
})

signUpPages.post('/signup', async (c) => {
  const filled = await readForm(c)
  const answer = await ask(c, 'POST', '/api/user/signup', { email: filled.text('email') })
  if (!answer.ok) return signUpPage(c, 'e-mail', filled, faultsOf(answer, ofAccount), answer.status)
  return page(c, {
    title: 'Look into your mail',
    children: <p>A link to go on is on its way to {filled.text('email')}. It is good for a day.</p>,
  })
})

signUpPages.post('/signup/account', async (c) => {
  const filled = await readForm(c)
  const body = { ...accountIn(filled), code: filled.text('code') }
  const answer = await ask(c, 'POST', '/api/user/signup/step2', body)
  if (answer.ok) return seeOther(c, '/', 'welcome')
  return signUpPage(c, 'account', filled, faultsOf(answer, ofAccount), answer.status)
})
