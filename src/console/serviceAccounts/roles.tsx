import { givenRolePages } from '../roles/given.tsx'
import { AccountTabs, baseOf, readAccount } from './account.tsx'

export const accountRoles = givenRolePages({
  path: '/serviceaccounts/:id',
  kind: 'user',
  baseOf,
  apiOf: (c) => `/api/access-control${baseOf(c)}/roles`,
  async about(c) {
    const account = await readAccount(c)
    return { name: account.name, under: <AccountTabs c={c} account={account} current="/roles" /> }
  },
})
