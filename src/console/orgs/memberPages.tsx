import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may, mayOnServer } from '../../auth/permissions.ts'
import { notFound } from '../../errors.ts'
import { ask, type Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, inWords, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Select } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { demand, signedInPage } from '../viewer.ts'
import { findMembers, isOfCurrent, listOf, Members, placeOf, type RefusedDeed } from './members.tsx'
import { baseOf, isInNoOrg, nameOf, noOrgPage, OrgTabs, type Root, roleOptions } from './parts.tsx'

async function show(c: PageContext, refused?: RefusedDeed, status?: ContentfulStatusCode) {
  if (isOfCurrent(c) && isInNoOrg(c)) return noOrgPage(c)
  const [name, found] = await Promise.all([nameOf(c), findMembers(c)])
  const mayAdd = may(c.var.viewer, 'org.users:add', 'users:*')
  return page(
    c,
    {
      title: isOfCurrent(c) ? `Members of ${name}` : name,
      actions: mayAdd && (
        <>
          <a class="button" href={`${baseOf(c)}/users/new`}>
            Add a member
          </a>
          {isOfCurrent(c) && (
            <a class="button quiet" href="/org/invites/new">
              Invite somebody
            </a>
          )}
        </>
      ),
      under: !isOfCurrent(c) && <OrgTabs c={c} />,
      children: <Members c={c} found={found} refused={refused} />,
    },
    status,
  )
}

/** The list as somebody looked at it, with what was refused. */
const showAgain = (c: PageContext, refusal: Refusal, role?: string) =>
  show(c, { userId: c.req.param('userId') ?? '', role, message: refusal.message }, refusal.status)

/** Whoever is no admin here any more by their own doing may not see the list again. */
function back(c: PageContext): string {
  const { viewer } = c.var
  const isOwn = c.req.param('userId') === String(viewer.user.id)
  return isOwn && !mayOnServer(viewer, 'org.users:read', 'users:*') ? '/profile' : listOf(c)
}

async function changeRole(c: PageContext) {
  const role = (await readForm(c)).text('role')
  const answer = await ask(c, 'PATCH', apiOfMember(c), { role })
  if (!answer.ok) return showAgain(c, inWords(answer, 'There is no such role'), role)
  return seeOther(c, role === 'Admin' ? listOf(c) : back(c), 'saved')
}

const apiOfMember = (c: PageContext) => `/api${baseOf(c)}/users/${encodeURIComponent(c.req.param('userId') ?? '')}`

/** Whoever adds members need not see them. */
const seesMembers = (c: PageContext) => may(c.var.viewer, 'org.users:read', 'users:*')

async function addPage(c: PageContext, filled: Filled, faults: Faults, status?: ContentfulStatusCode) {
  const name = await nameOf(c)
  const cancel = seesMembers(c) ? `${baseOf(c)}/users` : baseOf(c)
  return page(
    c,
    {
      title: `Add a member to ${name}`,
      children: (
        <>
          <Form action={`${baseOf(c)}/users/new`} submit="Add" cancel={cancel} faults={faults}>
            <Field
              name="loginOrEmail"
              label="Login or e-mail"
              hint="Of somebody who has an account."
              filled={filled}
              faults={faults}
              autocomplete="off"
              required
              autofocus
            />
            <Select name="role" label="Role" filled={filled} faults={faults} options={roleOptions(c)} />
          </Form>
          {isOfCurrent(c) && (
            <p>
              Somebody without an account: <a href="/org/invites/new">invite them</a>.
            </p>
          )}
        </>
      ),
    },
    status,
  )
}

const ofMember = { role: /role/i, loginOrEmail: /user|missing/i }

async function add(c: PageContext) {
  const filled = await readForm(c)
  const { text } = filled
  const body = { loginOrEmail: text('loginOrEmail').trim(), role: text('role') }
  const answer = await ask(c, 'POST', `/api${baseOf(c)}/users`, body)
  if (answer.ok) return seeOther(c, seesMembers(c) ? `${baseOf(c)}/users` : `${baseOf(c)}/users/new`, 'added')
  return addPage(c, filled, faultsOf(inWords(answer), ofMember), answer.status)
}

/** What the API does with the account of whoever is in no other org. */
function Consequence({ c, userId }: { c: PageContext; userId: number }) {
  const mayGo = isOfCurrent(c) && may(c.var.viewer, 'users:delete', `global.users:id:${userId}`)
  if (!mayGo) return <p>The account stays.</p>
  return <p>If this is their only organization, their account is deleted with it.</p>
}

async function confirmRemoval(c: PageContext) {
  const userId = c.req.param('userId') ?? ''
  demand(c, 'org.users:remove', `users:id:${userId}`)
  const [name, { members }] = await Promise.all([nameOf(c), findMembers(c)])
  const member = members.find((one) => String(one.userId) === userId)
  if (!member) throw notFound('Nobody like that is on this page of the members any more.')
  return page(c, {
    title: `Remove ${member.login}?`,
    children: (
      <Form action={`${baseOf(c)}/users/${userId}/delete${placeOf(c)}`} submit="Remove" isDanger cancel={listOf(c)}>
        <p>
          <strong>{member.login}</strong> ({member.email}) will not be in <strong>{name}</strong> any more.
        </p>
        <Consequence c={c} userId={member.userId} />
      </Form>
    ),
  })
}

/** Whoever sends it twice finds nobody, which is what they wanted. */
async function remove(c: PageContext) {
  const answer = await ask<{ message: string }>(c, 'DELETE', apiOfMember(c))
  if (answer.ok) return seeOther(c, back(c), answer.body.message === 'User deleted' ? 'account-deleted' : 'removed')
  return answer.message === 'User not found' ? seeOther(c, back(c), 'removed') : showAgain(c, answer)
}

/** Who is in an org. `/users/new` comes before `/users/:userId`. */
export function memberPages(root: Root) {
  const pages = newPages()
  pages.get(`${root}/users`, signedInPage, (c) => show(c))
  pages.get(`${root}/users/new`, signedInPage, (c) => {
    demand(c, 'org.users:add', 'users:*')
    return addPage(c, filledWith({ role: 'Viewer' }), noFaults)
  })
  pages.post(`${root}/users/new`, signedInPage, add)
  pages.post(`${root}/users/:userId`, signedInPage, changeRole)
  pages.get(`${root}/users/:userId/delete`, signedInPage, confirmRemoval)
  pages.post(`${root}/users/:userId/delete`, signedInPage, remove)
  return pages
}
