import type { shownGrants } from '../../serviceAccounts/views.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { lineOf, linesIn, permissionIn } from '../grantLines.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form, Textarea } from '../ui/forms.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, baseOf, readAccount } from './account.tsx'

export const accountGrants = newPages()

const grantsOf = (c: PageContext) => `${baseOf(c)}/grants`

async function show(c: PageContext, returned?: Returned) {
  const [account, { permissions }] = await Promise.all([
    readAccount(c),
    read<ReturnType<typeof shownGrants>>(c, `/api${grantsOf(c)}`),
  ])
  const {
    filled = filledWith({ permissions: permissions.map(lineOf).join('\n') }),
    faults = noFaults,
    status,
  } = returned ?? {}
  const children = (
    <>
      <p>
        What the account may do on the whole server, beside its role in the organization. The tokens that it has then do
        as much. You can give only what you hold on the whole server yourself.
      </p>
      <Form action={grantsOf(c)} submit="Save" faults={faults}>
        <Textarea
          name="permissions"
          label="Permissions"
          hint="One a line: the action and, after a space, its scope, as users:read global.users:*"
          filled={filled}
          faults={faults}
        />
      </Form>
    </>
  )
  return accountPage(c, { account, title: `${account.name} on the whole server`, tab: '/grants', children }, status)
}

accountGrants.get('/serviceaccounts/:id/grants', signedInPage, (c) => show(c))

accountGrants.post('/serviceaccounts/:id/grants', signedInPage, async (c) => {
  const filled = await readForm(c)
  const permissions = linesIn(filled.text('permissions')).map(permissionIn)
  const answer = await ask(c, 'PUT', `/api${grantsOf(c)}`, { permissions })
  if (answer.ok) return seeOther(c, grantsOf(c), 'saved')
  return show(c, {
    filled,
    faults: faultsOf(answer, { permissions: /bad request|permissions/i }),
    status: answer.status,
  })
})
