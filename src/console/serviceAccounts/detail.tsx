import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { accessDenied } from '../../errors.ts'
import { type Answer, ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { Time } from '../ui/lists.tsx'
import { signedInPage } from '../viewer.ts'
import { type Account, AccountFields, accountPage, baseOf, listOrStart, mayOn, readAccount, State } from './account.tsx'

export const accountDetail = newPages()

const Facts = ({ c, account }: { c: PageContext; account: Account }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      <State isDisabled={account.isDisabled} />
    </dd>
    <dt>Login</dt>
    <dd>{account.login}</dd>
    {!mayOn(account, 'serviceaccounts:write') && (
      <>
        <dt>Role</dt>
        <dd>{account.role}</dd>
      </>
    )}
    <dt>Tokens</dt>
    <dd>{String(account.tokens ?? 0)}</dd>
    <dt>Created</dt>
    <dd>
      <Time at={account.createdAt} zone={c.var.zone} />
    </dd>
    <dt>Changed</dt>
    <dd>
      <Time at={account.updatedAt} zone={c.var.zone} />
    </dd>
  </dl>
)

/** Enabling takes nothing away, so it is done at once. */
const Actions = ({ c, account }: { c: PageContext; account: Account }) => (
  <>
    {mayOn(account, 'serviceaccounts:write') &&
      (account.isDisabled ? (
        <Form action={`${baseOf(c)}/enable`} submit="Enable" isInline />
      ) : (
        <a class="button quiet" href={`${baseOf(c)}/disable`}>
          Disable
        </a>
      ))}
    {mayOn(account, 'serviceaccounts:delete') && (
      <a class="button danger" href={`${baseOf(c)}/delete`}>
        Delete
      </a>
    )}
  </>
)

async function show(c: PageContext, returned?: Returned) {
  const account = await readAccount(c)
  const { name, role } = account
  const { filled = filledWith({ name, role }), faults = noFaults, status } = returned ?? {}
  const children = (
    <>
      <Facts c={c} account={account} />
      {mayOn(account, 'serviceaccounts:write') && (
        <Form action={baseOf(c)} submit="Save" faults={faults}>
          <AccountFields c={c} filled={filled} faults={faults} current={role} />
        </Form>
      )}
    </>
  )
  return accountPage(c, { account, tab: '', actions: <Actions c={c} account={account} />, children }, status)
}

accountDetail.get('/serviceaccounts/:id', signedInPage, (c) => show(c))

accountDetail.post('/serviceaccounts/:id', signedInPage, async (c) => {
  const filled = await readForm(c)
  const change = { name: filled.text('name'), role: filled.text('role') }
  const answer = await ask(c, 'PATCH', `/api${baseOf(c)}`, change)
  if (answer.ok) return seeOther(c, baseOf(c), 'saved')
  return show(c, { filled, faults: faultsOf(answer, { role: /role/i }), status: answer.status })
})

/** What takes something away: said first, then done. */
const deeds = {
  disable: {
    action: 'serviceaccounts:write',
    title: 'Disable',
    submit: 'Disable the account',
    effect: 'opens nothing any more, by none of its tokens, until it is enabled again.',
    done: 'program-disabled',
    ask: (c: PageContext) => ask(c, 'PATCH', `/api${baseOf(c)}`, { isDisabled: true }),
    after: baseOf,
  },
  delete: {
    action: 'serviceaccounts:delete',
    title: 'Delete',
    submit: 'Delete the account',
    effect: 'is deleted for good, with all its tokens.',
    done: 'deleted',
    /** An account that is gone already was deleted by the same form, sent twice. */
    async ask(c: PageContext): Promise<Answer<unknown>> {
      const answer = await ask(c, 'DELETE', `/api${baseOf(c)}`)
      return !answer.ok && answer.status === 404 ? { ok: true, body: {}, headers: new Headers() } : answer
    },
    after: listOrStart,
  },
} as const

async function confirm(c: PageContext, deed: keyof typeof deeds, faults: Faults, status?: ContentfulStatusCode) {
  const { action, title, submit, effect } = deeds[deed]
  const account = await readAccount(c)
  if (!mayOn(account, action)) throw accessDenied(action)
  const children = (
    <Form action={`${baseOf(c)}/${deed}`} submit={submit} isDanger cancel={baseOf(c)} faults={faults}>
      <p>
        The service account <strong>{account.name}</strong> {effect}
      </p>
    </Form>
  )
  return accountPage(c, { account, title: `${title} ${account.name}?`, tab: '', children }, status)
}

for (const deed of ['disable', 'delete'] as const) {
  accountDetail.get(`/serviceaccounts/:id/${deed}`, signedInPage, (c) => confirm(c, deed, noFaults))
  accountDetail.post(`/serviceaccounts/:id/${deed}`, signedInPage, async (c) => {
    const answer = await deeds[deed].ask(c)
    if (answer.ok) return seeOther(c, deeds[deed].after(c), deeds[deed].done)
    return confirm(c, deed, faultsOf(answer), answer.status)
  })
}

accountDetail.post('/serviceaccounts/:id/enable', signedInPage, async (c) => {
  const answer = await ask(c, 'PATCH', `/api${baseOf(c)}`, { isDisabled: false })
  if (answer.ok) return seeOther(c, baseOf(c), 'program-enabled')
  return show(c, { filled: filledWith({}), faults: faultsOf(answer), status: answer.status })
})
