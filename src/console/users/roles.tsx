import { givenRolePages } from '../roles/given.tsx'
import { baseOf, readUser, UserTabs } from './user.tsx'

/** Those given in the org that the viewer acts in, and in every org. */
export const userRoles = givenRolePages({
  path: '/users/:id',
  kind: 'user',
  baseOf,
  apiOf: (c) => `/api/access-control${baseOf(c)}/roles`,
  about: async (c) => ({ name: (await readUser(c)).login, under: <UserTabs c={c} current="/roles" /> }),
})
