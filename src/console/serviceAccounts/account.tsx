import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { holdsRole, may, roles } from '../../auth/permissions.ts'
import type { AccountAction } from '../../serviceAccounts/rules.ts'
import type { accountDetails } from '../../serviceAccounts/views.ts'
import { type Refusal, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, inWords } from '../forms.ts'
import { Field, Select } from '../ui/forms.tsx'
import { Badge, Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'

// What all pages about one service account have in common.

export type Account = ReturnType<typeof accountDetails>

/** Where the account's pages are; behind `/api` it is where the API has the account. */
export const baseOf = (c: PageContext) => `/serviceaccounts/${encodeURIComponent(c.req.param('id') ?? '')}`

/** With what the viewer may do to it, who may have been given this one account alone. */
export const readAccount = (c: PageContext) => read<Account>(c, `/api${baseOf(c)}?accesscontrol=true`)

export const mayOn = (account: Account, action: AccountAction) => account.accessControl?.[action] === true

/** Where to go when the account is gone: whoever was given only that one may see no list. */
export const listOrStart = (c: PageContext) =>
  may(c.var.viewer, 'serviceaccounts:read', 'serviceaccounts:*') ? '/serviceaccounts' : '/'

type AccountTabsProps = { c: PageContext; account: Account; current: string }

export function AccountTabs({ c, account, current }: AccountTabsProps) {
  const { viewer } = c.var
  const base = `/serviceaccounts/${account.id}`
  const tab = (isShown: boolean, path: string, label: string) => (isShown ? [[`${base}${path}`, label] as const] : [])
  const tabs = [
    ...tab(true, '', 'Account'),
    ...tab(true, '/tokens', 'Tokens'),
    ...tab(may(viewer, 'users.roles:read', 'users:*'), '/roles', 'Roles'),
    ...tab(mayOn(account, 'serviceaccounts.permissions:read'), '/access', 'Access'),
    ...tab(may(viewer, 'serviceaccounts.grants:write', 'serviceaccounts:*'), '/grants', 'Whole server'),
  ]
  return <Tabs label="Service account" tabs={tabs} current={`${base}${current}`} />
}

type AccountPageProps = { account: Account; title?: string; tab: string; actions?: Child; children: Child }

export const accountPage = (
  c: PageContext,
  { account, title = account.name, tab, actions, children }: AccountPageProps,
  status: ContentfulStatusCode = 200,
) => page(c, { title, actions, under: <AccountTabs c={c} account={account} current={tab} />, children }, status)

export const State = ({ isDisabled }: { isDisabled: boolean }) =>
  isDisabled ? <Badge tone="bad">disabled</Badge> : <Badge tone="good">enabled</Badge>

/** What the API says of a name that can't be, for people. */
export const nameInWords = (refusal: Refusal): Refusal =>
  inWords(refusal, 'The name is missing', [
    [/^Failed to create service account$/, 'A service account of that name, or one much like it, exists already'],
    [/^service account token with given name already exists/, 'The account has a token of that name'],
    [/^API key, organization ID and name must be unique$/, 'The organization has a key of that name'],
  ])

/** Nobody gives a program more than they have; the role that it has stays on offer. */
export const roleOptions = (c: PageContext, current?: string) =>
  roles.filter((role) => role === current || holdsRole(c.var.viewer, role)).map((role) => [role, role] as const)

type FieldsProps = { c: PageContext; filled: Filled; faults: Faults; current?: string }

export const AccountFields = ({ c, filled, faults, current }: FieldsProps) => (
  <>
    <Field name="name" label="Name" filled={filled} faults={faults} autocomplete="off" required />
    <Select
      name="role"
      label="Role in the organization"
      filled={filled}
      faults={faults}
      options={roleOptions(c, current)}
    />
  </>
)
