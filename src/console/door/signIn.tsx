import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ask, askerOf } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, filledWith, noFaults, readForm } from '../forms.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'

export const signInPages = newPages()

/** Only to tell a newcomer what to type; where D1 can't say, nobody is told anything. */
async function isEmpty(c: PageContext): Promise<boolean> {
  const row = await c.var.places.d1
    .prepare('SELECT EXISTS (SELECT 1 FROM users) AS populated')
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

/** Somewhere to land after signing out; whoever is signed in is sent on (Grafana), but a program, which has no page. */
signInPages.get('/login', async (c) => {
  const identity = await askerOf(c, '/api/user').catch(() => undefined)
  if (identity?.kind === 'person') return c.redirect('/', 302)
  return signIn(c, filledWith({}), noFaults)
})

/** Reloaded, or asked for by hand. */
signInPages.get('/login/form', (c) => c.redirect('/login', 302))

/** Grafana takes no form at `/login`. The way back is in a cookie, which the API reads, checks and clears. */
signInPages.post('/login/form', async (c) => {
  const filled = await readForm(c)
  const credential = { user: filled.text('user'), password: filled.text('password') }
  const answer = await ask<{ redirectUrl?: string }>(c, 'POST', '/login', credential)
  if (answer.ok) return c.redirect(answer.body.redirectUrl ?? '/', 303)
  const isIncomplete = answer.status === 400
  const message = isIncomplete ? 'Enter your login and your password' : answer.message
  return signIn(c, filled, { form: message, fields: {} }, answer.status)
})
