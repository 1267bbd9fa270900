import type { Child } from 'hono/jsx'
import { isRight, presented, remembered } from '../../auth/outcomes.ts'
import { may } from '../../auth/permissions.ts'
import { linkTo } from '../../mail/links.ts'
import type { PageContext } from '../env.ts'
import { Badge } from '../ui/lists.tsx'
import type { Overview } from './routes.tsx'

// What a new installation needs next, while it is small and lacks some of it.

/** A directory with more people is none that somebody is just setting up. */
const fewUsers = 5

type Step = {
  isDone: boolean
  isAllowed: boolean
  title: string
  href: string
  why: Child
  /** The same by the API, without the credential and the address of the server. */
  method: 'POST' | 'PUT'
  path: string
  body: object
}

/** Whether the viewer's own password is still the one that the first administrator was made with. */
async function hasFirstPassword({ var: { config, viewer } }: PageContext): Promise<boolean> {
  const { password } = config.firstAdmin
  if (password === undefined || viewer.passwordHash === null) return false
  const guess = presented(viewer.passwordHash, '', password)
  return remembered(guess) ?? isRight(guess, config.passwordScheme)
}

async function stepsOf(c: PageContext, { firstSteps }: Overview): Promise<Step[]> {
  const { viewer } = c.var
  return [
    {
      isDone: !(await hasFirstPassword(c)),
      isAllowed: true,
      title: 'Choose your own password',
      href: '/profile/password',
      why: 'The one that you signed in with stands in the settings of the server, as ADMIN_PASSWORD.',
      method: 'PUT',
      path: '/api/user/password',
      body: { oldPassword: '…', newPassword: '…' },
    },
    {
      isDone: firstSteps.hasOrganizations,
      isAllowed: may(viewer, 'orgs:create', ''),
      title: 'Create an organization',
      href: '/orgs/new',
      why: (
        <>
          Users, teams and service accounts belong to one. Or give <a href="/orgs/1">Main Org.</a> the name of yours.
        </>
      ),
      method: 'POST',
      path: '/api/orgs',
      body: { name: 'Example' },
    },
    {
      isDone: firstSteps.hasUsers,
      isAllowed: may(viewer, 'users:create', ''),
      title: 'Create a user',
      href: '/users/new',
      why: 'Somebody beside you, with a login and a first password.',
      method: 'POST',
      path: '/api/admin/users',
      body: { login: 'ada', email: 'ada@example.org', password: '…' },
    },
    {
      isDone: firstSteps.hasTokens,
      isAllowed: true,
      title: 'Make a token',
      href: '/profile/tokens',
      why: 'For scripts, so that no password stands in them.',
      method: 'POST',
      path: '/api/user/tokens',
      body: { name: 'laptop' },
    },
  ]
}

/** curl asks for the password, so that none stands in the shell's history. */
function curlOf(c: PageContext, { method, path, body }: Step): string {
  const how = method === 'POST' ? '' : `-X ${method} `
  const sent = `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`
  const login = c.var.viewer.user.login.replaceAll("'", "'\\''")
  return `curl -u '${login}' ${how}${sent} ${linkTo(c, path)}`
}

const Item = ({ c, step }: { c: PageContext; step: Step }) => (
  <li>
    <h3>
      <a href={step.href}>{step.title}</a> {step.isDone && <Badge tone="good">done</Badge>}
    </h3>
    <p>{step.why}</p>
    <details>
      <summary>By the API: {step.title.toLowerCase()}</summary>
      <pre>
        <code>{curlOf(c, step)}</code>
      </pre>
    </details>
  </li>
)

/** Nothing once all is done, or where there are so many people that somebody else did it. */
export async function firstStepsOf(c: PageContext, overview: Overview) {
  if (overview.users > fewUsers) return undefined
  const steps = (await stepsOf(c, overview)).filter(({ isAllowed }) => isAllowed)
  if (steps.every(({ isDone }) => isDone)) return undefined
  return (
    <section class="card steps" aria-labelledby="first-steps">
      <h2 id="first-steps">First steps</h2>
      <ol>
        {steps.map((step) => (
          <Item c={c} step={step} />
        ))}
      </ol>
      <p>
        All that the pages do, the API does: see its <a href="/docs/">reference</a>.
      </p>
    </section>
  )
}
