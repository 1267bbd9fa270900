import { isLimited } from '../../auth/limits.ts'
import { notFound } from '../../errors.ts'
import type { personalToken } from '../../tokens/views.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext, Zone } from '../env.ts'
import { lineOf } from '../grantLines.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { Badge, Table, Time } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, Few, mayOwn } from './parts.tsx'

export const tokenPages = newPages()

const perPage = 25

type Token = ReturnType<typeof personalToken>

const readTokens = (c: PageContext) => read<Token[]>(c, '/api/user/tokens')

/** A token may have a hundred: those beyond are on its own page. */
const shownLimits = 3

function Limits({ token }: { token: Token }) {
  if (token.permissions === undefined) return <>whatever you may</>
  const limits = token.permissions.map((permission) => <code>{lineOf(permission)}</code>)
  return <Few items={limits} shown={shownLimits} />
}

const Expires = ({ token, zone }: { token: Token; zone: Zone }) => (
  <>
    <Time at={token.expiration} zone={zone} /> {token.hasExpired && <Badge tone="bad">expired</Badge>}
  </>
)

function List({ c, tokens }: { c: PageContext; tokens: readonly Token[] }) {
  const { zone, viewer } = c.var
  const { rows, pager } = partOf(c, tokens, perPage)
  return (
    <>
      <Table
        caption="Access tokens"
        columns={['Name', 'Created', 'Last used', 'Expires', 'May', '']}
        rows={rows.map((token) => [
          <a href={`/profile/tokens/${token.id}`}>{token.name}</a>,
          <Time at={token.created} zone={zone} />,
          <Time at={token.lastUsedAt} zone={zone} />,
          <Expires token={token} zone={zone} />,
          <Limits token={token} />,
          mayOwn(viewer, 'users:write') && (
            <a href={`/profile/tokens/${token.id}/delete`} aria-label={`Delete ${token.name}`}>
              Delete
            </a>
          ),
        ])}
        empty="You have no access token. Make one for a program that is to act as you."
      />
      {pager}
    </>
  )
}

tokenPages.get('/profile/tokens', signedInPage, async (c) => {
  const { viewer } = c.var
  const tokens = await readTokens(c)
  return accountPage(c, {
    current: '/profile/tokens',
    title: 'Access tokens',
    actions: mayOwn(viewer, 'users:write') && !isLimited(viewer) && (
      <a class="button" href="/profile/tokens/new">
        New token
      </a>
    ),
    children: (
      <>
        <p>A program that has one acts as you, without your password.</p>
        <List c={c} tokens={tokens} />
      </>
    ),
  })
})

async function readToken(c: PageContext): Promise<Token> {
  const token = (await readTokens(c)).find(({ id }) => String(id) === c.req.param('id'))
  if (!token) throw notFound('You have no such access token.')
  return token
}

const Facts = ({ token, zone }: { token: Token; zone: Zone }) => (
  <dl class="facts">
    <dt>Created</dt>
    <dd>
      <Time at={token.created} zone={zone} />
    </dd>
    <dt>Last used</dt>
    <dd>
      <Time at={token.lastUsedAt} zone={zone} />
    </dd>
    <dt>Expires</dt>
    <dd>
      <Expires token={token} zone={zone} />
    </dd>
    {token.permissions === undefined && (
      <>
        <dt>May</dt>
        <dd>whatever you may</dd>
      </>
    )}
  </dl>
)

tokenPages.get('/profile/tokens/:id', signedInPage, async (c) => {
  const token = await readToken(c)
  return accountPage(c, {
    current: '/profile/tokens',
    title: token.name,
    actions: mayOwn(c.var.viewer, 'users:write') && (
      <a class="button danger" href={`/profile/tokens/${token.id}/delete`}>
        Delete
      </a>
    ),
    children: (
      <>
        <Facts token={token} zone={c.var.zone} />
        {token.permissions && (
          <>
            <h2>What it may, where you may</h2>
            <Table
              caption="Permissions"
              columns={['Action', 'Scope']}
              rows={token.permissions.map(({ action, scope }) => [
                <code>{action}</code>,
                scope && <code>{scope}</code>,
              ])}
              empty="Nothing."
            />
          </>
        )}
      </>
    ),
  })
})

tokenPages.get('/profile/tokens/:id/delete', signedInPage, async (c) => {
  const token = await readToken(c)
  return accountPage(c, {
    current: '/profile/tokens',
    title: 'Delete the access token?',
    children: (
      <Form action={`/profile/tokens/${token.id}/delete`} submit="Delete the token" isDanger cancel="/profile/tokens">
        <p>
          Whatever uses <strong>{token.name}</strong> is refused at once, and it can’t be brought back.
        </p>
      </Form>
    ),
  })
})

/** Whoever sends it twice is told the same. */
tokenPages.post('/profile/tokens/:id/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api/user/tokens/${encodeURIComponent(c.req.param('id'))}`)
  if (!answer.ok && answer.status !== 404) throw new Refused(answer)
  return seeOther(c, '/profile/tokens', 'deleted')
})
