import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may } from '../../auth/permissions.ts'
import { notFound } from '../../errors.ts'
import type { listedInvite } from '../../invites/views.ts'
import { canSendMail } from '../../mail/send.ts'
import { day } from '../../time.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Checkbox, Field, Form, Select } from '../ui/forms.tsx'
import { Badge, Secret, Table, Time } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { isInNoOrg, noOrgPage, roleOptions } from './parts.tsx'

export const invitePages = newPages()

const perPage = 25

type Invite = ReturnType<typeof listedInvite>

/** The API gives them whole: there are no more than are open. */
const readInvites = (c: PageContext) => read<Invite[]>(c, '/api/org/invites')

function List({ c, invites }: { c: PageContext; invites: Invite[] }) {
  const { rows, pager } = partOf(c, invites, perPage)
  return (
    <>
      <Table
        caption="Open invitations"
        columns={['Invited', 'Name', 'Role', 'By', 'When', 'How', '']}
        rows={rows.map((invite) => [
          invite.email,
          invite.name,
          invite.role,
          invite.invitedByName || invite.invitedByLogin,
          <Time at={invite.createdOn} zone={c.var.zone} />,
          <Badge>{invite.emailSent ? 'by e-mail' : 'by a link'}</Badge>,
          <a
            class="deed"
            href={`/org/invites/${invite.code}/revoke`}
            aria-label={`Revoke the invitation of ${invite.email}`}
          >
            Revoke
          </a>,
        ])}
        empty="No invitation is open. Invite somebody who has no account yet."
      />
      {pager}
    </>
  )
}

const daysOf = (seconds: number) => {
  const days = Math.floor(seconds / day)
  return days === 1 ? 'a day' : `${days} days`
}

invitePages.get('/org/invites', signedInPage, async (c) => {
  if (isInNoOrg(c)) return noOrgPage(c)
  const invites = await readInvites(c)
  return page(c, {
    title: 'Invitations',
    actions: (
      <a class="button" href="/org/invites/new">
        Invite somebody
      </a>
    ),
    children: (
      <>
        <p>Those still open. An invitation is good for {daysOf(c.var.config.inviteSeconds)}.</p>
        <List c={c} invites={invites} />
      </>
    ),
  })
})

type InviteProps = { c: PageContext; filled: Filled; faults: Faults }

const InviteForm = ({ c, filled, faults }: InviteProps) => (
  <Form action="/org/invites/new" submit="Invite" cancel="/org/invites" faults={faults}>
    <Field
      name="loginOrEmail"
      label="E-mail or login"
      hint="Whoever has an account already becomes a member at once."
      filled={filled}
      faults={faults}
      autocomplete="off"
      required
      autofocus
    />
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" />
    <Select name="role" label="Role" filled={filled} faults={faults} options={roleOptions(c)} />
    {canSendMail(c) ? (
      <Checkbox name="sendEmail" label="Send an e-mail" filled={filled} />
    ) : (
      <p>You get a link to hand over: this server sends no mail.</p>
    )}
  </Form>
)

const invitePage = (c: PageContext, filled: Filled, faults: Faults, status?: ContentfulStatusCode) =>
  page(c, { title: 'Invite somebody', children: <InviteForm c={c} filled={filled} faults={faults} /> }, status)

invitePages.get('/org/invites/new', signedInPage, (c) => {
  demand(c, 'org.users:add', 'users:*')
  return invitePage(c, filledWith({ role: 'Viewer', sendEmail: true }), noFaults)
})

/** The link opens the account of whoever has it, and the API tells it this once. */
const linkPage = (c: PageContext, invited: string, url: string) =>
  page(c, {
    title: `${invited} is invited`,
    children: (
      <>
        <Secret label="Hand this link over." value={url} />
        <p>Whoever opens it chooses a password and is a member then.</p>
        <p class="links">
          <a href="/org/invites">All invitations</a>
        </p>
      </>
    ),
  })

const ofInvite = { role: /role/i, loginOrEmail: /^user|missing|loginOrEmail/i, name: /^name/ }

/** Somebody who had an account is in at once; whoever may not see the members stays with the invitations. */
const afterJoining = (c: PageContext) =>
  seeOther(c, may(c.var.viewer, 'org.users:read', 'users:*') ? '/org/users' : '/org/invites', 'joined')

invitePages.post('/org/invites/new', signedInPage, async (c) => {
  const filled = await readForm(c)
  const { text, has } = filled
  const loginOrEmail = text('loginOrEmail').trim()
  const wanted = { loginOrEmail, name: text('name'), role: text('role'), sendEmail: has('sendEmail') }
  const answer = await ask<{ url?: string; userId?: number }>(c, 'POST', '/api/org/invites', wanted)
  if (!answer.ok) return invitePage(c, filled, faultsOf(inWords(answer), ofInvite), answer.status)
  const { url, userId } = answer.body
  if (url !== undefined) return linkPage(c, loginOrEmail, url)
  return userId === undefined ? seeOther(c, '/org/invites', 'invited') : afterJoining(c)
})

invitePages.get('/org/invites/:code/revoke', signedInPage, async (c) => {
  const code = c.req.param('code')
  const invite = (await readInvites(c)).find((one) => one.code === code)
  if (!invite) throw notFound('There is no such invitation, or it is not open any more.')
  return page(c, {
    title: 'Revoke the invitation?',
    children: (
      <Form
        action={`/org/invites/${encodeURIComponent(code)}/revoke`}
        submit="Revoke the invitation"
        isDanger
        cancel="/org/invites"
      >
        <p>
          <strong>{invite.email}</strong> can’t use it then. Whoever should be invited after all gets a new one.
        </p>
      </Form>
    ),
  })
})

/** Whoever sends it twice is told the same. */
invitePages.post('/org/invites/:code/revoke', signedInPage, async (c) => {
  const path = `/api/org/invites/${encodeURIComponent(c.req.param('code'))}/revoke`
  const answer = await ask(c, 'PATCH', path)
  if (!answer.ok) throw new Refused(answer)
  return seeOther(c, '/org/invites', 'revoked')
})
