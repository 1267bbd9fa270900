import type { Faults, Filled } from '../forms.ts'
import { Field, Form, Hidden } from '../ui/forms.tsx'

// What the pages have alike where somebody comes in who isn't signed in.

export const BackToSignIn = () => (
  <p class="links">
    <a href="/login">Back to sign in</a>
  </p>
)

export const NewPassword = ({ filled, faults, name }: { filled: Filled; faults: Faults; name: string }) => (
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

/** The field that a message of the API is about. */
export const ofAccount = {
  confirmPassword: /match/i,
  password: /password/i,
  username: /username|login/i,
  email: /e-?mail/i,
}

type AccountProps = { filled: Filled; faults: Faults; action: string; submit: string; code: string }

/** What an account takes, whether somebody was invited or came by themselves. */
export const Account = ({ filled, faults, action, submit, code }: AccountProps) => (
  <Form action={action} submit={submit} faults={faults}>
    <Hidden name="code" value={code} />
    <Field name="email" label="E-mail" type="email" filled={filled} faults={faults} autocomplete="email" required />
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="name" />
    <Field name="username" label="Login" filled={filled} faults={faults} autocomplete="username" required />
    <NewPassword name="password" filled={filled} faults={faults} />
  </Form>
)

export const accountIn = ({ text }: Filled) => ({
  email: text('email'),
  name: text('name'),
  username: text('username'),
  password: text('password'),
  confirmPassword: text('confirmPassword'),
})
