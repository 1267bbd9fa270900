import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Person } from '../../auth/identity.ts'
import { isWithinLimits } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import { Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'

const tabs = [
  ['/profile', 'Profile'],
  ['/profile/password', 'Password'],
  ['/profile/devices', 'Devices'],
  ['/profile/orgs', 'Organizations'],
  ['/profile/teams', 'Teams'],
  ['/profile/stars', 'Stars'],
  ['/profile/tokens', 'Tokens'],
  ['/profile/permissions', 'Permissions'],
] as const

type AccountPage = { current: (typeof tabs)[number][0]; title: string; actions?: Child; children: Child }

/** A page about the viewer; `current` is the tab that it is under. */
export const accountPage = (
  c: PageContext,
  { current, title, actions, children }: AccountPage,
  status?: ContentfulStatusCode,
) => page(c, { title, actions, under: <Tabs label="My account" tabs={tabs} current={current} />, children }, status)

/** What everybody may on their own account, and a token with limits only within them. */
export const mayOwn = (viewer: Person, action: 'users:read' | 'users:write') =>
  isWithinLimits(viewer, action, `global.users:id:${viewer.user.id}`)

/** The first few of what may be many. */
export function Few({ items, shown }: { items: readonly Child[]; shown: number }) {
  const more = items.length - shown
  return (
    <>
      {items.slice(0, shown).map((item, index) => (
        <>
          {index > 0 && ', '}
          {item}
        </>
      ))}
      {more > 0 && `, and ${more} more`}
    </>
  )
}
