import type { shownGrants } from '../../serviceAccounts/views.ts'
import { ask, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form, Textarea } from '../ui/forms.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, baseOf, readAccount } from './account.tsx'

export const accountGrants = newPages()

type Permission = { action: string; scope: string }

const grantsOf = (c: PageContext) => `${baseOf(c)}/grants`

/** One a line, for there are few: the action, and after a space its scope if it has one. */
const written = (permissions: readonly Permission[]) =>
  permissions.map(({ action, scope }) => `${action} ${scope}`.trim()).join('\n')

const readWritten = (text: string): Permission[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [action = '', ...scope] = line.split(/\s+/)
      return { action, scope: scope.join(' ') }
    })

async function show(c: PageContext, returned?: Returned) {
  const [account, { permissions }] = await Promise.all([
    readAccount(c),
    read<ReturnType<typeof shownGrants>>(c, `/api${grantsOf(c)}`),
  ])
  const { filled = filledWith({ permissions: written(permissions) }), faults = noFaults, status } = returned ?? {}
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
  const permissions = readWritten(filled.text('permissions'))
  const answer = await ask(c, 'PUT', `/api${grantsOf(c)}`, { permissions })
  if (answer.ok) return seeOther(c, grantsOf(c), 'saved')
  return show(c, {
    filled,
    faults: faultsOf(answer, { permissions: /bad request|permissions/i }),
    status: answer.status,
  })
})
