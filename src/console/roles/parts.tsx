import type { Person } from '../../auth/identity.ts'
import type { PageContext } from '../env.ts'
import { Tabs } from '../ui/lists.tsx'
import { maySeeAssignments, pathOf, sortOf } from './rules.ts'

/** Basic roles are had by having one in an organization: nobody is given them. */
const tabsOf = (viewer: Person, uid: string): (readonly [string, string])[] =>
  maySeeAssignments(viewer) && sortOf(uid) !== 'Basic'
    ? [
        [pathOf(uid), 'Role'],
        [`${pathOf(uid)}/assignments`, 'People'],
        [`${pathOf(uid)}/assignments/teams`, 'Teams'],
        [`${pathOf(uid)}/assignments/serviceaccounts`, 'Service accounts'],
      ]
    : []

export function RoleTabs({ c, uid, current }: { c: PageContext; uid: string; current: string }) {
  const tabs = tabsOf(c.var.viewer, uid)
  return tabs.length > 0 ? <Tabs label="Role" tabs={tabs} current={current} /> : null
}
