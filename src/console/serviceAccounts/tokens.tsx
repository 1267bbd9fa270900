import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { accessDenied } from '../../errors.ts'
import type { accountToken } from '../../serviceAccounts/views.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form } from '../ui/forms.tsx'
import { isLifetime, Lifetime, lifetimeFault, secondsOf } from '../ui/lifetime.tsx'
import { Secret, Table, Time } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { type Account, accountPage, baseOf, mayOn, nameInWords, readAccount } from './account.tsx'
import { Expiry, Maker } from './credentials.tsx'

export const accountTokens = newPages()

const perPage = 50

/** `createdBy` is there since the page asks for it. */
type Token = ReturnType<typeof accountToken> & { createdBy?: string | null }

const tokensOf = (c: PageContext) => `${baseOf(c)}/tokens`
const readTokens = (c: PageContext) => read<Token[]>(c, `/api${tokensOf(c)}?metadata=true`)
const mayWrite = (account: Account) => mayOn(account, 'serviceaccounts:write')

function List({ c, account, tokens }: { c: PageContext; account: Account; tokens: readonly Token[] }) {
  const { rows, pager } = partOf(c, tokens, perPage)
  const { zone } = c.var
  return (
    <>
      <Table
        caption="Tokens"
        columns={['Name', 'Created', 'By', 'Last used', 'Expires', ...(mayWrite(account) ? [''] : [])]}
        rows={rows.map(({ id, name, created, createdBy, lastUsedAt, expiration }) => [
          name,
          <Time at={created} zone={zone} />,
          <Maker c={c} by={createdBy} />,
          <Time at={lastUsedAt} zone={zone} />,
          <Expiry c={c} at={expiration} />,
          ...(mayWrite(account)
            ? [
                <a href={`${tokensOf(c)}/${id}/delete`} aria-label={`Delete ${name}`}>
                  Delete
                </a>,
              ]
            : []),
        ])}
        empty={mayWrite(account) ? 'No token yet: make one for the program to sign in with.' : 'No token yet.'}
      />
      {pager}
    </>
  )
}

accountTokens.get('/serviceaccounts/:id/tokens', signedInPage, async (c) => {
  const [account, tokens] = await Promise.all([readAccount(c), readTokens(c)])
  return accountPage(c, {
    account,
    title: `Tokens of ${account.name}`,
    tab: '/tokens',
    actions: mayWrite(account) && (
      <a class="button" href={`${tokensOf(c)}/new`}>
        New token
      </a>
    ),
    children: <List c={c} account={account} tokens={tokens} />,
  })
})

async function showNew(c: PageContext, filled: Filled, faults: Faults, status?: ContentfulStatusCode) {
  const account = await readAccount(c)
  if (!mayWrite(account)) throw accessDenied('serviceaccounts:write')
  const children = (
    <Form action={tokensOf(c)} submit="Create the token" cancel={tokensOf(c)} faults={faults}>
      <Field
        name="name"
        label="Name"
        hint="What it is for; no other token of the account is called so."
        filled={filled}
        faults={faults}
        autocomplete="off"
        required
        autofocus
      />
      <Lifetime filled={filled} faults={faults} />
    </Form>
  )
  return accountPage(c, { account, title: `New token for ${account.name}`, tab: '/tokens', children }, status)
}

accountTokens.get('/serviceaccounts/:id/tokens/new', signedInPage, (c) => showNew(c, filledWith({}), noFaults))

/** The secret is in this answer and nowhere else; the same form sent again is refused for the name. */
accountTokens.post('/serviceaccounts/:id/tokens', signedInPage, async (c) => {
  const filled = await readForm(c)
  const name = filled.text('name')
  if (!isLifetime(filled.text('days'))) return showNew(c, filled, lifetimeFault, 400)
  const wanted = { name, secondsToLive: secondsOf(filled.text('days')) }
  const answer = await ask<{ key: string }>(c, 'POST', `/api${tokensOf(c)}`, wanted)
  if (!answer.ok) return showNew(c, filled, faultsOf(nameInWords(answer), { name: /name/i }), answer.status)
  const account = await readAccount(c)
  const children = (
    <>
      <Secret label={`The token ${name}.`} value={answer.body.key} />
      <p>
        <a href={tokensOf(c)}>To the tokens of {account.name}</a>
      </p>
    </>
  )
  return accountPage(c, { account, title: `New token for ${account.name}`, tab: '/tokens', children })
})

async function confirm(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const [account, tokens] = await Promise.all([readAccount(c), readTokens(c)])
  const token = tokens.find(({ id }) => String(id) === c.req.param('tokenId'))
  if (!token) throw new Refused({ ok: false, status: 404, message: 'There is no such token' })
  const children = (
    <Form
      action={`${tokensOf(c)}/${token.id}/delete`}
      submit="Delete the token"
      isDanger
      cancel={tokensOf(c)}
      faults={faults}
    >
      <p>
        The token <strong>{token.name}</strong> of <strong>{account.name}</strong> opens nothing any more, for good.
        What signs in with it, last used <Time at={token.lastUsedAt} zone={c.var.zone} />, stops working.
      </p>
    </Form>
  )
  return accountPage(c, { account, title: `Delete the token ${token.name}?`, tab: '/tokens', children }, status)
}

accountTokens.get('/serviceaccounts/:id/tokens/:tokenId/delete', signedInPage, (c) => confirm(c, noFaults))

/** A token that is gone already was deleted by the same form, sent twice. */
accountTokens.post('/serviceaccounts/:id/tokens/:tokenId/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api${tokensOf(c)}/${encodeURIComponent(c.req.param('tokenId'))}`)
  if (answer.ok || answer.status === 404) return seeOther(c, tokensOf(c), 'deleted')
  return confirm(c, faultsOf(answer), answer.status)
})
