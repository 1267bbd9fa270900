import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { canSendMail } from '../mail/send.ts'
import { ask, askerOf, read, statusOf } from './ask.ts'
import type { PageContext } from './env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from './forms.ts'
import { seeOther } from './notices.ts'
import { newPages } from './pages.ts'
import { Field, Form, Hidden } from './ui/forms.tsx'
import { page } from './ui/page.tsx'

// Where somebody comes in who isn't signed in.

export const door = newPages()

/** Only to tell a newcomer what to type; where D1 can't say, nobody is told anything. */
async function isEmpty(c: PageContext): Promise<boolean> {
  const row = await c.env.DB.prepare('SELECT EXISTS (SELECT 1 FROM users) AS populated')
    .first<{ populated: number }>()
    .catch(() => undefined)
  return row?.populated === 0
}

/** Where nobody has an account yet the first sign-in makes one. */
const FirstSteps = ({ login }: { login: string }) => (
  <p class="hint">
    Nobody has an account here yet. Sign in as <code>{login}</code> with the password in <code>ADMIN_PASSWORD</code> (on{' '}
    <code>npm run dev</code> it stands in <code>.dev.vars</code>): that makes the first server administrator.
  </p>
)

async function signIn(c: PageContext, filled: Filled, faults: Faults, status: ContentfulStatusCode = 200) {
  const { config } = c.var
  return page(
    c,
    {
      title: 'Sign in',
      children: (
        <>
          {(await isEmpty(c)) && <FirstSteps login={config.firstAdmin.login} />}
          <Form action="/login/form" submit="Sign in" faults={faults}>
            <Field
              name="user"
              label="Login or e-mail"
              filled={filled}
              faults={faults}
              autocomplete="username"
              required
              autofocus
            />
            <Field
              name="password"
              label="Password"
              type="password"
              filled={filled}
              faults={faults}
              autocomplete="current-password"
              required
            />
          </Form>
          <ul class="links">
            <li>
              <a href="/user/password/send-reset-email">Forgot your password?</a>
            </li>
            {config.allowSignUp && (
              <li>
                <a href="/signup">Create an account</a>
              </li>
            )}
            <li>
              <a href="/docs/">API reference</a>
            </li>
          </ul>
        </>
      ),
    },
    status,
  )
}

/** Somewhere to land after signing out; whoever is signed in is sent on (Grafana). */
door.get('/login', async (c) => {
  const identity = await askerOf(c, '/api/user').catch(() => undefined)
  if (identity && identity.kind !== 'anonymous') return c.redirect('/', 302)
  return signIn(c, filledWith({}), noFaults)
})

/** Reloaded, or asked for by hand. */
door.get('/login/form', (c) => c.redirect('/login', 302))

/** Grafana takes no form at `/login`. The way back is in a cookie, which the API reads, checks and clears. */
door.post('/login/form', async (c) => {
  const filled = await readForm(c)
  const credential = { user: filled.text('user'), password: filled.text('password') }
  const answer = await ask<{ redirectUrl?: string }>(c, 'POST', '/login', credential)
  if (answer.ok) return c.redirect(answer.body.redirectUrl ?? '/', 303)
  const isIncomplete = answer.status === 400
  const message = isIncomplete ? 'Enter your login and your password' : answer.message
  return signIn(c, filled, { form: message, fields: {} }, statusOf(answer))
})

const BackToSignIn = () => (
  <p class="links">
    <a href="/login">Back to sign in</a>
  </p>
)

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

door.get('/user/password/send-reset-email', (c) => forgot(c, filledWith({}), noFaults))

door.post('/user/password/send-reset-email', async (c) => {
  const filled = await readForm(c)
  const answer = await ask(c, 'POST', '/api/user/password/send-reset-email', {
    userOrEmail: filled.text('userOrEmail'),
  })
  return answer.ok ? seeOther(c, '/login', 'mail-sent') : forgot(c, filled, faultsOf(answer), statusOf(answer))
})

const NewPassword = ({ filled, faults, name }: { filled: Filled; faults: Faults; name: string }) => (
  <>
    <Field
      name={name}
      label="New password"
      type="password"
      filled={filled}
      faults={faults}
      autocomplete="new-password"
      required
    />
    <Field
      name="confirmPassword"
      label="New password, once more"
      type="password"
      filled={filled}
      faults={faults}
      autocomplete="new-password"
      required
    />
  </>
)

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

