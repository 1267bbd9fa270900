import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { page } from '../ui/page.tsx'
import { Account, accountIn, ofAccount } from './parts.tsx'

export const invitationPages = newPages()

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

invitationPages.get('/invite/:code', async (c) => {
  const invite = await read<Invited>(c, inviteAt(c.req.param('code')))
  const { email, name, username } = invite
  return accept(c, invite, filledWith({ email, name, username }), noFaults)
})

invitationPages.post('/invite/:code', async (c) => {
  const filled = await readForm(c)
  const inviteCode = c.req.param('code')
  const answer = await ask(c, 'POST', '/api/user/invite/complete', { inviteCode, ...accountIn(filled) })
  if (answer.ok) return seeOther(c, '/', 'welcome')
  const invite = await read<Invited>(c, inviteAt(inviteCode))
  return accept(c, invite, filled, faultsOf(answer, ofAccount), answer.status)
})
