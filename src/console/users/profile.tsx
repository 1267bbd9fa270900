import type { Child } from 'hono/jsx'
import { mayOnServer } from '../../auth/permissions.ts'
import { ask, type Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { conditionOf, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Form } from '../ui/forms.tsx'
import { Badge, Time } from '../ui/lists.tsx'
import { signedInPage } from '../viewer.ts'
import {
  bodyOf,
  type Draft,
  draftOf,
  EditForm,
  emptied,
  isSaved,
  mergedDraft,
  refusedDraft,
  returnedDraft,
} from './edit.tsx'
import { baseOf, isOwn, mayHere, readTaggedUser, readUser, type User, userPage } from './user.tsx'

export const userProfile = newPages()

const States = ({ user }: { user: User }) => (
  <>
    {user.isDisabled ? <Badge tone="bad">disabled</Badge> : <Badge tone="good">enabled</Badge>}{' '}
    {user.isGrafanaAdmin && <Badge>server admin</Badge>}
  </>
)

/** Of an org of which the viewer can't see the page the number is told all the same. */
function activeOrg(c: PageContext, { orgId }: User): Child {
  if (orgId === undefined) return 'no organization'
  const words = `organization ${orgId}`
  return mayOnServer(c.var.viewer, 'orgs:read', '') ? <a href={`/orgs/${orgId}`}>{words}</a> : words
}

const Facts = ({ c, user }: { c: PageContext; user: User }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      <States user={user} />
    </dd>
    <dt>Id</dt>
    <dd>{user.id}</dd>
    <dt>Signs in</dt>
    <dd>{user.isExternal ? `by ${user.authLabels.join(', ')}` : 'with a password of this server'}</dd>
    <dt>Acts in</dt>
    <dd>{activeOrg(c, user)}</dd>
    <dt>Created</dt>
    <dd>
      <Time at={user.createdAt} zone={c.var.zone} />
    </dd>
    <dt>Last changed</dt>
    <dd>
      <Time at={user.updatedAt} zone={c.var.zone} />
    </dd>
  </dl>
)

/** What another system decides is refused here. */
const switchOf = (c: PageContext, { isExternal, isDisabled }: User): Child => {
  if (isExternal) return null
  if (!isDisabled) return mayHere(c, 'users:disable') && <Deed c={c} path="/disable" label="Disable" isDanger />
  return mayHere(c, 'users:enable') && <Form action={`${baseOf(c)}/enable`} submit="Enable" isInline />
}

const Deed = ({ c, path, label, isDanger }: { c: PageContext; path: string; label: string; isDanger?: boolean }) => (
  <a class={isDanger ? 'button danger' : 'button quiet'} href={`${baseOf(c)}${path}`}>
    {label}
  </a>
)

const Deeds = ({ c, user }: { c: PageContext; user: User }) => (
  <>
    {mayHere(c, 'users.password:write') && <Deed c={c} path="/password" label="Set a password" />}
    {mayHere(c, 'users.permissions:write') && (
      <Deed c={c} path="/admin" label={user.isGrafanaAdmin ? 'Take server admin away' : 'Make server admin'} />
    )}
    {switchOf(c, user)}
    {mayHere(c, 'users:delete') && <Deed c={c} path="/delete" label="Delete" isDanger />}
  </>
)

function Edit({ c, user, draft }: { c: PageContext; user: User; draft: Draft }) {
  if (!user.isExternal && mayHere(c, 'users:write')) return <EditForm action={baseOf(c)} draft={draft} />
  return (
    <>
      {draft.faults.form && <Alert>{draft.faults.form}</Alert>}
      {user.isExternal && (
        <p class="hint">
          This account comes from {user.authLabels.join(', ')}: it is changed, disabled and enabled there, not here.
        </p>
      )}
    </>
  )
}

const show = (c: PageContext, user: User, draft: Draft) =>
  userPage(
    c,
    {
      user,
      tab: '',
      actions: <Deeds c={c} user={user} />,
      children: (
        <>
          {isOwn(c, user) && (
            <p class="hint">
              This is your own account. There is more about it at <a href="/profile">Account</a>.
            </p>
          )}
          <Facts c={c} user={user} />
          <Edit c={c} user={user} draft={draft} />
        </>
      ),
    },
    draft.status,
  )

userProfile.get('/users/:id', signedInPage, async (c) => {
  const { body: user, tag } = await readTaggedUser(c)
  return show(c, user, draftOf(user, tag))
})

async function refuse(c: PageContext, draft: Draft, answer: Refusal) {
  const { body: user, tag } = await readTaggedUser(c)
  const status = answer.status
  if (status !== 412) return show(c, user, { ...refusedDraft(draft, answer), status })
  if (isSaved(draft, user)) return seeOther(c, baseOf(c), 'saved')
  return show(c, user, { ...mergedDraft(draft, user, tag), status })
}

userProfile.post('/users/:id', signedInPage, async (c) => {
  const draft = returnedDraft(await readForm(c))
  const faults = emptied(draft)
  if (faults) return show(c, await readUser(c), { ...draft, faults, status: 400 })
  const answer = await ask(c, 'PUT', `/api${baseOf(c)}`, bodyOf(draft), conditionOf(draft.tag))
  return answer.ok ? seeOther(c, baseOf(c), 'saved') : refuse(c, draft, answer)
})