door.get('/user/password/reset', (c) => reset(c, c.req.query('code') ?? '', noFaults))

door.post('/user/password/reset', async (c) => {
  const { text } = await readForm(c)
  const code = text('code')
  const body = { code, newPassword: text('newPassword'), confirmPassword: text('confirmPassword') }
  const answer = await ask(c, 'POST', '/api/user/password/reset', body)
  if (answer.ok) return seeOther(c, '/login', 'password-reset')
  const faults = /code/.test(answer.message) ? faultsOf(answer) : faultsOf(answer, ofPasswords)
  return reset(c, code, faults, statusOf(answer))
})

const ofAccount = {
  confirmPassword: /match/i,
  password: /password/i,
  username: /username|login/i,
  email: /e-?mail/i,
}

type AccountProps = { filled: Filled; faults: Faults; action: string; submit: string; code: string }

/** What an account takes, whether somebody was invited or came by themselves. */
const Account = ({ filled, faults, action, submit, code }: AccountProps) => (
  <Form action={action} submit={submit} faults={faults}>
    <Hidden name="code" value={code} />
    <Field name="email" label="E-mail" type="email" filled={filled} faults={faults} autocomplete="email" required />
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="name" />
    <Field name="username" label="Login" filled={filled} faults={faults} autocomplete="username" required />
    <NewPassword name="password" filled={filled} faults={faults} />
  </Form>
)

const accountIn = ({ text }: Filled) => ({
  email: text('email'),
  name: text('name'),
  username: text('username'),
  password: text('password'),
  confirmPassword: text('confirmPassword'),
})

type Invited = { email: string; name: string; username: string; invitedBy: string }

/** A code comes in the path, where somebody may have put anything. */
const inviteAt = (code: string) => `/api/user/invite/${encodeURIComponent(code)}`

function accept(c: PageContext, invite: Invited, filled: Filled, faults: Faults, status: ContentfulStatusCode = 200) {
  const code = c.req.param('code') ?? ''
  return page(
    c,
    {
      title: 'Accept the invitation',
      children: (
        <>
          <p>{invite.invitedBy || 'An administrator'} has invited you. Choose how you will sign in.</p>
          <Account
            action={`/invite/${encodeURIComponent(code)}`}
            submit="Create the account"
            code={code}
            filled={filled}
            faults={faults}
          />
        </>
      ),
    },
    status,
  )
}

door.get('/invite/:code', async (c) => {
  const invite = await read<Invited>(c, inviteAt(c.req.param('code')))
  const { email, name, username } = invite
  return accept(c, invite, filledWith({ email, name, username }), noFaults)
})

door.post('/invite/:code', async (c) => {
  const filled = await readForm(c)
  const inviteCode = c.req.param('code')
  const answer = await ask(c, 'POST', '/api/user/invite/complete', { inviteCode, ...accountIn(filled) })
  if (answer.ok) return seeOther(c, '/', 'welcome')
  const invite = await read<Invited>(c, inviteAt(inviteCode))
  return accept(c, invite, filled, faultsOf(answer, ofAccount), statusOf(answer))
})

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

door.get('/signup', (c) => {
  if (!c.var.config.allowSignUp) return signUpClosed(c)
  const filled = filledWith({ email: c.req.query('email'), code: c.req.query('code') })
  return signUpPage(c, canSendMail(c) && !filled.text('code') ? 'e-mail' : 'account', filled, noFaults)
})

door.post('/signup', async (c) => {
  const filled = await readForm(c)
  const answer = await ask(c, 'POST', '/api/user/signup', { email: filled.text('email') })
  if (!answer.ok) return signUpPage(c, 'e-mail', filled, faultsOf(answer, ofAccount), statusOf(answer))
  return page(c, {
    title: 'Look into your mail',
    children: <p>A link to go on is on its way to {filled.text('email')}. It is good for a day.</p>,
  })
})

door.post('/signup/account', async (c) => {
  const filled = await readForm(c)
  const body = { ...accountIn(filled), code: filled.text('code') }
  const answer = await ask(c, 'POST', '/api/user/signup/step2', body)
  if (answer.ok) return seeOther(c, '/', 'welcome')
  return signUpPage(c, 'account', filled, faultsOf(answer, ofAccount), statusOf(answer))
})
