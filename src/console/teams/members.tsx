import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { may, teamAdmin, teamMember } from '../../auth/permissions.ts'
import type { memberDetails } from '../../teams/views.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, type Filled, faultsOf, filledWith, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Field, Form, Hidden, Select } from '../ui/forms.tsx'
import { Badge, Table } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { type Candidate, findPeople, mostOffered } from './people.ts'
import { baseOf, demandHere, mayHere, readTeam, staysManager, teamPage } from './team.tsx'

export const teamMembers = newPages()

const perPage = 50

type Member = ReturnType<typeof memberDetails>

const membersOf = (c: PageContext) => `${baseOf(c)}/members`
const readMembers = (c: PageContext) => read<Member[]>(c, `/api${membersOf(c)}`)

const places = [
  [String(teamMember), 'Member'],
  [String(teamAdmin), 'Admin, who manages the team'],
] as const

const noPlace: Faults = { form: 'Choose what they are to be on the team: a member or an admin', fields: {} }

/** Only whoever sees accounts has a page to go to. */
const Login = ({ c, userId, login }: { c: PageContext; userId: number; login: string }) =>
  may(c.var.viewer, 'users:read', `global.users:id:${userId}`) ? (
    <a href={`/users/${userId}`}>{login}</a>
  ) : (
    <span>{login}</span>
  )

function Deeds({ c, member }: { c: PageContext; member: Member }) {
  const isAdmin = member.permission === teamAdmin
  return (
    <div class="deeds">
      <Form action={membersOf(c)} submit={isAdmin ? 'Make a member' : 'Make an admin'} isInline>
        <Hidden name="member" value={member.userId} />
        <Hidden name="permission" value={isAdmin ? teamMember : teamAdmin} />
      </Form>
      <a href={`${membersOf(c)}/${member.userId}/delete`} aria-label={`Remove ${member.login}`}>
        Remove
      </a>
    </div>
  )
}

function List({ c, members }: { c: PageContext; members: readonly Member[] }) {
  const { rows, pager } = partOf(c, members, perPage)
  const isManaged = mayHere(c, 'teams.permissions:write')
  return (
    <>
      <Table
        caption="Members"
        columns={['Login', 'Name', 'E-mail', 'On the team', ...(isManaged ? [''] : [])]}
        rows={rows.map((member) => [
          <Login c={c} userId={member.userId} login={member.login} />,
          member.name,
          member.email,
          member.permission === teamAdmin ? <Badge tone="good">admin</Badge> : 'member',
          ...(isManaged ? [<Deeds c={c} member={member} />] : []),
        ])}
        empty="Nobody is on this team. Add the first one by login or e-mail."
      />
      {pager}
    </>
  )
}

const Add = ({ c, filled, faults }: { c: PageContext; filled: Filled; faults: Faults }) => (
  <>
    <h2>Add somebody</h2>
    <Form action={membersOf(c)} submit="Add" faults={faults}>
      <Field name="who" label="Login or e-mail" filled={filled} faults={faults} autocomplete="off" required />
      <Select name="permission" label="On the team" filled={filled} options={places} />
    </Form>
  </>
)

/** With what was typed and why it was refused, where the form comes back. */
async function show(c: PageContext, returned?: Returned) {
  const [team, members] = await Promise.all([readTeam(c), readMembers(c)])
  const { filled = filledWith({}), faults = noFaults, status } = returned ?? {}
  const children = (
    <>
      <List c={c} members={members} />
      {mayHere(c, 'teams.permissions:write') && <Add c={c} filled={filled} faults={faults} />}
    </>
  )
  return teamPage(c, { title: `Members of ${team.name}`, tab: '/members', children }, status)
}

teamMembers.get('/teams/:teamId/members', signedInPage, (c) => show(c))

