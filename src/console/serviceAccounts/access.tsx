import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { givenPermission } from '../../accessControl/views.ts'
import { may } from '../../auth/permissions.ts'
import { accessDenied } from '../../errors.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { mostOffered } from '../teams/people.ts'
import { Field, Form, Hidden, Select } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { type Account, accountPage, baseOf, listOrStart, mayOn, readAccount } from './account.tsx'
import { findOwners, type Kind, kindIn, kinds, type Owner } from './owners.ts'

export const accountAccess = newPages()

const perPage = 50

type Given = ReturnType<typeof givenPermission>

const accessOf = (c: PageContext) => `${baseOf(c)}/access`
const apiOf = (c: PageContext) => `/api/access-control${baseOf(c)}`
const mayChange = (account: Account) => mayOn(account, 'serviceaccounts.permissions:write')

const ownerOf = (given: Given): Owner =>
  'teamId' in given
    ? { kind: 'teams', id: given.teamId ?? 0, name: given.team ?? '' }
    : { kind: 'users', id: given.userId ?? 0, name: given.userLogin ?? '' }

const levels = [
  ['Edit', 'Edit: use it and make tokens'],
  ['Admin', 'Admin: also delete it, and say who may use it'],
] as const

function Deeds({ c, given }: { c: PageContext; given: Given }) {
  const { kind, id, name } = ownerOf(given)
  const other = given.permission === 'Admin' ? 'Edit' : 'Admin'
  return (
    <div class="deeds">
      <Form action={accessOf(c)} submit={`Make it ${other}`} isInline>
        <Hidden name="kind" value={kind} />
        <Hidden name="id" value={id} />
        <Hidden name="permission" value={other} />
      </Form>
      <a href={`${accessOf(c)}/${kind}/${id}/delete`} aria-label={`Take away from ${name}`}>
        Take away
      </a>
    </div>
  )
}

/** Only whoever sees accounts, or the team, has a page to go to. */
function Name({ c, owner: { kind, id, name } }: { c: PageContext; owner: Owner }) {
  const { viewer } = c.var
  const isSeen =
    kind === 'users' ? may(viewer, 'users:read', `global.users:id:${id}`) : may(viewer, 'teams:read', `teams:id:${id}`)
  const label = kind === 'teams' ? `team ${name}` : name
  return isSeen ? <a href={`/${kind}/${id}`}>{label}</a> : <span>{label}</span>
}

function List({ c, account, given }: { c: PageContext; account: Account; given: readonly Given[] }) {
  const { rows, pager } = partOf(c, given, perPage)
  const isChanged = mayChange(account)
  return (
    <>
      <Table
        caption="Who was given the account"
        columns={['Who', 'May', ...(isChanged ? [''] : [])]}
        rows={rows.map((row) => [
          <Name c={c} owner={ownerOf(row)} />,
          row.permission,
          ...(isChanged ? [<Deeds c={c} given={row} />] : []),
        ])}
        empty="It was given to nobody: only who administers the organization's service accounts may use it."
      />
      {pager}
    </>
  )
}

const Give = ({ c, filled, faults }: { c: PageContext; filled: Filled; faults: Faults }) => (
  <>
    <h2>Give it to somebody</h2>
    <Form action={accessOf(c)} submit="Give" faults={faults}>
      <Select name="kind" label="To" filled={filled} options={kinds} />
      <Field
        name="who"
        label="Login or e-mail, or the team's name"
        filled={filled}
        faults={faults}
        autocomplete="off"
        required
      />
      <Select name="permission" label="May" filled={filled} options={levels} />
    </Form>
  </>
)

async function show(c: PageContext, returned?: Returned) {
  const [account, given] = await Promise.all([readAccount(c), read<Given[]>(c, apiOf(c))])
  const { filled = filledWith({}), faults = noFaults, status } = returned ?? {}
  const children = (
    <>
      <p>Admins of the organization have every service account by their role, and are not listed for that.</p>
      <List c={c} account={account} given={given} />
      {mayChange(account) && <Give c={c} filled={filled} faults={faults} />}
    </>
  )
  return accountPage(c, { account, title: `Access to ${account.name}`, tab: '/access', children }, status)
}

