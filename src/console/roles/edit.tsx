import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { mayOnServer } from '../../auth/permissions.ts'
import { isBasic } from '../../auth/roles.ts'
import { type Answer, ask, type Refusal, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Alert, Checkbox, Field, Form, Hidden } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { demand, signedInPage } from '../viewer.ts'
import {
  type Draft,
  differencesOf,
  draftOfCopy,
  draftOfRole,
  emptyDraft,
  permissionsOf,
  readDraft,
  refusedDraft,
  roleIn,
  withMoreRows,
} from './draft.ts'
import { isTable, PermissionFields } from './permissionRows.tsx'
import { apiPathOf, delegate, demandChange, type Full, pathOf, titleOf, titleOfUid } from './rules.ts'

export const roleEditor = newPages()

const Words = ({ draft: { filled, faults } }: { draft: Draft }) => (
  <>
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" required />
    <Field
      name="displayName"
      label="Shown as"
      hint="Instead of the name; may be empty."
      filled={filled}
      faults={faults}
      autocomplete="off"
    />
    <Field name="group" label="Group" filled={filled} faults={faults} autocomplete="off" />
    <Field name="description" label="Description" filled={filled} faults={faults} autocomplete="off" />
    <Checkbox name="hidden" label="Hidden: lists show it only where hidden roles are asked for" filled={filled} />
  </>
)

type EditorProps = { draft: Draft; action: string; submit: string; cancel: string; children?: Child }

/** What is the same of a new role and one that is changed; `children` is what differs. */
const Editor = ({ draft, action, submit, cancel, children }: EditorProps) => (
  <Form
    action={action}
    submit={submit}
    cancel={cancel}
    faults={draft.faults}
    more={
      isTable(draft) && (
        <button type="submit" class="quiet" name="more" value="rows" formaction={`${action}#more`} formnovalidate>
          More rows
        </button>
      )
    }
  >
    {children}
    <PermissionFields draft={draft} />
  </Form>
)

/** For whoever manages roles on the whole server. */
const maySetGlobal = (c: PageContext) => mayOnServer(c.var.viewer, 'roles:write', delegate)

const newRole = (c: PageContext, draft: Draft, status: ContentfulStatusCode = 200) =>
  page(
    c,
    {
      title: 'New role',
      children: (
        <Editor draft={draft} action="/roles/new" submit="Create the role" cancel="/roles">
          <Words draft={draft} />
          <Field
            name="uid"
            label="Uid"
            hint="Letters, digits, - and _, for good; chosen for you where it is empty."
            filled={draft.filled}
            faults={draft.faults}
            autocomplete="off"
          />
          {maySetGlobal(c) && (
            <Checkbox name="global" label="Global: counts in all organizations, for good" filled={draft.filled} />
          )}
        </Editor>
      ),
    },
    status,
  )

roleEditor.get('/roles/new', signedInPage, async (c) => {
  demand(c, 'roles:write', delegate)
  const from = c.req.query('from')
  return newRole(c, from ? draftOfCopy(await read<Full>(c, apiPathOf(from))) : emptyDraft())
})

roleEditor.post('/roles/new', signedInPage, async (c) => {
  const draft = readDraft(await readForm(c))
  const { text, has } = draft.filled
  if (has('more')) {
    demand(c, 'roles:write', delegate)
    return newRole(c, withMoreRows(draft))
  }
  const body = { ...roleIn(draft), uid: text('uid'), version: 1, global: has('global') }
  const answer = await ask<Full>(c, 'POST', '/api/access-control/roles', body)
  if (answer.ok) return seeOther(c, pathOf(answer.body.uid), 'created')
  return newRole(c, refusedDraft(draft, answer), answer.status)
})

type Editing = { uid: string; title: string; draft: Draft; submit?: string; above?: Child }

