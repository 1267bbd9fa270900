import { may } from '../../auth/permissions.ts'
import type { shownMember } from '../../orgs/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { Alert, Form } from '../ui/forms.tsx'
import { Badge, LastSeen, Pager, Table, withQuery } from '../ui/lists.tsx'
import { baseOf, pageOf, rolesToGive } from './parts.tsx'

export type Member = ReturnType<typeof shownMember>

/** What a page of the list stays well under 60 KB with. */
const perPage = 25

export type Found = {
  members: Member[]
  /** Undefined where the API doesn't tell. */
  total: number | undefined
  at: number
  hasNext: boolean
}

export const isOfCurrent = (c: PageContext) => baseOf(c) === '/org'

/** Of the org that the viewer acts in the API searches the members; of any other it lists them. */
export async function findMembers(c: PageContext): Promise<Found> {
  const at = pageOf(c, 1)
  const asked = new URLSearchParams({ perpage: String(perPage), page: String(at) })
  if (!isOfCurrent(c)) {
    const members = await read<Member[]>(c, `/api${baseOf(c)}/users?${asked}`)
    return { members, total: undefined, at, hasNext: members.length === perPage }
  }
  asked.set('query', c.req.query('query') ?? '')
  const { OrgUsers, totalCount } = await read<{ OrgUsers: Member[]; totalCount: number }>(
    c,
    `/api/org/users/search?${asked}`,
  )
  return { members: OrgUsers, total: totalCount, at, hasNext: at * perPage < totalCount }
}

/** Which part of the list somebody looks at: they come back to it after each deed, and a row is found there again. */
export function placeOf(c: PageContext): string {
  const place = new URLSearchParams()
  for (const name of ['query', 'page']) {
    const value = c.req.query(name)
    if (value) place.set(name, value)
  }
  return place.size > 0 ? `?${place}` : ''
}

export const listOf = (c: PageContext) => `${baseOf(c)}/users${placeOf(c)}`

/** A deed that the API refused: `role` is what was chosen for the member. */
export type RefusedDeed = { userId: string; role?: string | undefined; message: string }

type RowProps = { c: PageContext; member: Member; refused: RefusedDeed | undefined }

/** A member may have a role that the viewer can't give. */
function Role({ c, member: { userId, login, role }, refused }: RowProps) {
  if (!may(c.var.viewer, 'org.users:write', `users:id:${userId}`)) return <>{role}</>
  const chosen = refused?.userId === String(userId) ? (refused.role ?? role) : role
  const choices = [...new Set([...rolesToGive(c.var), role])]
  return (
    <Form isInline action={`${baseOf(c)}/users/${userId}${placeOf(c)}`} submit="Save">
      <select name="role" aria-label={`Role of ${login}`}>
        {choices.map((choice) => (
          <option selected={choice === chosen}>{choice}</option>
        ))}
      </select>
    </Form>
  )
}

/** Only whoever sees accounts has a page to go to. */
const Who = ({ c, member: { userId, login, name, isDisabled } }: Omit<RowProps, 'refused'>) => (
  <>
    {may(c.var.viewer, 'users:read', `global.users:id:${userId}`) ? <a href={`/users/${userId}`}>{login}</a> : login}{' '}
    {isDisabled && <Badge tone="bad">disabled</Badge>} {name && <small>{name}</small>}
  </>
)

const Removal = ({ c, member: { userId, login } }: Omit<RowProps, 'refused'>) =>
  may(c.var.viewer, 'org.users:remove', `users:id:${userId}`) ? (
    <a class="deed" href={`${baseOf(c)}/users/${userId}/delete${placeOf(c)}`} aria-label={`Remove ${login}`}>
      Remove
    </a>
  ) : null

/** Works as a form; where scripts run, the list follows what is typed. */
const Search = ({ c }: { c: PageContext }) => (
  <search>
    <form method="get" action={`${baseOf(c)}/users`} class="row" data-live="found">
      <div class="field">
        <label for="query">Search</label>
        <input id="query" name="query" type="search" value={c.req.query('query')} placeholder="Login, e-mail or name" />
      </div>
      <p class="buttons">
        <button type="submit" class="quiet">
          Search
        </button>
      </p>
    </form>
  </search>
)

const emptyWords = (c: PageContext, at: number) => {
  if (at > 1) return 'That was the last page.'
  return c.req.query('query') ? 'Nobody fits. Search for less.' : 'Nobody is in here yet: add a member.'
}

function List({ c, found, refused }: { c: PageContext; found: Found; refused: RefusedDeed | undefined }) {
  const { zone, now } = c.var
  const { url } = c.req
  const { members, total, at, hasNext } = found
  const rows = members.map((member) => [
    <Who c={c} member={member} />,
    member.email,
    <LastSeen at={member.lastSeenAt} zone={zone} now={now} />,
    <Role c={c} member={member} refused={refused} />,
    <Removal c={c} member={member} />,
  ])
  return (
    <div id="found" aria-live="polite">
      {total !== undefined && (
        <p>
          {total} {total === 1 ? 'member' : 'members'}
        </p>
      )}
      <Table
        caption="Members"
        columns={['Login and name', 'E-mail', 'Last seen', 'Role', '']}
        rows={rows}
        empty={emptyWords(c, at)}
      />
      <Pager
        first={at > 2 ? withQuery(url, { page: undefined }) : undefined}
        previous={at > 1 ? withQuery(url, { page: at > 2 ? String(at - 1) : undefined }) : undefined}
        next={hasNext ? withQuery(url, { page: String(at + 1) }) : undefined}
      />
    </div>
  )
}

/** The members of an org; what was refused of them is said next to the table. */
export const Members = ({ c, found, refused }: { c: PageContext; found: Found; refused: RefusedDeed | undefined }) => (
  <>
    {isOfCurrent(c) && <Search c={c} />}
    {refused && <Alert>{refused.message}</Alert>}
    <List c={c} found={found} refused={refused} />
  </>
)