/** Where several may be meant, and where one has only a part of what was typed. */
async function choose(c: PageContext, candidates: readonly Candidate[], permission: string) {
  const team = await readTeam(c)
  const children = (
    <>
      <Table
        caption="Who fits"
        columns={['Login', 'Name', 'E-mail', '']}
        rows={candidates.slice(0, mostOffered).map(({ userId, login, name, email }) => [
          login,
          name,
          email,
          <Form action={membersOf(c)} submit={`Add ${login}`} isInline>
            <Hidden name="userId" value={userId} />
            <Hidden name="permission" value={permission} />
          </Form>,
        ])}
        empty=""
      />
      <p>
        <a href={membersOf(c)}>None of these: type the whole login or e-mail</a>
      </p>
    </>
  )
  return teamPage(c, { title: `Whom to add to ${team.name}?`, tab: '/members', children })
}

/** Where members are seen still, if the viewer isn't the one who is on the team no more, or as less. */
const back = (c: PageContext, userId: number, elsewhere: string) =>
  userId === c.var.viewer.user.id && !staysManager(c) ? elsewhere : membersOf(c)

const setPermission = (c: PageContext, userId: number, permission: number) =>
  ask(c, 'PUT', `/api${membersOf(c)}/${userId}`, { permission })

/** Joins as a member, and is made an admin then. Whoever is on the team already may have been added by the same form. */
async function add(c: PageContext, userId: number, filled: Filled) {
  const added = await ask(c, 'POST', `/api${membersOf(c)}`, { userId })
  const isThere = !added.ok && /already/.test(added.message)
  const isAdmin = filled.text('permission') === String(teamAdmin)
  const answer = isAdmin && (added.ok || isThere) ? await setPermission(c, userId, teamAdmin) : added
  if (answer.ok) return seeOther(c, membersOf(c), 'added')
  if (isThere && !isAdmin) return seeOther(c, membersOf(c), 'already-there')
  return show(c, { filled, faults: faultsOf(answer, { who: /user/i }), status: answer.status })
}

/** Only what the form offers: an empty one must not pass for 0, which takes the team from its admin. */
async function change(c: PageContext, { text }: Filled) {
  const userId = Number(text('member'))
  const place = places.find(([value]) => value === text('permission'))
  if (!place) return show(c, { filled: filledWith({}), faults: noPlace, status: 400 })
  const answer = await setPermission(c, userId, Number(place[0]))
  if (answer.ok) return seeOther(c, back(c, userId, baseOf(c)), 'saved')
  return show(c, { filled: filledWith({}), faults: faultsOf(answer), status: answer.status })
}

/** Of a member, of somebody who was chosen among several, or of whoever is called as was typed. */
teamMembers.post('/teams/:teamId/members', signedInPage, async (c) => {
  const filled = await readForm(c)
  if (filled.has('member')) return change(c, filled)
  const chosen = Number(filled.text('userId'))
  if (chosen > 0) return add(c, chosen, filled)
  const found = await findPeople(c, filled.text('who'))
  if (!Array.isArray(found)) return add(c, found.userId, filled)
  if (found.length > 0) return choose(c, found, filled.text('permission'))
  const faults = { fields: { who: 'Nobody in the organization is called so' } }
  return show(c, { filled, faults, status: 404 })
})

const userOf = (c: PageContext) => Number(c.req.param('userId'))

async function confirm(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const [team, members] = await Promise.all([readTeam(c), readMembers(c)])
  const member = members.find(({ userId }) => userId === userOf(c))
  if (!member) throw new Refused({ ok: false, status: 404, message: 'Team member not found.' })
  const children = (
    <Form
      action={`${membersOf(c)}/${member.userId}/delete`}
      submit="Remove from the team"
      isDanger
      cancel={membersOf(c)}
      faults={faults}
    >
      <p>
        <strong>{member.login}</strong> leaves the team <strong>{team.name}</strong>, and no longer has what is given to
        it.
      </p>
    </Form>
  )
  return teamPage(c, { title: `Remove ${member.login}?`, tab: '/members', children }, status)
}

teamMembers.get('/teams/:teamId/members/:userId/delete', signedInPage, (c) => {
  demandHere(c, 'teams.permissions:write')
  return confirm(c, noFaults)
})

/** Whoever isn't on the team any more was removed by the same form, sent twice. */
teamMembers.post('/teams/:teamId/members/:userId/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api${membersOf(c)}/${userOf(c)}`)
  if (answer.ok || answer.status === 404) return seeOther(c, back(c, userOf(c), '/'), 'removed')
  return confirm(c, faultsOf(answer), answer.status)
})
