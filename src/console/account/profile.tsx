import type { profile } from '../../users/views.ts'
import { ask, type Refusal, read, readTagged } from '../ask.ts'
import type { PageContext } from '../env.ts'
import {
  conditionOf,
  type Faults,
  type Filled,
  inWords,
  isTaken,
  type ReturnedForm,
  readForm,
  returnedBy,
  stateOf,
} from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Hidden, Select } from '../ui/forms.tsx'
import { Time } from '../ui/lists.tsx'
import type { Preferences } from '../ui/preferences.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, mayOwn } from './parts.tsx'
import { PreferencesForm, preferredTheme, themes } from './preferences.tsx'

export const profilePages = newPages()

type Profile = ReturnType<typeof profile>

type Seen = { body: Profile; tag: string }

const readProfile = (c: PageContext): Promise<Seen> => readTagged<Profile>(c, '/api/user')

/** Any text may be a theme to the API. */
const isTheme = (theme: string) => themes.some(([value]) => value === theme)

function ProfileForm({ body: user, tag, returned }: Seen & { returned: ReturnedForm | undefined }) {
  const { login, email, name } = user
  const theme = isTheme(user.theme) ? user.theme : ''
  const state = stateOf('profile', { login, email, name, theme }, returned)
  const isOpen = theme === '' || state.filled.text('theme') === ''
  return (
    <Form action="/profile" submit="Save the profile" faults={state.faults}>
      <Hidden name="etag" value={tag} />
      <Field name="name" label="Name" {...state} hint="Left empty, it stays as it is." autocomplete="name" />
      <Field name="login" label="Login" {...state} autocomplete="username" required />
      <Field name="email" label="E-mail" {...state} hint="Left empty, it stays as it is." autocomplete="email" />
      <Select name="theme" label="Theme" {...state} options={isOpen ? [preferredTheme, ...themes] : themes} />
    </Form>
  )
}

/** For an account that isn't the viewer's to change. */
const Names = ({ user }: { user: Profile }) => (
  <dl class="facts">
    <dt>Name</dt>
    <dd>{user.name || 'none'}</dd>
    <dt>Login</dt>
    <dd>{user.login}</dd>
    <dt>E-mail</dt>
    <dd>{user.email}</dd>
  </dl>
)

const Facts = ({ c, user }: { c: PageContext; user: Profile }) => (
  <dl class="facts">
    <dt>Number</dt>
    <dd>{user.id}</dd>
    <dt>Created</dt>
    <dd>
      <Time at={user.createdAt} zone={c.var.zone} />
    </dd>
    {user.isGrafanaAdmin && (
      <>
        <dt>On the server</dt>
        <dd>server admin</dd>
      </>
    )}
  </dl>
)

function Editable({ c, seen, returned }: { c: PageContext; seen: Seen; returned: ReturnedForm | undefined }) {
  const { body: user } = seen
  if (user.isExternal)
    return (
      <>
        <p class="hint">Your account comes from {user.authLabels.join(', ')}: change it there.</p>
        <Names user={user} />
      </>
    )
  return mayOwn(c.var.viewer, 'users:write') ? <ProfileForm {...seen} returned={returned} /> : <Names user={user} />
}

async function show(c: PageContext, returned?: ReturnedForm) {
  const [seen, preferences] = await Promise.all([readProfile(c), read<Preferences>(c, '/api/user/preferences')])
  const children = (
    <>
      <Editable c={c} seen={seen} returned={returned} />
      <h2>Preferences</h2>
      <PreferencesForm c={c} preferences={preferences} returned={returned} />
      <h2>The account</h2>
      <Facts c={c} user={seen.body} />
    </>
  )
  return accountPage(c, { current: '/profile', title: 'Profile', children }, returned?.status)
}

profilePages.get('/profile', signedInPage, (c) => show(c))

const ofProfile = { name: /^name /, login: /^(login |a username|that login)/i, email: /^email / }

const editable = ['name', 'login', 'email', 'theme'] as const

const themeName = (theme: string) => [preferredTheme, ...themes].find(([value]) => value === theme)?.[1] ?? theme

/** What was saved elsewhere meanwhile, next to what was typed here: whoever saves again wants it so. */
function clashes({ body: user }: Seen, { text }: Filled): Faults {
  const fields = editable
    .filter((name) => text(name) !== user[name])
    .map((name) => [name, `Now it is: ${(name === 'theme' ? themeName(user.theme) : user[name]) || 'empty'}`])
  return {
    form: 'Your profile was changed elsewhere meanwhile. What it is now stands below: save again to have it your way.',
    fields: Object.fromEntries(fields),
  }
}

const refused = async (c: PageContext, filled: Filled, answer: Refusal): Promise<ReturnedForm> =>
  answer.status === 412
    ? { form: 'profile', filled, faults: clashes(await readProfile(c), filled), status: 412 }
    : returnedBy('profile', filled, inWords(answer, undefined, [isTaken]), ofProfile)

/** Without a login the API would take the e-mail for one, which nobody means who empties a field. */
const noLogin = (filled: Filled): ReturnedForm => ({
  form: 'profile',
  filled,
  faults: { fields: { login: 'Nobody can sign in without a login' } },
  status: 400,
})

profilePages.post('/profile', signedInPage, async (c) => {
  const filled = await readForm(c)
  const { text } = filled
  if (text('login').trim() === '') return show(c, noLogin(filled))
  const changed = { name: text('name'), login: text('login'), email: text('email'), theme: text('theme') }
  const answer = await ask(c, 'PUT', '/api/user', changed, conditionOf(text('etag')))
  return answer.ok ? seeOther(c, '/profile', 'saved') : show(c, await refused(c, filled, answer))
})

const preferable = ['theme', 'timezone', 'weekStart'] as const

profilePages.post('/profile/preferences', signedInPage, async (c) => {
  const filled = await readForm(c)
  const changed = preferable.filter((name) => filled.has(name)).map((name) => [name, filled.text(name)])
  const answer = await ask(c, 'PATCH', '/api/user/preferences', Object.fromEntries(changed))
  return answer.ok ? seeOther(c, '/profile', 'saved') : show(c, returnedBy('preferences', filled, answer, {}))
})
