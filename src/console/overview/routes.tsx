import type { Child } from 'hono/jsx'
import { may, mayOnServer } from '../../auth/permissions.ts'
import type { serverOverview } from '../../server/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { newPages } from '../pages.ts'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { DayChart, shownNumber } from './charts.tsx'
import { firstStepsOf } from './firstSteps.tsx'

export const overview = newPages()

export type Overview = ReturnType<typeof serverOverview>

type TileProps = { label: string; n: number; isAtLeast?: boolean; href?: string | false }

/** A figure, which leads to the list of what it counts where the viewer may see that. */
const Tile = ({ label, n, isAtLeast, href }: TileProps) => {
  const figure: Child = href ? <a href={href}>{shownNumber(n)}</a> : shownNumber(n)
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {figure} {isAtLeast && <small>or more</small>}
      </dd>
    </div>
  )
}

function Tiles({ c, found }: { c: PageContext; found: Overview }) {
  const { viewer } = c.var
  const ofUsers = (query: string) => may(viewer, 'users:read', 'global.users:*') && `/users${query}`
  return (
    <dl class="tiles">
      <Tile label="Users" n={found.users} href={ofUsers('')} />
      <Tile label="Active in 30 days" n={found.activeLast30Days} href={ofUsers('?show=activeLast30Days%3Dtrue')} />
      <Tile label="Never seen" n={found.neverSeen} href={ofUsers('?show=neverSeen%3Dtrue')} />
      <Tile label="Organizations" n={found.orgs} href={mayOnServer(viewer, 'orgs:read', '') && '/orgs'} />
      <Tile label="Live sessions" n={found.liveSessions} isAtLeast={found.liveSessionsAtLeast} />
    </dl>
  )
}

const Charts = ({ found: { signIns } }: { found: Overview }) => (
  <>
    <div class="charts">
      <DayChart
        id="sign-ins"
        title="Sign-ins"
        tone="good"
        bars={signIns.map(({ day, succeeded }) => ({ day, n: succeeded }))}
        empty={<p>Nobody signed in in the last {signIns.length} days.</p>}
      />
      <DayChart
        id="failures"
        title="Failed sign-ins"
        tone="bad"
        bars={signIns.map(({ day, failed }) => ({ day, n: failed }))}
        empty={<p>No sign-in failed in the last {signIns.length} days.</p>}
      />
    </div>
    <p>
      <small>
        Days are in UTC. A sign-in is a session opened: a right password that comes with a request to the API opens
        none.
      </small>
    </p>
  </>
)

/** The start, of whoever looks after the server; anybody else's is their own account. A notice goes along. */
overview.get('/', signedInPage, async (c) => {
  if (!may(c.var.viewer, 'server.stats:read', '')) return c.redirect(`/profile${new URL(c.req.url).search}`, 302)
  const found = await read<Overview>(c, '/api/admin/overview')
  const firstSteps = await firstStepsOf(c, found)
  return page(c, {
    title: 'Overview',
    children: (
      <>
        {firstSteps}
        <Tiles c={c} found={found} />
        <Charts found={found} />
      </>
    ),
  })
})
