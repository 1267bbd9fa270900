import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refuseLimited } from '../../auth/limits.ts'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { linesIn, permissionIn } from '../grantLines.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Textarea } from '../ui/forms.tsx'
import { isLifetime, Lifetime, lifetimeFault, secondsOf } from '../ui/lifetime.tsx'
import { Secret } from '../ui/lists.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage } from './parts.tsx'

export const newTokenPages = newPages()

const NewToken = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <Form action="/profile/tokens/new" submit="Create the token" cancel="/profile/tokens" faults={faults}>
    <Field
      name="name"
      label="Name"
      hint="What it is for. Each of your tokens has another."
      filled={filled}
      faults={faults}
      autocomplete="off"
      required
      autofocus
    />
    <Lifetime filled={filled} faults={faults} />
    <Textarea
      name="limits"
      label="What it may"
      hint="Left empty, whatever you may. Else only this of it: a line each, an action and its scope, such as users:read global.users:*"
      filled={filled}
      faults={faults}
      rows={5}
    />
  </Form>
)

const formPage = (c: PageContext, filled: Filled, faults: Faults, status?: ContentfulStatusCode) =>
  accountPage(
    c,
    { current: '/profile/tokens', title: 'New access token', children: <NewToken filled={filled} faults={faults} /> },
    status,
  )

newTokenPages.get('/profile/tokens/new', signedInPage, (c) => {
  refuseLimited(c.var.viewer)
  return formPage(c, filledWith({ days: 30 }), noFaults)
})

const maxLimits = 100
const maxLength = 200

const wordsOf = (line: string) => line.split(/\s+/)

/** Why the lines are no permissions; the API would only say that something is bad. */
function flawOf(lines: readonly string[]): string | undefined {
  if (lines.length > maxLimits) return `At most ${maxLimits} lines`
  const bad = lines.find((line) => wordsOf(line).length > 2 || wordsOf(line).some((word) => word.length > maxLength))
  return bad && `Not an action and a scope: ${bad.slice(0, maxLength)}`
}

/** What was filled in, as the API takes it. */
function wanted({ text }: Filled) {
  const lines = linesIn(text('limits'))
  return {
    name: text('name').trim(),
    secondsToLive: secondsOf(text('days')),
    ...(lines.length > 0 && { permissions: lines.map(permissionIn) }),
  }
}

const ofToken = { name: /name/i }

/** The answer is the page itself, since nobody can show the token again. */
const shownOnce = (c: PageContext, name: string, key: string) =>
  accountPage(c, {
    current: '/profile/tokens',
    title: `${name} is made`,
    children: (
      <>
        <Secret label="Your new access token." value={key} />
        <p>
          A program sends it as <code>Authorization: Bearer</code>, a space and the token.
        </p>
        <p class="links">
          <a href="/profile/tokens">All your access tokens</a>
        </p>
      </>
    ),
  })

newTokenPages.post('/profile/tokens/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  if (!isLifetime(filled.text('days'))) return formPage(c, filled, lifetimeFault, 400)
  const flaw = flawOf(linesIn(filled.text('limits')))
  if (flaw !== undefined) return formPage(c, filled, { fields: { limits: flaw } }, 400)
  const answer = await ask<{ name: string; key: string }>(c, 'POST', '/api/user/tokens', wanted(filled))
  if (answer.ok) return shownOnce(c, answer.body.name, answer.body.key)
  const refusal = inWords(answer, 'A name is needed, of at most 190 characters')
  return formPage(c, filled, faultsOf(refusal, ofToken), answer.status)
})
