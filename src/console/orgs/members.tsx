import { may } from '../../auth/permissions.ts'
import type { shownMember } from '../../orgs/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { Alert, Form } from '../ui/forms.tsx'
import { Badge, LastSeen, Table } from '../ui/lists.tsx'
import { NumberedPager, pageIn } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { baseOf, rolesToGive } from './parts.tsx'

export type Member = ReturnType<typeof shownMember>

/** What a page of the list stays well under 60 KB with. */
const perPage = 25

export type Found = {
  members: Member[]
  /** Undefined where the API doesn't tell. */
  total: number | undefined
}

export const isOfCurrent = (c: PageContext) => baseOf(c) === '/org'

/** Of the org that the viewer acts in the API searches the members; of any other it lists them. */
export async function findMembers(c: PageContext): Promise<Found> {
  const asked = new URLSearchParams({ perpage: String(perPage), page: String(pageIn(c)) })
  if (!isOfCurrent(c)) {
    const members = await read<Member[]>(c, `/api${baseOf(c)}/users?${asked}`)
    return { members, total: undefined }
  }
  asked.set('query', c.req.query('query') ?? '')
  const { OrgUsers, totalCount } = await read<{ OrgUsers: Member[]; totalCount: number }>(
    c,
    `/api/org/users/search?${asked}`,
  )
  return { members: OrgUsers, total: totalCount }
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

const emptyWords = (c: PageContext) => {
  if (pageIn(c) > 1) return 'That was the last page.'
  return c.req.query('query') ? 'Nobody fits. Search for less.' : 'Nobody is in here yet: add a member.'
}

function List({ c, found, refused }: { c: PageContext; found: Found; refused: RefusedDeed | undefined }) {
  const { zone, now } = c.var
  const { members, total } = found
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
        empty={emptyWords(c)}
      />
      <NumberedPager c={c} perPage={perPage} total={total} shown={members.length} />
    </div>
  )
}

/** The members of an org; what was refused of them is said next to the table. */
export const Members = ({ c, found, refused }: { c: PageContext; found: Found; refused: RefusedDeed | undefined }) => (
  <>
    {isOfCurrent(c) && <Search c={c} action={`${baseOf(c)}/users`} placeholder="Login, e-mail or name" />}
    {refused && <Alert>{refused.message}</Alert>}
    <List c={c} found={found} refused={refused} />
  </>
)
