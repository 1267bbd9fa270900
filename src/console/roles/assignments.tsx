import { createMiddleware } from 'hono/factory'
import { may } from '../../auth/permissions.ts'
import type { choosable } from '../../orgs/views.ts'
import type { accountHit } from '../../serviceAccounts/views.ts'
import type { teamDetails } from '../../teams/views.ts'
import { ask, askerOf, read } from '../ask.ts'
import type { ConsoleEnv, PageContext } from '../env.ts'
import { newPages } from '../pages.ts'
import { Table } from '../ui/lists.tsx'
import { page } from '../ui/page.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { RoleTabs } from './parts.tsx'
import { apiPathOf, pathOf, titleOfUid } from './rules.ts'

export const roleAssignmentPages = newPages()

type Assignments = { role_uid: string; users: number[]; teams: number[]; service_accounts: number[] }

/** Those who can be named; whoever comes after them is shown by their id. */
const named = 1000
const perPage = 50

type Names = ReadonlyMap<number, string>

/** Without the names, if they aren't the viewer's to read. */
async function namesOf<T>(
  c: PageContext,
  path: string,
  entries: (body: T) => (readonly [number, string])[],
): Promise<Names> {
  const answer = await ask<T>(c, 'GET', `${path}?perpage=${named}&page=1`)
  return new Map(answer.ok ? entries(answer.body) : [])
}

type Holders = {
  title: string
  /** Of the tab. */
  path: string
  ids: (assignments: Assignments) => number[]
  names: (c: PageContext) => Promise<Names>
  /** To the page of a holder, where the viewer may see one. */
  link: (c: PageContext, id: number) => string | undefined
  noun: string
}

const people: Holders = {
  title: 'People',
  path: '',
  ids: ({ users }) => users,
  names: (c) =>
    namesOf<ReturnType<typeof choosable>[]>(c, '/api/org/users/lookup', (members) =>
      members.map(({ userId, login }) => [userId, login]),
    ),
  link: (c, id) => (may(c.var.viewer, 'users:read', `global.users:id:${id}`) ? `/users/${id}` : undefined),
  noun: 'user',
}

const teams: Holders = {
  title: 'Teams',
  path: '/teams',
  ids: ({ teams }) => teams,
  names: (c) =>
    namesOf<{ teams: ReturnType<typeof teamDetails>[] }>(c, '/api/teams/search', (found) =>
      found.teams.map(({ id, name }) => [id, name]),
    ),
  link: (c, id) => (may(c.var.viewer, 'teams:read', `teams:id:${id}`) ? `/teams/${id}` : undefined),
  noun: 'team',
}

const accounts: Holders = {
  title: 'Service accounts',
  path: '/serviceaccounts',
  ids: ({ service_accounts }) => service_accounts,
  names: (c) =>
    namesOf<{ serviceAccounts: ReturnType<typeof accountHit>[] }>(c, '/api/serviceaccounts/search', (found) =>
      found.serviceAccounts.map(({ id, name }) => [id, name]),
    ),
  link: (c, id) =>
    may(c.var.viewer, 'serviceaccounts:read', `serviceaccounts:id:${id}`) ? `/serviceaccounts/${id}` : undefined,
  noun: 'service account',
}

const holder = (name: string, link: string | undefined) => (link === undefined ? name : <a href={link}>{name}</a>)

async function show(c: PageContext, uid: string, { title, path, ids, names, link, noun }: Holders) {
  const [assignments, known] = await Promise.all([read<Assignments>(c, `${apiPathOf(uid)}/assignments`), names(c)])
  const nameOf = (id: number) => known.get(id) ?? `${noun} ${id}`
  const { rows, pager } = partOf(c, ids(assignments), perPage)
  return page(c, {
    title: `Who has ${titleOfUid(assignments.role_uid)}`,
    under: <RoleTabs c={c} uid={uid} current={`${pathOf(uid)}/assignments${path}`} />,
    children: (
      <>
        <h2>
          {title} ({ids(assignments).length})
        </h2>
        <p>To whom the role was given in this organization. Who has it in every organization is not among them.</p>
        <Table
          caption={`${title} with the role`}
          columns={['Name', 'Id']}
          rows={rows.map((id) => [holder(nameOf(id), link(c, id)), id])}
          empty={`No ${noun} was given this role here.`}
        />
        {pager}
      </>
    ),
  })
}

/** The lists of names ask for more of their caller than the page: read first, it does for all. */
const readWithTeams = createMiddleware<ConsoleEnv>(async (c, next) => {
  await askerOf(c, '/api/teams/search')
  await next()
})

roleAssignmentPages.get('/roles/:uid/assignments', readWithTeams, signedInPage, (c) =>
  show(c, c.req.param('uid'), people),
)

roleAssignmentPages.get('/roles/:uid/assignments/teams', readWithTeams, signedInPage, (c) =>
  show(c, c.req.param('uid'), teams),
)

roleAssignmentPages.get('/roles/:uid/assignments/serviceaccounts', readWithTeams, signedInPage, (c) =>
  show(c, c.req.param('uid'), accounts),
)
