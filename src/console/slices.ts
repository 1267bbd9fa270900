import { account } from './account/routes.tsx'
import { auditPages } from './audit/routes.tsx'
import { door } from './door/routes.tsx'
import { currentOrgPages } from './orgs/currentRoutes.tsx'
import { orgPages } from './orgs/routes.tsx'
import { overview } from './overview/routes.tsx'
import { rolePages } from './roles/routes.tsx'
import { serviceAccountPages } from './serviceAccounts/routes.tsx'
import { teamPages } from './teams/routes.tsx'
import { userBulk } from './users/bulk.tsx'
import { userDetail } from './users/detail.tsx'
import { userList } from './users/list.tsx'

/** In the order in which they are asked: `/users/new` and `/users/bulk` come before `/users/:id`. */
export const slices = [
  door,
  userList,
  userBulk,
  userDetail,
  account,
  orgPages,
  currentOrgPages,
  teamPages,
  serviceAccountPages,
  rolePages,
  auditPages,
  overview,
]
