import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ask } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type Faults, faultsOf, filledWith, inWords, noFaults, type Returned, readForm } from '../forms.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { signedInPage } from '../viewer.ts'
import { afterTeam, baseOf, demandHere, mayHere, ofTeam, readTeam, type Team, TeamFields, teamPage } from './team.tsx'

export const teamDetail = newPages()

function Facts({ team, isEdited }: { team: Team; isEdited: boolean }) {
  return (
    <dl class="facts">
      {!isEdited && team.email && (
        <>
          <dt>E-mail</dt>
          <dd>{team.email}</dd>
        </>
      )}
      <dt>Members</dt>
      <dd>{String(team.memberCount)}</dd>
      <dt>Id</dt>
      <dd>{String(team.id)}</dd>
    </dl>
  )
}

/** With what was typed and why it was refused, where a form comes back. */
async function show(c: PageContext, returned?: Returned) {
  const team = await readTeam(c)
  const isEdited = mayHere(c, 'teams:write')
  const { filled = filledWith({ name: team.name, email: team.email }), faults = noFaults, status } = returned ?? {}
  const actions = mayHere(c, 'teams:delete') && (
    <a class="button danger" href={`${baseOf(c)}/delete`}>
      Delete
    </a>
  )
  const children = (
    <>
      <Facts team={team} isEdited={isEdited} />
      {isEdited && (
        <Form action={baseOf(c)} submit="Save" faults={faults}>
          <TeamFields filled={filled} faults={faults} />
        </Form>
      )}
    </>
  )
  return teamPage(c, { title: team.name, tab: '', actions, children }, status)
}

teamDetail.get('/teams/:teamId', signedInPage, (c) => show(c))

teamDetail.post('/teams/:teamId', signedInPage, async (c) => {
  const filled = await readForm(c)
  const change = { name: filled.text('name'), email: filled.text('email') }
  const answer = await ask(c, 'PUT', `/api${baseOf(c)}`, change)
  if (answer.ok) return seeOther(c, baseOf(c), 'saved')
  return show(c, { filled, faults: faultsOf(inWords(answer), ofTeam), status: answer.status })
})

async function confirm(c: PageContext, faults: Faults, status?: ContentfulStatusCode) {
  const team = await readTeam(c)
  const children = (
    <Form action={`${baseOf(c)}/delete`} submit="Delete the team" isDanger cancel={baseOf(c)} faults={faults}>
      <p>
        The team <strong>{team.name}</strong> with its preferences is deleted, and what its {String(team.memberCount)}{' '}
        {team.memberCount === 1 ? 'member has' : 'members have'} by it is taken away. Their accounts stay.
      </p>
    </Form>
  )
  return teamPage(c, { title: `Delete ${team.name}?`, tab: '', children }, status)
}

teamDetail.get('/teams/:teamId/delete', signedInPage, (c) => {
  demandHere(c, 'teams:delete')
  return confirm(c, noFaults)
})

/** A team that is gone already was deleted by the same form, sent twice. */
teamDetail.post('/teams/:teamId/delete', signedInPage, async (c) => {
  const answer = await ask(c, 'DELETE', `/api${baseOf(c)}`)
  if (answer.ok || answer.status === 404) return seeOther(c, afterTeam(c), 'deleted')
  return confirm(c, faultsOf(answer), answer.status)
})