accountAccess.get('/serviceaccounts/:id/access', signedInPage, (c) => show(c))

/** Where several may be meant, and where one has only a part of what was typed. */
async function choose(c: PageContext, owners: readonly Owner[], permission: string) {
  const account = await readAccount(c)
  const children = (
    <>
      <Table
        caption="Who fits"
        columns={['Who', '']}
        rows={owners.slice(0, mostOffered).map(({ kind, id, name }) => [
          name,
          <Form action={accessOf(c)} submit={`Give it to ${name}`} isInline>
            <Hidden name="kind" value={kind} />
            <Hidden name="id" value={id} />
            <Hidden name="permission" value={permission} />
          </Form>,
        ])}
        empty=""
      />
      <p>
        <a href={accessOf(c)}>None of these: type the whole name</a>
      </p>
    </>
  )
  return accountPage(c, { account, title: `To whom to give ${account.name}?`, tab: '/access', children })
}

/** Whoever isn't of the org's admins may have taken from themselves, or from a team of theirs, what led here. */
const back = (c: PageContext, kind: Kind, id: number) =>
  may(c.var.viewer, 'serviceaccounts.permissions:read', `serviceaccounts:id:${c.req.param('id')}`) ||
  (kind === 'users' && id !== c.var.viewer.user.id)
    ? accessOf(c)
    : listOrStart(c)

const set = (c: PageContext, kind: Kind, id: number, permission: string) =>
  ask(c, 'POST', `${apiOf(c)}/${kind}/${id}`, { permission })

async function give(c: PageContext, kind: Kind, id: number, filled: Filled) {
  const answer = await set(c, kind, id, filled.text('permission'))
  if (answer.ok) return seeOther(c, back(c, kind, id), 'given')
  return show(c, { filled, faults: faultsOf(answer, { who: /not found/i }), status: answer.status })
}

accountAccess.post('/serviceaccounts/:id/access', signedInPage, async (c) => {
  const filled = await readForm(c)
  const kind = kindIn(filled.text('kind'))
  const id = Number(filled.text('id'))
  if (id > 0) return give(c, kind, id, filled)
  const found = await findOwners(c, kind, filled.text('who'))
  if (!Array.isArray(found)) return give(c, kind, found.id, filled)
  if (found.length > 0) return choose(c, found, filled.text('permission'))
  const who = kind === 'users' ? 'Nobody in the organization is called so' : 'No team of the organization is called so'
  return show(c, { filled, faults: { fields: { who } }, status: 404 })
})

const missing = () => new Refused({ ok: false, status: 404, message: 'It was not given to them' })

async function confirm(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const [account, given] = await Promise.all([readAccount(c), read<Given[]>(c, apiOf(c))])
  if (!mayChange(account)) throw accessDenied('serviceaccounts.permissions:write')
  const { kind, ownerId } = c.req.param()
  const owner = given.map(ownerOf).find((one) => one.kind === kind && String(one.id) === ownerId)
  if (!owner) throw missing()
  const children = (
    <Form
      action={`${accessOf(c)}/${owner.kind}/${owner.id}/delete`}
      submit="Take away"
      isDanger
      cancel={accessOf(c)}
      faults={faults}
    >
      <p>
        The {owner.kind === 'teams' ? 'team ' : ''}
        <strong>{owner.name}</strong> no longer has the service account <strong>{account.name}</strong>. Tokens made
        until then stay.
      </p>
    </Form>
  )
  return accountPage(
    c,
    { account, title: `Take ${account.name} from ${owner.name}?`, tab: '/access', children },
    status,
  )
}

const oneOwner = '/serviceaccounts/:id/access/:kind{users|teams}/:ownerId/delete'

accountAccess.get(oneOwner, signedInPage, (c) => confirm(c, noFaults))

accountAccess.post(oneOwner, signedInPage, async (c) => {
  const kind = kindIn(c.req.param('kind'))
  const id = Number(c.req.param('ownerId'))
  const answer = await set(c, kind, id, '')
  if (answer.ok) return seeOther(c, back(c, kind, id), 'taken-away')
  return confirm(c, faultsOf(answer), answer.status)
})
