import { newPages } from '../pages.ts'
import { orgDetail } from './detail.tsx'
import { orgList } from './list.tsx'
import { memberPages } from './memberPages.tsx'
import { anyOrg } from './parts.tsx'

/** In the order in which they are asked: `/orgs/new` comes before `/orgs/:orgId`. */
export const orgPages = newPages()
orgPages.route('/', orgList)
orgPages.route('/', memberPages(anyOrg))
orgPages.route('/', orgDetail)