const editing = (
  c: PageContext,
  { uid, title, draft, submit = 'Save', above }: Editing,
  status: ContentfulStatusCode = 200,
) =>
  page(
    c,
    {
      title: `Edit ${title}`,
      children: (
        <>
          {above}
          {isBasic(uid) && (
            <p class="hint">
              What you change here counts at once, for everybody who has this role in any organization.
            </p>
          )}
          <Editor draft={draft} action={`${pathOf(uid)}/edit`} submit={submit} cancel={pathOf(uid)}>
            <Hidden name="version" value={draft.filled.text('version')} />
            {!isBasic(uid) && <Words draft={draft} />}
          </Editor>
        </>
      ),
    },
    status,
  )

roleEditor.get('/roles/:uid/edit', signedInPage, async (c) => {
  demand(c, 'roles:write', delegate)
  const role = await read<Full>(c, apiPathOf(c.req.param('uid')))
  demandChange(c.var.viewer, role)
  return editing(c, { uid: role.uid, title: titleOf(role), draft: draftOfRole(role) })
})

/** A page of all of a thousand were too long. */
const shownDifferences = 50

const Differences = ({ stored, draft }: { stored: Full; draft: Draft }) => {
  const all = differencesOf(stored, draft, isBasic(stored.uid))
  return (
    <>
      <Alert>
        Somebody else saved version {stored.version} while you were writing. Nothing of yours is saved yet: below is
        what differs. <a href={`${pathOf(stored.uid)}/edit`}>Start again from what is stored</a>, or save yours over it.
      </Alert>
      <Table
        caption="What differs"
        columns={['Field', `Stored now (version ${stored.version})`, 'Yours']}
        rows={all
          .slice(0, shownDifferences)
          .map(({ label, stored: theirs, typed }) => [
            label,
            <code>{theirs || '—'}</code>,
            <code>{typed || '—'}</code>,
          ])}
        empty="Nothing."
      />
      {all.length > shownDifferences && <p>And {all.length - shownDifferences} more.</p>}
    </>
  )
}

/** Refused since it isn't the version any more that was shown; a name that another role has is a 409 too. */
const isOutdated = ({ status, message }: Refusal) => status === 409 && !message.startsWith('A role of this')

/** Both are shown, and saving again means it. Where both are the same it was a second click. */
async function conflict(c: PageContext, draft: Draft, refusal: Refusal) {
  const uid = c.req.param('uid') ?? ''
  const stored = await read<Full>(c, apiPathOf(uid))
  if (differencesOf(stored, draft, isBasic(uid)).length === 0) return seeOther(c, pathOf(uid), 'saved')
  const version = String(stored.version)
  const { filled } = draft
  const next = { ...filled, text: (name: string) => (name === 'version' ? version : filled.text(name)) }
  const above = <Differences stored={stored} draft={draft} />
  const shown = { uid, title: titleOf(stored), draft: { ...draft, filled: next }, submit: 'Save mine over it', above }
  return editing(c, shown, refusal.status)
}

function save(c: PageContext, uid: string, draft: Draft): Promise<Answer<Full>> {
  const version = (Number.parseInt(draft.filled.text('version'), 10) || 0) + 1
  const role = isBasic(uid) ? { permissions: permissionsOf(draft) } : roleIn(draft)
  return ask<Full>(c, 'PUT', apiPathOf(uid), { ...role, version })
}

roleEditor.post('/roles/:uid/edit', signedInPage, async (c) => {
  const uid = c.req.param('uid')
  const draft = readDraft(await readForm(c))
  const title = titleOfUid(draft.filled.text('displayName') || draft.filled.text('name') || uid)
  if (draft.filled.has('more')) {
    demand(c, 'roles:write', delegate)
    return editing(c, { uid, title, draft: withMoreRows(draft) })
  }
  const answer = await save(c, uid, draft)
  if (answer.ok) return seeOther(c, pathOf(uid), 'saved')
  if (isOutdated(answer)) return conflict(c, draft, answer)
  return editing(c, { uid, title, draft: refusedDraft(draft, answer) }, answer.status)
})
