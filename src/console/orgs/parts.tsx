import { may, mayGiveRole, roles } from '../../auth/permissions.ts'
import { notFound } from '../../errors.ts'
import { parseInt64 } from '../../input.ts'
import type { shownOrg } from '../../orgs/views.ts'
import { ask, Refused } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { Tabs } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'

// The org that the viewer acts in is at `/org`, any at `/orgs/7`, as in the API: what their pages have in common.

/** What is no number is no org, and no page. */
export const anyOrg = '/orgs/:orgId{[0-9]+}'

export type Root = '/org' | typeof anyOrg
export type Org = ReturnType<typeof shownOrg>

/** Where the pages about this org are; behind `/api` it is where the API has it. No org has 0, or a number that is none there. */
export function baseOf(c: PageContext): string {
  const orgId = c.req.param('orgId')
  if (orgId === undefined) return '/org'
  if (!parseInt64(orgId)) throw notFound('Organization not found')
  return `/orgs/${encodeURIComponent(orgId)}`
}

/** Whoever acts in no org has none to look at here, whatever they may do on the server. */
export const isInNoOrg = ({ var: { viewer } }: PageContext) => viewer.orgId === 0

export const noOrgPage = (c: PageContext) =>
  page(
    c,
    {
      title: 'No organization',
      children: (
        <p class="empty">
          You are in no organization: ask an administrator to add you, or{' '}
          <a href="/profile/orgs">switch to one that you are in</a>.
        </p>
      ),
    },
    404,
  )

/** The pages about an org in the path. */
export function OrgTabs({ c }: { c: PageContext }) {
  const base = baseOf(c)
  const members = `${base}/users`
  const tabs: [string, string][] = [[base, 'Organization']]
  if (may(c.var.viewer, 'org.users:read', 'users:*')) tabs.push([members, 'Members'])
  return <Tabs label="Organization" tabs={tabs} current={c.req.path.startsWith(members) ? members : base} />
}

/** Whoever sees the members need not see the org. */
export async function nameOf(c: PageContext): Promise<string> {
  const answer = await ask<Org>(c, 'GET', `/api${baseOf(c)}`)
  if (answer.ok) return answer.body.name
  if (answer.status !== 403) throw new Refused(answer)
  return 'the organization'
}

/** Nobody gives more than they have. */
export const rolesToGive = ({ viewer }: PageContext['var']) =>
  roles.filter((role) => mayGiveRole(viewer, viewer.orgId, role))

export const roleOptions = (c: PageContext) => rolesToGive(c.var).map((role) => [role, role] as const)
